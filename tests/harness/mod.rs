//! What all end-to-end tests stand on: a cluster, a namespace for each test, and programs that are run in it.

pub mod account;
pub mod audit;
pub mod caller;
pub mod chance;
pub mod endpoints;
pub mod eventually;
pub mod manifests;
pub mod namespace;
pub mod proxy;
pub mod running;
pub mod settings;

pub use account::{Rule, may};
pub use caller::Caller;
pub use endpoints::Endpoints;
pub use eventually::eventually;
pub use namespace::Namespace;
pub use running::{Ended, Running};
