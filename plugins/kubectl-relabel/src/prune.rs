//! `--prune`: deletes what was left behind without owner, and says what stays and why.

mod goal;
mod remnant;

use recast::action::Request;
use recast::cluster::{Cluster, Scope};
use recast::commands::Commands;
use recast::difference::count;
use recast::ending;
use recast::engine::{Engine, Happening, Need, Planned, Stop, gather, plan};
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::object::ObjectId;
use recast::output::DryRun;
use recast::product::{self, Product};
use recast::rehearsal::{rehearse, requests};
use recast::resolve::{Found, Naming, not_found, open};
use recast::rights::{needed, require};
use recast::screen::Screen;
use recast::script;
use recast::snapshot::Snapshot;
use recast::swap::{lock, unfinished};

use crate::args::Args;
use crate::question;

use goal::Prune;
use remnant::{Remnant, remnants};

/// What the user is told about, and what they may be refused.
struct Pruning<'a> {
    args: &'a Args,
    screen: &'a Screen,
    cluster: &'a Cluster,
    commands: Commands,
    targets: Vec<ObjectId>,
}

/// Prunes what the command line names.
pub async fn run(args: &Args, screen: &Screen) -> Outcome {
    let words = args.words().map_err(one)?;
    let refuse =
        |kind: Kind, what: &str| Some(Failure::new(format!("{what} leaves nothing behind: a {kind} makes no pods")));
    let naming = Naming { kinds: &Kind::WORKLOADS, refuse, ..args.naming(&words.targets) };
    let Some((cluster, found)) = open(&naming, &args.connection, screen).await? else { return Ok(Exit::Done) };
    let commands = Commands::like(&args.connection);
    let (mut targets, mut failures) = (Vec::new(), Vec::new());
    for found in found {
        match found {
            Found::There(id, object) if object.is_deleting() => {
                failures.push(Failure::new(format!("{id} is being deleted")).hint("wait until that has ended"));
            }
            Found::There(id, _) => targets.push(id),
            Found::Missing(_, id) => failures.push(not_found(&id, &commands)),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    Pruning { args, screen, cluster: &cluster, commands, targets }.carry_out().await
}

impl Pruning<'_> {
    async fn carry_out(&self) -> Outcome {
        self.check_locks().await.map_err(one)?;
        let snapshot = self.look().await.map_err(one)?;
        let all = self.remnants(&snapshot);
        for remnant in &all {
            self.screen.labelled(if remnant.goes() { "prune" } else { "keep" }, &remnant.line());
        }
        let going: Vec<&Remnant> = all.iter().filter(|remnant| remnant.goes()).collect();
        if going.is_empty() {
            let names: Vec<String> = self.targets.iter().map(ToString::to_string).collect();
            self.screen.say(&format!("nothing is left behind by {}", names.join(", ")));
            return Ok(Exit::Done);
        }
        let approved = going.iter().map(|remnant| remnant.uid.clone()).collect();
        let goal = Prune { targets: self.targets.clone(), approved };
        let steps = plan(&goal, &mut snapshot.clone(), |_| {}).map_err(one)?;
        if self.args.explain {
            self.screen.result(|out| script::write(out, &self.commands, &steps)).map_err(one)?;
            return Ok(Exit::Done);
        }
        if self.args.dry_run != DryRun::Client {
            self.check_rights(&steps).await?;
        }
        match self.args.dry_run {
            DryRun::None if self.is_approved(&going).map_err(one)? => self.drive(&goal, &snapshot).await,
            DryRun::None => Ok(Exit::Done),
            DryRun::Client => self.show(&steps, &snapshot).map_err(one),
            DryRun::Server => {
                rehearse(self.cluster, requests(&steps).collect(), None, &mut snapshot.clone()).await?;
                self.show(&steps, &snapshot).map_err(one)
            }
        }
    }

    /// While a change is under way, nothing has an owner and everything is needed.
    async fn check_locks(&self) -> Result<(), Failure> {
        for target in &self.targets {
            if let Some(secret) = self.cluster.get(&lock(target)).await? {
                return Err(unfinished(&secret, &self.commands));
            }
        }
        Ok(())
    }

    async fn look(&self) -> Result<Snapshot, Failure> {
        let kinds = [Kind::Pod, Kind::Service, Kind::EndpointSlice, Kind::ControllerRevision]
            .into_iter()
            .chain(Kind::WORKLOADS);
        let needed = kinds.map(|kind| (kind, Need::Required));
        let optional = [Kind::NetworkPolicy, Kind::PodDisruptionBudget].map(|kind| (kind, Need::Optional));
        let scopes = needed.chain(optional);
        let scopes: Vec<_> = scopes.map(|(kind, need)| (Scope::all(kind, self.cluster.namespace()), need)).collect();
        let snapshot = gather(self.cluster, &scopes).await?;
        for kind in snapshot.all_withheld() {
            self.screen.labelled("note", &format!("not looked at: may not list {}", kind.plural()));
        }
        Ok(snapshot)
    }

    fn remnants(&self, snapshot: &Snapshot) -> Vec<Remnant> {
        let mut all: Vec<Remnant> = Vec::new();
        for remnant in self.targets.iter().flat_map(|target| remnants(target, snapshot)) {
            match all.iter_mut().find(|known| known.uid == remnant.uid) {
                // What another target has left behind.
                Some(known) if remnant.goes() => *known = remnant,
                Some(_) => {}
                None => all.push(remnant),
            }
        }
        all
    }

    async fn check_rights(&self, steps: &[Planned]) -> Result<(), Vec<Failure>> {
        require(self.cluster, &needed(requests(steps)), &self.commands).await
    }

    fn is_approved(&self, going: &[&Remnant]) -> Result<bool, Failure> {
        if self.args.yes {
            return Ok(true);
        }
        let what = summary(going);
        if !question::is_possible() {
            let targets: Vec<String> = self.targets.iter().map(ObjectId::short).collect();
            let words = ["relabel", "--prune"].into_iter().chain(targets.iter().map(String::as_str)).chain(["--yes"]);
            return Err(Failure::new(format!("nobody is there to be asked whether {what} may be deleted"))
                .hint(self.commands.kubectl(&words.collect::<Vec<_>>())));
        }
        question::is_answered_yes(&format!("Delete {what}?"))
            .map_err(|error| Failure::caused_by("cannot ask on the terminal", &error))
    }

    async fn drive(&self, goal: &Prune, seen: &Snapshot) -> Outcome {
        // The user may have thought for a while.
        let snapshot = self.look().await.map_err(one)?;
        let mut engine = Engine { cluster: self.cluster, snapshot, watch: None, timeout: self.args.timeout };
        let (mut acted, mut failures) = (Vec::new(), Vec::new());
        let goals = std::slice::from_ref(goal);
        let results = engine.drive(goals, |happening| {
            if let Happening::Acted { action, .. } = happening {
                acted.push(action.request.clone());
                failures.extend(self.say(&action.request).err());
            }
        });
        let results = results.await;
        failures.extend(self.print(&acted, seen).err());
        let mut exit = Exit::Done;
        for stop in results.into_iter().filter_map(Result::err) {
            match stop {
                Stop::Refused(failure) => failures.push(failure.details(ending::done(&acted))),
                Stop::Interrupted(during) => {
                    exit = Exit::Interrupted;
                    self.screen.failures(&[ending::interrupted(&during).details(ending::done(&acted))]);
                }
                Stop::TimedOut { gate, waited } => {
                    failures.push(ending::gave_up(&gate, waited).details(ending::done(&acted)));
                }
                Stop::Left { gate } => ending::left(self.screen, &gate),
            }
        }
        ending::outcome(self.screen, exit, failures)
    }

    /// kubectl's message.
    fn say(&self, request: &Request) -> Result<(), Failure> {
        if self.args.output.is_some() {
            return Ok(());
        }
        self.screen.line(&format!("{} {}{}", request.id(), request.past_tense(), self.args.dry_run.suffix()))
    }

    fn show(&self, steps: &[Planned], snapshot: &Snapshot) -> Result<Exit, Failure> {
        let planned: Vec<Request> = requests(steps).cloned().collect();
        planned.iter().try_for_each(|request| self.say(request))?;
        self.print(&planned, snapshot)?;
        Ok(Exit::Done)
    }

    /// What `-o` asks for, of what is gone.
    fn print(&self, gone: &[Request], seen: &Snapshot) -> Result<(), Failure> {
        let Some(format) = self.args.output else { return Ok(()) };
        let product = |request: &Request| {
            let object = seen.get(request.id())?.value().clone();
            Some(Product { id: request.id().clone(), patch: json_patch::Patch::default(), object })
        };
        let products: Vec<Product> = gone.iter().filter_map(product).collect();
        self.screen.result(|out| product::write(out, format, products))
    }
}

/// `2 pods, 1 revision`
fn summary(going: &[&Remnant]) -> String {
    let words = [
        (Kind::Pod, "pod", "pods"),
        (Kind::ReplicaSet, "replica set", "replica sets"),
        (Kind::ControllerRevision, "revision", "revisions"),
    ];
    let parts = words.into_iter().filter_map(|(kind, single, many)| {
        let number = going.iter().filter(|remnant| remnant.id.kind == kind).count();
        (number > 0).then(|| count(number, single, many))
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
