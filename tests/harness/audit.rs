//! The audit log: who asked the API server for what.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use serde_json::Value;

use super::settings;

/// A place in the log; what comes after it is looked at.
pub struct Audit {
    from: u64,
}

impl Audit {
    /// The log from now on.
    pub fn from_now() -> Self {
        let length = std::fs::metadata(settings::audit_log()).expect("there is an audit log").len();
        Self { from: length }
    }

    /// The requests of a user in their order, each as a line: `create daemonsets rng`, with `dry run` where it is one.
    /// The log is written before the server answers; who has the answer finds the line.
    pub fn requests_of(&self, user: &str) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let events = self.events().into_iter().filter(|event| event["user"]["username"] == user);
        events.filter(|event| seen.insert(event["auditID"].to_string())).map(|event| line(&event)).collect()
    }

    /// Those that change something, or would.
    pub fn writes_of(&self, user: &str) -> Vec<String> {
        let reads = ["get ", "list ", "watch "];
        self.requests_of(user).into_iter().filter(|line| !reads.iter().any(|read| line.starts_with(read))).collect()
    }

    fn events(&self) -> Vec<Value> {
        let mut file = File::open(settings::audit_log()).expect("there is an audit log");
        file.seek(SeekFrom::Start(self.from)).expect("a file can be read from anywhere");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("the log is text");
        // The last line may be half written.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

fn line(event: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let object = &event["objectRef"];
    let mut words = vec![text(&event["verb"]), text(&object["resource"])];
    words.extend([&object["subresource"], &object["name"]].map(text).into_iter().filter(|word| !word.is_empty()));
    if text(&event["requestURI"]).contains("dryRun=All") {
        words.push("dry run".to_owned());
    }
    words.join(" ")
}
