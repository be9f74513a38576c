//! Text that comes from a cluster or a file, on its way to a terminal.

use std::borrow::Cow;

/// The text without anything that a terminal would obey: control characters are shown escaped. Ends of lines stay.
///
/// ```
/// use recast::terminal::harmless;
///
/// assert_eq!(harmless("rng\u{1b}[31m"), "rng\\u{1b}[31m");
/// ```
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    let harms = |c: char| c.is_control() && c != '\n';
    if !text.contains(harms) {
        return text.into();
    }
    let escaped = |c: char| if harms(c) { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect::<String>().into()
}
