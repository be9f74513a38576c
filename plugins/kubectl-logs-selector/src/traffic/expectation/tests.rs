use super::*;

const LIMIT: Duration = Duration::from_secs(30);

fn serving(name: &str, served: u64) -> Case {
    Case { name: name.into(), serves: true, since: LIMIT, served, verdict: "serving".into(), ..Case::default() }
}

fn outside(name: &str, strayed: u64) -> Case {
    Case { name: name.into(), outside: true, since: LIMIT, strayed, verdict: "left 12 s ago".into(), ..Case::default() }
}

/// What has become of it after so many seconds: `None`, what is said, or the failure with its details.
fn judged(wish: Wish, service: bool, cases: &[Case], seconds: u64) -> Option<String> {
    let mut expectation = Expectation::new(wish, LIMIT, service);
    expectation.judge(cases, Duration::from_secs(seconds), false);
    expectation.outcome().map(|outcome| match outcome {
        Ok(said) => said.clone(),
        Err(failure) => {
            let mut text = Vec::new();
            failure.write(&mut text).unwrap();
            String::from_utf8(anstream::adapter::strip_bytes(&text).into_vec()).unwrap()
        }
    })
}

#[test]
fn traffic_is_there_as_soon_as_every_pod_that_serves_has_a_line() {
    let some = |text: &str| Some(text.to_owned());
    for (cases, seconds, outcome) in [
        (vec![serving("a", 1), serving("b", 7)], 1, some("2 of 2 pods that serve get traffic")),
        (vec![serving("a", 1), serving("b", 0)], 29, None),
        (
            vec![serving("a", 1), serving("b", 0)],
            30,
            some("error: 1 of 2 pods that serve got no traffic within 30s\n  b: no line (serving for 30s)\n"),
        ),
        // Who does not serve need not get any, and does not matter if it does.
        (vec![serving("a", 1), outside("b", 0), outside("c", 5)], 1, some("1 of 1 pods that serve get traffic")),
        (vec![outside("b", 3)], 1, None),
        (vec![outside("b", 3)], 30, some("error: none of 1 pods serves, so that none could get traffic\n")),
        (vec![], 29, None),
        (vec![], 30, some("error: there was no pod within 30s\n")),
        (
            // Whoever has joined a moment ago counts as well: better a check too many that fails than one too few.
            vec![serving("a", 1), Case { since: Duration::from_secs(3), ..serving("late", 0) }],
            30,
            some("error: 1 of 2 pods that serve got no traffic within 30s\n  late: no line (serving for 3s)\n"),
        ),
        (
            vec![Case { dark: true, ..serving("a", 0) }],
            30,
            some(
                "error: 1 of 1 pods that serve got no traffic within 30s\n  a: its log could not be read (serving for 30s)\n",
            ),
        ),
    ] {
        assert_eq!(judged(Wish::Traffic, true, &cases, seconds), outcome, "{cases:?}");
    }
    assert_eq!(judged(Wish::Traffic, false, &[serving("a", 1)], 1), some("1 of 1 pods get traffic"));
}

#[test]
fn silence_takes_the_whole_time() {
    let some = |text: &str| Some(text.to_owned());
    for (service, cases, seconds, outcome) in [
        (true, vec![serving("a", 9), outside("b", 0)], 29, None),
        (true, vec![serving("a", 9), outside("b", 0)], 30, some("1 of 1 pods that do not serve are silent")),
        (true, vec![serving("a", 9), outside("b", 1)], 29, None),
        (
            true,
            vec![serving("a", 9), outside("b", 1), outside("c", 480), outside("d", 0)],
            30,
            some(
                "error: 2 of 3 pods that do not serve were not silent for 30s\n  b: 1 line (left 12 s ago)\n  \
                 c: 480 lines (left 12 s ago)\n",
            ),
        ),
        // It serves again, and was not silent while it did not.
        (
            true,
            vec![Case { strayed: 3, ..serving("a", 9) }],
            30,
            some("error: 1 of 1 pods that do not serve were not silent for 30s\n  a: 3 lines (serving)\n"),
        ),
        // What one writes that is about to serve is about its start.
        (
            true,
            vec![serving("a", 9), Case { name: "starts".into(), ..Case::default() }],
            30,
            some("none of 2 pods should be silent: each serves, or is about to"),
        ),
        (true, vec![serving("a", 9)], 30, some("none of 1 pods should be silent: each serves, or is about to")),
        (true, vec![], 30, some("error: there was no pod within 30s\n")),
        (
            true,
            vec![Case { dark: true, ..outside("b", 0) }],
            30,
            some("error: 1 of 1 pods that do not serve were not silent for 30s\n  b: its log could not be read\n"),
        ),
        // Without a Service all are meant.
        (false, vec![serving("a", 0), outside("b", 0)], 30, some("2 of 2 pods are silent")),
        (
            false,
            vec![Case { strayed: 9, verdict: "active".into(), ..serving("a", 9) }],
            30,
            some("error: 1 of 1 pods were not silent for 30s\n  a: 9 lines (active)\n"),
        ),
    ] {
        assert_eq!(judged(Wish::Silence, service, &cases, seconds), outcome, "{cases:?}");
    }
}

#[test]
fn what_is_decided_stays_so() {
    let mut expectation = Expectation::new(Wish::Traffic, LIMIT, true);
    expectation.judge(&[serving("a", 1)], Duration::from_secs(1), false);
    expectation.judge(&[serving("a", 1), serving("late", 0)], LIMIT, false);
    assert!(matches!(expectation.outcome(), Some(Ok(_))));
}

#[test]
fn it_is_decided_when_nothing_more_will_come() {
    let mut expectation = Expectation::new(Wish::Silence, LIMIT, false);
    expectation.judge(&[serving("a", 0)], Duration::from_secs(1), true);
    assert!(matches!(expectation.outcome(), Some(Ok(_))));
}
