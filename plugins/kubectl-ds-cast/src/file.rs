//! Casting manifests: files in, files out, no cluster.

mod output;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;

use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::manifest::Manifest;
use recast::manifest::sources::{Input, Source, SourceError, read};
use recast::output::DryRun;
use recast::screen::Screen;

use crate::args::Args;
use crate::cast::Account;

use verdict::{Verdict, judge};

/// A manifest, and what becomes of each of its objects.
pub struct Judged {
    input: Input,
    before: Manifest,
    after: Manifest,
    verdicts: Vec<Verdict>,
}

/// Casts the manifests that `-f` names.
pub fn run(args: &Args, screen: &Screen) -> Outcome {
    let sources: Vec<Source> = args.filename.iter().map(|name| Source::from(name.as_str())).collect();
    if args.in_place && sources.contains(&Source::Stdin) {
        return Err(vec![
            Failure::new("standard input cannot be written back")
                .hint("leave --in-place out: the result goes to stdout"),
        ]);
    }
    if args.dry_run == DryRun::Server {
        return Err(vec![
            Failure::new("-f asks no server").hint("kubectl ds-cast -f FILE | kubectl create --dry-run=server -f -"),
        ]);
    }
    let inputs =
        read(&sources, args.recursive, &mut std::io::stdin().lock()).map_err(|error| vec![unreadable(&error)])?;
    if let Some(twice) = named_twice(&inputs) {
        return Err(vec![Failure::new(format!("{twice} is named twice")).hint("name each file once")]);
    }
    let manifests = parse(inputs)?;
    let mut taken = taken_places(&manifests);
    let judged: Vec<Judged> =
        manifests.into_iter().map(|(input, manifest)| cast(args, input, manifest, &mut taken)).collect();
    let refusals: Vec<Failure> = judged.iter().flat_map(Judged::refusals).collect();
    let kept = refusals.is_empty() || args.skip_refused;
    for judged in &judged {
        judged.list(screen, kept);
    }
    if !kept {
        return Err(refusals);
    }
    output::write(args, screen, &judged).map_err(|failure| vec![failure])?;
    Ok(Exit::Done)
}

fn unreadable(error: &SourceError) -> Failure {
    let failure = match error.source() {
        Some(cause) => Failure::caused_by(error.to_string(), cause),
        None => Failure::new(error.to_string()),
    };
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn named_twice(inputs: &[Input]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    inputs
        .iter()
        .find(|input| input.path.as_ref().is_some_and(|path| !seen.insert(path)))
        .map(|input| input.name.as_str())
}

/// Reads them all, or says all that is wrong with them.
fn parse(inputs: Vec<Input>) -> Result<Vec<(Input, Manifest)>, Vec<Failure>> {
    let (mut manifests, mut failures) = (Vec::new(), Vec::new());
    for input in inputs {
        match input.parse() {
            Ok(manifest) => manifests.push((input, manifest)),
            Err(error) => {
                let failure = Failure::new(error.to_string());
                failures.push(error.hint().map_or(failure.clone(), |hint| failure.hint(hint)));
            }
        }
    }
    if failures.is_empty() { Ok(manifests) } else { Err(failures) }
}

/// Namespace and name of a DaemonSet, and where in the files it comes from.
type Taken = BTreeMap<(Option<String>, String), String>;

/// The names that the files have a DaemonSet of already.
fn taken_places(manifests: &[(Input, Manifest)]) -> Taken {
    let mut taken = Taken::new();
    for (input, manifest) in manifests {
        let daemon_sets = manifest
            .objects()
            .iter()
            .filter(|object| Kind::from_manifest(object.api_version(), object.kind()) == Some(Kind::DaemonSet));
        for object in daemon_sets {
            let place = format!("is in {}:{} already", input.name, object.line);
            taken.insert((object.namespace().map(str::to_owned), object.name().to_owned()), place);
        }
    }
    taken
}

fn cast(args: &Args, input: Input, before: Manifest, taken: &mut Taken) -> Judged {
    let mut verdicts = Vec::new();
    for object in before.objects() {
        let mut verdict = judge(&object.value, &args.wishes());
        if let Verdict::Cast(cast) = &verdict {
            let place = format!("is what {}:{} becomes, too", input.name, object.line);
            let name = cast.daemon_set["metadata"]["name"].as_str().unwrap_or_default();
            if let Some(collision) = take(taken, object.namespace(), name, place) {
                verdict = collision;
            }
        }
        verdicts.push(verdict);
    }
    let mut after = before.clone();
    edit(&mut after, &mut verdicts);
    Judged { input, before, after, verdicts }
}

/// Puts the casts into the text: all at once, or if that fails one by one, to find those that cannot be put in.
fn edit(manifest: &mut Manifest, verdicts: &mut [Verdict]) {
    let patches: Vec<_> = verdicts
        .iter()
        .enumerate()
        .filter_map(|(index, verdict)| match verdict {
            Verdict::Cast(cast) => Some((index, &cast.patch)),
            _ => None,
        })
        .collect();
    if manifest.edit_all(&patches).is_ok() {
        return;
    }
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        if let Verdict::Cast(cast) = verdict
            && let Err(error) = manifest.edit(index, &cast.patch)
        {
            let hint = "write the object in plain block style first".into();
            *verdict = Verdict::Refused { reason: error.to_string(), hint };
        }
    }
}

