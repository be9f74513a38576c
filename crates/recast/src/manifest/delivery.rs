//! How edited files are handed over: as text on stdout, as a diff, or back in their places.

use super::{File, files};
use crate::failure::Failure;
use crate::output::{DryRun, Format};
use crate::screen::Screen;

/// What the command line asks for.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// Whether the files are written back.
    pub in_place: bool,
    /// Whether what has changed is shown instead.
    pub diff: bool,
    /// What to print of them, if not their text.
    pub output: Option<Format>,
    /// A dry run writes no file.
    pub dry_run: DryRun,
    /// What was done with objects of a file that is written back, `cast`.
    pub done: &'a str,
}

impl Delivery<'_> {
    /// Hands the files over.
    ///
    /// # Errors
    /// If stdout or a file cannot be written.
    pub fn write(&self, screen: &Screen, files: &[&File]) -> Result<(), Failure> {
        if self.in_place {
            return files.iter().try_for_each(|file| self.write_back(screen, file));
        }
        screen.result(|out| {
            if self.diff {
                files.iter().try_for_each(|file| out.write_all(file.diff().as_bytes()))
            } else {
                files::write(out, self.output, files)
            }
        })
    }

    fn write_back(&self, screen: &Screen, file: &File) -> Result<(), Failure> {
        if file.write_back(self.dry_run)? {
            let (count, suffix) = (file.edits().len(), self.dry_run.suffix());
            screen.line(&format!("{} written: {count} {}{suffix}", file.name(), self.done))?;
        }
        Ok(())
    }
}
