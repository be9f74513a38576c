//! The changes that there are: kinds of workload, and what becomes of a label.

use serde_json::{Value, json};

use crate::harness::manifests::{daemon_set, deployment, replica_set, service, stateful_set};

/// A change of a workload `rng` behind a Service of the same name.
#[derive(Clone, Copy)]
pub struct Case {
    /// The type of the workload, as people type it.
    pub kind: &'static str,
    /// What becomes of a label.
    pub edit: Edit,
}

/// What becomes of a label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// There is one more.
    Add,
    /// One that the Service selects gets another value.
    Change,
    /// The only one that the Service selects gets another value: without it nothing would be left to select by.
    Bridge,
    /// One that the Service selects goes.
    Remove,
    /// There is one more, but not in the workload's selector.
    Keep,
}

/// How many pods there are.
pub const PODS: usize = 2;

pub const DAEMON_SET_ADD: Case = Case { kind: "ds", edit: Edit::Add };
pub const DEPLOYMENT_CHANGE: Case = Case { kind: "deploy", edit: Edit::Change };
pub const STATEFUL_SET_ADD: Case = Case { kind: "sts", edit: Edit::Add };

impl Case {
    /// The workload, TYPE/NAME.
    pub fn target(self) -> String {
        format!("{}/rng", self.kind)
    }

    /// The workload.
    pub fn workload(self) -> Value {
        let mut object = match self.kind {
            "ds" => daemon_set("rng"),
            "deploy" => deployment("rng", 2),
            "sts" => stateful_set("rng", 2),
            _ => replica_set("rng", 2),
        };
        if self.kind == "ds" {
            // Two of the nodes.
            object["spec"]["template"]["spec"]["nodeSelector"] = json!({"topology.kubernetes.io/zone": "zone-a"});
        }
        for place in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
            self.add_labels(object.pointer_mut(place).unwrap());
        }
        object
    }

    /// The Service.
    pub fn service(self) -> Value {
        let mut front = service("rng");
        if self.edit == Edit::Bridge {
            front["spec"]["selector"] = json!({});
        }
        self.add_labels(&mut front["spec"]["selector"]);
        front
    }

    /// The labels that are there from the beginning, one for each change that takes one away.
    fn add_labels(self, labels: &mut Value) {
        match self.edit {
            Edit::Add | Edit::Keep => {}
            Edit::Change | Edit::Bridge => labels["tier"] = json!("back"),
            Edit::Remove => (1..60).for_each(|number| labels[format!("tier{number}")] = json!("back")),
        }
    }

    /// What is typed, for the how-manieth change it is.
    pub fn words(self, number: usize) -> String {
        let words = match self.edit {
            Edit::Add => format!("active{number}=yes"),
            Edit::Change | Edit::Bridge => format!("tier={number} --overwrite"),
            Edit::Remove => format!("tier{number}-"),
            Edit::Keep => format!("active{number}=yes --keep-selector"),
        };
        format!("{}/rng svc/rng {words}", self.kind)
    }

    /// The label, and the value that it has then, or none.
    pub fn label(self, number: usize) -> (String, Value) {
        match self.edit {
            Edit::Add | Edit::Keep => (format!("active{number}"), json!("yes")),
            Edit::Change | Edit::Bridge => ("tier".to_owned(), json!(number.to_string())),
            Edit::Remove => (format!("tier{number}"), Value::Null),
        }
    }
}
