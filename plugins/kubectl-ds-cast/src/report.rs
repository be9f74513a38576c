//! What is said about a cast: what became of the fields, where it runs, what stands there now, what to do next.

use std::collections::BTreeMap;

use recast::difference::count;
use recast::kind::Kind;
use recast::membership::{ready_endpoints, services_of};
use recast::object::Object;
use recast::ownership::pods_of;
use recast::screen::Screen;
use recast::selector::labels;
use recast::snapshot::Snapshot;

use crate::goal::CastGoal;
use crate::placement::Placement;
use crate::undo::UndoGoal;
use crate::warnings::{Subject, warnings};

/// Says it on stderr.
pub fn cast_report(goal: &CastGoal, snapshot: &Snapshot, screen: &Screen) {
    let account = &goal.cast.account;
    let placement = Placement::of(&goal.cast.daemon_set["spec"]["template"], snapshot);
    screen.labelled("carried", &account.carried.join(", "));
    for line in &account.changed {
        screen.labelled("changed", line);
    }
    if !account.dropped.is_empty() {
        screen.labelled("dropped", &format!("{}{}", account.dropped.join(", "), remembered(goal)));
    }
    screen.labelled("nodes", &nodes(placement.as_ref(), snapshot));
    for line in account.notes.iter().cloned().chain(beside(goal, placement.as_ref(), snapshot)).chain(unseen(snapshot))
    {
        screen.labelled("note", &line);
    }
    if let Some(object) = snapshot.get(&goal.source) {
        let subject = Subject {
            source: &goal.source,
            object,
            daemon_set: &goal.cast.daemon_set,
            placement: placement.as_ref(),
            replaced: goal.replace.is_some(),
        };
        for line in warnings(&subject, snapshot) {
            screen.labelled("warn", &line);
        }
    }
    for (command, effect) in next(goal) {
        screen.labelled("next", &format!("{command}    ({effect})"));
    }
}

/// Says what an undo carries back and leaves behind.
pub fn undo_report(goal: &UndoGoal, screen: &Screen) {
    for line in &goal.restored.carried_back {
        screen.labelled("carried", &format!("{line} (changed since the cast)"));
    }
    for line in &goal.restored.left_behind {
        screen.labelled("dropped", &format!("{line} (changed since the cast)"));
    }
    if !goal.restored.remembered {
        let replicas = &goal.restored.object["spec"]["replicas"];
        screen.labelled("note", &format!("{} was not made by a cast: replicas {replicas}", goal.daemon_set));
    }
}

fn remembered(goal: &CastGoal) -> String {
    if goal.wishes.remember && goal.cast.daemon_set["metadata"]["annotations"][crate::remember::ANNOTATION].is_string()
    {
        format!("    (remembered: {})", goal.commands.kubectl(&["ds-cast", "--undo", &goal.target.short()]))
    } else {
        String::new()
    }
}

fn nodes(placement: Option<&Placement>, snapshot: &Snapshot) -> String {
    let Some(placement) = placement else {
        let seen = !snapshot.is_withheld(Kind::Node);
        return format!("not looked at: {}", if seen { "the template cannot be read" } else { "may not list nodes" });
    };
    let all = placement.on.len() + placement.off.len();
    let mut off: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (node, reason) in &placement.off {
        off.entry(reason).or_default().push(node);
    }
    let off = off.into_iter().map(|(reason, nodes)| format!("; not on {}: {reason}", nodes.join(", ")));
    format!("will run on {} of {all}{}", placement.on.len(), off.collect::<String>())
}

/// What the source still does beside it.
fn beside(goal: &CastGoal, placement: Option<&Placement>, snapshot: &Snapshot) -> Vec<String> {
    let Some(source) = snapshot.get(&goal.source).filter(|_| goal.replace.is_none()) else { return Vec::new() };
    if snapshot.is_withheld(Kind::Pod) || snapshot.is_withheld(Kind::ReplicaSet) {
        return vec![format!("{} still runs beside it", goal.source)];
    }
    let pods: Vec<&Object> = pods_of(snapshot, source.uid()).filter(|pod| !pod.is_deleting()).collect();
    let still = format!("{} still runs {} beside it", goal.source, count(pods.len(), "pod", "pods"));
    let template = labels(goal.cast.daemon_set.pointer("/spec/template/metadata/labels"));
    let services = services_of(snapshot, &template).map(|service| {
        let ready = ready_endpoints(snapshot, service.name());
        let of_source = pods.iter().filter(|pod| ready.contains(pod.uid())).count();
        let all = placement.map(|placement| ready.len() + placement.on.len());
        let all =
            all.map_or_else(|| "the daemon set's endpoints too".to_owned(), |all| count(all, "endpoint", "endpoints"));
        let source = goal.source.kind.singular();
        format!("service/{} will have {all}, {of_source} of them the {source}'s", service.name())
    });
    let services: Vec<String> = services.collect();
    if services.is_empty() {
        return vec![still];
    }
    services.into_iter().map(|service| format!("{still}: {service}")).collect()
}

/// What the user may not look at; the nodes have a line of their own.
fn unseen(snapshot: &Snapshot) -> Option<String> {
    let others = snapshot.all_withheld().filter(|kind| *kind != Kind::Node);
    let kinds: Vec<String> = others.map(|kind| kind.resource().plural).collect();
    (!kinds.is_empty()).then(|| format!("not looked at: may not list {}", kinds.join(", ")))
}

fn next(goal: &CastGoal) -> Vec<(String, String)> {
    if goal.replace.is_some() {
        return Vec::new();
    }
    let words: Vec<String> = ["ds-cast".to_owned(), goal.source.short(), "--replace".to_owned()]
        .into_iter()
        .chain(goal.wish_words.clone())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    vec![(goal.commands.kubectl(&words), format!("the {} goes", goal.source.kind.singular()))]
}
