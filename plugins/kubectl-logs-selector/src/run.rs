//! A command from its start to its end.

mod counting;

use std::cell::Cell;
use std::io::{IsTerminal as _, stdout};
use std::pin::pin;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use recast::cluster::{Cluster, Scope, WatchEvent, WatchStream};
use recast::engine::Interrupts;
use recast::exit::{Exit, Outcome};
use recast::failure::Failure;
use recast::kind::Kind;
use recast::screen::Screen;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until, timeout};

use crate::args::{Args, Color, Format};
use crate::crew::{Choice, Crew, Fate, Parts};
use crate::desk::Desk;
use crate::filter::{Filter, any_of};
use crate::goal::Goal;
use crate::intake::Limits;
use crate::merge::{Merge, Now, Order, Outlet as _, Source};
use crate::printer::{Prefix, Printer};
use crate::reader::{News, Terms};
use crate::scene::Scene;
use crate::sink::Sink;
use counting::Farewell;

/// How much is heard before something is shown again.
const AT_ONCE: usize = 64;

/// How long no other watch is begun: many streams notice one after the other what has befallen all of them.
const FRESH: Duration = Duration::from_secs(30);

/// How often a watch is denied in a row until that is believed; the pauses between grow to some seconds.
const DENIALS: u32 = 4;

/// How long an interrupted command may still write.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Reads what the command line asks for.
pub async fn run(args: &Args, screen: &Screen) -> Outcome {
    let Some(mut run) = Run::begin(args, screen).await.map_err(one)? else { return Ok(Exit::Interrupted) };
    let ended = run.go(args).await;
    let exit = close(run.sink, &mut run.interrupts, ended).await.map_err(one)?;
    run.farewell.said.iter().for_each(|line| screen.say(line));
    if !run.farewell.failures.is_empty() {
        return Err(run.farewell.failures);
    }
    if exit == Exit::Done && !run.crew.failures.is_empty() && !args.ignore_errors { Ok(Exit::Failed) } else { Ok(exit) }
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}

/// Waits until all is written. Whoever interrupts does not wait for a reader that does not read.
async fn close(sink: Sink, interrupts: &mut Interrupts, ended: Result<Exit, Failure>) -> Result<Exit, Failure> {
    let mut closing = pin!(sink.close());
    if !matches!(ended, Ok(Exit::Interrupted)) {
        tokio::select! {
            biased;
            closed = &mut closing => return closed.and(ended),
            () = interrupts.next() => {}
        }
    }
    timeout(LAST_WORDS, closing).await.unwrap_or(Ok(()))?;
    ended.map(|_| Exit::Interrupted)
}

/// Asks the cluster what the command line names.
async fn ask(args: &Args) -> Result<(Cluster, Goal), Failure> {
    let cluster = Cluster::connect(&args.connection, args.quiet).await?;
    let goal = Goal::of(args, &cluster).await?;
    Ok((cluster, goal))
}

struct Run<'a> {
    cluster: Cluster,
    scopes: Vec<Scope>,
    watch: WatchStream,
    /// How often each watch was denied in a row.
    denials: Vec<u32>,
    /// When the watch was begun anew.
    renewed: Option<Instant>,
    crew: Crew<'a>,
    told: UnboundedReceiver<(Source, News)>,
    sink: Sink,
    interrupts: Interrupts,
    /// Whether anybody reads what is printed, as far as that is known.
    is_read: bool,
    farewell: Farewell,
}

/// What has happened.
enum Happening {
    Interrupted,
    NobodyReads,
    Changed(Box<WatchEvent>),
    Told(Source, News),
    Learned(String, Fate),
    Nothing,
}

impl<'a> Run<'a> {
    /// `None` if it was interrupted.
    async fn begin(args: &Args, screen: &'a Screen) -> Result<Option<Self>, Failure> {
        let mut interrupts = Interrupts::new();
        if args.counts() && args.output == Format::Raw {
            return Err(Failure::new("-o raw prints lines, and --traffic counts them").hint("-o json, or no -o"));
        }
        let order = order(args)?;
        let filter = Filter {
            include: any_of(&args.include, "--include", args.ignore_case)?,
            exclude: any_of(&args.exclude, "--exclude", args.ignore_case)?,
        };
        let highlight = any_of(&args.highlight, "--highlight", args.ignore_case)?;
        let (cluster, goal) = tokio::select! {
            biased;
            () = interrupts.next() => return Ok(None),
            asked = ask(args) => asked?,
        };
        goal.notes.iter().for_each(|note| screen.say(note));
        if order == Order::Pod && args.order != order {
            screen.say("one pod after the other: that is what --max-log-requests means without -f");
        }
        let choice = Choice::of(args, goal.wants)?;
        let printer = Printer { filter, highlight, ..printer(args, &choice) };
        let parts = Parts {
            screen,
            cluster: cluster.clone(),
            choice,
            scene: Scene::new(goal.fronts),
            merge: Merge::new(order, args.window()),
            desk: Desk::new(printer),
            terms: terms(args),
            room: args.at_once(),
            // A table shows by itself who is there at the start.
            talks: args.follows() && !args.counts() && !args.quiet && !args.only_log_lines,
        };
        let (crew, told) = Crew::of(parts);
        let watch = cluster.watch(&goal.scopes);
        let denials = vec![0; goal.scopes.len()];
        Ok(Some(Self {
            cluster,
            scopes: goal.scopes,
            watch,
            denials,
            renewed: None,
            crew,
            told,
            sink: Sink::open(),
            interrupts,
            is_read: true,
            farewell: Farewell::default(),
        }))
    }

