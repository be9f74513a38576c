//! The cast manifests: as text on stdout, as a diff, or back in their files.

use std::io::{self, Write};

use recast::failure::Failure;
use recast::manifest::{replace, unified};
use recast::output::{DryRun, Format, write_json, write_objects};
use recast::screen::Screen;

use super::{Judged, Verdict};
use crate::args::Args;

/// Writes what the arguments ask for.
pub fn write(args: &Args, screen: &Screen, judged: &[Judged]) -> Result<(), Failure> {
    if args.in_place {
        return judged.iter().try_for_each(|judged| in_place(args, screen, judged));
    }
    screen.result(|out| match args.output {
        _ if args.diff => judged.iter().try_for_each(|judged| out.write_all(diff(judged).as_bytes())),
        None => concatenate(out, judged),
        // What was YAML stays as it was written.
        Some(Format::Yaml) if !judged.iter().any(is_json) => concatenate(out, judged),
        Some(Format::Name) => names(out, judged),
        Some(Format::Patch) => patches(out, judged),
        Some(format) => {
            let objects = judged.iter().flat_map(|judged| judged.after.objects());
            write_objects(out, format, objects.map(|object| object.value.clone()).collect())
        }
    })
}

fn in_place(args: &Args, screen: &Screen, judged: &Judged) -> Result<(), Failure> {
    let Some(path) = judged.input.path.as_ref().filter(|_| judged.before.text() != judged.after.text()) else {
        return Ok(());
    };
    if args.dry_run == DryRun::None {
        replace(path, judged.after.bytes()).map_err(|error| {
            Failure::caused_by(format!("cannot write {}", judged.input.name), &error).hint("the file is as it was")
        })?;
    }
    let casts = judged.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Cast(_))).count();
    screen.line(&format!("{} written: {casts} cast{}", judged.input.name, args.dry_run.suffix()))
}

fn diff(judged: &Judged) -> String {
    let name = &judged.input.name;
    unified(&format!("a/{name}"), judged.before.text(), &format!("b/{name}"), judged.after.text())
}

/// One stream of documents; a file of its own bytes alone stays just these.
fn concatenate(out: &mut dyn Write, judged: &[Judged]) -> io::Result<()> {
    let Some((first, others)) = judged.split_first() else { return Ok(()) };
    out.write_all(first.after.bytes())?;
    let mut ended = first.after.text().ends_with('\n');
    for other in others {
        // A byte order mark belongs at the beginning of a stream only.
        let text = other.after.text().trim_start_matches('\u{feff}');
        let separator = if text.starts_with("---") { "" } else { "---\n" };
        write!(out, "{}{separator}{text}", if ended { "" } else { "\n" })?;
        ended = text.ends_with('\n');
    }
    Ok(())
}

fn names(out: &mut dyn Write, judged: &[Judged]) -> io::Result<()> {
    for verdict in judged.iter().flat_map(|judged| &judged.verdicts) {
        if let Verdict::Cast(cast) = verdict {
            writeln!(out, "daemonset.apps/{}", cast.daemon_set["metadata"]["name"].as_str().unwrap_or_default())?;
        }
    }
    Ok(())
}

fn patches(out: &mut dyn Write, judged: &[Judged]) -> io::Result<()> {
    for verdict in judged.iter().flat_map(|judged| &judged.verdicts) {
        if let Verdict::Cast(cast) = verdict {
            write_json(out, &serde_json::to_value(&cast.patch)?)?;
        }
    }
    Ok(())
}

fn is_json(judged: &Judged) -> bool {
    judged.before.text().trim_start_matches('\u{feff}').trim_start().starts_with('{')
}
