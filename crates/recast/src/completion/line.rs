//! A command line up to the cursor, read by the definition of its flags, whatever else is wrong with it.

use clap::{Arg, ArgAction, Command};

/// What has been typed so far.
#[derive(Clone, Debug)]
pub struct Line<'c> {
    command: &'c Command,
    words: Vec<String>,
    given: Vec<(&'c Arg, Option<String>)>,
    cursor: Cursor<'c>,
    typed: String,
}

/// Where the cursor is.
#[derive(Clone, Copy, Debug)]
pub enum Cursor<'c> {
    /// In the name of a flag.
    Flag,
    /// In the value of this flag.
    Value(&'c Arg),
    /// In a word that is no flag's.
    Word,
}

impl<'c> Line<'c> {
    /// Reads the words behind the plugin's name; the last one is where the cursor is.
    #[must_use]
    pub fn read(plugin: &'c Command, words: &[String]) -> Self {
        let line = Self {
            command: plugin,
            words: Vec::new(),
            given: Vec::new(),
            cursor: Cursor::Word,
            typed: words.last().cloned().unwrap_or_default(),
        };
        let mut reader = Reader { line, waiting: None, words_only: false };
        let before = words.len().saturating_sub(1);
        for word in &words[..before] {
            reader.read(word);
        }
        reader.end()
    }

    /// The plugin, or the command of it that has been typed.
    #[must_use]
    pub const fn command(&self) -> &'c Command {
        self.command
    }

    /// The words so far that are neither flags nor theirs.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The flags so far, with their values.
    pub fn given(&self) -> impl Iterator<Item = (&'c Arg, Option<&str>)> {
        self.given.iter().map(|(arg, value)| (*arg, value.as_deref()))
    }

    /// Whether a flag has been given, by its name in the definition.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.given.iter().any(|(arg, _)| arg.get_id() == id)
    }

    /// Where the cursor is.
    #[must_use]
    pub const fn cursor(&self) -> Cursor<'c> {
        self.cursor
    }

    /// What has been typed of what is being completed: of `--dry-run=cl` it is `cl`.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }
}

struct Reader<'c> {
    line: Line<'c>,
    /// The flag whose value comes next.
    waiting: Option<&'c Arg>,
    /// Whether `--` has been read.
    words_only: bool,
}

impl<'c> Reader<'c> {
    fn read(&mut self, word: &str) {
        if let Some(flag) = self.waiting.take() {
            self.line.given.push((flag, Some(word.to_owned())));
        } else if word == "--" && !self.words_only {
            self.words_only = true;
        } else if self.words_only || !is_flag(word) {
            self.word(word);
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            if let Some(flag) = self.find(|arg| arg.get_long() == Some(name)) {
                self.flag(flag, value);
            }
        } else {
            self.shorts(&word[1..]);
        }
    }

    /// A command stands first or is none.
    fn word(&mut self, word: &str) {
        let first = self.line.words.is_empty() && self.line.given.is_empty() && !self.words_only;
        match self.line.command.find_subcommand(word).filter(|_| first) {
            Some(command) => self.line.command = command,
            None => self.line.words.push(word.to_owned()),
        }
    }

    /// `-qn web`: several flags in a word, of which the last one may have a value.
    fn shorts(&mut self, word: &str) {
        for (at, name) in word.char_indices() {
            let Some(flag) = self.find(|arg| arg.get_short() == Some(name)) else { return };
            let rest = &word[at + name.len_utf8()..];
            if has_value(flag) && !rest.is_empty() {
                return self.flag(flag, Some(rest.strip_prefix('=').unwrap_or(rest)));
            }
            self.flag(flag, None);
        }
    }

    fn flag(&mut self, flag: &'c Arg, value: Option<&str>) {
        if value.is_none() && has_value(flag) && !flag.is_require_equals_set() {
            self.waiting = Some(flag);
        } else {
            self.line.given.push((flag, value.map(str::to_owned)));
        }
    }

    fn end(mut self) -> Line<'c> {
        let typed = self.line.typed.clone();
        if let Some(flag) = self.waiting {
            self.line.cursor = Cursor::Value(flag);
        } else if !self.words_only && typed.starts_with('-') {
            self.line.cursor = Cursor::Flag;
            let valued =
                typed.split_once('=').and_then(|(name, value)| Some((self.find(|flag| is_named(flag, name))?, value)));
            if let Some((flag, value)) = valued {
                self.line.cursor = Cursor::Value(flag);
                value.clone_into(&mut self.line.typed);
            }
        }
        self.line
    }

    fn find(&self, meant: impl Fn(&Arg) -> bool) -> Option<&'c Arg> {
        self.line.command.get_arguments().find(|flag| !flag.is_positional() && meant(flag))
    }
}

/// Whether the flag takes a value.
pub fn has_value(flag: &Arg) -> bool {
    matches!(flag.get_action(), ArgAction::Set | ArgAction::Append)
}

/// A lone `-` is standard input.
fn is_flag(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-')
}

fn is_named(flag: &Arg, name: &str) -> bool {
    let long = name.strip_prefix("--").is_some_and(|long| flag.get_long() == Some(long));
    long || flag.get_short().is_some_and(|short| name == format!("-{short}"))
}
