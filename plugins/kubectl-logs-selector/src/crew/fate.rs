//! What has become of a pod that is no longer shown. Where only some pods are watched, one that no longer is what was asked
//! for looks as if it were deleted.

use std::rc::Rc;
use std::time::Duration;

use recast::cluster::Cluster;
use recast::kind::Kind;
use recast::object::ObjectId;
use tokio::time::{sleep, timeout};

use crate::pod::Pod;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// How soon the server is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// What has become of a pod.
#[derive(Debug)]
pub enum Fate {
    /// It is gone.
    Gone,
    /// It lives, and is no longer what was asked for.
    Left(Rc<Pod>),
}

/// Asks what has become of the pod, as long as it takes. Whoever may not know that takes it for gone.
pub async fn learn(cluster: Cluster, pod: Rc<Pod>) -> (String, Fate) {
    let id = ObjectId::new(Kind::Pod, &pod.namespace, &pod.name);
    loop {
        match timeout(ANSWER, cluster.get(&id)).await {
            Ok(Ok(found)) => {
                let now = found.and_then(|object| Pod::read(&object)).filter(|now| now.uid == pod.uid);
                return (pod.uid.clone(), now.map_or(Fate::Gone, |now| Fate::Left(Rc::new(now))));
            }
            Ok(Err(error)) if error.is_forbidden() => return (pod.uid.clone(), Fate::Gone),
            Ok(Err(_)) | Err(_) => sleep(AGAIN).await,
        }
    }
}
