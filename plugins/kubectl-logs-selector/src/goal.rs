//! From the words of the command line to what is wanted of the cluster.

use futures::future::try_join_all;
use recast::cluster::{Cluster, Scope};
use recast::commands::Commands;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::membership::SERVICE_NAME;
use recast::object::{Object, ObjectId};
use recast::resolve::not_found;
use recast::selector::{labels, parse};

use crate::args::Args;
use crate::membership::Front;
use crate::reach::Want;
use crate::target::{Target, cron_job, job, workloads};

/// What a command wants.
#[derive(Debug)]
pub struct Goal {
    /// Any of these will do.
    pub wants: Vec<Want>,
    /// The Services that matter.
    pub fronts: Vec<Front>,
    /// What is watched: first the pods.
    pub scopes: Vec<Scope>,
    /// What a person should know before.
    pub notes: Vec<String>,
}

impl Goal {
    /// Reads what the command line names.
    ///
    /// # Errors
    /// If nothing is named, or something that is not there or has no pods.
    pub async fn of(args: &Args, cluster: &Cluster) -> Result<Self, Failure> {
        let commands = Commands::like(&args.connection);
        let namespace = if args.all_namespaces { "" } else { cluster.namespace() };
        let mut goal = Self { wants: Vec::new(), fronts: Vec::new(), scopes: Vec::new(), notes: Vec::new() };
        if let Some(selector) = &args.selector {
            let parsed = parse(selector).map_err(|error| Failure::caused_by(format!("-l {selector:?}"), &error))?;
            goal.wants.push(Want::Labels(parsed));
        }
        let targets: Vec<Target> = args.targets.iter().map(|word| Target::parse(word)).collect::<Result<_, _>>()?;
        if targets.is_empty() && goal.wants.is_empty() {
            return Err(Failure::new("nothing is named")
                .hint("kubectl logs-selector svc/NAME, or -l SELECTOR; --help shows more"));
        }
        let found = try_join_all(targets.iter().map(|target| find(target, cluster, &commands))).await?;
        for (id, object, others) in found {
            goal.notes.extend(ambiguity(&id, &others));
            goal.add(&id, &object)?;
        }
        if let Some(service) = &args.service {
            let name = service.rsplit_once('/').map_or(service.as_str(), |(_, name)| name);
            let id = ObjectId::new(Kind::Service, cluster.namespace(), name);
            cluster.get(&id).await?.ok_or_else(|| not_found(&id, &commands))?;
            goal.front(cluster.namespace(), name);
        }
        goal.scopes.push(goal.pods(args, namespace));
        goal.scopes.extend(goal.services(cluster.namespace()));
        goal.scopes.extend(goal.jobs(cluster.namespace()));
        Ok(goal)
    }

    /// The number of a Service that matters.
    fn front(&mut self, namespace: &str, name: &str) -> usize {
        let known = self.fronts.iter().position(|front| front.name == name);
        known.unwrap_or_else(|| {
            self.fronts.push(Front::new(namespace, name));
            self.fronts.len() - 1
        })
    }

    fn add(&mut self, id: &ObjectId, object: &Object) -> Result<(), Failure> {
        let want = match id.kind {
            Kind::Service => {
                check_service(id, object)?;
                Want::Service(self.front(id.namespace(), &id.name))
            }
            Kind::Pod => Want::Pod(id.name.clone()),
            kind if kind == cron_job() => Want::Scheduled(id.name.clone()),
            _ => Want::Owned(id.to_string()),
        };
        self.wants.push(want);
        Ok(())
    }

    /// The pods to watch: as few as possible. Of a Service or workload that is all of the namespace, since the selector
    /// may change, and since a pod that has left is still to be understood.
    fn pods(&self, args: &Args, namespace: &str) -> Scope {
        let mut scope = Scope::all(Kind::Pod, namespace);
        let mut fields: Vec<String> = args.field_selector.iter().cloned().collect();
        fields.extend(args.node.iter().map(|node| format!("spec.nodeName={node}")));
        match self.wants.as_slice() {
            [Want::Labels(_)] => scope.labels.clone_from(&args.selector),
            [Want::Pod(name)] => fields.push(format!("metadata.name={name}")),
            _ => {}
        }
        scope.fields = (!fields.is_empty()).then(|| fields.join(","));
        scope
    }

    /// The Services to watch, and their slices.
    fn services(&self, namespace: &str) -> Vec<Scope> {
        let names: Vec<&str> = self.fronts.iter().map(|front| front.name.as_str()).collect();
        let services = match names.as_slice() {
            [] => return Vec::new(),
            [name] => Scope::one(&ObjectId::new(Kind::Service, namespace, name)),
            _ => Scope::all(Kind::Service, namespace),
        };
        let slices = Scope::all(Kind::EndpointSlice, namespace);
        vec![services, slices.labelled(format!("{SERVICE_NAME} in ({})", names.join(",")))]
    }

    /// Whose pods are those of a `CronJob` only the Jobs between them say: one that is made by hand has any name.
    fn jobs(&self, namespace: &str) -> Option<Scope> {
        let scheduled = self.wants.iter().any(|want| matches!(want, Want::Scheduled(_)));
        scheduled.then(|| Scope::all(job(), namespace))
    }
}

