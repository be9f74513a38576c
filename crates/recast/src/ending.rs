//! How a run has ended short of its goal, and how to go on.

use std::time::Duration;

use crate::action::Request;
use crate::engine::{During, Gate};
use crate::exit::{Exit, Outcome};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::screen::Screen;

/// How to go on after a stop.
pub const AGAIN: &str = "run the same command again to go on: it takes up where this one ended";

/// What the user interrupted.
#[must_use]
pub fn interrupted(during: &During) -> Failure {
    let failure = match during {
        During::Wait(gate) => Failure::new(format!("interrupted while waiting for {}: {}", gate.waits_for, gate.sees)),
        During::Write { danger } => Failure::new("interrupted; the request under way may have been carried out")
            .details(danger.iter().map(|danger| format!("then {danger}"))),
        During::Danger => Failure::new("interrupted; what could not be left as it was is finished"),
    };
    failure.hint(AGAIN)
}

/// What did not become true in time.
#[must_use]
pub fn gave_up(gate: &Gate, waited: Duration) -> Failure {
    Failure::new(format!("gave up after {} s waiting for {}: {}", waited.as_secs(), gate.waits_for, gate.sees))
        .hint(AGAIN)
}

/// Says what is left to a later run, since this one does not wait.
pub fn left(screen: &Screen, gate: &Gate) {
    screen.labelled("left", &format!("{}: {}", gate.waits_for, gate.sees));
    screen.labelled("next", AGAIN);
}

/// What has been done, in lines that explain a failure.
pub fn done(acted: &[Request]) -> impl Iterator<Item = String> {
    acted.iter().map(|request| format!("done: {} {}", request.id(), request.past_tense()))
}

/// What was written, pods as a number.
#[must_use]
pub fn summary(acted: &[Request]) -> Vec<String> {
    let (pods, others): (Vec<&Request>, Vec<&Request>) =
        acted.iter().partition(|request| request.id().kind == Kind::Pod);
    let others: Vec<Request> = others.into_iter().cloned().collect();
    let pods = (!pods.is_empty()).then(|| format!("done: {} writes to pods", pods.len()));
    done(&others).chain(pods).collect()
}

/// What the program ends with. An interrupt keeps its own exit code, whatever failed beside it.
///
/// # Errors
/// The failures, if there was no interrupt.
pub fn outcome(screen: &Screen, exit: Exit, failures: Vec<Failure>) -> Outcome {
    if failures.is_empty() {
        return Ok(exit);
    }
    if exit != Exit::Interrupted {
        return Err(failures);
    }
    screen.failures(&failures);
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::ObjectId;

    #[test]
    fn what_was_waited_for_is_named() {
        let gate = Gate { waits_for: "the pods".into(), sees: "1 of 2".into(), command: String::new() };
        assert_eq!(
            interrupted(&During::Wait(gate.clone())).message(),
            "interrupted while waiting for the pods: 1 of 2"
        );
        let gave_up = gave_up(&gate, Duration::from_millis(61_500));
        assert_eq!(gave_up.message(), "gave up after 61 s waiting for the pods: 1 of 2");
    }

    #[test]
    fn what_may_have_been_written_is_said_with_its_danger() {
        let during = |danger: Option<&str>| During::Write { danger: danger.map(str::to_owned) };
        let failure = interrupted(&during(None));
        assert_eq!(failure.message(), "interrupted; the request under way may have been carried out");
        assert_eq!(interrupted(&during(Some("it is held"))), failure.clone().detail("then it is held"));
    }

    #[test]
    fn of_pods_their_number_is_said() {
        let id = |kind, name| ObjectId::new(kind, "web", name);
        let request = |id| Request::Patch { id, patch: json_patch::Patch::default() };
        let pods = ["a", "b"].map(|name| request(id(Kind::Pod, name)));
        let acted = [&pods[..], &[request(id(Kind::Service, "rng"))]].concat();
        assert_eq!(summary(&acted), ["done: service/rng patched", "done: 2 writes to pods"]);
        assert_eq!(summary(&[]), Vec::<String>::new());
    }

    #[test]
    fn an_interrupt_keeps_its_exit_code() {
        let screen = Screen::new(true);
        let failures = || vec![Failure::new("cannot write the output")];
        assert_eq!(outcome(&screen, Exit::Interrupted, failures()), Ok(Exit::Interrupted));
        assert_eq!(outcome(&screen, Exit::Done, failures()), Err(failures()));
        assert_eq!(outcome(&screen, Exit::Done, Vec::new()), Ok(Exit::Done));
    }
}
