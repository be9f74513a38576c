//! Many pods at once.

use super::kubelet::{Kubelet, now};
use super::tool::PROGRAM;
use crate::harness::{Namespace, Running};

/// More than the hundred streams that the API server allows on a HTTP/2 connection.
const PODS: usize = 250;

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_two_hundred_and_fifty_pods_are_followed_with_few_open_files_allowed_at_first() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let names: Vec<String> = (0..PODS).map(|number| format!("rng-{number}")).collect();
    kubelet.pods(&names);
    let say = |text: &str| names.iter().for_each(|name| kubelet.write_at(name, &now(), &format!("{text} of {name};")));
    say("first line");
    let mut command = ns.command("sh");
    command.args(["-c", "ulimit -Sn 64; exec \"$0\" \"$@\"", PROGRAM, "-l", "app=rng", "-f"]);
    let mut running = Running::start(command, "");
    for text in ["first line", "second line", "third line"] {
        if text != "first line" {
            say(text);
        }
        for name in &names {
            running.until_it_prints(&format!("{name} {text} of {name};\n"));
        }
    }
    assert_eq!(running.printed_so_far().lines().count(), 3 * PODS, "{}", running.said_so_far());
    running.signal("INT");
    assert_eq!(running.ended().code(), Some(130));
}