/// Takes the name for a DaemonSet, or says who has it. What is still to be named by the server collides with nothing.
fn take(taken: &mut Taken, namespace: Option<&str>, name: &str, place: String) -> Option<Verdict> {
    let key = (namespace.map(str::to_owned), name.to_owned());
    if name.is_empty() {
        return None;
    }
    if let Some(there) = taken.get(&key) {
        return Some(Verdict::Refused {
            reason: format!("daemonset.apps/{name} {there}"),
            hint: "cast it alone, with another --name".into(),
        });
    }
    taken.insert(key, place);
    None
}

impl Judged {
    fn places(&self) -> impl Iterator<Item = (String, &Verdict)> {
        let places = self.before.objects().iter().map(|object| {
            // Escaped: a file may hold anything, and this goes to a terminal.
            let name =
                if object.name().is_empty() { String::new() } else { format!(" {}", object.name().escape_debug()) };
            format!("{}:{}: {}{name}", self.input.name, object.line, object.kind().escape_debug())
        });
        places.zip(&self.verdicts)
    }

    fn refusals(&self) -> Vec<Failure> {
        let refused = self.places().filter_map(|(place, verdict)| match verdict {
            Verdict::Refused { reason, hint } => {
                Some(Failure::new(format!("{place} cannot be cast: {reason}")).hint(hint.clone()))
            }
            _ => None,
        });
        refused.collect()
    }

    /// Lists what was cast, passed on, left and refused.
    fn list(&self, screen: &Screen, kept: bool) {
        for (place, verdict) in self.places() {
            match verdict {
                Verdict::Cast(cast) => {
                    screen.say(&format!(
                        "{place} {}",
                        if kept { "cast to DaemonSet" } else { "could be cast to DaemonSet" }
                    ));
                    if kept {
                        account(screen, &cast.account);
                    }
                }
                Verdict::PassedOn => screen.say(&format!("{place} passed on")),
                Verdict::Left(reason) => screen.say(&format!("{place} left as it is: {reason}")),
                Verdict::Refused { reason, .. } if kept => {
                    screen.say(&format!("{place} refused, left as it is: {reason}"));
                }
                Verdict::Refused { .. } => {}
            }
        }
    }
}

fn account(screen: &Screen, account: &Account) {
    for (label, lines) in [("changed", &account.changed), ("dropped", &account.dropped), ("note", &account.notes)] {
        for line in lines {
            screen.labelled(label, line);
        }
    }
}
