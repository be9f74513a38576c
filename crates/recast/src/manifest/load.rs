//! YAML text to a [`Tree`].

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use super::fault::{Fault, What};
use super::lines::skip_blank;
use super::strict;
use super::tokens::{block_scalar, colon_belongs_to, question_mark, skip_properties, take_colon};
use super::tree::{Entry, Kind, Node, NodeId, Style, Syntax, Tree};

/// How deep collections may be nested. No Kubernetes object comes near.
pub(crate) const MAX_DEPTH: usize = 200;

/// Parses the one document in `text`, and refuses what kubectl's reader would refuse or read as something else.
pub(crate) fn load(text: &str) -> Result<Tree, Fault> {
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_anchor_events: true,
        emit_comments: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    strict::characters(text)?;
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| Fault::from_scan(&error, text))?;
        builder.take(event, &span)?;
    }
    let tree = builder.finish();
    strict::check(text, &tree)?;
    Ok(tree)
}

struct Builder<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    root: Option<NodeId>,
    comments: Vec<Range<usize>>,
    anchors: HashMap<usize, NodeId>,
    open: Vec<Frame>,
    /// The end of the last token.
    last: usize,
    documents: usize,
}

/// A collection whose end has not come yet.
struct Frame {
    id: NodeId,
    map: bool,
    flow: bool,
    /// The `-` of the item that comes next.
    dash: Option<usize>,
    key: Option<NodeId>,
    entries: Vec<Entry>,
    /// The `:` of its last key is part of that key, as in `[::]`.
    glued: bool,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            nodes: Vec::new(),
            root: None,
            comments: Vec::new(),
            anchors: HashMap::new(),
            open: Vec::new(),
            last: 0,
            documents: 0,
        }
    }

    fn take(&mut self, event: Event<'t>, span: &Span) -> Result<(), Fault> {
        let range = span.byte_range().unwrap_or_default();
        let tag_range = span.tag_span().and_then(|tag| tag.byte_range());
        if matches!(event, Event::Alias(_) | Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..)) {
            self.dash();
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let what = "another document begins here without a line `---` before it; kubectl would not read it";
                    return Err(Fault::syntax(range.start, what));
                }
                if !range.is_empty() {
                    self.last = range.end;
                }
            }
            Event::Comment(..) => self.comments.push(range),
            Event::Anchor(anchor, _) => self.anchor(anchor, range),
            Event::Alias(anchor) => {
                let Some(&target) = self.anchors.get(&anchor) else {
                    return Err(Fault::syntax(range.start, "an alias to an anchor that it is part of"));
                };
                self.last = range.end;
                self.add(range, None, Kind::Alias(target))?;
            }
            Event::Scalar(value, style, _, tag) => {
                let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
                self.scalar(&value, style, tag, range, tag_range)?;
            }
            Event::SequenceStart(style, ..) => self.start(false, style, range, tag_range)?,
            Event::MappingStart(style, ..) => self.start(true, style, range, tag_range)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(range.end),
            _ => {}
        }
        Ok(())
    }

    /// Finds the `-` before the next item of a block sequence.
    fn dash(&mut self) {
        if let Some(frame) = self.open.last_mut().filter(|frame| !frame.map && !frame.flow) {
            let at = skip_properties(self.text, self.last);
            if self.text[at..].starts_with('-') {
                frame.dash = Some(at);
                self.last = at + 1;
            }
        }
    }

    fn anchor(&mut self, anchor: usize, range: Range<usize>) {
        let id = NodeId(self.nodes.len() - 1);
        self.anchors.insert(anchor, id);
        let node = &mut self.nodes[id.0];
        node.start = node.start.min(range.start);
        if node.range.is_empty() && matches!(node.kind, Kind::Scalar { .. }) {
            // an empty scalar ends after what is said of it
            let end = node.range.end.max(range.end);
            node.range = end..end;
            self.last = self.last.max(end);
        }
        node.anchor = Some(range);
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        tag: Option<String>,
        range: Range<usize>,
        tag_range: Option<Range<usize>>,
    ) -> Result<(), Fault> {
        let style = match style {
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
            ScalarStyle::Plain => Style::Plain,
        };
        let empty = style == Style::Plain && range.is_empty();
        let range = match style {
            Style::Block => block_scalar(self.text, self.last, range),
            Style::Plain if empty => self.empty_scalar(tag_range.as_ref()),
            _ => range,
        };
        self.last = self.last.max(range.end);
        let text = if empty { String::new() } else { value.to_owned() };
        self.add(range, tag_range, Kind::Scalar { text, style, tag })
    }

    /// Where a scalar of no characters stands: after the `:`, `-` or tag before it.
    fn empty_scalar(&self, tag: Option<&Range<usize>>) -> Range<usize> {
        let indicator = skip_blank(self.text, self.last);
        let after_indicator = match self.open.last() {
            Some(frame) if frame.key.is_some() => self.text[indicator..].starts_with(':'),
            _ => false,
        };
        let at = if after_indicator { indicator + 1 } else { self.last };
        let at = tag.map_or(at, |tag| at.max(tag.end));
        at..at
    }

    fn start(
        &mut self,
        map: bool,
        style: StructureStyle,
        range: Range<usize>,
        tag: Option<Range<usize>>,
    ) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new(range.start, What::TooDeep));
        }
        let flow = style == StructureStyle::Flow;
        let entries = Vec::new();
        let kind = if map { Kind::Map { flow, entries } } else { Kind::Seq { flow, entries } };
        let id = NodeId(self.nodes.len());
        self.nodes.push(node(range.clone(), tag, kind));
        self.attach(id)?;
        if flow {
            self.last = self.last.max(range.end);
        }
        self.open.push(Frame { id, map, flow, dash: None, key: None, entries: Vec::new(), glued: false });
        Ok(())
    }

    fn end(&mut self, end: usize) {
        let Some(frame) = self.open.pop() else { return };
        let node = &mut self.nodes[frame.id.0];
        let bracketed = frame.flow && !node.range.is_empty();
        if bracketed {
            node.range.end = end;
        } else if let (Some(first), Some(last)) = (frame.entries.first(), frame.entries.last()) {
            let (start, last) = (first.start, last.value);
            let end = self.nodes[last.0].range.end;
            let node = &mut self.nodes[frame.id.0];
            node.start = node.start.min(start);
            node.range = start..end;
            if frame.glued {
                self.unpair(&frame);
                return;
            }
        }
        let node = &mut self.nodes[frame.id.0];
        self.last = self.last.max(node.range.end);
        match &mut node.kind {
            Kind::Map { entries, .. } | Kind::Seq { entries, .. } => *entries = frame.entries,
            Kind::Scalar { .. } | Kind::Alias(_) => {}
        }
    }

    /// What looks like a pair in a flow sequence is a word that ends in a colon.
    fn unpair(&mut self, frame: &Frame) {
        if let Some(key) = frame.entries[0].key {
            let word = self.nodes[key.0].clone();
            self.last = self.last.max(word.range.end);
            self.nodes[frame.id.0] = word;
        }
    }

    fn add(&mut self, range: Range<usize>, tag: Option<Range<usize>>, kind: Kind) -> Result<(), Fault> {
        let id = NodeId(self.nodes.len());
        self.nodes.push(node(range, tag, kind));
        self.attach(id)
    }

    /// Makes the node the root, a key, a value or an item.
    fn attach(&mut self, id: NodeId) -> Result<(), Fault> {
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(id);
            return Ok(());
        };
        if !frame.map {
            let start = frame.dash.take().unwrap_or(self.nodes[id.0].start);
            frame.entries.push(Entry { start, key: None, value: id });
            return Ok(());
        }
        let Some(key) = frame.key.take() else {
            frame.key = Some(id);
            return Ok(());
        };
        if frame.flow && colon_belongs_to(self.text, &self.nodes[key.0]) {
            if !self.nodes[id.0].range.is_empty() {
                let what = "a `:` with no space after it is part of the word before it";
                return Err(Fault::syntax(self.nodes[key.0].range.end, what));
            }
            frame.glued = true;
            take_colon(&mut self.nodes[key.0]);
        }
        let after = frame.entries.last().map_or(0, |entry| self.nodes[entry.value.0].range.end);
        let start = question_mark(self.text, &self.comments, after, self.nodes[key.0].start);
        frame.entries.push(Entry { start, key: Some(key), value: id });
        Ok(())
    }

    fn finish(mut self) -> Tree {
        self.comments.sort_by_key(|comment| comment.start);
        Tree { syntax: Syntax::Yaml, nodes: self.nodes, root: self.root, comments: self.comments }
    }
}

fn node(range: Range<usize>, tag: Option<Range<usize>>, kind: Kind) -> Node {
    let start = tag.map_or(range.start, |tag| tag.start.min(range.start));
    Node { start, range, anchor: None, kind }
}
