//! What ends a wait that the cluster does not end: the clock, and the user.

use std::time::Instant;

use crate::timeout::Timeout;

/// Ends when the time is over.
pub async fn expired(begun: Instant, timeout: Timeout) {
    match timeout.0.map(|limit| limit.saturating_sub(begun.elapsed())) {
        Some(left) => tokio::time::sleep(left).await,
        None => std::future::pending().await,
    }
}

/// Ctrl-C, or SIGTERM where there is one.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler the default applies, and that ends the process: nothing to wait for.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
