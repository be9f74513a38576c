//! Kubernetes manifests, read as kubectl reads them and edited in place.
//!
//! A [`Manifest`] keeps the text. [`Manifest::edit`] applies a JSON patch to one object by replacing as few bytes as it
//! takes; comments, order, quoting, anchors and all other documents stay as they are. What was edited is parsed again
//! and compared with what the patch should give, so that a wrong edit is an error and never a wrong file.

mod anchors;
mod base64;
mod block;
mod comments;
mod delivery;
mod detach;
mod diff;
mod draft;
mod edit;
mod entry;
mod error;
mod fault;
mod file;
pub mod files;
mod flow;
#[cfg(test)]
mod golden;
mod island;
mod json;
mod lines;
mod load;
mod object;
mod operation;
mod quote;
#[cfg(test)]
mod reading;
mod render;
mod replace;
mod scalar;
pub mod sources;
mod split;
mod strict;
mod tokens;
mod tree;
mod value;
mod verdict;
mod walk;

pub use delivery::Delivery;
pub use diff::unified;
pub use edit::EditError;
pub use error::{ManifestError, Place};
pub use file::File;
pub use object::ManifestObject;
pub use render::to_yaml;
pub use replace::replace;
pub use verdict::{Judged, Verdict};

use fault::Fault;
use split::Document;

/// The largest file that is read: 16 MiB, ten times what etcd takes for one object.
pub const MAX_SIZE: usize = 16 * 1024 * 1024;

/// One manifest file, held as text.
#[derive(Debug, Clone)]
pub struct Manifest {
    name: String,
    text: String,
    documents: Vec<Document>,
    objects: Vec<ManifestObject>,
}

impl Manifest {
    /// Reads a file; `name` is what messages call it, such as `rng.yml` or `STDIN`.
    ///
    /// # Errors
    /// When kubectl could not read it, when it would drop a part of it (duplicate keys), or when no object is in it.
    pub fn parse(name: &str, bytes: Vec<u8>) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_SIZE {
            return Err(ManifestError::TooLarge { name: name.to_owned(), limit: MAX_SIZE });
        }
        let text = utf8(name, bytes)?;
        match read(&text) {
            Ok((_, objects)) if objects.is_empty() => Err(ManifestError::Empty { name: name.to_owned() }),
            Ok((documents, objects)) => Ok(Self { name: name.to_owned(), text, documents, objects }),
            Err(fault) => Err(ManifestError::new(name, &text, fault)),
        }
    }

    /// The name that it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every object in order: documents, and the items of each `List`.
    #[must_use]
    pub fn objects(&self) -> &[ManifestObject] {
        &self.objects
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

fn read(text: &str) -> Result<(Vec<Document>, Vec<ManifestObject>), Fault> {
    let documents = split::documents(text)?;
    let mut objects = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        objects.extend(object::objects(text, document, index)?);
    }
    Ok((documents, objects))
}

fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, ManifestError> {
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let valid = String::from_utf8_lossy(valid);
        ManifestError::Encoding { at: error::place_of(name, &valid, valid.len()), utf16 }
    })
}
