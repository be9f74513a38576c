//! `kubectl logs-selector` on a real control plane, with a kubelet that does what a test tells it.
//!
//! `make test` runs these; `cargo test` alone leaves them out. `tests/cluster/README.md` says what they need.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "in tests a panic is how a test fails, and json!(…) is given as it is made"
)]

#[allow(dead_code, unused_imports, reason = "each suite needs only a part of it")]
mod harness;

mod logs_selector {
    mod beside_kubectl;
    mod cable;
    mod completion;
    mod continuity;
    mod crowd;
    mod endings;
    mod forgetful;
    mod kubelet;
    mod lines;
    mod membership;
    mod others;
    mod requests;
    mod restarts;
    mod returns;
    mod roles;
    mod schedules;
    mod screen;
    mod switch;
    mod targets;
    mod terminal;
    mod tool;
    mod traffic;
}
