//! The cast manifests: as text on stdout, as a diff, or back in their files.

use recast::failure::Failure;
use recast::manifest::{File, files};
use recast::screen::Screen;

use super::Judged;
use crate::args::Args;

/// Writes what the arguments ask for.
pub fn write(args: &Args, screen: &Screen, judged: &[Judged]) -> Result<(), Failure> {
    let files: Vec<&File> = judged.iter().map(|judged| &judged.file).collect();
    if args.in_place {
        return files.into_iter().try_for_each(|file| in_place(args, screen, file));
    }
    screen.result(|out| {
        if args.diff {
            files.iter().try_for_each(|file| out.write_all(file.diff().as_bytes()))
        } else {
            files::write(out, args.output, &files)
        }
    })
}

fn in_place(args: &Args, screen: &Screen, file: &File) -> Result<(), Failure> {
    if file.write_back(args.dry_run)? {
        screen.line(&format!("{} written: {} cast{}", file.name(), file.edits().len(), args.dry_run.suffix()))?;
    }
    Ok(())
}
