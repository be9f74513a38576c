//! What an earlier run has left: finished, put back, or listed.

use recast::cluster::{Cluster, Scope};
use recast::commands::Commands;
use recast::engine::Goal as _;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::screen::Screen;
use recast::snapshot::Snapshot;
use recast::swap::{Direction, Held, JOURNAL, Journal, MARKER, Swap, Unit, lock, locked, unfinished as under_way};

use super::absent::find;
use super::pod::Job;
use super::{Live, one, place};
use crate::args::{Args, Words};
use crate::change::Target;
use recast::resolve::Found;

impl Live<'_> {
    /// The journal that holds one of the targets, and its locks.
    pub(super) async fn journal_there(&self, found: &[Found]) -> Result<Option<(Journal, Vec<Object>)>, Failure> {
        // A Service is locked only while it stands on a bridge, and that can be seen on itself.
        let marked = |object: &Object| object.label(MARKER).is_some();
        let lockable = found.iter().filter(|found| match place(found).kind {
            kind if kind.is_workload() => true,
            Kind::Service => matches!(found, Found::There(_, object) if self.args.abort || marked(object)),
            _ => false,
        });
        for id in lockable.map(place) {
            if let Some(secret) = self.cluster.get(&lock(id)).await? {
                return locked(self.cluster, secret).await.map(Some);
            }
        }
        Ok(None)
    }

    /// Finishes what the same command has begun.
    pub(super) async fn go_on(&self, journal: Journal, secrets: Vec<Object>) -> Outcome {
        if !self.is_same(&journal) {
            let secret = secrets.first().map(|secret| under_way(secret, &self.commands));
            return Err(secret.into_iter().collect());
        }
        self.screen.say(&format!("goes on with what {} began at {}", journal.by, journal.begun));
        self.finish(journal, secrets, Direction::Forward).await
    }

    /// Drives a change that is under way to its end, either way.
    async fn finish(&self, journal: Journal, secrets: Vec<Object>, direction: Direction) -> Outcome {
        let ids: Vec<ObjectId> = journal
            .units
            .iter()
            .flat_map(|unit| {
                std::iter::once(unit.id().clone()).chain(unit.dependents.iter().map(|found| found.id.clone()))
            })
            .chain(journal.policies.iter().map(|policy| policy.id.clone()))
            .collect();
        let mut snapshot = Snapshot::default();
        let watch = self.watch(&ids, &mut snapshot).await.map_err(one)?;
        for secret in secrets {
            snapshot.observe(Kind::Secret, secret);
        }
        let targets: Vec<Target> = journal.units.iter().filter_map(|unit| target(unit, direction)).collect();
        let services = journal.moves.iter().filter_map(|service| {
            let before = snapshot.get(&service.id)?.clone();
            let mut after = before.value().clone();
            after["spec"]["selector"] = service.to(direction).clone();
            Some(Target { id: service.id.clone(), before, after })
        });
        let targets: Vec<Target> = targets.into_iter().chain(services).collect();
        let before = snapshot.clone();
        let jobs = vec![Job::Swap(Box::new(self.swap(journal, direction)))];
        let (results, after, acted) = self.drive(&jobs, snapshot, Some(watch)).await;
        if direction == Direction::Back && results.iter().all(Result::is_ok) {
            for target in &targets {
                self.screen.line(&format!("{} put back", target.id)).map_err(one)?;
            }
            return Ok(Exit::Done);
        }
        self.conclude(&jobs, results, &targets, &Vec::new(), (&before, &after), &acted)
    }
}

