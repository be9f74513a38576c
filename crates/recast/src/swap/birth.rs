//! What a change is born with: a name of its own, and the time.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use k8s_openapi::jiff::Timestamp;

/// A name of eight hexadecimal digits, by the randomness that the standard library keys its maps with.
#[must_use]
pub fn fresh_id() -> String {
    format!("{:08x}", RandomState::new().build_hasher().finish() & 0xffff_ffff)
}

/// The time in RFC 3339, in seconds.
#[must_use]
pub fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
