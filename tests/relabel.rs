//! `kubectl relabel` on a real control plane.
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

mod relabel {
    mod admission;
    mod adopted;
    mod around;
    mod busy;
    mod cases;
    mod completion;
    mod crowd;
    mod dependents;
    mod explained;
    mod half_way;
    mod interrupted;
    mod judge;
    mod killed;
    mod lacking;
    mod late;
    mod managed;
    mod meddled;
    mod monitors;
    mod named;
    mod newer;
    mod others;
    mod policies;
    mod policies_moved;
    mod prune;
    mod question;
    mod rehearsed;
    mod rescue;
    mod resumed;
    mod rights;
    mod roles;
    mod roles_half_way;
    mod roles_of_kinds;
    mod scene;
    mod secrets;
    mod services;
    mod soak;
    mod state;
    mod surroundings;
    mod swap;
    mod swap_history;
    mod swap_kept;
    mod swap_many;
    mod swap_several;
    mod swap_variants;
    mod takers;
    mod together;
    mod tool;
    mod troubled;
    mod unfit;
    mod words;
}
