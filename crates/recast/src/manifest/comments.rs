//! The comments around an edit, which all stay.

use std::ops::Range;

use super::draft::Draft;
use super::lines::{line_start, next_line, skip_blank};
use super::tree::{Kind, Node, Style};

impl Draft {
    pub(crate) fn on_own_line(&self, at: usize, comment: &str) -> String {
        format!("{}{}{comment}", self.newline, " ".repeat(self.column(at)))
    }

    /// For a file without a line break at its end: `with` gets none, or what is before `from` loses it.
    pub(crate) fn without_line_break(&self, from: usize, with: &mut String) -> usize {
        if with.is_empty() {
            return self.text[..from].trim_end_matches([' ', '\t', '\r', '\n']).len();
        }
        with.truncate(with.trim_end_matches(['\r', '\n']).len());
        from
    }

    /// The comments of lines that go: as they are if they have a line of their own, else at `indent`.
    pub(crate) fn kept_comments(&self, from: usize, to: usize, indent: usize) -> String {
        let align = self.follows_block_scalar(from);
        let mut kept = String::new();
        for comment in self.tree.comments_in(from..to) {
            let line = line_start(&self.text, comment.start);
            let own = self.begins_line(comment.start) && !align;
            let before = if own { self.source(line..comment.start).to_owned() } else { " ".repeat(indent) };
            kept.push_str(&before);
            kept.push_str(self.source(comment.clone()).trim_end_matches('\r'));
            kept.push_str(self.newline);
        }
        kept
    }

    /// Whether the line at `from` comes after a block scalar, of which deeper comments would become a part.
    pub(crate) fn follows_block_scalar(&self, from: usize) -> bool {
        self.tree.nodes.iter().any(|node| {
            matches!(node.kind, Kind::Scalar { style: Style::Block, .. })
                && node.range.end <= from
                && self.source(node.range.end..from).trim().is_empty()
        })
    }

    /// The end of the comments from `at` on that belong to an entry of a collection at `indent`: they stand deeper, or
    /// are an item that is commented out, under an item.
    pub(crate) fn past_own_comments(&self, at: usize, indent: usize, last: &Node) -> usize {
        let end = skip_blank(&self.text, at);
        let items = matches!(last.kind, Kind::Seq { flow: false, .. });
        let own = |comment: &&Range<usize>| {
            let column = self.column(comment.start);
            let item = self.source((*comment).clone()).trim_start_matches(['#', ' ']).starts_with("- ");
            column > indent || column == indent && items && item
        };
        let last = self.tree.comments_in(at..end).iter().take_while(own).last();
        last.map_or(at, |comment| next_line(&self.text, comment.end))
    }

    /// The end of the comments from `at` on that stand deeper than `indent`.
    pub(crate) fn past_deeper_comments(&self, at: usize, indent: usize) -> usize {
        let end = skip_blank(&self.text, at);
        let comments = self.tree.comments_in(at..end).iter();
        let last = comments.take_while(|comment| self.column(comment.start) > indent).last();
        last.map_or(at, |comment| next_line(&self.text, comment.end))
    }
}
