//! What Tab offers in a shell, by kubectl's own script.

use super::tool::PROGRAM;
use crate::harness::manifests::{daemon_set, service};
use crate::harness::{Namespace, Shell};

#[test]
#[ignore = "needs a cluster: make test"]
fn the_shell_offers_targets_and_the_edits_that_can_be_made_on_them() {
    let ns = Namespace::new();
    ns.create(&daemon_set("rng"));
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    let shell = Shell::with(&ns, PROGRAM);
    shell.kubectl("relabel completion install").done();
    let pod = ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    ns.kubectl(&format!("label pod/{pod} isactive=yes"));
    for (line, choices) in [
        ("kubectl relabel d", "deploy/ ds/"),
        ("kubectl relabel ds/", "ds/rng"),
        ("kubectl relabel ds/rng svc/r", "svc/rng"),
        ("kubectl relabel ds r", "rng"),
        ("kubectl relabel ds/rng is", "isactive="),
        ("kubectl relabel ds/rng isactive=", "yes"),
        ("kubectl relabel ds/rng isactive=y", "yes"),
        ("kubectl relabel svc/rng ap", "app= app-"),
        ("kubectl relabel svc/rng app=", "rng"),
        ("kubectl relabel svc/rng app=x is", "isactive="),
        ("kubectl relabel svc/rng app=x ap", ""),
        ("kubectl relabel svc/rng controller", ""),
        ("kubectl relabel ds -l app=", "rng"),
        ("kubectl relabel ds -l app=rng is", "isactive="),
        ("kubectl relabel --list ds/rng ap", ""),
        ("kubectl relabel --unfinished d", ""),
        ("kubectl relabel ds/rng --keep", "--keep-selector"),
        ("kubectl relabel --list --abo", ""),
    ] {
        let mut offered = shell.completes(line);
        offered.sort_by_key(|choice| choice.ends_with('-'));
        assert_eq!(offered.join(" "), choices, "{line}");
    }
}
