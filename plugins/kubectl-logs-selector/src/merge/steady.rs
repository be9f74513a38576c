//! The way of a line from a connection to the output takes no memory, once there is room for as much as is under way.

use std::fmt::Write as _;
use std::sync::Arc;

use allocation_counter::measure;
use memchr::memchr_iter;
use tokio::sync::Semaphore;

use super::*;
use crate::args::Format;
use crate::desk::Desk;
use crate::filter::{Filter, any_of};
use crate::intake::{Flow, Intake, Limits};
use crate::printer::{Face, Prefix, Printer};

const PODS: usize = 20;

/// Logs that are read as the command reads them.
struct Way {
    intakes: Vec<Intake>,
    merge: Merge,
    desk: Desk,
    part: String,
    written: usize,
}

impl Way {
    fn new(order: Order, include: &[String]) -> Self {
        let printer = Printer {
            format: Format::Default,
            prefix: Prefix::Short { namespace: false, container: false },
            timestamps: false,
            colour: true,
            harmless: true,
            show_serving: false,
            remarks: true,
            filter: Filter { include: any_of(include, "-i", false).unwrap(), exclude: None },
            highlight: None,
        };
        let (mut merge, mut desk) = (Merge::new(order, None), Desk::new(printer));
        for _ in 0..PODS {
            merge.open(&Now::read(), true);
            desk.add(Face::default(), Arc::new(Semaphore::new(0)));
        }
        let limits = Limits { line: 1024, bytes: None, times: false };
        let intakes = (0..PODS).map(|_| Intake::new(limits, false)).collect();
        Self { intakes, merge, desk, part: String::new(), written: 0 }
    }

    /// So many parts of each log, each of a hundred lines; answers how many lines came out.
    fn take(&mut self, parts: usize) -> usize {
        let mut lines = 0;
        for _ in 0..parts {
            for (source, intake) in self.intakes.iter_mut().enumerate() {
                self.part.clear();
                for line in self.written..self.written + 100 {
                    let (second, millisecond) = (line / 1000 % 60, line % 1000);
                    let time = format_args!("2026-11-22T15:00:{second:02}.{millisecond:03}000000Z");
                    writeln!(self.part, "{time} GET /items/{line}").unwrap();
                }
                assert_eq!(intake.take(self.part.as_bytes()), Flow::Onward);
                let spare = self.desk.spare.borrow_mut().pop().unwrap_or_default();
                self.merge.push(source, intake.hand_out(spare), &Now::read());
            }
            self.written += 100;
            while self.merge.drain(&Now::read(), &mut self.desk).is_some() || !self.desk.out.is_empty() {
                lines += memchr_iter(b'\n', &self.desk.out).count();
                self.desk.out.clear();
            }
        }
        lines
    }
}

#[test]
fn a_line_takes_no_memory_on_its_way() {
    for (order, include) in
        [(Order::Time, &[][..]), (Order::Arrival, &[]), (Order::Time, &["it.ms/[0-9]+$".to_owned()])]
    {
        let mut way = Way::new(order, include);
        // More than a second of lines: so much is remembered in case that a stream breaks.
        let first = measure(|| assert!(way.take(30) > 0));
        assert!(first.count_total > 0, "the allocator counts");
        let mut lines = 0;
        let taken = measure(|| lines = way.take(20));
        assert_eq!(lines, PODS * 20 * 100);
        assert_eq!(taken.count_total, 0, "{order:?} {include:?}: {taken:?}");
    }
}
