//! What could stand where the cursor is, before a cluster is asked.

use clap::Arg;

use super::Named;
use super::choice::Choice;
use super::flags::{flags, values};
use super::line::{Cursor, Line};
use super::words::words;
use crate::kind::Kind;

/// Something that could stand where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// One of these.
    Known(Vec<Choice>),
    /// A file.
    File,
    /// A namespace of the cluster.
    Namespace,
    /// What the kubeconfig has in this list of its.
    Entry(Entries),
    /// An object.
    Object {
        /// Its kind.
        kind: Kind,
        /// What stands before its name, `ds/`.
        before: String,
    },
    /// A label selector of objects of these kinds.
    Selector(Vec<Kind>),
    /// A container.
    Container {
        /// Of these objects, each of the first of its kinds of which there is one.
        objects: Vec<(Vec<Kind>, String)>,
        /// Of the pods that this selects.
        selector: Option<String>,
    },
    /// A label edit of objects.
    Edit {
        /// Those that are named.
        objects: Vec<(Kind, String)>,
        /// All of these kinds, or those of them that a selector matches.
        kinds: Vec<Kind>,
    },
}

/// A list of the kubeconfig.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entries {
    /// `contexts`
    Contexts,
    /// `clusters`
    Clusters,
    /// `users`
    Users,
}

/// All that could stand where the cursor of the line is.
pub fn of(line: &Line<'_>, named: Named) -> Vec<Wanted> {
    match line.cursor() {
        Cursor::Flag => vec![Wanted::Known(flags(line))],
        Cursor::Value(flag) => value(line, named, flag).into_iter().collect(),
        Cursor::Word => words(line, named),
    }
}

/// What a flag's value could be; many can be anything.
fn value(line: &Line<'_>, named: Named, flag: &Arg) -> Option<Wanted> {
    let known = values(flag);
    if !known.is_empty() {
        return Some(Wanted::Known(known));
    }
    if flag.get_value_names().is_some_and(|names| names.iter().any(|name| name == "FILE")) {
        return Some(Wanted::File);
    }
    Some(match flag.get_id().as_str() {
        "namespace" => Wanted::Namespace,
        "context" => Wanted::Entry(Entries::Contexts),
        "cluster" => Wanted::Entry(Entries::Clusters),
        "user" => Wanted::Entry(Entries::Users),
        "selector" if !line.has("filename") => Wanted::Selector(super::words::kinds(line, named)),
        "container" => super::words::containers(line, named),
        "service" => Wanted::Object { kind: Kind::Service, before: String::new() },
        "node" => Wanted::Object { kind: Kind::Node, before: String::new() },
        "node_selector" if !line.has("filename") => Wanted::Selector(vec![Kind::Node]),
        _ => return None,
    })
}
