//! Casting manifests: files in, files out, no cluster.

mod verdict;

use std::collections::BTreeMap;

use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::manifest::files::Filenames;
use recast::manifest::{Delivery, File, Judged, Verdict};
use recast::output::DryRun;
use recast::screen::Screen;

use crate::args::Args;
use crate::cast::{Account, Cast};

use verdict::judge;

/// Casts the manifests that `-f` names.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    if args.dry_run == DryRun::Server {
        return Err(vec![
            Failure::new("-f asks no server").hint("kubectl ds-cast -f FILE | kubectl create --dry-run=server -f -"),
        ]);
    }
    let names = Filenames {
        names: &args.filename,
        recursive: args.recursive,
        in_place: args.in_place,
        command: "kubectl ds-cast",
    };
    let files = names.open(&mut std::io::stdin().lock())?;
    let mut taken = taken_places(&files);
    let judged: Vec<Judged<Cast>> = files.into_iter().map(|file| cast(args, file, &mut taken)).collect();
    let refusals: Vec<Failure> = judged.iter().flat_map(|judged| judged.refusals("cast")).collect();
    let kept = refusals.is_empty() || args.skip_refused;
    for judged in &judged {
        judged.list(screen, kept, |place, cast| {
            screen.say(&format!("{place} {}", if kept { "cast to DaemonSet" } else { "could be cast to DaemonSet" }));
            if kept {
                account(screen, &cast.account);
            }
        });
    }
    if !kept {
        return Err(refusals);
    }
    let files: Vec<&File> = judged.iter().map(Judged::file).collect();
    let delivery =
        Delivery { in_place: args.in_place, diff: args.diff, output: args.output, dry_run: args.dry_run, done: "cast" };
    delivery.write(screen, &files).map_err(|failure| vec![failure])?;
    Ok(Exit::Done)
}

/// Namespace and name of a DaemonSet, and where in the files it comes from.
type Taken = BTreeMap<(Option<String>, String), String>;

/// The names that the files have a DaemonSet of already.
fn taken_places(files: &[File]) -> Taken {
    let mut taken = Taken::new();
    for file in files {
        let daemon_sets = file
            .before()
            .objects()
            .iter()
            .filter(|object| Kind::from_manifest(object.api_version(), object.kind()) == Some(Kind::DaemonSet));
        for object in daemon_sets {
            let place = format!("is in {}:{} already", file.name(), object.line);
            taken.insert((object.namespace().map(str::to_owned), object.name().to_owned()), place);
        }
    }
    taken
}

fn cast(args: &Args, file: File, taken: &mut Taken) -> Judged<Cast> {
    let mut verdicts = Vec::new();
    for object in file.before().objects() {
        let mut verdict = judge(&object.value, &args.wishes());
        if let Verdict::Edited(cast) = &verdict {
            let place = format!("is what {}:{} becomes, too", file.name(), object.line);
            let name = cast.daemon_set["metadata"]["name"].as_str().unwrap_or_default();
            if let Some(collision) = take(taken, object.namespace(), name, place) {
                verdict = collision;
            }
        }
        verdicts.push(verdict);
    }
    Judged::new(file, verdicts)
}

/// Takes the name for a DaemonSet, or says who has it. What is still to be named by the server collides with nothing.
fn take(taken: &mut Taken, namespace: Option<&str>, name: &str, place: String) -> Option<Verdict<Cast>> {
    let key = (namespace.map(str::to_owned), name.to_owned());
    if name.is_empty() {
        return None;
    }
    if let Some(there) = taken.get(&key) {
        return Some(Verdict::Refused {
            reason: format!("daemonset.apps/{name} {there}"),
            hint: Some("cast it alone, with another --name".into()),
        });
    }
    taken.insert(key, place);
    None
}

fn account(screen: &Screen, account: &Account) {
    for (label, lines) in [("changed", &account.changed), ("dropped", &account.dropped), ("note", &account.notes)] {
        for line in lines {
            screen.labelled(label, line);
        }
    }
}
