//! Which pods and containers are wanted.

use std::rc::Rc;

use recast::failure::Failure;
use regex::bytes::Regex;

use crate::args::Args;
use crate::filter::any_of;
use crate::pod::{Pod, Role};
use crate::reach::Want;
use crate::scene::Scene;

/// Which pods and containers are wanted.
#[derive(Debug)]
pub struct Choice {
    wants: Vec<Want>,
    named: Vec<String>,
    all: bool,
    exclude_pod: Option<Regex>,
    exclude_container: Option<Regex>,
    /// What a pod must fulfil to be shown at all, which it may cease to do while it lives.
    pub condition: Option<String>,
    /// Whether it was said which container is taken.
    pub noted: bool,
}

impl Choice {
    /// As the command line says.
    ///
    /// # Errors
    /// If a regular expression is none.
    pub fn of(args: &Args, wants: Vec<Want>) -> Result<Self, Failure> {
        Ok(Self {
            condition: condition(args, &wants),
            wants,
            named: args.container.clone(),
            all: args.all_containers,
            exclude_pod: any_of(&args.exclude_pod, "--exclude-pod", args.ignore_case)?,
            exclude_container: any_of(&args.exclude_container, "--exclude-container", args.ignore_case)?,
            noted: false,
        })
    }

    /// Whether the pod is wanted.
    #[must_use]
    pub fn reaches(&self, pod: &Pod, scene: &Scene) -> bool {
        let excluded = self.exclude_pod.as_ref().is_some_and(|regex| regex.is_match(pod.name.as_bytes()));
        !excluded && self.wants.iter().any(|want| want.reaches(pod, scene))
    }

    /// Those of the pods that are wanted: as the command line names them, then by namespace and name.
    #[must_use]
    pub fn in_order<'p>(&self, pods: Vec<&'p Rc<Pod>>, scene: &Scene) -> Vec<&'p Rc<Pod>> {
        let mut wanted: Vec<_> = pods.into_iter().filter_map(|pod| Some((self.place(pod, scene)?, pod))).collect();
        wanted.sort_by_key(|(place, pod)| (*place, &pod.namespace, &pod.name));
        wanted.into_iter().map(|(_, pod)| pod).collect()
    }

    /// The first of what is wanted that the pod is of.
    fn place(&self, pod: &Pod, scene: &Scene) -> Option<usize> {
        self.wants.iter().position(|want| want.reaches(pod, scene)).filter(|_| self.reaches(pod, scene))
    }

    /// Whether nobody can come who is not there yet.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.wants.iter().all(Want::is_finite)
    }

    /// Whether several containers of a pod may be read.
    #[must_use]
    pub fn has_several(&self) -> bool {
        self.all || self.named.len() > 1
    }

    /// Whether it is about one pod.
    #[must_use]
    pub fn is_one_pod(&self) -> bool {
        matches!(self.wants.as_slice(), [Want::Pod(_)])
    }

    /// The names of its containers that are wanted.
    #[must_use]
    pub fn containers(&self, pod: &Pod) -> Vec<String> {
        let wanted = |name: &String| {
            if self.all {
                true
            } else if self.named.is_empty() {
                pod.main.as_ref() == Some(name)
            } else {
                self.named.contains(name)
            }
        };
        let excluded =
            |name: &String| self.exclude_container.as_ref().is_some_and(|regex| regex.is_match(name.as_bytes()));
        let names = pod.containers.iter().map(|container| &container.name);
        names.filter(|name| wanted(name) && !excluded(name)).cloned().collect()
    }

    /// Where one of several containers is taken and nobody said which, as kubectl says it.
    #[must_use]
    pub fn note(&self, pod: &Pod) -> Option<String> {
        let several = pod.containers.iter().filter(|container| container.role == Role::Main).count() > 1;
        let main = pod.main.as_ref().filter(|_| several && !self.all && self.named.is_empty())?;
        Some(format!("Defaulted container {main:?} out of: {}", all_containers(pod).join(", ")))
    }
}

