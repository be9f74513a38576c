//! `kubectl ds-cast` on a real control plane.
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

mod ds_cast {
    mod adopt;
    mod adopt_killed;
    mod adopt_refused;
    mod adopt_troubled;
    mod adopt_undo;
    mod answers;
    mod blockers;
    mod completion;
    mod connection;
    mod dry_run;
    mod existing;
    mod explain;
    mod fields;
    mod files;
    mod handed;
    mod interrupted;
    mod metadata;
    mod network;
    mod never_ready;
    mod output;
    mod owners;
    mod refusals;
    mod replace;
    mod report;
    mod requests;
    mod rights;
    mod roles;
    mod secrets;
    mod soak;
    mod sources;
    mod strategies;
    mod tool;
    mod undo;
    mod undo_changes;
    mod undo_uncast;
    mod warnings;
}
