//! Which objects of the files are meant.

use kube::core::Selector;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::manifest::{File, ManifestObject};
use recast::resolve::{Chosen, Naming};
use recast::selector::{SelectorTextError, labels, matches, parse};
use recast::target::{Target, Targets};

use crate::args::Args;

/// What the command line says of the objects that are meant.
pub struct Choice {
    /// Their names or kinds; `None` for all.
    chosen: Option<Chosen>,
    selector: Option<Selector>,
    namespace: Option<String>,
}

impl Choice {
    /// Reads the words and flags.
    ///
    /// # Errors
    /// If a word names no kind that can be relabelled, or `-l` is no selector.
    pub fn new(args: &Args, words: &[String]) -> Result<Self, Failure> {
        let selector = args.selector.as_deref().map(|text| parse(text).map_err(|error| unreadable(text, &error)));
        Ok(Self {
            chosen: if words.is_empty() { None } else { Some(chosen(&args.naming(words))?) },
            selector: selector.transpose()?,
            namespace: args.connection.namespace.clone(),
        })
    }

    /// Whether the object is meant.
    pub fn takes(&self, kind: Kind, object: &ManifestObject) -> bool {
        let chosen = match &self.chosen {
            None => true,
            Some(Chosen::Kinds(kinds)) => kinds.contains(&kind),
            Some(Chosen::Objects(_)) => self.names(kind, object),
        };
        let own = labels(object.value.pointer("/metadata/labels"));
        chosen && self.is_near(object) && self.selector.as_ref().is_none_or(|selector| matches(selector, &own))
    }

    /// Whether the object is named, and not only one of many.
    pub fn names(&self, kind: Kind, object: &ManifestObject) -> bool {
        let is = |(of, target): &(Kind, Target)| *of == kind && target.name == object.name();
        matches!(&self.chosen, Some(Chosen::Objects(targets)) if targets.iter().any(is))
    }

    /// Every target that no file has.
    pub fn missing(&self, files: &[File]) -> Vec<Failure> {
        let Some(Chosen::Objects(targets)) = &self.chosen else { return Vec::new() };
        let objects = || files.iter().flat_map(|file| file.before().objects()).filter(|object| self.is_near(object));
        let there = |(kind, target): &&(Kind, Target)| {
            objects().any(|object| object.name() == target.name && kind_of(object) == Some(*kind))
        };
        let missing = targets.iter().filter(|target| !there(target));
        missing.map(|(_, target)| self.not_found(target, files)).collect()
    }

    fn not_found(&self, target: &Target, files: &[File]) -> Failure {
        let namespace = self.namespace.as_ref().map_or(String::new(), |name| format!(" in namespace {name}"));
        let failure = Failure::new(format!("{target} is in none of the files{namespace}"));
        let named = |file: &File| {
            let places = file.places().zip(file.before().objects());
            let named = places.filter(|(_, object)| object.name() == target.name);
            named.map(|(place, object)| format!("there is {place}{}", namespace_of(object))).collect::<Vec<_>>()
        };
        failure.details(files.iter().flat_map(named))
    }

    /// Whether the object is in the namespace, if one is given. One that says none can be anywhere.
    fn is_near(&self, object: &ManifestObject) -> bool {
        self.namespace.is_none() || object.namespace().is_none() || object.namespace() == self.namespace.as_deref()
    }
}

/// The kind of an object, served still or no longer.
pub fn kind_of(object: &ManifestObject) -> Option<Kind> {
    let (api_version, kind) = (object.api_version(), object.kind());
    Kind::from_manifest(api_version, kind).or_else(|| Kind::from_former_manifest(api_version, kind))
}

/// A TYPE alone stands for all of the files, which are a choice already.
fn chosen(naming: &Naming<'_>) -> Result<Chosen, Failure> {
    let kinds_alone = matches!(Targets::parse(naming.words), Ok(Targets::Kinds(_)));
    Naming { all: kinds_alone, ..*naming }.chosen()
}

fn namespace_of(object: &ManifestObject) -> String {
    object.namespace().map_or(String::new(), |name| format!(", in namespace {}", name.escape_debug()))
}

fn unreadable(text: &str, error: &SelectorTextError) -> Failure {
    Failure::caused_by(format!("-l {text:?} is no label selector"), error)
}
