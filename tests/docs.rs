//! The flags in the documentation are those of the program, and what it says of itself is true.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

/// The plugin that this test is built with; its package is named as its page is.
const PROGRAM: Option<&str> = match option_env!("CARGO_BIN_EXE_kubectl-ds_cast") {
    None => match option_env!("CARGO_BIN_EXE_kubectl-relabel") {
        None => option_env!("CARGO_BIN_EXE_kubectl-logs_selector"),
        program => program,
    },
    program => program,
};
const PACKAGE: &str = env!("CARGO_PKG_NAME");
const BEGIN: &str = "<!-- help: begin -->\n```\n";
const END: &str = "```\n<!-- help: end -->";

fn printed(words: &str) -> String {
    let mut command = Command::new(PROGRAM.unwrap());
    let output = command.args(words.split(' ')).env("COLUMNS", "100").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What `--help` prints on a terminal of a hundred columns.
fn help() -> String {
    let text = printed("--help");
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn the_page_shows_the_help_as_it_is() {
    let name = format!("docs/{}.md", PACKAGE.trim_start_matches("kubectl-"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(&name);
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page has the marker of the beginning");
    let (shown, after) = rest.split_once(END).expect("the page has the marker of the end");
    let help = help();
    if env::var_os("RECAST_BLESS").is_some() {
        fs::write(path, format!("{before}{BEGIN}{help}{END}{after}")).unwrap();
    } else {
        assert_eq!(shown, help, "{name} is not in step; RECAST_BLESS=1 cargo test -p {PACKAGE} writes it anew");
    }
}

#[test]
fn the_versions_of_kubernetes_that_it_names_are_those_that_the_tests_run_on() {
    let version: serde_json::Value = serde_json::from_str(&printed("version -o json")).unwrap();
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cluster")).unwrap();
    let names = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut tested: Vec<String> =
        names.filter_map(|name| name.strip_prefix("kubernetes-").map(str::to_owned)).collect();
    tested.sort();
    assert_eq!(version["kubernetes"], serde_json::json!(tested));
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(printed("version").starts_with(&format!(
        "kubectl {} {}\n",
        &PACKAGE["kubectl-".len()..],
        env!("CARGO_PKG_VERSION")
    )));
}
