//! What Tab offers in a shell, by kubectl's own script.

use serde_json::json;

use super::tool::PROGRAM;
use crate::harness::manifests::{IMAGE, daemon_set, service};
use crate::harness::{Namespace, Shell};

#[test]
#[ignore = "needs a cluster: make test"]
fn the_shell_offers_whose_logs_and_which_containers() {
    let ns = Namespace::new();
    let mut set = daemon_set("agent");
    set["spec"]["template"]["metadata"]["labels"]["app"] = json!("rng");
    set["spec"]["selector"]["matchLabels"] = json!({"app": "rng"});
    set["spec"]["template"]["spec"]["initContainers"] = json!([{"name": "setup", "image": IMAGE}]);
    ns.create(&set);
    ns.create(&service("rng"));
    ns.kubectl("wait --for=create pod -l app=rng --timeout=60s");
    let shell = Shell::with(&ns, PROGRAM);
    shell.kubectl("logs-selector completion install").done();
    for (line, choices) in [
        ("kubectl logs-selector rn", "rng"),
        ("kubectl logs-selector ds/", "ds/agent"),
        ("kubectl logs-selector -l app=", "rng"),
        ("kubectl logs-selector -l app=rng --service r", "rng"),
        ("kubectl logs-selector ds/agent -c ", "main setup"),
        ("kubectl logs-selector svc/rng -c s", "setup"),
        ("kubectl logs-selector rng -c m", "main"),
        ("kubectl logs-selector agent -c m", "main"),
        ("kubectl logs-selector -l app=rng -c m", "main"),
        ("kubectl logs-selector -l app=none -c m", ""),
        ("kubectl logs-selector rng --order ", "arrival pod time"),
        ("kubectl logs-selector rng --node cp-", "cp-1"),
    ] {
        assert_eq!(shell.completes(line).join(" "), choices, "{line}");
    }
}
