//! What to type next: a manifest with another selector cannot be applied before the cluster has it.

use std::collections::BTreeMap;

use recast::kind::Kind;
use recast::label::{LabelEdits, changed_parts};
use recast::manifest::{File, ManifestObject};
use recast::screen::Screen;
use recast::shell::quoted;

/// Says the command for the cluster if the selector of a workload has changed, one for each namespace.
pub fn say(screen: &Screen, files: &[&File], edits: &LabelEdits, overwrite: bool) {
    let mut edited: BTreeMap<Option<&str>, Vec<(Kind, &str)>> = BTreeMap::new();
    let mut immutable = false;
    for (before, after) in files.iter().flat_map(|file| changed(file)) {
        let Some(kind) = Kind::from_manifest(after.api_version(), after.kind()) else { continue };
        let workload = kind.is_workload();
        immutable |= workload && changed_parts(kind, &before.value, &after.value).contains(&"selector");
        edited.entry(after.namespace()).or_default().push((kind, after.name()));
    }
    if !immutable {
        return;
    }
    screen.labelled(
        "note",
        "on a cluster the selector of a workload is immutable: change it there before you apply this",
    );
    for (namespace, objects) in edited {
        screen.labelled("next", &command(namespace, &objects, edits, overwrite));
    }
}

fn changed(file: &File) -> impl Iterator<Item = (&ManifestObject, &ManifestObject)> {
    file.edits().iter().filter_map(|(number, _)| {
        let object = file.after().objects().get(*number).filter(|object| !object.name().is_empty())?;
        Some((file.before().objects().get(*number)?, object))
    })
}

fn command(namespace: Option<&str>, objects: &[(Kind, &str)], edits: &LabelEdits, overwrite: bool) -> String {
    let targets = objects.iter().map(|(kind, name)| format!("{}/{name}", kind.short().unwrap_or(kind.name())));
    let namespace = namespace.into_iter().flat_map(|name| ["-n".to_owned(), name.to_owned()]);
    let overwrite = overwrite.then(|| "--overwrite".to_owned());
    let words = targets.map(|target| quoted(&target)).chain([edits.to_string()]);
    let flags = namespace.chain(overwrite).map(|flag| quoted(&flag));
    format!("kubectl relabel {}", words.chain(flags).collect::<Vec<_>>().join(" "))
}
