//! What Tab offers in a shell, by kubectl's own script.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::tool::{Cast as _, PROGRAM};
use crate::harness::manifests::{daemon_set, deployment};
use crate::harness::{Namespace, Shell};

/// A shell in which the plugin is completed.
fn shell(ns: &Namespace) -> Shell<'_> {
    let shell = Shell::with(ns, PROGRAM);
    shell.kubectl("ds-cast completion install").done();
    shell
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_script_is_put_beside_the_plugin_and_goes_again() {
    let ns = Namespace::new();
    let shell = Shell::with(&ns, PROGRAM);
    let script = shell.folder().join("kubectl_complete-ds_cast");
    let printed = |what: &str| format!("{} {what}\n", script.display());
    let next = "next     source <(kubectl completion bash)";
    shell.kubectl("ds-cast completion install").done().printed(&printed("installed")).said(&[next]).not_said(&["warn"]);
    assert_eq!(script.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    shell.kubectl("ds-cast completion install").done().printed(&printed("unchanged"));
    shell.kubectl("ds-cast completion").done().printed(&std::fs::read_to_string(&script).unwrap());
    shell.kubectl("ds-cast completion uninstall").done().printed(&printed("removed"));
    assert!(!script.exists());
    shell.kubectl("ds-cast completion uninstall").done().printed(&printed("is not there"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_shell_offers_what_is_in_the_cluster() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.create(&deployment("hasher", 1));
    ns.create(&daemon_set("worker"));
    let shell = shell(&ns);
    for (line, choices) in [
        ("kubectl ds-cast ha", "hasher"),
        ("kubectl ds-cast rng ", "hasher"),
        ("kubectl ds-cast deploy/", "deploy/hasher deploy/rng"),
        ("kubectl ds-cast deployment h", "hasher"),
        ("kubectl ds-cast --undo ", "ds/ worker"),
        ("kubectl ds-cast --undo ds/", "ds/worker"),
        ("kubectl ds-cast s", "sts/"),
        ("kubectl ds-cast -l app=", "hasher rng"),
        ("kubectl ds-cast rng --node-selector kubernetes.io/os=", "linux"),
        ("kubectl ds-cast rng --node-selector node-role.kubernetes.io/c", "node-role.kubernetes.io/control-plane="),
    ] {
        assert_eq!(shell.completes(line).join(" "), choices, "{line}");
    }
    let everything = shell.completes("kubectl ds-cast ");
    assert_eq!(everything.join(" "), "completion deploy/ hasher rng rs/ sts/ version");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_shell_offers_what_says_where_the_cluster_is() {
    let ns = Namespace::new();
    let shell = shell(&ns);
    let other = ns.folder().join("other.kubeconfig");
    let text = std::fs::read_to_string(ns.kubeconfig()).unwrap();
    let mut kubeconfig: serde_json::Value = serde_json::from_str(&text).unwrap();
    kubeconfig["contexts"][0]["name"] = "elsewhere".into();
    kubeconfig["current-context"] = "elsewhere".into();
    std::fs::write(&other, kubeconfig.to_string()).unwrap();
    let elsewhere = format!("kubectl ds-cast --kubeconfig {} --context ", other.display());
    assert_eq!(shell.completes(&elsewhere), ["elsewhere"]);
    assert_eq!(shell.completes(&format!("kubectl ds-cast -n {}", ns.name())), [ns.name()]);
    ns.create(&deployment("rng", 1));
    assert_eq!(shell.completes(&format!("kubectl ds-cast -n {} rn", ns.name())), ["rng"]);
    assert!(shell.completes("kubectl ds-cast -n default rn").is_empty());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_shell_offers_flags_and_their_values() {
    let ns = Namespace::new();
    let shell = shell(&ns);
    for (line, choices) in [
        ("kubectl ds-cast rng --repla", "--replace"),
        ("kubectl ds-cast --undo --repl", "--replicas"),
        ("kubectl ds-cast rng -o ", "json name patch yaml"),
        ("kubectl ds-cast rng --dry-run=", "client none server"),
        ("kubectl ds-cast version --outp", "--output"),
        ("kubectl ds-cast completion ", "install uninstall"),
    ] {
        assert_eq!(shell.completes(line).join(" "), choices, "{line}");
    }
}

/// The program itself, asked as the script asks it.
fn reply(ns: &Namespace, words: &str) -> String {
    let mut line = vec!["__complete"];
    line.extend(words.split(' '));
    let mut command = ns.command(PROGRAM);
    let output = command.args(line).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whatever_goes_wrong_nothing_is_said() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    assert_eq!(reply(&ns, "r"), "rng\tDeployment\nrs/\tReplicaSet\n:4\n");
    let types = "deploy/\tDeployment\n:6\n";
    for flags in ["--kubeconfig /nowhere", "--context none", "--server https://127.0.0.1:1", "--request-timeout x"] {
        assert_eq!(reply(&ns, &format!("{flags} d")), types, "{flags}");
    }
    let nobody = ns.account("nobody", &[]);
    assert_eq!(reply(&ns, &format!("--kubeconfig {} d", nobody.kubeconfig().display())), types);
    assert_eq!(reply(&ns, "-v=9 rn"), "rng\tDeployment\n:4\n");
    assert_eq!(reply(&ns, "--none rn"), "rng\tDeployment\n:4\n");
    assert_eq!(reply(&ns, "--kubeconfig "), ":0\n", "the shell knows its files");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_folder_that_cannot_be_written_is_an_error() {
    let ns = Namespace::new();
    let program = Path::new(PROGRAM).file_name().unwrap();
    let (folder, gone) = (ns.folder().join("bin"), ns.folder().join("gone"));
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(PROGRAM, folder.join(program)).unwrap();
    // The plugin is called by a name whose folder is gone since.
    let mut command = ns.command("bash");
    command.args(["-c", "exec -a \"$2\" \"$1\" completion install", "bash"]);
    command.arg(folder.join(program)).arg(gone.join(program));
    let ended = crate::harness::Running::start(command, "").ended().refused();
    ended.said(&["error: cannot write ", "hint: kubectl ds-cast completion > "]);
    ns.cast("completion nonsense").said(&["[possible values: install, uninstall]"]);
}
