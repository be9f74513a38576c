//! Lines in all their looks.

use super::*;
use crate::batch::Splitter;
use crate::filter::any_of;
use crate::stamp::StampReader;
use recast::object::Object;

fn plain() -> Printer {
    Printer {
        format: Format::Default,
        prefix: Prefix::Short { namespace: false, container: false },
        timestamps: false,
        colour: false,
        harmless: false,
        show_serving: false,
        remarks: true,
        filter: Filter::default(),
        highlight: None,
    }
}

fn pod() -> Pod {
    let owner = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "rng", "uid": "o", "controller": true});
    let metadata = json!({"name": "rng-1", "namespace": "web", "uid": "u", "ownerReferences": [owner]});
    Pod::read(&Object::new(json!({"metadata": metadata, "spec": {"nodeName": "node-1", "containers": []}})).unwrap())
        .unwrap()
}

fn shown(printer: &Printer, standings: &[(&str, Standing)], line: &[u8], remark: bool) -> String {
    let standings: Vec<_> = standings.iter().map(|(name, standing)| ((*name).to_owned(), *standing)).collect();
    let face = printer.face(&pod(), "main", &standings);
    let mut splitter = Splitter::new(1000);
    splitter.feed(line);
    splitter.feed(b"\n");
    let found = splitter.next().unwrap();
    if remark {
        splitter.remark(crate::stamp::Stamp(0), &String::from_utf8_lossy(line));
    } else {
        let (stamp, time) = StampReader::default().read(line).unwrap();
        splitter.keep(&found, stamp, time);
    }
    let batch = splitter.hand_out(Batch::default());
    let mut out = Vec::new();
    printer.line(&face, &batch, &batch.lines()[0], &mut out);
    String::from_utf8(out).unwrap()
}

const LINE: &[u8] = b"2026-11-22T15:00:01.500000001Z GET / 200";

#[test]
fn what_stands_before_a_line_is_as_asked_for() {
    let short = |namespace, container| Prefix::Short { namespace, container };
    for (prefix, timestamps, text) in [
        (Prefix::Nothing, false, "GET / 200\n"),
        (Prefix::Nothing, true, "2026-11-22T15:00:01.500000001Z GET / 200\n"),
        (Prefix::Kubectl, false, "[pod/rng-1/main] GET / 200\n"),
        (Prefix::Kubectl, true, "[pod/rng-1/main] 2026-11-22T15:00:01.500000001Z GET / 200\n"),
        (short(false, false), false, "rng-1 GET / 200\n"),
        (short(true, true), false, "web/rng-1 main GET / 200\n"),
    ] {
        assert_eq!(shown(&Printer { prefix, timestamps, ..plain() }, &[], LINE, false), text);
    }
}

#[test]
fn whoever_does_not_serve_is_marked_and_all_are_if_asked_for() {
    let (serving, draining) = (("service/rng", Standing::Serving), ("service/web", Standing::Draining));
    for (show_serving, standings, text) in [
        (false, &[serving][..], "rng-1 GET / 200\n"),
        (false, &[draining], "rng-1 [draining] GET / 200\n"),
        (true, &[serving], "rng-1 [serving] GET / 200\n"),
        (false, &[serving, draining], "rng-1 [service/web draining] GET / 200\n"),
        (true, &[serving, draining], "rng-1 [service/rng serving, service/web draining] GET / 200\n"),
        (true, &[], "rng-1 GET / 200\n"),
    ] {
        assert_eq!(shown(&Printer { show_serving, ..plain() }, standings, LINE, false), text);
    }
}

#[test]
fn an_object_has_all_that_is_known() {
    let printer = Printer { format: Format::Json, ..plain() };
    let text = shown(&printer, &[("service/rng", Standing::NotReady)], LINE, false);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        value,
        json!({
            "time": "2026-11-22T15:00:01.500000001Z", "namespace": "web", "pod": "rng-1", "container": "main",
            "node": "node-1", "owner": "daemonset.apps/rng", "membership": {"service/rng": "not ready"},
            "message": "GET / 200",
        })
    );
    let value: Value =
        serde_json::from_str(&shown(&printer, &[], b"2026-11-22T15:00:01Z \"quoted\"\t\xff", false)).unwrap();
    assert_eq!(value["message"], "\"quoted\"\t\u{fffd}");
    assert_eq!(value["hex"], "2271756f7465642209ff");
    let value: Value = serde_json::from_str(&shown(&printer, &[], b"gap", true)).unwrap();
    assert_eq!((&value["remark"], &value["message"]), (&json!("gap"), &Value::Null));
}

#[test]
fn what_is_said_about_a_log_stands_among_its_lines_only_where_it_is_no_nuisance() {
    assert_eq!(shown(&plain(), &[], b"gap", true), "! rng-1/main: gap\n");
    assert!(plain().takes_remarks());
    assert!(!Printer { remarks: false, ..plain() }.takes_remarks());
    assert!(!Printer { format: Format::Raw, ..plain() }.takes_remarks());
}

#[test]
fn only_wanted_lines_are_shown_and_what_matters_is_marked() {
    let regex = |text: &str| any_of(&[text.to_owned()], "-i", false).unwrap();
    let filter = Filter { include: regex("POST"), exclude: None };
    assert_eq!(shown(&Printer { filter, ..plain() }, &[], LINE, false), "");
    let prefix = Prefix::Nothing;
    let marked = Printer { highlight: regex("[0-9]+"), colour: true, prefix, ..plain() };
    assert_eq!(shown(&marked, &[], LINE, false), "GET / \u{1b}[7m200\u{1b}[27m\n");
    assert_eq!(shown(&Printer { colour: false, ..marked }, &[], LINE, false), "GET / 200\n");
}

#[test]
fn a_pod_has_a_colour_of_its_own() {
    let printer = Printer { colour: true, ..plain() };
    let text = shown(&printer, &[], LINE, false);
    assert!(text.starts_with("\u{1b}[") && text.ends_with("\u{1b}[0m GET / 200\n"), "{text:?}");
    assert_eq!(text, shown(&printer, &[], LINE, false));
}

#[test]
fn on_a_terminal_a_line_does_nothing() {
    let line = b"2026-11-22T15:00:01Z \x1b[2Jgone";
    assert_eq!(shown(&Printer { harmless: true, ..plain() }, &[], line, false), "rng-1 \\u{1b}[2Jgone\n");
    assert_eq!(shown(&plain(), &[], line, false), "rng-1 \u{1b}[2Jgone\n");
}
