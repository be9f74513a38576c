//! What the user may do, asked before the first write.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, ResourceRule, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SelfSubjectRulesReview,
    SelfSubjectRulesReviewSpec,
};

use crate::action::Request;
use crate::cluster::{Cluster, ClusterError};
use crate::commands::Commands;
use crate::engine::Planned;
use crate::failure::Failure;
use crate::kind::Kind;
use crate::rehearsal::requests;

/// How many questions are under way at once.
const QUESTIONS_AT_ONCE: usize = 8;

/// Something that a command will do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// What is done, in the words of rules of access: `patch`.
    pub verb: &'static str,
    /// To what.
    pub kind: Kind,
    /// To which one, if that is known. A creation has no name there.
    pub name: Option<String>,
}

impl Right {
    /// The right to do this to any object of the kind.
    #[must_use]
    pub const fn to(verb: &'static str, kind: Kind) -> Self {
        Self { verb, kind, name: None }
    }

    /// The right to do this to one object.
    #[must_use]
    pub fn to_one(verb: &'static str, kind: Kind, name: &str) -> Self {
        Self { verb, kind, name: Some(name.to_owned()) }
    }

    /// The right to send the request. A creation has no name in rules of access, and pods come and go.
    fn of(request: &Request) -> Self {
        let id = request.id();
        let verb = match request {
            Request::Create { .. } => return Self::to("create", id.kind),
            Request::Patch { .. } => "patch",
            Request::Delete { .. } => "delete",
        };
        if id.kind == Kind::Pod { Self::to(verb, id.kind) } else { Self::to_one(verb, id.kind, &id.name) }
    }

    /// Whether the rule grants it.
    fn is_granted(&self, rule: &ResourceRule) -> bool {
        let resource = self.kind.resource();
        let lists = |list: &[String], word: &str| list.iter().any(|entry| entry == word || entry == "*");
        let names = rule.resource_names.as_deref().unwrap_or_default();
        lists(&rule.verbs, self.verb)
            && lists(rule.api_groups.as_deref().unwrap_or_default(), &resource.group)
            && lists(rule.resources.as_deref().unwrap_or_default(), &resource.plural)
            && (names.is_empty() || self.name.as_ref().is_some_and(|name| names.contains(name)))
    }

    fn question(&self, namespace: &str) -> SelfSubjectAccessReview {
        let resource = self.kind.resource();
        let attributes = ResourceAttributes {
            group: Some(resource.group),
            version: Some(resource.version),
            resource: Some(resource.plural),
            verb: Some(self.verb.to_owned()),
            namespace: self.kind.namespaced().then(|| namespace.to_owned()),
            name: self.name.clone(),
            ..ResourceAttributes::default()
        };
        SelfSubjectAccessReview {
            spec: SelfSubjectAccessReviewSpec { resource_attributes: Some(attributes), ..Default::default() },
            ..Default::default()
        }
    }
}

/// The rights to send these requests, each once.
#[must_use]
pub fn needed<'r>(requests: impl IntoIterator<Item = &'r Request>) -> Vec<Right> {
    let rights: BTreeSet<Right> = requests.into_iter().map(Right::of).collect();
    rights.into_iter().collect()
}

/// The rights to carry out a plan, and to look at what it waits for.
#[must_use]
pub fn of_plan(plan: &[Planned]) -> Vec<Right> {
    let mut rights = needed(requests(plan));
    // A write that came too late is followed by a look at the object.
    let looked_at = requests(plan).filter(|request| !matches!(request, Request::Create { .. }));
    rights.extend(looked_at.map(|request| Right::to("get", request.id().kind)).collect::<BTreeSet<_>>());
    if plan.len() > 1 {
        rights.extend([Kind::Pod, Kind::Service, Kind::EndpointSlice].map(|kind| Right::to("watch", kind)));
        rights.push(Right::to("get", Kind::Secret));
    }
    rights
}

/// Which of the rights the user lacks in the namespace. One question gets all rules; what they do not grant, or cannot
/// say, is asked one by one. Where questions are not allowed, it is left to the server to refuse.
///
/// # Errors
/// If the server cannot be reached.
pub async fn missing(cluster: &Cluster, rights: &[Right]) -> Result<Vec<Right>, ClusterError> {
    let rules = rules(cluster).await?;
    let open = rights.iter().filter(|right| !is_granted(right, &rules));
    let asked = stream::iter(open).map(|right| async move {
        match cluster.ask(&right.question(cluster.namespace())).await {
            Ok(answer) => Ok((!answer.status.is_some_and(|status| status.allowed)).then(|| right.clone())),
            Err(error) if error.is_forbidden() => Ok(None),
            Err(error) => Err(error),
        }
    });
    let answers: Vec<Result<Option<Right>, ClusterError>> = asked.buffered(QUESTIONS_AT_ONCE).collect().await;
    answers.into_iter().filter_map(Result::transpose).collect()
}

/// Refuses if the user lacks one of the rights.
///
/// # Errors
/// If one is missing, or the server cannot be reached.
pub async fn require(cluster: &Cluster, rights: &[Right], commands: &Commands) -> Result<(), Vec<Failure>> {
    let lacks = missing(cluster, rights).await.map_err(|error| vec![error.into()])?;
    lacking(&lacks, commands).map_or(Ok(()), |failure| Err(vec![failure]))
}

