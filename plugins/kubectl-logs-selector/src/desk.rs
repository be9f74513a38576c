//! Where lines become output.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::batch::{Batch, Line};
use crate::merge::{Outlet, Source};
use crate::printer::{Face, Printer};

/// How much output is gathered before it is written.
const FULL: usize = 64 * 1024;

/// How many batches that were used up are kept for what comes next.
const SPARE: usize = 64;

/// Makes output of lines.
pub struct Desk {
    /// How lines look.
    pub printer: Printer,
    /// The output that is not written yet.
    pub out: Vec<u8>,
    /// What was said about logs and does not stand among their lines.
    pub aside: Vec<String>,
    /// Batches that were used up.
    pub spare: Rc<RefCell<Vec<Batch>>>,
    faces: Vec<Face>,
    credits: Vec<Arc<Semaphore>>,
}

impl Desk {
    /// Nothing is there yet.
    #[must_use]
    pub fn new(printer: Printer) -> Self {
        Self {
            printer,
            out: Vec::new(),
            aside: Vec::new(),
            spare: Rc::default(),
            faces: Vec::new(),
            credits: Vec::new(),
        }
    }

    /// Another container: how it looks, and what its reader waits for while too much is on its way.
    pub fn add(&mut self, face: Face, credit: Arc<Semaphore>) {
        self.faces.push(face);
        self.credits.push(credit);
    }

    /// A container looks different now.
    pub fn set_face(&mut self, source: Source, face: Face) {
        self.faces[source] = face;
    }

    /// What is said about a log is said beside the output.
    pub fn set_aside(&mut self, source: Source, batch: &Batch, line: &Line) {
        let title = &self.faces[source].title;
        self.aside.push(format!("! {title}: {}", String::from_utf8_lossy(batch.text(line))));
    }
}

impl Outlet for Desk {
    fn line(&mut self, source: Source, batch: &Batch, line: &Line) {
        let face = &self.faces[source];
        if line.remark && !self.printer.takes_remarks() {
            self.set_aside(source, batch, line);
        } else {
            self.printer.line(face, batch, line, &mut self.out);
        }
    }

    fn spent(&mut self, source: Source, mut batch: Batch) {
        self.credits[source].add_permits(1);
        let mut spare = self.spare.borrow_mut();
        if spare.len() < SPARE {
            batch.clear();
            spare.push(batch);
        }
    }

    fn is_full(&self) -> bool {
        self.out.len() >= FULL
    }
}