    async fn go(&mut self, args: &Args) -> Result<Exit, Failure> {
        if !self.look_around().await? {
            return Ok(Exit::Interrupted);
        }
        if !args.follows() && !self.wait_for_a_beginning(args).await? {
            return Ok(Exit::Interrupted);
        }
        if args.counts() {
            self.begin_to_count();
        }
        self.crew.update();
        self.crew.settle();
        self.crew.talks |= args.counts() && !args.quiet;
        if self.crew.size() == 0 {
            let place = if args.all_namespaces { "any".to_owned() } else { self.cluster.namespace().to_owned() };
            if !args.follows() {
                self.crew.screen.say(&format!("No pods found in {place} namespace."));
                return Ok(Exit::Done);
            }
            self.crew.screen.say(&format!("no pod yet in {place} namespace; waiting for one"));
        } else if let Some(there) = self.crew.lacks().filter(|_| !args.follows() || self.crew.choice.is_finite()) {
            let failure = Failure::new("none of the pods has such a container").cause(there);
            return Err(failure.hint("--all-containers takes them all"));
        }
        if args.counts() { self.count(args).await } else { self.read(args.follow).await }
    }

    /// Waits until everything that is there is known; answers whether nobody interrupted that.
    async fn look_around(&mut self) -> Result<bool, Failure> {
        let kinds: Vec<Kind> = self.scopes.iter().map(|scope| scope.kind).collect();
        while !self.crew.scene.knows(&kinds) {
            tokio::select! {
                biased;
                () = self.interrupts.next() => return Ok(false),
                Some(event) = self.watch.next() => self.observe(event)?,
            }
        }
        Ok(true)
    }

    /// Without following, waits a while if no container has begun; answers whether nobody interrupted that.
    async fn wait_for_a_beginning(&mut self, args: &Args) -> Result<bool, Failure> {
        let Some(limit) = args.pod_running_timeout.0 else { return Ok(true) };
        let until = Instant::now() + limit;
        while !self.crew.has_begun() {
            tokio::select! {
                biased;
                () = self.interrupts.next() => return Ok(false),
                Some(event) = self.watch.next() => self.observe(event)?,
                () = sleep_until(until) => {
                    return Err(Failure::new(format!("no container has started within {}", args.pod_running_timeout))
                        .hint("-f waits for it; --pod-running-timeout waits longer"));
                }
            }
        }
        Ok(true)
    }

    async fn read(&mut self, follow: bool) -> Result<Exit, Failure> {
        let finite = !follow || self.crew.choice.is_finite();
        loop {
            let again = match self.let_out().await {
                Ok(again) => again,
                Err(exit) => return Ok(exit),
            };
            if self.crew.is_over(finite) {
                return Ok(Exit::Done);
            }
            match self.wait(follow, again).await {
                Happening::Interrupted => return Ok(Exit::Interrupted),
                Happening::NobodyReads => return Ok(Exit::Done),
                happening => self.take(happening)?,
            }
        }
    }

    /// Takes in what has happened, and what has happened behind it.
    fn take(&mut self, happening: Happening) -> Result<(), Failure> {
        match happening {
            Happening::Changed(event) => {
                self.observe(*event)?;
                while let Some(Some(event)) = self.watch.next().now_or_never() {
                    self.observe(event)?;
                }
                self.crew.update();
            }
            Happening::Told(source, news) => {
                self.crew.hear(source, news)?;
                for _ in 0..AT_ONCE {
                    let Ok((source, news)) = self.told.try_recv() else { break };
                    self.crew.hear(source, news)?;
                }
                if self.crew.was_stalled() {
                    self.renew_the_watch();
                }
            }
            Happening::Learned(uid, fate) => self.crew.learn(&uid, fate),
            Happening::Interrupted | Happening::NobodyReads | Happening::Nothing => {}
        }
        Ok(())
    }

    /// The streams of logs had gone dead. A watch does not notice that by itself: nothing happens, as far as it can see.
    fn renew_the_watch(&mut self) {
        let fresh = self.renewed.is_some_and(|last| last.elapsed() < FRESH);
        if !fresh {
            self.renewed = Some(Instant::now());
            self.watch = self.cluster.watch(&self.scopes);
        }
    }