/// What is missing, for a person.
fn lacking(missing: &[Right], commands: &Commands) -> Option<Failure> {
    let first = missing.first()?;
    let line = |right: &Right| {
        let name = right.name.as_ref().map(|name| format!("/{name}")).unwrap_or_default();
        format!("{} {}{name}", right.verb, right.kind.plural())
    };
    let lines = missing.iter().map(|right| format!("you may not {}", line(right)));
    let question: Vec<String> = line(first).split(' ').map(str::to_owned).collect();
    let words: Vec<&str> = ["auth", "can-i"].into_iter().chain(question.iter().map(String::as_str)).collect();
    Some(Failure::new("rights are missing that this takes").details(lines).hint(commands.kubectl(&words)))
}

/// Who the server takes the user for.
pub async fn whoami(cluster: &Cluster) -> String {
    let answer = cluster.ask(&SelfSubjectReview::default()).await.ok();
    let user = answer.and_then(|answer| answer.status?.user_info?.username);
    user.unwrap_or_else(|| "an unknown user".to_owned())
}

/// The rules that hold in the namespace; none if they are not all that decides.
async fn rules(cluster: &Cluster) -> Result<Vec<ResourceRule>, ClusterError> {
    let question = SelfSubjectRulesReview {
        spec: SelfSubjectRulesReviewSpec { namespace: Some(cluster.namespace().to_owned()) },
        ..Default::default()
    };
    match cluster.ask(&question).await {
        Ok(answer) => {
            Ok(answer.status.filter(|status| !status.incomplete).map(|s| s.resource_rules).unwrap_or_default())
        }
        Err(error) if error.is_forbidden() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether the rules of a namespace grant the right. What lives in no namespace is not theirs to grant.
fn is_granted(right: &Right, rules: &[ResourceRule]) -> bool {
    right.kind.namespaced() && rules.iter().any(|rule| right.is_granted(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Propagation;
    use crate::object::{Object, ObjectId};

    fn rule(verbs: &str, groups: &str, resources: &str, names: &str) -> ResourceRule {
        let words =
            |text: &str| text.split(' ').map(|word| if word == "core" { "" } else { word }.to_owned()).collect();
        ResourceRule {
            verbs: words(verbs),
            api_groups: Some(words(groups)),
            resources: Some(words(resources)),
            resource_names: (!names.is_empty()).then(|| words(names)),
        }
    }

    #[test]
    fn a_rule_grants_what_it_lists() {
        let any = Right::to("patch", Kind::DaemonSet);
        let one = Right::to_one("patch", Kind::DaemonSet, "rng");
        for (rule, grants_any, grants_one) in [
            (rule("*", "*", "*", ""), true, true),
            (rule("get patch", "core apps", "pods daemonsets", ""), true, true),
            (rule("patch", "apps", "daemonsets", "rng web"), false, true),
            (rule("patch", "apps", "daemonsets", "web"), false, false),
            (rule("get", "apps", "daemonsets", ""), false, false),
            (rule("patch", "core", "daemonsets", ""), false, false),
            (rule("patch", "apps", "daemonsets/status", ""), false, false),
        ] {
            assert_eq!((any.is_granted(&rule), one.is_granted(&rule)), (grants_any, grants_one), "{rule:?}");
        }
    }

    #[test]
    fn each_kind_of_request_needs_its_right_once() {
        let delete = |kind, name: &str| Request::Delete {
            id: ObjectId::new(kind, "web", name),
            uid: String::new(),
            resource_version: String::new(),
            propagation: Propagation::Orphan,
        };
        let patch =
            |kind| Request::Patch { id: ObjectId::new(kind, "web", "rng"), patch: json_patch::Patch::default() };
        let object = Box::new(Object::new(serde_json::json!({})).unwrap());
        let create = Request::Create { id: ObjectId::new(Kind::Secret, "web", "s"), object };
        let requests =
            [create, delete(Kind::Pod, "a"), delete(Kind::Pod, "b"), patch(Kind::DaemonSet), patch(Kind::DaemonSet)];
        let rights = [
            Right::to("create", Kind::Secret),
            Right::to("delete", Kind::Pod),
            Right::to_one("patch", Kind::DaemonSet, "rng"),
        ];
        assert_eq!(needed(&requests), rights);
    }

    #[test]
    fn what_lives_in_no_namespace_is_asked_for_by_itself() {
        let rules = [rule("*", "*", "*", "")];
        assert!(is_granted(&Right::to("list", Kind::Pod), &rules));
        assert!(!is_granted(&Right::to("list", Kind::Node), &rules));
    }

    #[test]
    fn each_missing_right_is_named_and_can_be_asked_for() {
        let missing = [Right::to_one("delete", Kind::DaemonSet, "rng"), Right::to("create", Kind::Secret)];
        let failure = lacking(&missing, &Commands::default()).unwrap();
        let mut out = anstream::StripStream::new(Vec::new());
        failure.write(&mut out).unwrap();
        assert_eq!(
            String::from_utf8(out.into_inner()).unwrap(),
            "error: rights are missing that this takes\n  you may not delete daemonsets.apps/rng\n  \
             you may not create secrets\nhint: kubectl auth can-i delete daemonsets.apps/rng\n"
        );
        assert!(lacking(&[], &Commands::default()).is_none());
    }
}
