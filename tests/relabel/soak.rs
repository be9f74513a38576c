//! Every change of every kind again and again, killed at any write, with controllers that see pods late or do not.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::judge::{EDITS, Judge, KINDS, left_nothing, workload};
use super::state::State;
use super::tool::Relabel as _;
use crate::harness::chance::Chance;
use crate::harness::{Controllers, Moment, killed};

/// How often, if `RECAST_ROUNDS` says nothing else.
const ROUNDS: u32 = 50;

/// The changes, the last one without a new selector.
const ALL: [&str; 4] = [EDITS[0], EDITS[1], EDITS[2], "svc/app gentle=yes --keep-selector"];

/// What came out of the rounds of a case.
#[derive(Default)]
struct Tally {
    good: u32,
    bad: u32,
    kills: u32,
    put_back: u32,
    longest: Duration,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { good, bad, kills, put_back, longest } = self;
        let seconds = longest.as_secs_f32();
        write!(f, "{good} good, {bad} bad; {kills} times killed, {put_back} times put back; at most {seconds:.1} s")
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.good += other.good;
        self.bad += other.bad;
        self.kills += other.kills;
        self.put_back += other.put_back;
        self.longest = self.longest.max(other.longest);
    }
}

/// A workload with 1 to 10 pods, set up in one of the ways there are.
fn drawn(kind: &str, chance: &mut Chance) -> Value {
    let mut object = workload(kind);
    let set = |object: &mut Value, field: &str, value: &Value| {
        if !value.is_null() {
            object["spec"][field] = value.clone();
        }
    };
    let by_hand = json!({"type": "OnDelete"});
    match kind {
        "ds" => {
            let surge = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}});
            set(&mut object, "updateStrategy", &chance.one_of(&[json!(null), by_hand, surge]));
            let places = [json!({}), json!({"disktype": "ssd"}), json!({"topology.kubernetes.io/zone": "zone-b"})];
            object["spec"]["template"]["spec"]["nodeSelector"] = chance.one_of(&places);
            return object;
        }
        "deploy" => set(&mut object, "strategy", &chance.one_of(&[json!(null), json!({"type": "Recreate"})])),
        "sts" => {
            let in_part = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}});
            set(&mut object, "updateStrategy", &chance.one_of(&[json!(null), by_hand, in_part]));
            set(&mut object, "podManagementPolicy", &chance.one_of(&[json!(null), json!("Parallel")]));
        }
        _ => {}
    }
    object["spec"]["replicas"] = json!(1 + chance.below(10));
    object
}

/// It runs, and has perhaps more than one revision.
fn begun(kind: &str, chance: &mut Chance) -> Judge {
    let judge = Judge::of(kind, &drawn(kind, chance));
    // Two revisions under a partition are refused.
    let in_part = judge.now()["spec"]["updateStrategy"]["rollingUpdate"]["partition"] == 1;
    if kind != "rs" && !in_part && chance.below(2) == 0 {
        judge.ns.kubectl(&format!("set env {kind}/rng SECOND=yes"));
        judge.settled();
        let strategy = judge.now()["spec"]["updateStrategy"]["type"].clone();
        if strategy != "OnDelete" {
            judge.ns.rolled_out(&format!("{kind}/rng"));
        }
        judge.settled();
    }
    if kind == "deploy" && chance.below(4) == 0 {
        judge.ns.kubectl("rollout pause deploy/rng");
    }
    judge
}

/// Makes the change, killed up to three times on the way, and perhaps put back.
fn change(judge: &Judge, edit: &str, chance: &mut Chance) -> Tally {
    let mut tally = Tally::default();
    let begun = Instant::now();
    let words = format!("{}/rng {edit}", judge.kind());
    judge.undisturbed(|| {
        let before = State::of(&judge.ns);
        for _ in 0..chance.below(4) {
            let number = usize::try_from(1 + chance.below(30)).unwrap();
            let moment = chance.one_of(&[Moment::Before(number), Moment::After(number)]);
            if let Some(ended) = killed(&judge.ns, moment, |way| judge.ns.begin_relabel(&format!("{words} {way}"))) {
                ended.done();
                break;
            }
            tally.kills += 1;
            if chance.below(3) == 0 && judge.ns.has("secrets -l kube-recast/journal") {
                judge.ns.relabel(&format!("--abort {}/rng", judge.kind())).done();
                tally.put_back += 1;
                judge.settled();
                left_nothing(&judge.ns, &format!("{}/rng", judge.kind()));
                before.is_back(&judge.ns);
            }
        }
        judge.ns.relabel(&words).done();
    });
    left_nothing(&judge.ns, &format!("{}/rng", judge.kind()));
    judge.is_as_asked(edit);
    tally.good = 1;
    tally.longest = begun.elapsed();
    tally
}

/// All edits of all kinds, the kinds side by side.
fn round(number: u32, chance: &mut Chance, tallies: &mut BTreeMap<(&'static str, &'static str), Tally>) {
    let late = chance.one_of(&[0, 0, 0, 1, 2, 3]);
    let what = chance.one_of(&["pods", "pods", "services"]);
    let drawn = KINDS.map(|kind| (begun(kind, &mut chance.another()), chance.another()));
    let pods: Vec<_> = drawn.iter().map(|(judge, _)| format!("{} {}", judge.uids().len(), judge.kind())).collect();
    println!("round {number}: {what} seen {late} s late; {}", pods.join(", "));
    let controllers = (late > 0).then(Controllers::of_the_cluster);
    if let Some(controllers) = &controllers {
        let late = Duration::from_secs(late);
        if what == "pods" { controllers.see_pods_late(late) } else { controllers.see_services_late(late) }
    }
    std::thread::scope(|scope| {
        let running = drawn.into_iter().zip(KINDS).map(|((judge, mut chance), kind)| {
            let edits = move || {
                let changed = |edit| {
                    let changed = || change(&judge, edit, &mut chance);
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(changed)).ok()
                };
                ALL.map(changed)
            };
            (kind, scope.spawn(edits))
        });
        let running: Vec<_> = running.collect();
        for (kind, thread) in running {
            let results = thread.join().expect("what panics is caught");
            for (edit, result) in ALL.into_iter().zip(results) {
                if result.is_none() {
                    println!("round {number}: {kind}/rng {edit} FAILED");
                }
                let bad = Tally { bad: 1, ..Tally::default() };
                tallies.entry((kind, edit)).or_default().add(&result.unwrap_or(bad));
            }
        }
    });
}

#[test]
#[ignore = "needs a cluster: make soak"]
fn soak_controllers_see_every_change_of_every_kind_again_and_again() {
    let mut chance = Chance::from_seed();
    let rounds = std::env::var("RECAST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let (begun, mut tallies) = (Instant::now(), BTreeMap::new());
    for number in 1..=rounds {
        round(number, &mut chance, &mut tallies);
    }
    println!("{rounds} rounds in {} s", begun.elapsed().as_secs());
    for ((kind, edit), tally) in &tallies {
        println!("{kind}/rng {edit}: {tally}");
    }
    assert!(tallies.values().all(|tally| tally.bad == 0));
}
