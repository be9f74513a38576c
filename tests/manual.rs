//! The manual page of the plugin that includes this is in step with its command line.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::args::Args;

#[test]
fn the_manual_page_says_what_the_program_takes() {
    let mut command = Args::command();
    command.build();
    let name = command.get_name().to_owned();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../docs/man/{name}.1"));
    let page = page(&command);
    if env::var_os("RECAST_BLESS").is_some() {
        fs::write(path, page).unwrap();
    } else {
        let shown = fs::read_to_string(&path).unwrap_or_default();
        assert!(shown == page, "docs/man/{name}.1 is not in step; RECAST_BLESS=1 cargo test -p {name} writes it anew");
    }
}

/// The page, in the order of kubectl's own. It has no date: the same sources give the same page.
fn page(command: &Command) -> String {
    let man = Man::new(command.clone());
    let title = format!(".TH {} 1 \"\" \"recast\" \"kubectl plugins\"\n", command.get_name().to_uppercase());
    let mut page = title.into_bytes();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    page.extend(commands(command).into_bytes());
    man.render_options_section(&mut page).unwrap();
    for (heading, text) in [("EXIT CODES", command.get_after_help()), ("EXAMPLES", command.get_before_help())] {
        page.extend(verbatim(heading, &text.unwrap().to_string()).into_bytes());
    }
    page.extend(b".SH \"SEE ALSO\"\n\\fBkubectl\\fR(1)\n");
    String::from_utf8(page).unwrap()
}

/// They have no pages of their own.
fn commands(command: &Command) -> String {
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    shown.fold(".SH COMMANDS\n".to_owned(), |mut page, command| {
        let about = escaped(&command.get_about().unwrap().to_string());
        writeln!(page, ".TP\n\\fB{}\\fR\n{about}", escaped(command.get_name())).unwrap();
        page
    })
}

/// Text that is laid out already, without its own heading.
fn verbatim(heading: &str, text: &str) -> String {
    let (_, lines) = text.split_once('\n').unwrap();
    format!(".SH \"{heading}\"\n.nf\n{}\n.fi\n", escaped(lines))
}

/// Text in which no character is one of the formatter's own.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let lines =
        text.lines().map(|line| if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n")
}
