//! From a JSON pointer to the place in the text.

use super::tree::{Entry, Kind, NodeId, Tree};

/// The value of `key` in a mapping, wherever it comes from: an entry of its own, or a merge.
pub(crate) fn child(tree: &Tree, id: NodeId, key: &str) -> Option<NodeId> {
    let id = tree.resolve(id);
    own_entry(tree, id, key).map(|entry| entry.value).or_else(|| {
        let merges = tree.entries(id).iter().rev().filter(|entry| entry.key.is_some_and(|key| tree.is_merge(key)));
        merges.flat_map(|entry| sources(tree, entry.value)).find_map(|source| child(tree, source, key))
    })
}

/// The mappings that a `<<` merges, the one that has precedence first.
fn sources(tree: &Tree, id: NodeId) -> Vec<NodeId> {
    match &tree.node(id).kind {
        Kind::Seq { entries, .. } => entries.iter().map(|entry| entry.value).collect(),
        _ => vec![id],
    }
}

/// The entry that the mapping itself has for `key`.
pub(crate) fn own_entry(tree: &Tree, id: NodeId, key: &str) -> Option<Entry> {
    let named =
        |entry: &&Entry| entry.key.is_some_and(|id| !tree.is_merge(id) && tree.key(id).is_ok_and(|name| name == key));
    tree.entries(id).iter().find(named).copied()
}

/// The segments of a JSON pointer, unescaped (RFC 6901).
pub(crate) fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}