/// `--abort`: puts back what an interrupted run has begun to change.
pub async fn abort(args: &Args, words: &Words, screen: &Screen) -> Outcome {
    let cluster = Cluster::connect(&args.connection, args.quiet).await.map_err(|error| vec![error.into()])?;
    let found = find(args, words, &cluster).await.map_err(one)?;
    let ids: Vec<ObjectId> = found.iter().map(|found| place(found).clone()).collect();
    let commands = Commands::like(&args.connection);
    let live = Live { args, words, screen, cluster: &cluster, commands, ids, flags: args.repeated() };
    if let Some((journal, secrets)) = live.journal_there(&found).await.map_err(one)? {
        if journal.handoff.is_some() {
            return Err(secrets.first().map(|secret| under_way(secret, &live.commands)).into_iter().collect());
        }
        return live.finish(journal, secrets, Direction::Back).await;
    }
    let names: Vec<String> = live.ids.iter().map(ToString::to_string).collect();
    let hint = live.commands.kubectl(&["relabel", "--unfinished"]);
    Err(one(Failure::new(format!("no change of {} is under way", names.join(", "))).hint(hint)))
}

/// `--unfinished`: lists what interrupted runs have left.
pub async fn unfinished(args: &Args, screen: &Screen) -> Outcome {
    let cluster = Cluster::connect(&args.connection, args.quiet).await.map_err(|error| vec![error.into()])?;
    let namespace = if args.all_namespaces { "" } else { cluster.namespace() };
    let secrets = cluster
        .list(&Scope::all(Kind::Secret, namespace).labelled(JOURNAL))
        .await
        .map_err(|error| vec![error.into()])?;
    let mut any = false;
    for secret in secrets {
        let namespace = secret.metadata().namespace.clone().unwrap_or_default();
        let journal = match Journal::read(&secret) {
            Ok(Held::Here(journal)) => *journal,
            Ok(Held::Elsewhere(_)) => continue,
            Err(error) => {
                any = true;
                screen.failures(&[Failure::caused_by(format!("secret/{} in {namespace}", secret.name()), &error)
                    .hint("use the version of kubectl relabel that wrote it")]);
                continue;
            }
        };
        any = true;
        let names: Vec<String> = journal.targets.iter().map(ToString::to_string).collect();
        screen
            .line(&format!("{namespace}  {}  since {}  by {}", names.join(" "), journal.begun, journal.by))
            .map_err(one)?;
        for line in urgent(&cluster, &journal).await.map_err(one)? {
            screen.labelled("urgent", &line);
        }
        screen.labelled("next", &format!("kubectl {}", journal.command.join(" ")));
        screen.labelled("or", &format!("kubectl {} -n {namespace}", journal.back().join(" ")));
    }
    if !any {
        let place =
            if args.all_namespaces { "any namespace".to_owned() } else { format!("{} namespace", cluster.namespace()) };
        screen.say(&format!("nothing is unfinished in {place}"));
    }
    Ok(Exit::Done)
}

/// What cannot wait: an owner that is held or absent, a Service on a bridge, which takes in no new pod.
async fn urgent(cluster: &Cluster, journal: &Journal) -> Result<Vec<String>, Failure> {
    let mut snapshot = Snapshot::default();
    let mut lines = Vec::new();
    for id in journal.owners() {
        if let Some(object) = cluster.get(id).await? {
            snapshot.observe(id.kind, object);
        }
    }
    for service in &journal.moves {
        let object = cluster.get(&service.id).await?;
        let bridge = service.bridge.as_ref().map(|bridge| &bridge.selector);
        if object.is_some_and(|object| bridge.is_some() && object.at("/spec/selector") == bridge) {
            lines.push(format!(
                "{} stands on a bridge: it takes in no new pod until the change is finished",
                service.id
            ));
        }
    }
    let swap = Swap {
        journal: journal.clone(),
        direction: Direction::Forward,
        run: String::new(),
        wait: true,
        field_manager: String::new(),
        commands: Commands::default(),
    };
    lines.extend(swap.exposed(&snapshot));
    Ok(lines)
}

fn target(unit: &Unit, direction: Direction) -> Option<Target> {
    let before = Object::new(unit.from(direction).object.clone()).ok()?;
    Some(Target { id: unit.id().clone(), before, after: unit.to(direction).object.clone() })
}