/// All containers of a pod, as kubectl says them.
#[must_use]
pub fn all_containers(pod: &Pod) -> Vec<String> {
    let shown = |role| match role {
        Role::Main => "",
        Role::Init => " (init)",
        Role::Ephemeral => " (ephem)",
    };
    let of = |role| pod.containers.iter().filter(move |one| one.role == role);
    let ordered = [Role::Main, Role::Ephemeral, Role::Init].into_iter().flat_map(of);
    ordered.map(|one| format!("{}{}", one.name, shown(one.role))).collect()
}

/// Only what is labelled so is watched where nothing else is wanted.
fn condition(args: &Args, wants: &[Want]) -> Option<String> {
    let labels = args.selector.as_ref().filter(|_| matches!(wants, [Want::Labels(_)]));
    let words = [("-l", labels), ("--field-selector", args.field_selector.as_ref())];
    let given: Vec<String> = words.iter().filter_map(|(flag, text)| Some(format!("{flag} {}", (*text)?))).collect();
    (!given.is_empty()).then(|| given.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use recast::object::Object;
    use serde_json::json;

    fn choice(line: &str) -> Choice {
        let args = Args::try_parse_from(["x"].into_iter().chain(line.split_whitespace())).unwrap();
        Choice::of(&args, vec![Want::Labels(recast::selector::parse("app").unwrap())]).unwrap()
    }

    fn pod() -> Pod {
        let spec = json!({"containers": [{"name": "main"}, {"name": "proxy"}], "initContainers": [{"name": "init"}]});
        let metadata = json!({"name": "rng-1", "labels": {"app": "rng"}});
        Pod::read(&Object::new(json!({"metadata": metadata, "spec": spec})).unwrap()).unwrap()
    }

    #[test]
    fn the_wanted_containers_are_chosen_as_kubectl_does() {
        for (line, names) in [
            ("", vec!["main"]),
            ("-c proxy", vec!["proxy"]),
            ("-c init -c main", vec!["init", "main"]),
            ("-c other", vec![]),
            ("--all-containers", vec!["init", "main", "proxy"]),
            ("--all-containers --exclude-container ^p --exclude-container ^i", vec!["main"]),
        ] {
            assert_eq!(choice(line).containers(&pod()), names, "{line}");
        }
    }

    #[test]
    fn which_container_is_taken_is_said_when_there_are_several() {
        let note = "Defaulted container \"main\" out of: main, proxy, init (init)";
        assert_eq!(choice("").note(&pod()).as_deref(), Some(note));
        assert_eq!(choice("-c main").note(&pod()), None);
        assert_eq!(choice("--all-containers").note(&pod()), None);
    }

    #[test]
    fn pods_come_as_they_are_named_and_then_by_name() {
        let wants = ["b", "app"].map(|label| Want::Labels(recast::selector::parse(label).unwrap()));
        let args = Args::try_parse_from(["x", "--exclude-pod", "left-out"]).unwrap();
        let choice = Choice::of(&args, wants.into()).unwrap();
        let pod = |(uid, name, label): (&str, &str, &str)| {
            let metadata = json!({"name": name, "uid": uid, "labels": {label: "", "app": ""}});
            Rc::new(Pod::read(&Object::new(json!({"metadata": metadata})).unwrap()).unwrap())
        };
        let pods =
            [("1", "z", "a"), ("2", "y", "b"), ("3", "x", "a"), ("4", "left-out", "a"), ("5", "w", "b")].map(pod);
        let names: Vec<_> =
            choice.in_order(pods.iter().collect(), &Scene::default()).iter().map(|pod| pod.name.clone()).collect();
        assert_eq!(names, ["w", "y", "x", "z"]);
    }

    #[test]
    fn a_pod_can_be_left_out_by_its_name() {
        assert!(choice("").reaches(&pod(), &Scene::default()));
        assert!(!choice("--exclude-pod RNG -I").reaches(&pod(), &Scene::default()));
        assert!(choice("--exclude-pod RNG").reaches(&pod(), &Scene::default()));
    }
}
