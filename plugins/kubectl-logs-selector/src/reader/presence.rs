//! How a pod is known to its readers.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::pod::Pod;

/// For how long a pod is read on that has left: what it wrote until then is on its way.
const GRACE: Duration = Duration::from_secs(2);

/// How a pod is known to its readers.
#[derive(Clone, Debug)]
pub enum Presence {
    /// It is there.
    There(Rc<Pod>),
    /// It lives, and is no longer what was asked for; this is how it was then.
    Left(Rc<Pod>),
    /// It is gone.
    Gone,
}

/// How a pod is known to its readers, kept current.
pub type Pods = watch::Receiver<Presence>;

impl Presence {
    /// The pod, as long as there is one.
    #[must_use]
    pub const fn pod(&self) -> Option<&Rc<Pod>> {
        match self {
            Self::There(pod) | Self::Left(pod) => Some(pod),
            Self::Gone => None,
        }
    }

    const fn has_left(&self) -> bool {
        matches!(self, Self::Left(_))
    }
}

/// Waits until the pod has left and does not come back at once.
pub async fn departure(mut pods: Pods) {
    while pods.wait_for(Presence::has_left).await.is_ok() {
        tokio::select! {
            () = sleep(GRACE) => return,
            _ = pods.wait_for(|presence| !presence.has_left()) => {}
        }
    }
    // Nobody says any more where it is: the command is about to end.
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use recast::object::Object;
    use serde_json::json;

    #[tokio::test]
    async fn who_comes_back_at_once_has_not_left() {
        let object = Object::new(json!({"metadata": {"name": "rng-1"}})).unwrap();
        let pod = Rc::new(Pod::read(&object).unwrap());
        let (tell, pods) = watch::channel(Presence::There(Rc::clone(&pod)));
        let mut departed = std::pin::pin!(departure(pods));
        assert_eq!((&mut departed).now_or_never(), None);
        tell.send_replace(Presence::Left(Rc::clone(&pod)));
        assert_eq!((&mut departed).now_or_never(), None);
        tell.send_replace(Presence::There(Rc::clone(&pod)));
        tokio::select! {
            () = &mut departed => panic!("it is there"),
            () = sleep(GRACE + GRACE / 2) => {}
        }
        tell.send_replace(Presence::Left(pod));
        departed.await;
    }
}
