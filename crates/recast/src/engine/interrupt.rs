//! What ends a wait that the cluster does not end: the clock, and the user.

use std::time::{Duration, Instant};

use crate::timeout::Timeout;

/// How long the cluster is waited for, and since when.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    begun: Instant,
    limit: Option<Duration>,
}

impl Patience {
    /// From now on.
    pub fn new(timeout: Timeout) -> Self {
        Self { begun: Instant::now(), limit: timeout.0 }
    }

    /// Twice as long, for what had better not be left as it is.
    pub fn doubled(self) -> Self {
        Self { limit: self.limit.map(|limit| limit.saturating_mul(2)), ..self }
    }

    /// How long it has been.
    pub fn passed(self) -> Duration {
        self.begun.elapsed()
    }

    /// Ends when the time is over.
    pub async fn over(self) {
        match self.limit.map(|limit| limit.saturating_sub(self.passed())) {
            Some(left) => tokio::time::sleep(left).await,
            None => std::future::pending().await,
        }
    }
}

/// Ctrl-C, and SIGTERM where there is one: each of them, from when this was made.
pub struct Interrupts {
    #[cfg(unix)]
    signals: Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>,
}

impl Default for Interrupts {
    fn default() -> Self {
        Self::new()
    }
}

impl Interrupts {
    /// Begins to listen. Where no handler can be set, the default applies, and that ends the process.
    #[must_use]
    pub fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Self { signals: signal(SignalKind::interrupt()).ok().zip(signal(SignalKind::terminate()).ok()) }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// The next one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        match &mut self.signals {
            Some((interrupt, terminate)) => tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            },
            None => std::future::pending().await,
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
