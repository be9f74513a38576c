//! `kubectl relabel -f` on a corpus of odd manifests: `tests/corpus-relabel/README.md` says what is in it.
//!
//! All but the last of these tests need no cluster.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "in tests a panic is how a test fails")]

mod manifests {
    mod bytes;
    mod case;
    mod goldens;
    mod relabel {
        mod files;
        mod invariants;
        mod inverse;
    }
    mod server;
    pub mod tool;
}

/// What is tested.
const PLUGIN: manifests::tool::Plugin = manifests::tool::Plugin {
    program: env!("CARGO_BIN_EXE_kubectl-relabel"),
    corpus: "tests/corpus-relabel",
    cases: 90,
    arguments: "isactive=yes",
    kinds: &[
        "DaemonSet",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
        "Service",
        "Pod",
        "PodDisruptionBudget",
        "NetworkPolicy",
    ],
    kept: 100,
};
