//! Manifests that are too large, too deep or too many to be kept in the corpus.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::tool::{Ended, run, run_from};

fn cast_stdin(manifest: &str) -> Ended {
    run_from(&std::env::temp_dir(), &["-f", "-"], manifest.as_bytes())
}

fn deployment(name: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 1\n{more}  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec: {{containers: [{{name: main, image: \"registry.example/{name}:1\"}}]}}\n"
    )
}

#[test]
fn more_than_sixteen_mebibytes_are_refused() {
    let ended = cast_stdin(&format!("{}# {}\n", deployment("rng", ""), "x".repeat(17 << 20)));
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert!(ended.stderr.contains("16 MiB"), "{}", ended.stderr);
}

#[test]
fn five_hundred_workloads_in_one_file_are_cast_in_seconds() {
    let mut manifest = String::new();
    for number in 0..500 {
        writeln!(manifest, "# {number}\n{}---", deployment(&format!("w{number}"), "")).unwrap();
    }
    let begun = Instant::now();
    let ended = cast_stdin(&manifest);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(ended.text().matches("kind: DaemonSet").count(), 500);
    assert!((0..500).all(|number| ended.text().contains(&format!("# {number}\n"))));
}

#[test]
fn a_very_long_line_is_read() {
    let note = "x".repeat(200_000);
    let manifest =
        deployment("rng", "").replace("  name: rng\n", &format!("  name: rng\n  annotations: {{a: {note}}}\n"));
    let ended = cast_stdin(&manifest);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.text().contains(&note));
}

#[test]
fn deep_nesting_ends_with_a_message() {
    let flow = format!("a: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let block = (0..20_000).fold(String::new(), |text, depth| text + &"- ".repeat(usize::from(depth < 20_000)));
    let json = format!("{{\"a\": {}{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    for manifest in [flow, block, json] {
        let ended = cast_stdin(&manifest);
        assert_eq!((ended.code, ended.text()), (Some(1), ""), "{}", ended.stderr);
        assert!(ended.stderr.starts_with("error: STDIN:"), "{}", ended.stderr);
    }
}

#[test]
fn aliases_that_unfold_to_billions_end_with_a_message() {
    let mut manifest = "apiVersion: apps/v1\nkind: Deployment\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        writeln!(manifest, "a{level}: &a{level} [{}]", below.trim_end_matches(", ")).unwrap();
    }
    let begun = Instant::now();
    let ended = cast_stdin(&manifest);
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(ended.stderr.starts_with("error: STDIN:"), "{}", ended.stderr);
}

#[test]
fn an_anchor_that_contains_itself_ends_with_a_message() {
    let ended = cast_stdin(&deployment("rng", "  loop: &loop [*loop]\n"));
    assert_eq!((ended.code, ended.text()), (Some(1), ""), "{}", ended.stderr);
}

#[test]
fn what_is_no_text_ends_with_a_message() {
    for bytes in [&b"\x00\x01\x02"[..], b"\xff\xfea\x00", b"\x1f\x8b\x08\x00", b"kind: \xe9\n"] {
        let ended = run_from(&std::env::temp_dir(), &["-f", "-"], bytes);
        assert_eq!((ended.code, ended.text()), (Some(1), ""), "{}", ended.stderr);
        assert!(ended.stderr.contains("STDIN"), "{}", ended.stderr);
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let ended = run(&std::env::temp_dir(), &["-f", "not-there.yml"]);
    assert_eq!((ended.code, ended.text()), (Some(1), ""));
    assert!(ended.stderr.contains("not-there.yml"), "{}", ended.stderr);
}
