//! Results on stdout, in the formats that kubectl has.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize as _;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::json::without;

/// What `-o` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The objects as YAML
    Yaml,
    /// The objects as JSON
    Json,
    /// Only their names
    Name,
    /// The RFC 6902 patch that leads to them
    Patch,
}

/// What `--dry-run` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DryRun {
    /// Do it
    #[default]
    None,
    /// Only show what would be sent
    Client,
    /// Let the server check it without keeping it
    Server,
}

impl DryRun {
    /// What kubectl appends to its messages.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}

/// Writes objects as YAML or JSON; more than one as a `List`, as kubectl does.
///
/// # Errors
/// If the writer fails.
pub fn write_objects(out: &mut dyn Write, format: Format, mut objects: Vec<Value>) -> io::Result<()> {
    let value = if objects.len() == 1 {
        objects.remove(0)
    } else {
        json!({"apiVersion": "v1", "kind": "List", "items": objects})
    };
    match format {
        Format::Yaml => out.write_all(crate::manifest::to_yaml(&value).as_bytes()),
        Format::Json | Format::Name | Format::Patch => write_json(out, &value),
    }
}

/// The object as kubectl shows it: without who manages which field.
#[must_use]
pub fn shown(mut object: Value) -> Value {
    without(&mut object, &["metadata", "managedFields"]);
    object
}

/// Writes JSON with kubectl's indentation of four.
///
/// # Errors
/// If the writer fails.
pub fn write_json(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, formatter))?;
    writeln!(out)
}

/// A reader that closed its end, such as `head`, has seen enough; anything else is an error.
#[must_use]
pub fn unwritable(error: &io::Error) -> Option<Failure> {
    (error.kind() != io::ErrorKind::BrokenPipe).then(|| Failure::caused_by("cannot write the output", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_objects_are_a_list() {
        let mut out = Vec::new();
        write_objects(&mut out, Format::Json, vec![json!({"kind": "A"}), json!({"kind": "B"})]).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["kind"], "List");
        assert_eq!(value["items"][1]["kind"], "B");
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        assert_eq!(unwritable(&io::Error::from(io::ErrorKind::BrokenPipe)), None);
        assert!(unwritable(&io::Error::from(io::ErrorKind::StorageFull)).is_some());
    }
}