    async fn wait(&mut self, follow: bool, again: Option<Instant>) -> Happening {
        tokio::select! {
            biased;
            () = self.interrupts.next() => Happening::Interrupted,
            () = self.sink.gone(), if self.is_read => Happening::NobodyReads,
            Some(event) = self.watch.next(), if follow => Happening::Changed(Box::new(event)),
            (uid, fate) = self.crew.next_fate() => Happening::Learned(uid, fate),
            Some((source, news)) = self.told.recv() => Happening::Told(source, news),
            () = sleep_until(again.unwrap_or_else(far)), if again.is_some() => Happening::Nothing,
        }
    }

    /// Lets out what may go; answers when there will be more if nothing else happens, or what ends it all.
    async fn let_out(&mut self) -> Result<Option<Instant>, Exit> {
        loop {
            let again = self.crew.drain(&Now::read()).map(Instant::from_std);
            let full = self.crew.desk.is_full();
            // What is there already is shown together with what comes in the same moment.
            if full || (!self.crew.desk.out.is_empty() && self.told.is_empty()) {
                tokio::select! {
                    biased;
                    reads_on = self.sink.hand_over(&mut self.crew.desk.out) => if !reads_on { return Err(Exit::Done) },
                    () = self.interrupts.next() => return Err(Exit::Interrupted),
                }
            }
            self.say_aside();
            if !full {
                return Ok(again);
            }
        }
    }

    fn say_aside(&mut self) {
        for text in std::mem::take(&mut self.crew.desk.aside) {
            self.crew.screen.say(&text);
        }
    }

    fn observe(&mut self, (position, event): WatchEvent) -> Result<(), Failure> {
        let kind = self.scopes[position].kind;
        match event {
            Ok(event) => {
                self.denials[position] = 0;
                let changed = self.crew.scene.take(kind, event);
                self.crew.say_selectors(&changed);
            }
            // What was there before is tried again by the stream itself.
            Err(error) => match self.cluster.fatal(&self.scopes[position], error, self.crew.scene.knows(&[kind])) {
                Some(_) if self.may_pass(position) => {}
                Some(error) if kind == Kind::EndpointSlice && error.is_forbidden() => self.be_blind(),
                Some(error) => return Err(error.into()),
                None => {}
            },
        }
        Ok(())
    }

    /// Whether a watch may be granted again that is denied after a list was granted: a server that has just begun may not
    /// know yet who may do what.
    fn may_pass(&mut self, position: usize) -> bool {
        self.denials[position] += 1;
        self.crew.scene.knows(&[self.scopes[position].kind]) && self.denials[position] < DENIALS
    }

    fn be_blind(&mut self) {
        if !self.crew.scene.knows(&[Kind::EndpointSlice]) {
            self.crew.screen.say("you may not list endpointslices: who serves is guessed by readiness");
            self.crew.scene.be_blind();
        }
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_hours(1)
}

/// A bound on the logs that are read at once puts them in an order of its own, unless they are followed.
fn order(args: &Args) -> Result<Order, Failure> {
    if args.counts() {
        return Ok(Order::Arrival);
    }
    match (args.order, args.follow, args.at_once()) {
        (Order::Pod, true, _) => {
            Err(Failure::new("--order pod has no end with -f: the first pod would never make room for the next")
                .hint("--order time, or without -f"))
        }
        (Order::Time, false, Some(_)) => Ok(Order::Pod),
        (order, _, _) => Ok(order),
    }
}

fn terms(args: &Args) -> Terms {
    Terms {
        follow: args.follows(),
        previous: args.previous,
        beginning: args.beginning(),
        stream: args.stream,
        insecure: args.insecure_skip_tls_verify_backend,
        admitted: Cell::new(false),
        limits: Limits {
            line: usize::try_from(args.max_line).unwrap_or(usize::MAX),
            bytes: (args.limit_bytes > 0).then_some(args.limit_bytes),
            times: args.timestamps,
        },
    }
}

fn printer(args: &Args, choice: &Choice) -> Printer {
    let terminal = stdout().is_terminal();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let prefix = match args.prefix {
        _ if args.output == Format::Raw => Prefix::Nothing,
        Some(true) => Prefix::Kubectl,
        Some(false) => Prefix::Nothing,
        None if choice.is_one_pod() && !choice.has_several() => Prefix::Nothing,
        None => Prefix::Short { namespace: args.all_namespaces, container: choice.has_several() },
    };
    Printer {
        format: args.output,
        prefix,
        timestamps: args.timestamps,
        colour: match args.color {
            Color::Auto => terminal && !plain,
            Color::Always => true,
            Color::Never => false,
        },
        harmless: terminal && !args.raw_control,
        show_serving: args.show_membership,
        remarks: !args.only_log_lines,
        filter: Filter::default(),
        highlight: None,
    }
}
