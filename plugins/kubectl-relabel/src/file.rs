//! Relabelling manifests: files in, files out, no cluster.

mod choice;
mod next;
mod selection;
mod verdict;

use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::manifest::files::Filenames;
use recast::manifest::{Delivery, File, Judged};
use recast::output::DryRun;
use recast::screen::Screen;

use crate::args::{Args, Words};

use choice::Choice;
use verdict::{Labelling, Wishes, judge};

/// Relabels the manifests that `-f` names.
pub fn run(args: &Args, words: &Words, screen: &Screen) -> Outcome {
    if args.dry_run == DryRun::Server {
        return Err(vec![
            Failure::new("-f asks no server").hint("kubectl relabel -f FILE | kubectl apply --dry-run=server -f -"),
        ]);
    }
    let choice = Choice::new(args, &words.targets).map_err(|failure| vec![failure])?;
    let names = Filenames {
        names: &args.filename,
        recursive: args.recursive,
        in_place: args.in_place,
        command: "kubectl relabel",
    };
    let files = names.open(&mut std::io::stdin().lock())?;
    let missing = choice.missing(&files);
    if !missing.is_empty() {
        return Err(missing);
    }
    let wishes = Wishes { edits: &words.edits, overwrite: args.overwrite, keep_selector: args.keep_selector };
    let judged: Vec<Judged<Labelling>> = files.into_iter().map(|file| relabel(file, &choice, &wishes)).collect();
    let refusals: Vec<Failure> = judged.iter().flat_map(|judged| judged.refusals("labeled")).collect();
    let kept = refusals.is_empty() || args.skip_refused;
    for judged in &judged {
        judged.list(screen, kept, |place, labelling| labelling.say(screen, place, kept));
    }
    if !kept {
        return Err(refusals);
    }
    let files: Vec<&File> = judged.iter().map(Judged::file).collect();
    selection::say(screen, &files);
    next::say(screen, &files, &words.edits, args.overwrite);
    let delivery = Delivery {
        in_place: args.in_place,
        diff: args.diff,
        output: args.output,
        dry_run: args.dry_run,
        done: words.edits.verb(),
    };
    delivery.write(screen, &files).map_err(|failure| vec![failure])?;
    Ok(Exit::Done)
}

fn relabel(file: File, choice: &Choice, wishes: &Wishes<'_>) -> Judged<Labelling> {
    let verdicts = file.before().objects().iter().map(|object| judge(object, choice, wishes)).collect();
    Judged::new(file, verdicts)
}
