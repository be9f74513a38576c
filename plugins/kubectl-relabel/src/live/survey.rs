//! What is read of the cluster, and watched while a change is under way.

use recast::cluster::Scope;
use recast::engine::{Need, Watch, gather, read};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::membership::SERVICE_NAME;
use recast::object::ObjectId;
use recast::output::DryRun;
use recast::snapshot::Snapshot;
use recast::swap::Journal;

use super::Live;

/// What a change is decided on: every event of these counts.
pub(super) const IN_MOTION: [Kind; 5] =
    [Kind::Pod, Kind::ReplicaSet, Kind::Service, Kind::EndpointSlice, Kind::ControllerRevision];

/// What is looked at for whom a change touches.
const AROUND: [(Kind, Need); 6] = [
    (Kind::DaemonSet, Need::Required),
    (Kind::Deployment, Need::Required),
    (Kind::StatefulSet, Need::Required),
    (Kind::PodDisruptionBudget, Need::Optional),
    (Kind::NetworkPolicy, Need::Optional),
    (Kind::HorizontalPodAutoscaler, Need::Optional),
];

impl Live<'_> {
    /// Whether something will be written, and may have to be waited for.
    pub(super) fn writes(&self) -> bool {
        self.args.dry_run == DryRun::None && !self.args.explain
    }

    /// Reads everything around, and watches what is in motion, these objects too, if something may have to be waited for.
    pub(super) async fn survey(&self, ids: &[ObjectId], waits: bool) -> Result<(Snapshot, Option<Watch>), Failure> {
        let namespace = self.cluster.namespace();
        let mut scopes: Vec<(Scope, Need)> =
            AROUND.iter().map(|&(kind, need)| (Scope::all(kind, namespace), need)).collect();
        if !waits {
            scopes.extend(IN_MOTION.iter().map(|&kind| (Scope::all(kind, namespace), Need::Required)));
            return Ok((gather(self.cluster, &scopes).await?, None));
        }
        let mut snapshot = gather(self.cluster, &scopes).await?;
        let watch = self.watch(ids, &mut snapshot).await?;
        Ok((snapshot, Some(watch)))
    }

    /// Watches what is in motion, and the objects themselves.
    pub(super) async fn watch(&self, ids: &[ObjectId], snapshot: &mut Snapshot) -> Result<Watch, Failure> {
        let moving = IN_MOTION.iter().map(|&kind| Scope::all(kind, self.cluster.namespace()));
        let themselves = ids.iter().filter(|id| !IN_MOTION.contains(&id.kind)).map(Scope::one);
        Watch::begin(self.cluster, moving.chain(themselves).collect(), snapshot).await
    }

    /// Reads what belongs to the objects besides, and watches it with them if anything is watched.
    pub(super) async fn look_at(
        &self,
        others: &[ObjectId],
        ids: &[ObjectId],
        snapshot: &mut Snapshot,
        watch: &mut Option<Watch>,
    ) -> Result<(), Failure> {
        match watch {
            Some(watch) if !others.is_empty() => *watch = self.watch(&[ids, others].concat(), snapshot).await?,
            Some(_) => {}
            None => read(self.cluster, others, snapshot).await?,
        }
        Ok(())
    }

    /// Reads, and watches, what a Service alone needs: its pods are read once.
    pub(super) async fn survey_services(&self, journal: &Journal) -> Result<(Snapshot, Option<Watch>), Failure> {
        let namespace = self.cluster.namespace();
        let slices =
            |id: &ObjectId| Scope::all(Kind::EndpointSlice, namespace).labelled(format!("{SERVICE_NAME}={}", id.name));
        let mut scopes = Vec::new();
        for service in &journal.moves {
            let selector = service.after.as_object().into_iter().flatten();
            let labels: Vec<String> =
                selector.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
            scopes.push((Scope::all(Kind::Pod, namespace).labelled(labels.join(",")), Need::Required));
        }
        let watches = self.writes() && self.args.wait && !journal.moves.is_empty();
        let moving: Vec<Scope> =
            journal.moves.iter().flat_map(|service| [Scope::one(&service.id), slices(&service.id)]).collect();
        if !watches {
            return Ok((gather(self.cluster, &scopes).await?, None));
        }
        let mut snapshot = Snapshot::default();
        let (read, watch) =
            futures::join!(gather(self.cluster, &scopes), Watch::begin(self.cluster, moving, &mut snapshot));
        for pod in read?.of(Kind::Pod) {
            snapshot.observe(Kind::Pod, pod.clone());
        }
        Ok((snapshot, Some(watch?)))
    }
}
