//! The syntax tree of one document: what stands where in the text.

use std::ops::Range;

/// The place of a node in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) usize);

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Yaml,
    Json,
}

/// One document, parsed. All positions are byte offsets into the document's own text.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) syntax: Syntax,
    /// In the order in which they begin.
    pub(crate) nodes: Vec<Node>,
    /// `None` in a document that holds nothing but comments.
    pub(crate) root: Option<NodeId>,
    /// From `#` to the end of the line, in order.
    pub(crate) comments: Vec<Range<usize>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From the first anchor or tag if there is one, else the start of `range`.
    pub(crate) start: usize,
    /// The value itself: a scalar with its quotes, a block scalar from its `|`, a flow collection with its brackets.
    pub(crate) range: Range<usize>,
    /// The anchor with its `&`.
    pub(crate) anchor: Option<Range<usize>>,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Scalar { text: String, style: Style, tag: Option<String> },
    Map { flow: bool, entries: Vec<Entry> },
    Seq { flow: bool, entries: Vec<Entry> },
    Alias(NodeId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Block,
}

/// A key with its value, or an item of a sequence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Where it begins: the key, or the `?` or `-` before it.
    pub(crate) start: usize,
    pub(crate) key: Option<NodeId>,
    pub(crate) value: NodeId,
}

impl Tree {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// The entries of a mapping or sequence.
    pub(crate) fn entries(&self, id: NodeId) -> &[Entry] {
        match &self.node(id).kind {
            Kind::Map { entries, .. } | Kind::Seq { entries, .. } => entries,
            Kind::Scalar { .. } | Kind::Alias(_) => &[],
        }
    }

    /// The node that an alias stands for, or the node itself.
    pub(crate) fn resolve(&self, mut id: NodeId) -> NodeId {
        while let Kind::Alias(target) = self.node(id).kind {
            id = target;
        }
        id
    }

    /// Where an entry ends: after its value.
    pub(crate) fn end(&self, entry: Entry) -> usize {
        self.node(entry.value).range.end
    }

    /// Whether the scalar `id` is the key `<<` that merges another mapping into its own.
    pub(crate) fn is_merge(&self, id: NodeId) -> bool {
        let Kind::Scalar { text, style, tag } = &self.node(id).kind else {
            return false;
        };
        let by_tag = |tag: &String| tag.strip_prefix(super::scalar::CORE) == Some("merge");
        text == "<<" && tag.as_ref().map_or(*style == Style::Plain, by_tag)
    }

    /// The comments that begin in `range`.
    pub(crate) fn comments_in(&self, range: Range<usize>) -> &[Range<usize>] {
        let from = self.comments.partition_point(|comment| comment.start < range.start);
        let to = self.comments.partition_point(|comment| comment.start < range.end);
        &self.comments[from..to.max(from)]
    }
}

impl Node {
    /// Whether it is a collection in brackets.
    pub(crate) fn is_flow(&self) -> bool {
        matches!(self.kind, Kind::Map { flow: true, .. } | Kind::Seq { flow: true, .. })
    }

    /// Whether it is a collection spelled by indentation.
    pub(crate) fn is_block(&self) -> bool {
        matches!(self.kind, Kind::Map { flow: false, .. } | Kind::Seq { flow: false, .. })
    }
}
