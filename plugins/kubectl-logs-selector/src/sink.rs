//! Where the output goes: written beside everything else, so that a slow reader stops neither signals nor watches.

use std::io::{self, Write as _};
use std::thread;

use recast::failure::Failure;
use recast::output::unwritable;
use tokio::sync::{mpsc, oneshot};

/// How many buffers may wait for a slow reader.
const WAITING: usize = 2;

/// Standard output.
pub struct Sink {
    to: Option<mpsc::Sender<Vec<u8>>>,
    back: mpsc::UnboundedReceiver<Vec<u8>>,
    ended: oneshot::Receiver<io::Result<()>>,
    /// Told when whoever reads has gone; `None` once nothing more comes of it.
    gone: Option<oneshot::Receiver<()>>,
}

impl Sink {
    /// Begins to write.
    #[must_use]
    pub fn open() -> Self {
        let (to, buffers) = mpsc::channel(WAITING);
        let (give_back, back) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        let (leave, gone) = oneshot::channel();
        thread::spawn(move || {
            // If nobody listens any more, nobody wants to know.
            let _ = end.send(write_all(buffers, &give_back));
        });
        thread::spawn(move || {
            if reader_is_gone() {
                let _ = leave.send(());
            }
        });
        Self { to: Some(to), back, ended, gone: Some(gone) }
    }

    /// Hands over what is to be written, and takes an empty buffer for what comes next. Waits while too much is waiting
    /// already. Answers whether anybody reads on.
    pub async fn hand_over(&mut self, buffer: &mut Vec<u8>) -> bool {
        let next = self.back.try_recv().unwrap_or_default();
        let full = std::mem::replace(buffer, next);
        match &self.to {
            Some(to) => to.send(full).await.is_ok(),
            None => false,
        }
    }

    /// Waits until whoever reads has gone; that is told once.
    pub async fn gone(&mut self) {
        if let Some(gone) = &mut self.gone {
            let seen = gone.await.is_ok();
            self.gone = None;
            if seen {
                return;
            }
        }
        // Where that cannot be seen, the next line will tell.
        std::future::pending::<()>().await;
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// If it cannot be written; a reader that has seen enough is no error.
    pub async fn close(mut self) -> Result<(), Failure> {
        self.to = None;
        match self.ended.await {
            Ok(Err(error)) => unwritable(&error).map_or(Ok(()), Err),
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }
}

fn write_all(mut buffers: mpsc::Receiver<Vec<u8>>, back: &mpsc::UnboundedSender<Vec<u8>>) -> io::Result<()> {
    // Not locked in between: what is drawn on a terminal goes there too.
    let mut out = io::stdout();
    while let Some(mut buffer) = buffers.blocking_recv() {
        out.write_all(&buffer)?;
        out.flush()?;
        buffer.clear();
        let _ = back.send(buffer);
    }
    Ok(())
}

/// Blocks until the other end of the pipe is closed; that is how `| head` ends a command that has nothing to write.
#[cfg(unix)]
fn reader_is_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdout = io::stdout();
    loop {
        let mut place = [PollFd::new(&stdout, PollFlags::empty())];
        match poll(&mut place, None) {
            Ok(_) => return place[0].revents().intersects(PollFlags::ERR | PollFlags::HUP),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(not(unix))]
fn reader_is_gone() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[test]
    fn where_nobody_can_see_who_reads_it_is_waited_for_again_and_again() {
        let (leave, gone) = oneshot::channel();
        let (back, ended) = (mpsc::unbounded_channel().1, oneshot::channel().1);
        let mut sink = Sink { to: None, back, ended, gone: Some(gone) };
        drop(leave);
        for _ in 0..3 {
            assert_eq!(sink.gone().now_or_never(), None);
        }
    }

    #[test]
    fn that_whoever_reads_has_gone_is_told_once() {
        let (leave, gone) = oneshot::channel();
        let (back, ended) = (mpsc::unbounded_channel().1, oneshot::channel().1);
        let mut sink = Sink { to: None, back, ended, gone: Some(gone) };
        leave.send(()).unwrap();
        assert_eq!([sink.gone().now_or_never(), sink.gone().now_or_never()], [Some(()), None]);
    }
}
