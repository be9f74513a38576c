//! What a program is: its version, the commit it is of, and the versions of Kubernetes that it is tested on.

#[cfg(test)]
mod commit;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use clap::{ArgAction, Args, ValueEnum};
use serde::Serialize;

use crate::output::{self, Format};

/// The versions of Kubernetes that all tests run on.
pub const KUBERNETES: &[&str] = &["1.35", "1.37"];

/// What `version` is asked for.
#[derive(Args, Clone, Debug)]
pub struct VersionArgs {
    /// Print it for programs
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<VersionFormat>,
    /// Print this page
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

/// How `version` prints for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VersionFormat {
    /// As JSON
    Json,
    /// As YAML
    Yaml,
}

/// What a program is.
#[derive(Clone, Debug, Serialize)]
struct Release {
    version: &'static str,
    commit: Option<&'static str>,
    kubernetes: &'static [&'static str],
}

/// This program. A build for debugging is of no commit.
const THIS: Release =
    Release { version: env!("CARGO_PKG_VERSION"), commit: option_env!("RECAST_COMMIT"), kubernetes: KUBERNETES };

/// Writes what the program of this name is.
///
/// # Errors
/// If the writer fails.
pub fn write(out: &mut dyn Write, name: &str, args: &VersionArgs) -> io::Result<()> {
    let format = match args.output {
        None => return for_people(out, name, &THIS),
        Some(VersionFormat::Json) => Format::Json,
        Some(VersionFormat::Yaml) => Format::Yaml,
    };
    output::write_objects(out, format, vec![serde_json::to_value(&THIS)?])
}

fn for_people(out: &mut dyn Write, name: &str, this: &Release) -> io::Result<()> {
    writeln!(out, "{name} {}", this.version)?;
    writeln!(out, "  commit      {}", this.commit.unwrap_or("not known: built for debugging, or without git"))?;
    writeln!(out, "  kubernetes  tested on {}", this.kubernetes.join(" and "))
}