/// What the word means, and what else it could have meant.
async fn find(
    target: &Target,
    cluster: &Cluster,
    commands: &Commands,
) -> Result<(ObjectId, Object, Vec<ObjectId>), Failure> {
    let id = |kind| ObjectId::new(kind, cluster.namespace(), &target.name);
    if let Some(kind) = target.kind {
        let id = id(kind);
        let object = cluster.get(&id).await?.ok_or_else(|| not_found(&id, commands))?;
        return Ok((id, object, Vec::new()));
    }
    let kinds = [Kind::Service].into_iter().chain(workloads()).chain([Kind::Pod]);
    let reads = kinds.map(|kind| async move {
        match cluster.get(&id(kind)).await {
            Ok(object) => Ok(object.map(|object| (id(kind), object))),
            // What may not be looked at was not meant.
            Err(error) if error.is_forbidden() => Ok(None),
            Err(error) => Err(error),
        }
    });
    let found: Vec<(ObjectId, Object)> = try_join_all(reads).await?.into_iter().flatten().collect();
    let others: Vec<ObjectId> = found.iter().skip(1).map(|(id, _)| id.clone()).collect();
    let Some((first, object)) = found.into_iter().next() else {
        return Err(Failure::new(format!(
            "there is no service, workload or pod {} in namespace {}",
            target.name,
            cluster.namespace()
        ))
        .hint(commands.kubectl(&["get", "services,pods"])));
    };
    if first.kind != Kind::Service && !others.is_empty() {
        let names = std::iter::once(&first).chain(&others).map(ObjectId::short).collect::<Vec<_>>();
        return Err(Failure::new(format!("{} is the name of several: {}", target.name, names.join(", ")))
            .hint(format!("say which: kubectl logs-selector {}", names[0])));
    }
    Ok((first, object, others))
}

fn ambiguity(id: &ObjectId, others: &[ObjectId]) -> Option<String> {
    let names: Vec<String> = others.iter().map(ObjectId::short).collect();
    (!names.is_empty()).then(|| format!("{} is taken for {id}; there is {} too", id.name, names.join(", ")))
}

/// A Service that selects no pods has none whose logs could be read.
fn check_service(id: &ObjectId, service: &Object) -> Result<(), Failure> {
    let wider = format!("name the pods: kubectl logs-selector -l SELECTOR --service {}", id.short());
    if service.at("/spec/type").is_some_and(|kind| kind == "ExternalName") {
        let host = service.at("/spec/externalName").and_then(|name| name.as_str()).unwrap_or_default();
        return Err(Failure::new(format!("{id} is another name for {host}, and has no pods")));
    }
    if labels(service.at("/spec/selector")).is_empty() {
        return Err(Failure::new(format!("{id} has no selector: somebody else writes its endpoints")).hint(wider));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(spec: &Value) -> Result<(), String> {
        let id = ObjectId::new(Kind::Service, "web", "rng");
        let service = Object::new(json!({"metadata": {"name": "rng"}, "spec": spec})).unwrap();
        check_service(&id, &service).map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn a_service_without_pods_is_told() {
        assert_eq!(check(&json!({"selector": {"app": "rng"}})), Ok(()));
        assert_eq!(
            check(&json!({"type": "ExternalName", "externalName": "db.example.com"})).unwrap_err(),
            "service/rng is another name for db.example.com, and has no pods"
        );
        assert_eq!(
            check(&json!({"clusterIP": "10.0.0.1"})).unwrap_err(),
            "service/rng has no selector: somebody else writes its endpoints"
        );
    }

    #[test]
    fn no_more_is_watched_than_matters() {
        use clap::Parser as _;
        let scopes = |line: &str, wants: Vec<Want>, fronts: &[&str]| {
            let args = Args::try_parse_from(["x"].into_iter().chain(line.split_whitespace())).unwrap();
            let fronts = fronts.iter().map(|name| Front::new("web", name)).collect();
            let goal = Goal { wants, fronts, scopes: Vec::new(), notes: Vec::new() };
            let scopes = std::iter::once(goal.pods(&args, "web")).chain(goal.services("web")).chain(goal.jobs("web"));
            let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            scopes.map(|s| format!("{} {} {}", s.kind, text(s.labels), text(s.fields))).collect::<Vec<_>>()
        };
        let labelled = || vec![Want::Labels(parse("app=rng").unwrap())];
        let of_rng = "endpointslice.discovery.k8s.io kubernetes.io/service-name in (rng) -";
        assert_eq!(scopes("-l app=rng", labelled(), &[]), ["pod app=rng -"]);
        assert_eq!(
            scopes("-l app=rng --node n --field-selector status.phase=Running", labelled(), &["rng"]),
            ["pod app=rng status.phase=Running,spec.nodeName=n", "service - metadata.name=rng", of_rng]
        );
        assert_eq!(scopes("svc/rng", vec![Want::Service(0)], &["rng"])[0], "pod - -");
        assert_eq!(scopes("cj/a", vec![Want::Scheduled("a".into())], &[]), ["pod - -", "job.batch - -"]);
        assert_eq!(scopes("pod/a", vec![Want::Pod("a".into())], &[]), ["pod - metadata.name=a"]);
        assert_eq!(scopes("svc/a svc/b", vec![Want::Service(0), Want::Service(1)], &["a", "b"])[1], "service - -");
    }
}
