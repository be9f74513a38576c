use std::time::Duration;

use super::*;
use crate::membership::Standing;

fn row(pod: &str, verdict: Verdict) -> Row {
    let serving = matches!(verdict, Verdict::Serving | Verdict::Silent);
    let standing = if serving { Standing::Serving } else { Standing::NotSelected };
    Row {
        namespace: "web".into(),
        pod: pod.into(),
        owner: "daemonset.apps/rng".into(),
        node: "node-1".into(),
        standings: vec![("service/rng".into(), standing)],
        lines: 480,
        rate: 40.0,
        trend: [0, 0, 5, 10, 20, 30, 40, 40],
        share: 0.25,
        last: Some(Duration::from_millis(20)),
        verdict,
        active: true,
    }
}

fn left() -> Verdict {
    Verdict::Left { ago: Duration::from_secs(12), rate: 40.0 }
}

fn shape(size: Option<(usize, usize)>) -> Shape {
    Shape { size, membership: true, trend: true, ..Shape::default() }
}

#[test]
fn a_table_is_as_kubectl_prints_it() {
    let rows = [row("rng-7fdd97dffb-v9m6k", left()), row("rng-ld57r", Verdict::Serving)];
    assert_eq!(
        table(&rows, &shape(None)),
        [
            "POD                    OWNER    NODE     MEMBERSHIP     LINES   LINES/S   TREND      SHARE   LAST   VERDICT",
            "rng-7fdd97dffb-v9m6k   ds/rng   node-1   not selected   480     40          ▁▂▄▆██   25%     0s     left 12 s ago, still 40 lines/s",
            "rng-ld57r              ds/rng   node-1   serving        480     40          ▁▂▄▆██   25%     0s     serving",
        ]
    );
}

#[test]
fn what_there_is_no_room_for_goes_and_the_verdict_last() {
    let rows = [row("rng-7fdd97dffb-v9m6k", left())];
    let head =
        |width| table(&rows, &shape(Some((width, 9)))).remove(0).split_whitespace().collect::<Vec<_>>().join(" ");
    for (width, shown) in [
        (140, "POD OWNER NODE MEMBERSHIP LINES LINES/S TREND SHARE LAST VERDICT"),
        (120, "POD OWNER MEMBERSHIP LINES LINES/S SHARE LAST VERDICT"),
        (110, "POD OWNER MEMBERSHIP LINES LINES/S LAST VERDICT"),
        (80, "POD LINES LINES/S VERDICT"),
        (70, "POD LINES/S VERDICT"),
    ] {
        assert_eq!(head(width), shown, "{width}");
    }
    for width in 0..150 {
        for line in table(&rows, &shape(Some((width, 9)))) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn of_more_pods_than_there_is_room_for_those_are_shown_that_are_most_amiss() {
    let mut rows: Vec<Row> = (0..20).map(|number| row(&format!("rng-{number}"), Verdict::Serving)).collect();
    rows[12] = row("rng-12", left());
    rows[17] = row("rng-17", Verdict::Silent);
    let lines = table(&rows, &shape(Some((200, 6))));
    let names: Vec<&str> = lines.iter().map(|line| line.split("   ").next().unwrap()).collect();
    assert_eq!(names, ["POD", "rng-12", "rng-17", "rng-0", "rng-1", "and 16 more"]);
    for height in 0..25 {
        assert!(table(&rows, &shape(Some((200, height)))).len() <= height, "{height}");
    }
    assert_eq!(table(&rows, &shape(Some((200, 21)))).len(), 21, "all of them, in their order");
}

#[test]
fn a_name_can_do_nothing_to_the_terminal() {
    let mut odd = row("rng\u{1b}[2J\n", Verdict::Serving);
    odd.node = "node\u{9b}1".into();
    let lines = table(&[odd], &shape(None));
    assert!(lines[1].starts_with("rng?[2J?   ds/rng   node?1   serving"), "{lines:?}");
}

#[test]
fn colours_take_no_room() {
    let rows = [row("rng-1", left()), row("rng-2", Verdict::Gone { ago: Duration::from_secs(3) })];
    let lines = table(&rows, &Shape { colour: true, ..shape(None) });
    let plain = table(&rows, &shape(None));
    assert!(lines[1].ends_with("\u{1b}[31mleft 12 s ago, still 40 lines/s\u{1b}[0m"), "{lines:?}");
    let stripped: Vec<String> = lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
    assert_eq!(stripped, plain);
}
