//! What the recast kubectl plugins share.
//!
//! A command flows one way: arguments ([`connection`], [`target`]) → [`snapshot`] of what the cluster says →
//! a pure decision ([`engine::Goal::next`]) → an [`action`] → … → a report. What decides and acts knows no terminal: it
//! takes a client and a sink for what happens. The binaries print, with [`failure`], [`output`] and [`screen`].

pub mod action;
pub mod besides;
pub mod canvas;
pub mod cluster;
pub mod commands;
pub mod completion;
pub mod connection;
pub mod dependents;
pub mod difference;
pub mod ending;
pub mod engine;
pub mod exit;
pub mod failure;
pub mod json;
pub mod kind;
pub mod label;
pub mod manifest;
pub mod membership;
pub mod model;
pub mod object;
pub mod output;
pub mod owners;
pub mod ownership;
pub mod patch;
pub mod product;
pub mod progress;
pub mod rehearsal;
pub mod resolve;
pub mod rights;
pub mod screen;
pub mod script;
pub mod selector;
pub mod shell;
pub mod snapshot;
pub mod swap;
pub mod syntax;
pub mod target;
pub mod terminal;
pub mod timeout;
pub mod usage;
pub mod version;
pub mod wire;
pub mod workload;
