//! A plan as a script: what `--explain` prints.

use std::io::{self, Write};

use crate::commands::Commands;
use crate::engine::Planned;

/// Writes each step, why it is taken, and a command that a person could have typed for it.
///
/// # Errors
/// If the writer fails.
pub fn write<'p>(
    out: &mut dyn Write,
    commands: &Commands,
    steps: impl IntoIterator<Item = &'p Planned>,
) -> io::Result<()> {
    let mut number = 0;
    for step in steps {
        number += 1;
        let (what, why, command) = match step {
            Planned::Act(action) => (action.request.summary(), action.why.clone(), commands.same_as(&action.request)),
            Planned::Wait(gate) => ("wait".to_owned(), format!("for {}", gate.waits_for), gate.command.clone()),
        };
        writeln!(out, "# {number}. {what}: {why}\n{command}\n")?;
    }
    if number == 0 { writeln!(out, "# nothing to do: it is all as asked") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Action, Propagation, Request};
    use crate::engine::Gate;
    use crate::kind::Kind;
    use crate::object::ObjectId;

    fn script(steps: &[Planned]) -> String {
        let mut out = Vec::new();
        write(&mut out, &Commands::default(), steps).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_step_has_its_number_its_reason_and_its_command() {
        let gate = Gate {
            waits_for: "daemonset.apps/rng to be available".into(),
            sees: "0 of 1".into(),
            command: "kubectl rollout status ds/rng".into(),
        };
        let request = Request::Delete {
            id: ObjectId::new(Kind::Deployment, "web", "rng"),
            uid: "u".into(),
            resource_version: "7".into(),
            propagation: Propagation::Foreground,
        };
        let action = Action { request, why: "it is replaced".into() };
        assert_eq!(
            script(&[Planned::Wait(gate), Planned::Act(Box::new(action))]),
            "# 1. wait: for daemonset.apps/rng to be available\nkubectl rollout status ds/rng\n\n\
             # 2. delete deployment.apps/rng: it is replaced\nkubectl delete deployment.apps/rng --cascade=foreground\n\n"
        );
        assert_eq!(script(&[]), "# nothing to do: it is all as asked\n");
    }
}
