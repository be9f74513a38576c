//! What is said about a cast: what became of the fields, where it runs, what stands there now, what to do next.

use std::collections::BTreeMap;

use recast::difference::count;
use recast::kind::Kind;
use recast::membership::{ready_endpoints, services_of};
use recast::object::Object;
use recast::ownership::pods_of;
use recast::screen::Screen;
use recast::selector::{Labels, labels};
use recast::snapshot::Snapshot;

use crate::goal::CastGoal;
use crate::placement::Placement;
use crate::undo::UndoGoal;
use crate::warnings::{Subject, warnings};

/// The label that is proposed to tell the pods of the DaemonSet from those of its source.
const LABEL: &str = "isactive";

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
    let next = next(goal, snapshot);
    let width = next.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    for (command, effect) in next {
        screen.labelled("next", &format!("{command:<width$}    ({effect})"));
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
    let Some(pods) = pods_beside(goal, snapshot) else {
        let stays = goal.replace.is_none() && snapshot.get(&goal.source).is_some();
        return if stays { vec![format!("{} still runs beside it", goal.source)] } else { Vec::new() };
    };
    let still = format!("{} still runs {} beside it", goal.source, count(pods.len(), "pod", "pods"));
    let template = template_labels(goal);
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

/// The pods of the source, where it stays and its pods may be looked at.
fn pods_beside<'s>(goal: &CastGoal, snapshot: &'s Snapshot) -> Option<Vec<&'s Object>> {
    let source = snapshot.get(&goal.source).filter(|_| goal.replace.is_none())?;
    let seen = !snapshot.is_withheld(Kind::Pod) && !snapshot.is_withheld(Kind::ReplicaSet);
    seen.then(|| pods_of(snapshot, source.uid()).filter(|pod| !pod.is_deleting()).collect())
}

fn template_labels(goal: &CastGoal) -> Labels {
    labels(goal.cast.daemon_set.pointer("/spec/template/metadata/labels"))
}

/// What the user may not look at; the nodes have a line of their own.
fn unseen(snapshot: &Snapshot) -> Option<String> {
    let others = snapshot.all_withheld().filter(|kind| *kind != Kind::Node);
    let kinds: Vec<String> = others.map(|kind| kind.resource().plural).collect();
    (!kinds.is_empty()).then(|| format!("not looked at: may not list {}", kinds.join(", ")))
}

fn next(goal: &CastGoal, snapshot: &Snapshot) -> Vec<(String, String)> {
    if goal.replace.is_some() {
        return Vec::new();
    }
    let words: Vec<String> = ["ds-cast".to_owned(), goal.source.short(), "--replace".to_owned()]
        .into_iter()
        .chain(goal.wish_words.clone())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let replace = (goal.commands.kubectl(&words), format!("the {} goes", goal.source.kind.singular()));
    told_apart(goal, snapshot).into_iter().chain([replace]).collect()
}

/// The other plugin's command, where a Service balances over both: a label for the pods of the one, and to select by.
fn told_apart(goal: &CastGoal, snapshot: &Snapshot) -> Option<(String, String)> {
    let template = template_labels(goal);
    if template.contains_key(LABEL) || pods_beside(goal, snapshot)?.is_empty() {
        return None;
    }
    let services = services_of(snapshot, &template).map(|service| format!("svc/{}", service.name()));
    let services: Vec<String> = services.collect();
    if services.is_empty() {
        return None;
    }
    let edit = format!("{LABEL}=yes");
    // With another selector it would be made anew, and the ReplicaSet would take its pods meanwhile.
    let keep = (goal.source.kind == Kind::ReplicaSet).then_some("--keep-selector");
    let target = goal.target.short();
    let words = ["relabel", &target].into_iter().chain(services.iter().map(String::as_str));
    let words: Vec<&str> = words.chain([edit.as_str()]).chain(keep).collect();
    Some((goal.commands.kubectl(&words), "only the daemon set's pods serve".to_owned()))
}
