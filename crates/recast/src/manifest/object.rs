//! The Kubernetes objects of a document.

use serde_json::Value;

use super::fault::{Fault, What};
use super::split::Document;
use super::tree::NodeId;
use super::walk::child;

/// One object of a manifest: a document, or an item of a `List`.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestObject {
    /// The 1-based line of its first token.
    pub line: usize,
    /// What kubectl would send.
    pub value: Value,
    /// Which document of the file it is in, from 0.
    pub(crate) document: usize,
    /// JSON pointer from the document's root to the object, such as `/items/0`; empty for the root.
    pub(crate) pointer: String,
}

impl ManifestObject {
    /// Its `kind`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.value["kind"].as_str().unwrap_or_default()
    }

    /// Its `apiVersion`.
    #[must_use]
    pub fn api_version(&self) -> &str {
        self.value["apiVersion"].as_str().unwrap_or_default()
    }

    /// Its name; empty if it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.value["metadata"]["name"].as_str().unwrap_or_default()
    }

    /// `daemonset.apps/rng`: as kubectl names it.
    #[must_use]
    pub fn id(&self) -> String {
        let kind = self.kind().to_lowercase();
        match self.api_version().split_once('/') {
            Some((group, _)) => format!("{kind}.{group}/{}", self.name()),
            None => format!("{kind}/{}", self.name()),
        }
    }

    /// Its namespace, if it says one.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.value["metadata"]["namespace"].as_str()
    }
}

/// The objects of document number `index`; faults and lines are those of the whole `text`.
pub(crate) fn objects(text: &str, document: &Document, index: usize) -> Result<Vec<ManifestObject>, Fault> {
    let mut finder = Finder { lines: Lines::new(text), document, index, objects: Vec::new() };
    if let Some(root) = document.tree.root {
        let value = document.tree.value(root).map_err(|fault| fault.shifted(document.range.start))?;
        // an empty document is no object, and no error
        if !value.is_null() {
            finder.find(root, value, String::new())?;
        }
    }
    Ok(finder.objects)
}

struct Finder<'t> {
    lines: Lines<'t>,
    document: &'t Document,
    index: usize,
    objects: Vec<ManifestObject>,
}

/// Counts lines, from where it was asked last.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn number(&mut self, offset: usize) -> usize {
        if offset < self.at {
            *self = Self::new(self.text);
        }
        self.line += self.text[self.at..offset].matches('\n').count();
        self.at = offset;
        self.line
    }
}

impl Finder<'_> {
    fn find(&mut self, node: NodeId, value: Value, pointer: String) -> Result<(), Fault> {
        let start = self.document.range.start + self.document.tree.node(node).start;
        if let Some(what) = lacks(&value) {
            return Err(Fault::new(start, What::NotAnObject(what)));
        }
        if !is_list(&value) {
            let line = self.lines.number(start);
            self.objects.push(ManifestObject { line, value, document: self.index, pointer });
            return Ok(());
        }
        let Value::Object(mut list) = value else { return Ok(()) };
        let Some(Value::Array(items)) = list.remove("items") else { return Ok(()) };
        let tree = &self.document.tree;
        let nodes = child(tree, node, "items").map(|items| tree.entries(tree.resolve(items)));
        for (number, item) in items.into_iter().enumerate() {
            let node = nodes.and_then(|nodes| nodes.get(number)).map_or(node, |entry| entry.value);
            self.find(node, item, format!("{pointer}/items/{number}"))?;
        }
        Ok(())
    }
}

/// `kubectl get a,b -o yaml` gives a `List`. One with a kind of its own, such as a `DeploymentList`, is an object.
fn is_list(value: &Value) -> bool {
    value["kind"] == "List" && value["apiVersion"] == "v1"
}

/// What it takes for an object to be one.
fn lacks(value: &Value) -> Option<String> {
    let named = |key: &str| value[key].as_str().is_some_and(|text| !text.is_empty());
    match value {
        Value::Object(_) if !named("kind") => Some("it has no `kind`".to_owned()),
        Value::Object(_) if !named("apiVersion") => Some("it has no `apiVersion`".to_owned()),
        Value::Object(_) => None,
        Value::Array(_) => Some("it is a list".to_owned()),
        Value::String(_) => Some("it is a text".to_owned()),
        _ => Some("it is a single value".to_owned()),
    }
}
