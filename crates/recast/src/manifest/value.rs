//! What a document means to kubectl, as JSON.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::fault::{Fault, What};
use super::load::MAX_DEPTH;
use super::scalar::{self, Scalar, ScalarError};
use super::tree::{Kind, NodeId, Style, Tree};

/// How many nodes aliases may stand for in one document. go-yaml's own bound for small documents is the same.
const MAX_ALIASED: usize = 400_000;

impl Tree {
    /// The value of a node, its aliases and merges resolved.
    pub(crate) fn value(&self, id: NodeId) -> Result<Value, Fault> {
        Reader { tree: self, depth: 0, in_alias: 0, aliased: 0 }.value(id)
    }

    /// The key that a node is in a mapping.
    pub(crate) fn key(&self, id: NodeId) -> Result<String, Fault> {
        let node = self.node(self.resolve(id));
        let Kind::Scalar { text, style, tag } = &node.kind else {
            return Err(Fault::syntax(node.start, "a mapping or sequence cannot be a key"));
        };
        let scalar = resolve(tag.as_deref(), text, *style).map_err(|error| fault(node.start, text, &error))?;
        scalar.into_key().ok_or_else(|| Fault::syntax(node.start, format!("{text:?} cannot be a key, unless quoted")))
    }
}

struct Reader<'t> {
    tree: &'t Tree,
    depth: usize,
    /// How many aliases have been followed to come here, and the nodes read within any.
    in_alias: usize,
    aliased: usize,
}

impl Reader<'_> {
    fn value(&mut self, id: NodeId) -> Result<Value, Fault> {
        self.nested(id, |reader| match &reader.tree.node(id).kind {
            Kind::Scalar { text, style, tag } => reader.scalar(id, text, *style, tag.as_deref()),
            Kind::Seq { entries, .. } => entries.iter().map(|entry| reader.value(entry.value)).collect(),
            Kind::Map { .. } => {
                let mut map = Map::new();
                reader.fill(id, &mut map)?;
                Ok(Value::Object(map))
            }
            Kind::Alias(target) => reader.aliased(*target, |reader| reader.value(*target)),
        })
    }

    fn scalar(&self, id: NodeId, text: &str, style: Style, tag: Option<&str>) -> Result<Value, Fault> {
        let start = self.tree.node(id).start;
        let scalar = resolve(tag, text, style).map_err(|error| fault(start, text, &error))?;
        scalar.into_json().ok_or_else(|| Fault::syntax(start, format!("the number {text} cannot be said in JSON")))
    }

    /// Puts the entries of a mapping into `map`. As in go-yaml v2, what comes later wins, merged or not.
    fn fill(&mut self, id: NodeId, map: &mut Map<String, Value>) -> Result<(), Fault> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for entry in self.tree.entries(id) {
            let Some(key) = entry.key else { continue };
            if self.tree.is_merge(key) {
                self.merge(entry.value, map)?;
                continue;
            }
            let name = self.tree.key(key)?;
            let at = self.tree.node(key).start;
            if let Some(first) = seen.insert(name.clone(), at) {
                return Err(Fault::new(at, What::Duplicate { key: name, first }));
            }
            let value = self.value(entry.value)?;
            map.insert(name, value);
        }
        Ok(())
    }

    /// `<<`: a mapping, or a sequence of mappings of which the first has precedence.
    fn merge(&mut self, id: NodeId, map: &mut Map<String, Value>) -> Result<(), Fault> {
        let node = self.tree.node(id);
        match &node.kind {
            Kind::Map { .. } => self.nested(id, |reader| reader.fill(id, map)),
            Kind::Alias(target) if matches!(self.tree.node(*target).kind, Kind::Map { .. }) => {
                self.aliased(*target, |reader| reader.nested(id, |reader| reader.fill(*target, map)))
            }
            Kind::Seq { entries, .. } if entries.iter().all(|entry| self.is_mapping(entry.value)) => {
                entries.iter().rev().try_for_each(|entry| self.merge(entry.value, map))
            }
            _ => Err(Fault::syntax(node.start, "`<<` needs a mapping or a sequence of mappings")),
        }
    }

    fn is_mapping(&self, id: NodeId) -> bool {
        matches!(self.tree.node(self.tree.resolve(id)).kind, Kind::Map { .. })
    }

    fn aliased<T>(&mut self, target: NodeId, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.in_alias += 1;
        let result = read(self);
        self.in_alias -= 1;
        if self.aliased > MAX_ALIASED {
            return Err(Fault::new(self.tree.node(target).start, What::Aliases));
        }
        result
    }

    fn nested<T>(&mut self, id: NodeId, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        let start = self.tree.node(id).start;
        self.aliased += usize::from(self.in_alias > 0);
        if self.aliased > MAX_ALIASED {
            return Err(Fault::new(start, What::Aliases));
        }
        // an alias in an alias may go deeper than the text does
        if self.depth > 2 * MAX_DEPTH {
            return Err(Fault::new(start, What::TooDeep));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

fn resolve(tag: Option<&str>, text: &str, style: Style) -> Result<Scalar, ScalarError> {
    scalar::resolve(tag, text, style == Style::Plain)
}

fn fault(offset: usize, text: &str, error: &ScalarError) -> Fault {
    let what = match error {
        ScalarError::NotA(name) => format!("{text:?} is not a !!{name}"),
        ScalarError::Binary => "what !!binary says is not base64 of a text".to_owned(),
    };
    Fault::syntax(offset, what)
}
