//! Rows become lines of text: columns as kubectl prints them, and no wider than there is room.

use anstyle::{AnsiColor, Effects, Style};

use super::row::Row;
use super::tally::TREND;
use super::verdict::{Verdict, age, number};

/// What stands between two columns, as in kubectl.
const GAP: usize = 3;

/// How much room there is, and what is to be shown.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub struct Shape {
    /// How many columns and lines there are, if that is bounded.
    pub size: Option<(usize, usize)>,
    /// Whether pods are of several namespaces.
    pub namespace: bool,
    /// Whether a Service says who serves.
    pub membership: bool,
    /// Whether to draw how it went.
    pub trend: bool,
    /// Whether to colour.
    pub colour: bool,
}

/// A column, and how soon it goes when there is no room: never, or the greater the sooner.
struct Column {
    title: &'static str,
    goes: Option<u8>,
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        self.cells.iter().map(|cell| length(cell)).max().unwrap_or(0).max(length(self.title))
    }
}

/// The table, a line a pod. Pods that find no room are counted; those that are most amiss are shown then.
#[must_use]
pub fn table(rows: &[Row], shape: &Shape) -> Vec<String> {
    let (width, height) = shape.size.unwrap_or((usize::MAX, usize::MAX));
    let mut shown: Vec<&Row> = rows.iter().collect();
    let left_out = if rows.len() + 1 > height { (rows.len() + 2).saturating_sub(height) } else { 0 };
    if left_out > 0 {
        shown.sort_by_key(|row| row.verdict.concern());
        shown.truncate(rows.len().saturating_sub(left_out));
    }
    let columns = fitting(columns(&shown, shape), width);
    let mut lines = vec![cut(&line(&columns, |column| column.title), width)];
    for (number, row) in shown.iter().enumerate() {
        let text = cut(&line(&columns, |column| &column.cells[number]), width);
        lines.push(if shape.colour { coloured(&text, row.verdict) } else { text });
    }
    if left_out > 0 {
        lines.push(cut(&format!("and {} more", rows.len() - shown.len()), width));
    }
    lines.truncate(height);
    lines
}

fn columns(rows: &[&Row], shape: &Shape) -> Vec<Column> {
    let most = rows.iter().flat_map(|row| row.trend).max().unwrap_or(0);
    let column = |title, goes, cell: &dyn Fn(&Row) -> String| Column {
        title,
        goes,
        cells: rows.iter().map(|row| plain(&cell(row))).collect(),
    };
    let mut columns = Vec::new();
    if shape.namespace {
        columns.push(column("NAMESPACE", None, &|row| row.namespace.clone()));
    }
    columns.push(column("POD", None, &|row| row.pod.clone()));
    columns.push(column("OWNER", Some(2), &Row::short_owner));
    columns.push(column("NODE", Some(5), &|row| if row.node.is_empty() { "<none>".into() } else { row.node.clone() }));
    if shape.membership {
        columns.push(column("MEMBERSHIP", Some(1), &Row::membership));
    }
    columns.push(column("LINES", Some(0), &|row| row.lines.to_string()));
    columns.push(column("LINES/S", None, &|row| number(row.rate)));
    if shape.trend {
        columns.push(column("TREND", Some(4), &|row| sparkline(&row.trend, most)));
    }
    columns.push(column("SHARE", Some(3), &|row| format!("{:.0}%", row.share * 100.0)));
    columns.push(column("LAST", Some(1), &|row| row.last.map_or_else(|| "<never>".into(), age)));
    columns.push(column("VERDICT", None, &|row| row.verdict.to_string()));
    columns
}

/// Those that there is room for.
fn fitting(mut columns: Vec<Column>, width: usize) -> Vec<Column> {
    let total = |columns: &[Column]| columns.iter().map(Column::width).sum::<usize>() + GAP * (columns.len() - 1);
    while total(&columns) > width {
        let next = columns.iter().enumerate().filter_map(|(place, column)| Some((column.goes?, place))).max();
        let Some((_, place)) = next else { break };
        columns.remove(place);
    }
    columns
}

fn line<'c>(columns: &'c [Column], cell: impl Fn(&'c Column) -> &'c str) -> String {
    let padded = columns.iter().map(|column| {
        let text = cell(column);
        format!("{text}{}", " ".repeat(column.width() - length(text) + GAP))
    });
    padded.collect::<String>().trim_end().to_owned()
}

/// The line with its verdict, which is the last column, in a colour; dim if there is nothing to be seen of it.
fn coloured(text: &str, verdict: Verdict) -> String {
    let colour = match verdict {
        Verdict::Serving | Verdict::Active => AnsiColor::Green,
        Verdict::Left { rate, .. } | Verdict::Outside { rate } if rate > 0.0 => AnsiColor::Red,
        Verdict::Draining { .. } | Verdict::Silent | Verdict::Coming => AnsiColor::Yellow,
        Verdict::Left { .. } | Verdict::Outside { .. } | Verdict::Gone { .. } => {
            let dim = Style::new().effects(Effects::DIMMED);
            return format!("{dim}{text}{dim:#}");
        }
    };
    let style = Style::new().fg_color(Some(colour.into()));
    match text.strip_suffix(&verdict.to_string()) {
        Some(before) => format!("{before}{style}{verdict}{style:#}"),
        None => text.to_owned(),
    }
}

/// How it went, beside the most that there was.
fn sparkline(trend: &[u32; TREND], most: u32) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let bar = |count: u32| match count {
        0 => ' ',
        count => {
            let place = (u64::from(count) * BARS.len() as u64).div_ceil(u64::from(most.max(count))) - 1;
            BARS[usize::try_from(place).unwrap_or(0)]
        }
    };
    trend.iter().copied().map(bar).collect()
}

/// Without anything that a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn cut(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests;
