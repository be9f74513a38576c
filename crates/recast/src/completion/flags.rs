//! The flags that could follow, from their definition.

use clap::{Arg, ArgAction};

use super::Choice;
use super::line::{Line, has_value};

/// The flags that could still be given, with what their help says.
pub fn flags(line: &Line<'_>) -> Vec<Choice> {
    let flags = line.command().get_arguments().filter(|flag| !flag.is_positional() && !flag.is_hide_set());
    flags.filter(|flag| is_open(line, flag)).flat_map(forms).collect()
}

/// The values that a flag is known to take, or a word that is one of a few.
pub fn values(arg: &Arg) -> Vec<Choice> {
    let values = arg.get_possible_values();
    let values = values.iter().filter(|value| !value.is_hide_set());
    values.map(|value| Choice::new(value.get_name(), text(value.get_help()))).collect()
}

/// Whether it may be given besides what has been.
fn is_open(line: &Line<'_>, flag: &Arg) -> bool {
    let repeated = matches!(flag.get_action(), ArgAction::Append | ArgAction::Count);
    let against = |one: &Arg, other: &Arg| line.command().get_arg_conflicts_with(one).contains(&other);
    let words = line.command().get_positionals().filter(|_| !line.words().is_empty());
    let mut there = line.given().map(|(given, _)| given).chain(words);
    there.all(|given| {
        let same = given == flag;
        (!same || repeated) && (same || !against(given, flag) && !against(flag, given) && !exclude(line, given, flag))
    })
}

/// Whether they are members of a group of which only one may be given.
fn exclude(line: &Line<'_>, one: &Arg, other: &Arg) -> bool {
    line.command().get_groups().any(|group| {
        let members: Vec<_> = group.get_args().collect();
        members.contains(&one.get_id()) && members.contains(&other.get_id()) && !group.clone().is_multiple()
    })
}

fn forms(flag: &Arg) -> Vec<Choice> {
    let help = text(flag.get_help());
    let long = flag.get_long().map(|long| format!("--{long}"));
    let short = flag.get_short().map(|short| format!("-{short}"));
    // Its value is optional, and can only be given behind the sign.
    let valued = long.iter().filter(|_| has_value(flag) && flag.is_require_equals_set()).map(|long| format!("{long}="));
    let forms: Vec<String> = valued.chain(long.clone()).chain(short).collect();
    forms.into_iter().map(|form| Choice::new(form, help.clone())).collect()
}

fn text(help: Option<&clap::builder::StyledStr>) -> String {
    help.map(ToString::to_string).unwrap_or_default()
}
