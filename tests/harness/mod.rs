//! What all end-to-end tests stand on: a cluster, a namespace for each test, and programs that are run in it.

pub mod account;
pub mod api;
pub mod api_server;
pub mod audit;
pub mod caller;
pub mod chance;
pub mod controllers;
pub mod endpoints;
pub mod eventually;
pub mod killed;
pub mod manifests;
pub mod namespace;
pub mod pods;
pub mod process;
pub mod proxy;
pub mod role;
pub mod running;
pub mod settings;
pub mod shell;
pub mod watch;

pub use account::{Rule, may};
pub use api_server::ApiServer;
pub use caller::Caller;
pub use controllers::Controllers;
pub use endpoints::Endpoints;
pub use eventually::eventually;
pub use killed::{Moment, killed};
pub use namespace::Namespace;
pub use pods::Pods;
pub use role::one_verb_less;
pub use running::{Ended, Running};
pub use shell::Shell;
