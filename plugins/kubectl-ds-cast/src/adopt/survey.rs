//! What is read of the cluster, and watched while pods pass.

use recast::cluster::Scope;
use recast::engine::{Need, Watch, gather, read};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::ObjectId;
use recast::output::DryRun;
use recast::snapshot::Snapshot;

use super::{Adopting, Seen};

/// Every event of these counts.
const IN_MOTION: [Kind; 5] =
    [Kind::Pod, Kind::ReplicaSet, Kind::Service, Kind::EndpointSlice, Kind::ControllerRevision];

/// Looked at once.
const AROUND: [(Kind, Need); 6] = [
    (Kind::DaemonSet, Need::Required),
    (Kind::Deployment, Need::Required),
    (Kind::StatefulSet, Need::Required),
    (Kind::PodDisruptionBudget, Need::Optional),
    (Kind::HorizontalPodAutoscaler, Need::Optional),
    (Kind::PersistentVolumeClaim, Need::Optional),
];

impl Adopting<'_> {
    /// Whether something will be written.
    pub(super) fn writes(&self) -> bool {
        self.args.dry_run == DryRun::None && !self.args.explain
    }

    /// Reads everything around, and watches what is in motion if something will be written.
    pub(super) async fn survey(&self, ids: &[ObjectId]) -> Result<Seen, Failure> {
        let namespace = self.cluster.namespace();
        // On the way back no node is asked for.
        let nodes = (Kind::Node, if self.args.undo { Need::Optional } else { Need::Required });
        let mut scopes: Vec<(Scope, Need)> =
            AROUND.into_iter().chain([nodes]).map(|(kind, need)| (Scope::all(kind, namespace), need)).collect();
        if !self.writes() {
            scopes.extend(IN_MOTION.iter().map(|&kind| (Scope::all(kind, namespace), Need::Required)));
            return Ok((gather(self.cluster, &scopes).await?, None));
        }
        let mut snapshot = gather(self.cluster, &scopes).await?;
        let watch = self.watch(ids, &mut snapshot).await?;
        Ok((snapshot, Some(watch)))
    }

    async fn watch(&self, ids: &[ObjectId], snapshot: &mut Snapshot) -> Result<Watch, Failure> {
        let moving = IN_MOTION.iter().map(|&kind| Scope::all(kind, self.cluster.namespace()));
        let themselves = ids.iter().filter(|id| !IN_MOTION.contains(&id.kind)).map(Scope::one);
        Watch::begin(self.cluster, moving.chain(themselves).collect(), snapshot).await
    }

    /// Watches all of these, if anything is watched; or else reads those that are not known yet.
    pub(super) async fn watch_also(&self, ids: &[ObjectId], (snapshot, watch): &mut Seen) -> Result<(), Failure> {
        if let Some(watch) = watch {
            *watch = self.watch(ids, snapshot).await?;
            return Ok(());
        }
        let unknown: Vec<ObjectId> = ids.iter().filter(|id| snapshot.get(id).is_none()).cloned().collect();
        read(self.cluster, &unknown, snapshot).await
    }
}
