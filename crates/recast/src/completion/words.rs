//! What the words name that are no flags: types, objects, label edits.

use super::Named;
use super::choice::Choice;
use super::flags::values;
use super::line::Line;
use super::wanted::Wanted;
use crate::kind::Kind;
use crate::label::is_edit;
use crate::target::{Target, Targets};

/// All that could be the next word.
pub fn words(line: &Line<'_>, named: Named) -> Vec<Wanted> {
    if line.command().get_subcommands().next().is_none() {
        let known = line.command().get_positionals().filter(|_| line.words().is_empty()).flat_map(values).collect();
        return vec![Wanted::Known(known)];
    }
    let commands = Some(Wanted::Known(commands(line))).filter(|_| line.words().is_empty());
    let files = line.has("filename");
    let of_cluster = |wanted: &Wanted| !files || matches!(wanted, Wanted::Known(_));
    commands.into_iter().chain(targets(line, named)).chain(edits(line, named)).filter(of_cluster).collect()
}

/// The containers of what is named.
pub fn containers(line: &Line<'_>, named: Named) -> Wanted {
    let targets = match Targets::parse(resources(line)) {
        Ok(Targets::Named(targets)) => targets,
        _ => Vec::new(),
    };
    let kinds = |target: &Target| target.kind.map_or_else(|| named.kinds.to_vec(), |kind| vec![kind]);
    let objects = targets.into_iter().map(|target| (kinds(&target), target.name)).collect();
    let selector = line.given().find(|(flag, _)| flag.get_id() == "selector").and_then(|(_, value)| value);
    Wanted::Container { objects, selector: selector.map(str::to_owned) }
}

/// The kinds that a selector selects: the one that it is always of, those that are named, or all that could be.
pub fn kinds(line: &Line<'_>, named: Named) -> Vec<Kind> {
    if let Some(kind) = named.selected {
        return vec![kind];
    }
    match Targets::parse(resources(line)) {
        Ok(Targets::Kinds(kinds)) if !kinds.is_empty() => kinds,
        _ => named.default.map_or_else(|| named.kinds.to_vec(), |kind| vec![kind]),
    }
}

/// The words before the first edit.
fn resources<'l>(line: &'l Line<'_>) -> &'l [String] {
    let words = line.words();
    &words[..words.iter().position(|word| is_edit(word)).unwrap_or(words.len())]
}

/// A command stands first or is none.
fn commands(line: &Line<'_>) -> Vec<Choice> {
    if line.given().next().is_some() {
        return Vec::new();
    }
    let commands = line.command().get_subcommands().filter(|command| !command.is_hide_set());
    let about = |command: &clap::Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    commands.map(|command| Choice::new(command.get_name(), about(command))).collect()
}

fn targets(line: &Line<'_>, named: Named) -> Vec<Wanted> {
    let (words, typed) = (line.words(), line.typed());
    if words.iter().any(|word| is_edit(word)) {
        return Vec::new();
    }
    let whole = line.has("selector") || line.has("all");
    if let Some((word, _)) = typed.split_once('/') {
        let kind = Kind::from_word(word).filter(|kind| named.kinds.contains(kind) && !whole);
        return kind.map(|kind| Wanted::Object { kind, before: format!("{word}/") }).into_iter().collect();
    }
    // What stands first decides how the others are named.
    match words.first() {
        None if whole => vec![types(typed, named, "")],
        None => {
            let bare = named.default.map(|kind| Wanted::Object { kind, before: String::new() });
            std::iter::once(types(typed, named, "/")).chain(bare).collect()
        }
        Some(_) if whole => Vec::new(),
        Some(first) if first.contains('/') => vec![types(typed, named, "/")],
        Some(first) => {
            let kinds = match Targets::parse(std::slice::from_ref(first)) {
                Ok(Targets::Kinds(kinds)) => kinds,
                _ => named.default.into_iter().collect(),
            };
            let wanted = kinds.into_iter().filter(|kind| named.kinds.contains(kind));
            wanted.map(|kind| Wanted::Object { kind, before: String::new() }).collect()
        }
    }
}

/// The types, each by the first of its words that what has been typed could become.
fn types(typed: &str, named: Named, behind: &str) -> Wanted {
    let typed = typed.to_lowercase();
    let type_of = |kind: &Kind| {
        let plural = kind.resource().plural;
        let words = [kind.short().map(str::to_owned), Some(kind.singular()), Some(plural)].into_iter().flatten();
        let mut words = words.chain([kind.qualified(), kind.plural()]);
        Some(Choice::new(words.find(|word| word.starts_with(&typed))? + behind, kind.name()))
    };
    Wanted::Known(named.kinds.iter().filter_map(type_of).collect())
}

fn edits(line: &Line<'_>, named: Named) -> Option<Wanted> {
    if !named.edits {
        return None;
    }
    let whole = line.has("selector") || line.has("all");
    match Targets::parse(resources(line)).ok()? {
        Targets::Named(targets) => {
            let object = |target: Target| Some((target.kind.or(named.default)?, target.name));
            let objects: Vec<_> = targets.into_iter().filter_map(object).collect();
            (!objects.is_empty()).then_some(Wanted::Edit { objects, kinds: Vec::new() })
        }
        Targets::Kinds(kinds) => (whole && !kinds.is_empty()).then_some(Wanted::Edit { objects: Vec::new(), kinds }),
    }
}
