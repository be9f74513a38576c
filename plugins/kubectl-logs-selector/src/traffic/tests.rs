use std::time::Duration;

use recast::failure::Failure;
use recast::object::Object;
use serde_json::json;

use super::*;
use crate::filter::any_of;

fn pod(name: &str) -> Rc<Pod> {
    let metadata = json!({"name": name, "uid": name, "namespace": "web", "labels": {"app": "rng"}});
    let spec = json!({"nodeName": "node-1", "containers": [{"name": "main"}]});
    Rc::new(Pod::read(&Object::new(json!({"metadata": metadata, "spec": spec})).unwrap()).unwrap())
}

/// Two pods of a Service, each of which is read under its number.
struct Watch {
    traffic: Traffic,
    pods: [Rc<Pod>; 2],
    fronts: Vec<Front>,
    begun: Instant,
}

impl Watch {
    fn of(filter: Filter) -> Self {
        let begun = Instant::now();
        let pods = [pod("a"), pod("b")];
        let mut watch =
            Self { traffic: Traffic::new(filter, begun), pods, fronts: vec![Front::new("web", "rng")], begun };
        watch.stand(0, &[Standing::Serving, Standing::Serving]);
        for (source, uid) in ["a", "b"].into_iter().enumerate() {
            watch.traffic.read(source, uid, None);
            watch.traffic.hear(source, &News::Begun, begun);
        }
        watch
    }

    fn at(&self, seconds: u64) -> Instant {
        self.begun + Duration::from_secs(seconds)
    }

    /// What the Service thinks of them; of the first ones, if there are fewer.
    fn stand(&mut self, seconds: u64, standings: &[Standing]) {
        let now = self.at(seconds);
        let both = self.pods.iter().zip(standings.chunks(1));
        self.traffic.observe(both.map(|(pod, standings)| Present { pod, standings, gone: false }), now);
    }

    fn rows(&self, seconds: u64) -> Vec<(String, u64, String)> {
        let rows = self.traffic.rows(&self.fronts, self.at(seconds)).into_iter();
        rows.map(|row| (row.pod, row.lines, row.verdict.to_string())).collect()
    }
}

#[test]
fn probes_and_what_the_filter_does_not_want_are_no_traffic() {
    let exclude = any_of(&["/metrics".to_owned()], "-e", false).unwrap();
    let mut watch = Watch::of(Filter { include: None, exclude });
    let now = watch.at(1);
    for line in ["GET /32 200", "GET /metrics 200", "GET / 200 \"kube-probe/1.37\"", "GET /32 200"] {
        watch.traffic.line(0, line.as_bytes(), now);
    }
    assert_eq!(watch.rows(1), [("a".into(), 2, "serving".into()), ("b".into(), 0, "silent".into())]);
    let shares: Vec<f64> = watch.traffic.rows(&watch.fronts, now).iter().map(|row| row.share * 100.0).collect();
    assert_eq!(format!("{shares:?}"), "[100.0, 0.0]");
}

#[test]
fn who_is_told_of_no_more_is_gone_and_may_come_back() {
    let mut watch = Watch::of(Filter::default());
    watch.traffic.line(1, b"GET /", watch.at(1));
    watch.stand(2, &[Standing::Serving]);
    assert_eq!(watch.rows(5)[1], ("b".into(), 1, "gone 3 s ago".into()));
    watch.stand(6, &[Standing::Serving, Standing::NotSelected]);
    assert_eq!(watch.rows(7)[1], ("b".into(), 1, "left 5 s ago".into()));
}

#[test]
fn what_nobody_reads_is_not_known() {
    let mut watch = Watch::of(Filter::default());
    let dark = |watch: &Watch| {
        watch.traffic.cases(&watch.fronts, watch.at(9)).iter().map(|case| case.dark).collect::<Vec<_>>()
    };
    assert_eq!(dark(&watch), [false, false]);
    watch.traffic.hear(1, &News::Away("the kubelet is away".into()), watch.at(1));
    assert_eq!(dark(&watch), [false, true]);
    watch.traffic.hear(1, &News::Begun, watch.at(2));
    watch.traffic.hear(0, &News::Failed(Failure::new("the disk is broken")), watch.at(3));
    assert_eq!(dark(&watch), [true, false]);
    let mut unread = Traffic::new(Filter::default(), watch.begun);
    let standings = [Standing::Serving];
    unread.observe([Present { pod: &watch.pods[0], standings: &standings, gone: false }].into_iter(), watch.begun);
    assert!(unread.cases(&watch.fronts, watch.begun)[0].dark, "it has no such container");
}

#[test]
fn without_a_service_every_line_that_is_surely_new_is_one_too_many_for_silence() {
    let mut watch = Watch::of(Filter::default());
    watch.fronts.clear();
    watch.traffic.observe(watch.pods.iter().map(|pod| Present { pod, standings: &[], gone: false }), watch.begun);
    watch.traffic.line(0, b"GET /", watch.at(1));
    let cases = watch.traffic.cases(&[], watch.at(2));
    assert_eq!((cases[0].strayed, cases[0].served, cases[1].strayed), (1, 1, 0));
    assert_eq!(watch.rows(2)[0].2, "active");
}
