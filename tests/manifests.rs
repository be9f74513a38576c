//! `kubectl ds-cast -f` on a corpus of odd manifests: `tests/corpus/README.md` says what is in it.
//!
//! All but the last of these tests need no cluster.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "in tests a panic is how a test fails")]

mod manifests {
    mod bytes;
    mod case;
    mod extremes;
    mod files;
    mod goldens;
    mod invariants;
    mod server;
    pub mod tool;
}

/// What is tested.
const PLUGIN: manifests::tool::Plugin = manifests::tool::Plugin {
    program: env!("CARGO_BIN_EXE_kubectl-ds_cast"),
    corpus: "tests/corpus",
    cases: 150,
    arguments: "",
    kinds: &["DaemonSet"],
    kept: 100,
};
