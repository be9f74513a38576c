//! What logs may do to a terminal.

use super::kubelet::{Kubelet, stamp};
use super::terminal;
use super::tool::PROGRAM;
use crate::harness::Namespace;

/// What the terminal is sent for a line.
fn shown(ns: &Namespace, words: &str, environment: &[(&str, &str)]) -> String {
    let mut command = ns.command(PROGRAM);
    command.args(words.split(' ')).envs(environment.iter().copied());
    terminal::shown(command, "the end\r\n")
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_on_a_terminal_a_log_moves_no_cursor_and_sets_no_title() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    for (number, text) in
        ["\x1b[2J\x1b[Hcleared", "\x1b]0;title\x07", "over\rwritten", "\x1b[31mred", "the end"].into_iter().enumerate()
    {
        kubelet.write_at("rng-1", &stamp(1_790_000_000 + i64::try_from(number).unwrap(), 0), text);
    }
    let harmless =
        "\\u{1b}[2J\\u{1b}[Hcleared\r\n\\u{1b}]0;title\\u{7}\r\nover\\rwritten\r\n\x1b[31mred\x1b[0m\r\nthe end\r\n";
    assert_eq!(shown(&ns, "pod/rng-1", &[]), harmless);
    let raw = "\x1b[2J\x1b[Hcleared\r\n\x1b]0;title\x07\r\nover\rwritten\r\n\x1b[31mred\r\nthe end\r\n";
    assert_eq!(shown(&ns, "pod/rng-1 --raw-control", &[]), raw);
    // Behind a pipe, bytes are bytes.
    let mut command = ns.command(PROGRAM);
    let piped = command.arg("pod/rng-1").output().unwrap().stdout;
    assert_eq!(String::from_utf8(piped).unwrap(), raw.replace("\r\n", "\n"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_on_a_terminal_pods_have_colours_unless_none_are_wanted() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pods(&["rng-1".to_owned(), "rng-2".to_owned()]);
    kubelet.write_at("rng-1", &stamp(1_790_000_000, 0), "first");
    kubelet.write_at("rng-2", &stamp(1_790_000_001, 0), "the end");
    let coloured = shown(&ns, "-l app=rng -H fir", &[]);
    let names: Vec<_> = coloured.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert!(names.iter().all(|name| name.starts_with("\x1b[") && name.ends_with("\x1b[0m")), "{coloured:?}");
    assert!(coloured.contains(" \x1b[7mfir\x1b[27mst\r\n"), "{coloured:?}");
    assert_eq!(coloured, shown(&ns, "-l app=rng -H fir", &[]), "the same pod has the same colour");
    let plain = "rng-1 first\r\nrng-2 the end\r\n";
    assert_eq!(shown(&ns, "-l app=rng -H fir --color never", &[]), plain);
    assert_eq!(shown(&ns, "-l app=rng -H fir", &[("NO_COLOR", "1")]), plain);
}
