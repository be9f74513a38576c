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

mod harness;

mod ds_cast {
    mod dry_run;
    mod existing;
    mod fields;
    mod interrupted;
    mod metadata;
    mod never_ready;
    mod output;
    mod refusals;
    mod replace;
    mod requests;
    mod rights;
    mod sources;
    mod strategies;
    mod tool;
}
