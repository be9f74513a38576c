//! Lines on a terminal that are drawn over the ones before.
//!
//! Indicatif fills each line up to the edge, and a terminal that is made narrower or wider then breaks them anew: what it
//! draws over is no longer where it was. So this ends lines where they end, and begins anew when the size is another.

use std::fmt::Write as _;

/// Where lines are drawn. Each must fit the terminal's width, and all its height but one.
#[derive(Debug, Default)]
pub struct Canvas {
    /// How many lines are there; the cursor is below them.
    height: usize,
    size: (usize, usize),
}

impl Canvas {
    /// What draws the lines over the ones before, on a terminal of so many columns and lines.
    #[must_use]
    pub fn draw(&mut self, lines: &[String], size: (usize, usize)) -> String {
        let mut text = match self.height {
            0 => String::new(),
            _ if self.size != size => "\x1b[H\x1b[2J".to_owned(),
            height => format!("\x1b[{height}A\r"),
        };
        for line in lines {
            // Writing to a String does not fail.
            let _ = writeln!(text, "\x1b[2K{line}");
        }
        text.push_str("\x1b[J");
        (self.height, self.size) = (lines.len(), size);
        text
    }

    /// What takes the lines away.
    #[must_use]
    pub fn erase(&mut self) -> Option<String> {
        match std::mem::take(&mut self.height) {
            0 => None,
            height => Some(format!("\x1b[{height}A\r\x1b[J")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_drawn_over_the_ones_before() {
        let lines = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut canvas = Canvas::default();
        assert_eq!(canvas.erase(), None);
        assert_eq!(canvas.draw(&lines("a b"), (80, 24)), "\x1b[2Ka\n\x1b[2Kb\n\x1b[J");
        assert_eq!(canvas.draw(&lines("c"), (80, 24)), "\x1b[2A\r\x1b[2Kc\n\x1b[J");
        assert_eq!(canvas.draw(&lines("d"), (70, 24)), "\x1b[H\x1b[2J\x1b[2Kd\n\x1b[J", "nobody knows where they are");
        assert_eq!(canvas.erase().as_deref(), Some("\x1b[1A\r\x1b[J"));
        assert_eq!(canvas.draw(&lines("e"), (70, 24)), "\x1b[2Ke\n\x1b[J", "below what was said meanwhile");
    }
}
