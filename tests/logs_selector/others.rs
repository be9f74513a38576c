//! What becomes of a log in other programs when a kubelet is restarted and the container writes on.

use std::path::PathBuf;

use super::continuity::{count, counted};
use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::{Namespace, Running, settings};

/// How many lines there are before the kubelet is killed, before it comes back, and at the end.
const STEPS: [usize; 3] = [281, 562, 843];

/// The container writes all of its lines, and the kubelet is killed in between. The other program has shown so many of
/// them by when this one has shown all.
fn shown_by(kubelet: &Kubelet<'_>, other: &mut Running, ours: &mut Running) -> usize {
    count(kubelet, "rng-1", 0..STEPS[0]);
    other.until_it_prints(&format!("number {};", STEPS[0] - 1));
    counted(ours, STEPS[0]);
    kubelet.kill();
    count(kubelet, "rng-1", STEPS[0]..STEPS[1]);
    kubelet.revive();
    count(kubelet, "rng-1", STEPS[1]..STEPS[2]);
    counted(ours, STEPS[2]);
    other.printed_so_far().lines().filter(|line| line.contains("number ")).count()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_where_kubectl_ends_and_loses_lines_this_goes_on() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let mut theirs = ns.start(settings::kubectl().to_str().unwrap(), "logs -f pod/rng-1", "");
    let mut ours = ns.begin_logs("pod/rng-1 -f");
    assert_eq!(shown_by(&kubelet, &mut theirs, &mut ours), STEPS[0]);
    // And it says that all went well.
    theirs.ended().done();
}

#[test]
#[ignore = "stern takes a minute to build: make soak"]
fn kwok_soak_where_stern_gives_a_pod_up_this_goes_on() {
    let Some(stern) = std::env::var_os("RECAST_STERN").map(PathBuf::from) else {
        panic!("RECAST_STERN names stern: make soak");
    };
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    // It reads no container that has no number, and kwok gives them none.
    let numbered = r#"[{"op":"add","path":"/status/containerStatuses/0/containerID","value":"test://1"}]"#;
    ns.kubectl_with("patch pod/rng-1 --subresource=status --type=json -p", numbered);
    let mut theirs = ns.start(stern.to_str().unwrap(), "-l app=rng -o raw", "");
    let mut ours = ns.begin_logs("pod/rng-1 -f");
    assert_eq!(shown_by(&kubelet, &mut theirs, &mut ours), STEPS[0]);
    // It still runs, and says that the pod is gone, which is there.
    theirs.until_it_says("- rng-1");
    assert_eq!(ns.get("pod/rng-1")["status"]["phase"], "Running");
}
