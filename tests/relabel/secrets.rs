//! What is secret is not said: neither tokens, nor the values of variables, nor the journal that has them all.

use serde_json::json;

use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, service};
use crate::harness::{Moment, Namespace, killed, may};

const SECRET: &str = "hunter2-secret";

/// What is compressed and in base64 begins so.
const JOURNAL: &str = "H4sI";

#[test]
#[ignore = "needs a cluster: make test"]
fn the_value_of_a_variable_is_never_talked_about() {
    let ns = Namespace::new();
    for mut object in [daemon_set("rng"), deployment("web", 1)] {
        let container = &mut object["spec"]["template"]["spec"]["containers"][0];
        container["env"] = json!([{"name": "PASSWORD", "value": SECRET}]);
        ns.apply(&object);
    }
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    ns.rolled_out("deploy/web");
    let targets = "ds/rng deploy/web svc/rng";
    let nothing = [SECRET, JOURNAL];
    for flags in ["--dry-run=server -v=9", "--dry-run -o patch", "-v=9", "--keep-selector more=yes -v=9"] {
        ns.relabel(&format!("{targets} on=yes {flags}")).done().hides(&nothing);
    }
    // Each request is named, so that there was something to talk about.
    ns.relabel("svc/rng on- -v=9").done().said(&["PATCH https://", " milliseconds\n"]);

    let start = |server: &str| ns.begin_relabel(&format!("{targets} late=yes {server}"));
    assert!(killed(&ns, Moment::After(4), start).is_none(), "there is more to write than that");
    for words in ["--unfinished", "--unfinished -v=9", "--abort ds/rng --dry-run=server -v=9"] {
        ns.relabel(words).done().hides(&nothing);
    }
    ns.relabel("ds/rng other=yes -v=9").refused().said(&["a change is under way"]).hides(&nothing);
    ns.relabel("--abort ds/rng --explain").done().not_said(&nothing).hides(&[JOURNAL]);
    ns.relabel("--abort ds/rng -v=9").done().hides(&nothing);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_token_is_never_printed() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let token = ns.token("mover", &[may("*", "*")]);
    let nobody = ns.caller("nobody", "none");
    for words in [
        "--explain -v=9",
        "--dry-run=client -o yaml",
        "-v=9",
        "more=yes --keep-selector -v=9",
        "--timeout 0 late=yes --dry-run=server",
    ] {
        nobody.relabel(&format!("deploy/rng on=yes {words} --token {token}")).done().hides(&[&token]);
    }
    // Nor does the journal keep it, and whoever looks for it later is told a command without it.
    let start = |server: &str| nobody.begin_relabel(&format!("deploy/rng other=yes {server} --token {token}"));
    assert!(killed(&ns.caller("mover", &token), Moment::After(2), start).is_none(), "there is more to write than that");
    nobody.relabel(&format!("--unfinished --token {token}")).done().hides(&[&token]);
    nobody.relabel(&format!("deploy/rng else=yes --token {token}")).refused().hides(&[&token]);
    ns.relabel("--abort deploy/rng").done();
    let wrong = "eyJhbGciOiJSUzI1NiJ9.wrong.token";
    nobody.relabel(&format!("deploy/rng on=yes -v=9 --token {wrong}")).refused().hides(&[wrong]);
}
