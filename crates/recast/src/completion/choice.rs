//! One thing that could be typed, and how the shell is told of it.

/// A word that could stand where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// The whole word.
    pub text: String,
    /// What it means; may be empty.
    pub description: String,
}

impl Choice {
    /// A word and what it means.
    #[must_use]
    pub fn new(text: impl Into<String>, description: impl Into<String>) -> Self {
        Self { text: text.into(), description: description.into() }
    }
}

/// What could stand where the cursor is, all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Words.
    pub words: Vec<Choice>,
    /// Besides these, the names of files, which the shell knows itself.
    pub files: bool,
}

/// [Cobra's directives](https://github.com/spf13/cobra/blob/v1.10.2/completions.go).
mod directive {
    /// No blank behind the word.
    pub const NO_SPACE: u8 = 2;
    /// No names of files.
    pub const NO_FILES: u8 = 4;
}

/// What the shell reads. Only what continues what has been typed is of use to it.
pub fn reply(typed: &str, choices: Choices) -> String {
    let mut words = choices.words;
    words.retain(|choice| choice.text.starts_with(typed) && is_word(&choice.text));
    words.sort();
    words.dedup_by(|one, other| one.text == other.text);
    let goes_on = !words.is_empty() && words.iter().all(|choice| choice.text.ends_with(['=', '/']));
    let directive = if choices.files { 0 } else { directive::NO_FILES } | if goes_on { directive::NO_SPACE } else { 0 };
    words.iter().map(line).collect::<String>() + &format!(":{directive}\n")
}

fn line(choice: &Choice) -> String {
    match choice.description.lines().next() {
        None => format!("{}\n", choice.text),
        Some(description) => format!("{}\t{}\n", choice.text, description.replace('\t', " ")),
    }
}

/// Whether the shell could take it for one word of its own: what has a blank or worse in it is not offered.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replied(typed: &str, words: &[(&str, &str)], files: bool) -> String {
        let words = words.iter().map(|(text, description)| Choice::new(*text, *description)).collect();
        reply(typed, Choices { words, files })
    }

    #[test]
    fn choices_come_with_descriptions_and_a_directive() {
        let words = [("rng", "deployment"), ("hasher", ""), ("rng", "twice")];
        assert_eq!(replied("", &words, false), "hasher\nrng\tdeployment\n:4\n");
        assert_eq!(replied("r", &words, false), "rng\tdeployment\n:4\n");
        assert_eq!(replied("x", &words, false), ":4\n");
        assert_eq!(replied("", &[], true), ":0\n");
    }

    #[test]
    fn no_blank_follows_what_must_go_on() {
        let words = [("ds/", ""), ("deploy/", ""), ("app=", "")];
        assert_eq!(replied("d", &words, false), "deploy/\nds/\n:6\n");
        assert_eq!(replied("", &[("ds/", ""), ("rng", "")], false), "ds/\nrng\n:4\n");
    }

    #[test]
    fn what_the_shell_could_not_take_for_a_word_is_left_out() {
        assert_eq!(replied("", &[("a b", ""), ("a\u{1b}", ""), ("", "")], false), ":4\n");
        assert_eq!(replied("", &[("a", "one\ttwo\nthree")], false), "a\tone two\n:4\n");
    }
}
