//! How a line looks.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use anstyle::{AnsiColor, Effects, Style};
use regex::bytes::Regex;
use serde_json::{Map, Value, json};

use crate::args::Format;
use crate::batch::{Batch, Line};
use crate::filter::Filter;
use crate::harmless;
use crate::membership::Standing;
use crate::pod::Pod;

/// What stands before each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Nothing.
    Nothing,
    /// `[pod/NAME/CONTAINER]`
    Kubectl,
    /// The pod; where they make a difference the namespace before it and the container behind it.
    Short {
        /// Whether pods are of several namespaces.
        namespace: bool,
        /// Whether several containers of a pod are read.
        container: bool,
    },
}

/// How lines look.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub struct Printer {
    /// What is printed of a line.
    pub format: Format,
    /// What stands before it.
    pub prefix: Prefix,
    /// Whether its time is printed.
    pub timestamps: bool,
    /// Whether to colour.
    pub colour: bool,
    /// Whether control characters are shown and not obeyed.
    pub harmless: bool,
    /// Whether a pod that serves is marked as well.
    pub show_serving: bool,
    /// Whether what is said about a log stands among its lines.
    pub remarks: bool,
    /// Which lines are printed.
    pub filter: Filter,
    /// What is marked in them.
    pub highlight: Option<Regex>,
}

/// What the lines of one container have in common.
#[derive(Clone, Debug, Default)]
pub struct Face {
    /// What stands before the time and the text.
    head: Vec<u8>,
    /// In JSON, what stands between them.
    fields: Vec<u8>,
    /// Who it is, in words.
    pub title: String,
}

const COLOURS: [AnsiColor; 10] = [
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::Blue,
    AnsiColor::Magenta,
    AnsiColor::BrightCyan,
    AnsiColor::BrightGreen,
    AnsiColor::BrightYellow,
    AnsiColor::BrightBlue,
    AnsiColor::BrightMagenta,
];

impl Printer {
    /// The face of a container; `standings` says what each Service thinks of the pod.
    #[must_use]
    pub fn face(&self, pod: &Pod, container: &str, standings: &[(String, Standing)]) -> Face {
        let name = match self.prefix {
            Prefix::Nothing => String::new(),
            Prefix::Kubectl => format!("[pod/{}/{container}]", pod.name),
            Prefix::Short { namespace, container: several } => {
                let namespace = if namespace { format!("{}/", pod.namespace) } else { String::new() };
                let container = if several { format!(" {container}") } else { String::new() };
                format!("{namespace}{}{container}", pod.name)
            }
        };
        let mut head = self.styled(style_of(pod), &name);
        let marks: Vec<String> = standings
            .iter()
            .filter(|(_, standing)| self.show_serving || *standing != Standing::Serving)
            .map(
                |(service, standing)| {
                    if standings.len() > 1 { format!("{service} {standing}") } else { standing.to_string() }
                },
            )
            .collect();
        if !marks.is_empty() && self.prefix != Prefix::Nothing {
            head.push(' ');
            head.push_str(
                &self.styled(Style::new().fg_color(Some(AnsiColor::Red.into())), &format!("[{}]", marks.join(", "))),
            );
        }
        if !head.is_empty() {
            head.push(' ');
        }
        let title = format!("{}/{}", pod.name, container);
        Face { head: head.into_bytes(), fields: fields(pod, container, standings), title }
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Writes a line, if it is wanted.
    pub fn line(&self, face: &Face, batch: &Batch, line: &Line, out: &mut Vec<u8>) {
        if line.remark {
            return self.remark(face, batch, line, out);
        }
        let text = batch.text(line);
        if !self.filter.wants(text) {
            return;
        }
        if self.format == Format::Json {
            return json_line(face, batch, line, "message", out);
        }
        out.extend_from_slice(&face.head);
        if self.timestamps {
            out.extend_from_slice(batch.time(line));
        }
        match &self.highlight {
            Some(regex) if self.colour => self.highlighted(regex, text, out),
            _ => self.text(text, out),
        }
        out.push(b'\n');
    }

    /// Whether what is said about a log may stand among its lines.
    #[must_use]
    pub fn takes_remarks(&self) -> bool {
        self.remarks && self.format != Format::Raw
    }

    fn remark(&self, face: &Face, batch: &Batch, line: &Line, out: &mut Vec<u8>) {
        if self.format == Format::Json {
            return json_line(face, batch, line, "remark", out);
        }
        let text = format!("! {}: {}", face.title, String::from_utf8_lossy(batch.text(line)));
        out.extend_from_slice(self.styled(Style::new().effects(Effects::BOLD), &text).as_bytes());
        out.push(b'\n');
    }

    fn text(&self, text: &[u8], out: &mut Vec<u8>) {
        if self.harmless { harmless::write(text, out) } else { out.extend_from_slice(text) }
    }

    fn highlighted(&self, regex: &Regex, text: &[u8], out: &mut Vec<u8>) {
        let mut last = 0;
        for found in regex.find_iter(text).filter(|found| !found.is_empty()) {
            self.text(&text[last..found.start()], out);
            out.extend_from_slice(b"\x1b[7m");
            self.text(found.as_bytes(), out);
            out.extend_from_slice(b"\x1b[27m");
            last = found.end();
        }
        self.text(&text[last..], out);
    }
}

/// The same pod has the same colour, whenever and wherever it is looked at.
fn style_of(pod: &Pod) -> Style {
    let mut hasher = DefaultHasher::new();
    pod.name.hash(&mut hasher);
    let place = usize::try_from(hasher.finish() % COLOURS.len() as u64).unwrap_or(0);
    Style::new().fg_color(Some(COLOURS[place].into()))
}

/// From behind the time to before the text.
fn fields(pod: &Pod, container: &str, standings: &[(String, Standing)]) -> Vec<u8> {
    let mut fields = Map::new();
    fields.insert("namespace".to_owned(), json!(pod.namespace));
    fields.insert("pod".to_owned(), json!(pod.name));
    fields.insert("container".to_owned(), json!(container));
    fields.insert("node".to_owned(), json!(pod.node));
    fields.insert("owner".to_owned(), json!(pod.owner.as_ref().map(|owner| &owner.name)));
    if !standings.is_empty() {
        let each = standings.iter().map(|(service, standing)| (service.clone(), json!(standing.name())));
        fields.insert("membership".to_owned(), Value::Object(each.collect()));
    }
    let text = Value::Object(fields).to_string();
    // The braces belong to the line.
    text.get(1..text.len() - 1).unwrap_or_default().as_bytes().to_vec()
}

fn json_line(face: &Face, batch: &Batch, line: &Line, what: &str, out: &mut Vec<u8>) {
    let text = batch.text(line);
    out.push(b'{');
    let time = batch.time(line).trim_ascii_end();
    if !time.is_empty() {
        out.extend_from_slice(b"\"time\":\"");
        out.extend_from_slice(time);
        out.extend_from_slice(b"\",");
    }
    out.extend_from_slice(&face.fields);
    out.extend_from_slice(b",\"");
    out.extend_from_slice(what.as_bytes());
    out.extend_from_slice(b"\":");
    let readable = String::from_utf8_lossy(text);
    // Writing into memory does not fail.
    let _ = serde_json::to_writer(&mut *out, readable.as_ref());
    if matches!(readable, std::borrow::Cow::Owned(_)) {
        // What is not UTF-8 cannot stand in JSON; each byte as two digits, it can be had back.
        out.extend_from_slice(b",\"hex\":\"");
        out.extend(text.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()));
        out.push(b'"');
    }
    out.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests;
