//! The results on a real control plane.

use std::process::Command;

use serde_json::{Deserializer, Value};

use super::case::{Case, objects};
use super::tool::{Ended, run_to_end};
use crate::PLUGIN;

/// How many are sent at once; kubectl mostly waits for the server.
const AT_ONCE: usize = 4;

#[test]
#[ignore = "needs a cluster: make test"]
fn the_server_takes_each_result_whose_source_it_takes_and_keeps_every_field() {
    let cases: Vec<Case> = Case::all().into_iter().filter(Case::gives_a_manifest).collect();
    let kept: usize = std::thread::scope(|scope| {
        let shares = cases.chunks(cases.len().div_ceil(AT_ONCE));
        let threads: Vec<_> = shares.map(|share| scope.spawn(move || share.iter().map(kept).sum::<usize>())).collect();
        threads.into_iter().map(|thread| thread.join().expect("see the message above")).sum()
    });
    assert!(kept >= PLUGIN.kept, "only {kept} objects were created");
}

/// How many objects of a result the server keeps as they are.
fn kept(case: &Case) -> usize {
    let result = case.result().unwrap();
    let sent = made(objects(&case.name, result.clone()));
    if sent.is_empty() {
        return 0;
    }
    let created = create(&result);
    if created.code != Some(0) && create(case.text().as_bytes()).code != Some(0) {
        return 0; // it was never valid, or not all of its kinds are known to the server
    }
    let kept = made(answers(&created));
    assert_eq!(kept.len(), sent.len(), "{}: {}", case.name, created.stderr);
    for (sent, kept) in sent.iter().zip(&kept) {
        keeps(&case.name, "", sent, kept);
    }
    sent.len()
}

/// Those that the plugin makes or edits.
fn made(objects: Vec<Value>) -> Vec<Value> {
    let made = |object: &Value| PLUGIN.kinds.iter().any(|kind| object["kind"] == *kind);
    objects.into_iter().filter(made).collect()
}

/// Has the server check a manifest as strictly as it can, and keep nothing.
fn create(manifest: &[u8]) -> Ended {
    let kubectl = std::env::var_os("RECAST_KUBECTL").unwrap_or_else(|| "kubectl".into());
    let mut command = Command::new(kubectl);
    command.args(["create", "--validate=strict", "--dry-run=server", "-o", "json", "-f", "-"]);
    command.env("KUBECONFIG", std::env::var_os("RECAST_KUBECONFIG").expect("RECAST_KUBECONFIG names a kubeconfig"));
    run_to_end(command, manifest)
}

/// The objects that the server has answered with.
fn answers(created: &Ended) -> Vec<Value> {
    let answers = Deserializer::from_slice(&created.stdout).into_iter::<Value>();
    let answers = answers.map(|answer| answer.expect("kubectl prints JSON"));
    answers.flat_map(|answer| answer["items"].as_array().cloned().unwrap_or_else(|| vec![answer])).collect()
}

/// Everything that was sent is kept; what the server adds is its own.
fn keeps(case: &str, path: &str, sent: &Value, kept: &Value) {
    match sent {
        // As good as not sent.
        Value::Null => {}
        Value::Object(fields) => {
            for (field, sent) in fields {
                keeps(case, &format!("{path}/{field}"), sent, &kept[field]);
            }
        }
        Value::Array(items) => {
            assert_eq!(items.len(), kept.as_array().map_or(0, Vec::len), "{case}: {path}");
            for (index, sent) in items.iter().enumerate() {
                keeps(case, &format!("{path}/{index}"), sent, &kept[index]);
            }
        }
        _ => assert!(means(sent) == means(kept) || is_default(sent, kept), "{case}: {path} is {kept}, not {sent}"),
    }
}

/// A quantity is a number or a text, and the server writes it in its own way.
fn means(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.as_str() {
        "0.5" => "500m".to_owned(),
        "1000" => "1k".to_owned(),
        _ => text,
    }
}

/// Some fields have a default for what is empty, zero or false; others are left out then.
fn is_default(sent: &Value, kept: &Value) -> bool {
    kept.is_null() && (sent == "" || sent == 0 || sent == false) || sent == "" && kept.is_string()
}
