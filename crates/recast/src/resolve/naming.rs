//! How a command line names objects, and which ones the command takes.

use crate::failure::Failure;
use crate::kind::Kind;
use crate::target::{Target, TargetError, Targets};

/// The words and flags that name objects, and what the command makes of them.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'a> {
    /// The words.
    pub words: &'a [String],
    /// What follows `-l`.
    pub selector: Option<&'a str>,
    /// Whether `--all` is given.
    pub all: bool,
    /// The kinds that the command works on.
    pub kinds: &'a [Kind],
    /// The kind of a bare name, and of a selector without TYPE; where there is none, a TYPE must be given.
    pub default: Option<Kind>,
    /// What to type instead if nothing is named.
    pub usage: &'a str,
    /// What the command has to say of its own about a kind that it does not work on, and that `ds/rng` is of.
    pub refuse: fn(Kind, &str) -> Option<Failure>,
}

/// What is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Objects by name, each once.
    Objects(Vec<(Kind, Target)>),
    /// Whatever of these kinds the selector matches.
    Kinds(Vec<Kind>),
}

impl Naming<'_> {
    /// What the words and flags mean.
    ///
    /// # Errors
    /// If nothing is named, or what is named cannot be read or is not accepted.
    pub fn chosen(&self) -> Result<Chosen, Failure> {
        let selects = self.selector.is_some() || self.all;
        match Targets::parse(self.words).map_err(|error| self.unreadable(&error))? {
            Targets::Named(_) if selects => {
                Err(Failure::new("names stand beside -l or --all").hint("give either names or a selector"))
            }
            Targets::Named(targets) => self.objects(targets),
            Targets::Kinds(kinds) if selects => self.kinds(kinds),
            Targets::Kinds(kinds) => Err(match kinds.first() {
                None => Failure::new("nothing is named").hint(self.usage),
                Some(kind) => Failure::new(format!("{kind} is a kind, and no name follows"))
                    .hint("add a name, or -l SELECTOR, or --all"),
            }),
        }
    }

    fn objects(&self, targets: Vec<Target>) -> Result<Chosen, Failure> {
        let mut chosen: Vec<(Kind, Target)> = Vec::new();
        for target in targets {
            let kind = target.kind.or(self.default);
            // Where there is no default, what stands there instead of a TYPE was meant as one.
            let kind = kind.ok_or_else(|| self.unreadable(&TargetError::UnknownKind(target.name.clone())))?;
            self.check(kind, &target.name)?;
            if !chosen.iter().any(|(known, other)| *known == kind && other.name == target.name) {
                chosen.push((kind, target));
            }
        }
        Ok(Chosen::Objects(chosen))
    }

    fn kinds(&self, kinds: Vec<Kind>) -> Result<Chosen, Failure> {
        let mut chosen = Vec::new();
        for kind in if kinds.is_empty() { self.default.into_iter().collect() } else { kinds } {
            self.check(kind, "")?;
            if !chosen.contains(&kind) {
                chosen.push(kind);
            }
        }
        if chosen.is_empty() {
            return Err(Failure::new("-l and --all want a TYPE before them").hint(self.accepted()));
        }
        Ok(Chosen::Kinds(chosen))
    }

    fn check(&self, kind: Kind, name: &str) -> Result<(), Failure> {
        if self.kinds.contains(&kind) {
            return Ok(());
        }
        let what = if name.is_empty() { kind.to_string() } else { format!("{kind}/{name}") };
        Err((self.refuse)(kind, &what).unwrap_or_else(|| {
            Failure::new(format!("{what} is not of a kind that this works on")).hint(self.accepted())
        }))
    }

    fn unreadable(&self, error: &TargetError) -> Failure {
        Failure::new(error.to_string()).hint(self.accepted())
    }

    fn accepted(&self) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(|kind| kind.singular()).collect();
        format!("the kinds are {}", kinds.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(words: &str, selector: Option<&str>, default: Option<Kind>) -> Result<Chosen, String> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let naming = Naming {
            words: &words,
            selector,
            all: false,
            kinds: &[Kind::DaemonSet, Kind::Service],
            default,
            usage: "kubectl x TYPE/NAME",
            refuse: |kind, what| (kind == Kind::Pod).then(|| Failure::new(format!("{what} is a pod"))),
        };
        naming.chosen().map_err(|failure| failure.message().to_owned())
    }

    fn object(kind: Kind, given: bool, name: &str) -> (Kind, Target) {
        (kind, Target { kind: given.then_some(kind), name: name.to_owned() })
    }

    #[test]
    fn a_bare_name_is_of_the_default_kind() {
        let rng = object(Kind::DaemonSet, false, "rng");
        assert_eq!(chosen("rng rng", None, Some(Kind::DaemonSet)), Ok(Chosen::Objects(vec![rng])), "and is read once");
        assert_eq!(chosen("", Some("a=b"), Some(Kind::Service)), Ok(Chosen::Kinds(vec![Kind::Service])));
    }

    #[test]
    fn without_a_default_a_type_must_be_given() {
        let both = vec![object(Kind::DaemonSet, true, "rng"), object(Kind::Service, true, "rng")];
        assert_eq!(chosen("ds/rng svc/rng", None, None), Ok(Chosen::Objects(both)));
        let kinds = vec![Kind::DaemonSet, Kind::Service];
        assert_eq!(chosen("ds,svc,ds", Some("a=b"), None), Ok(Chosen::Kinds(kinds)), "each is listed once");
        let unknown = "there is no resource type \"rng\" that this command works on";
        assert_eq!(chosen("rng hasher", None, None).unwrap_err(), unknown);
        assert_eq!(chosen("", Some("a=b"), None).unwrap_err(), "-l and --all want a TYPE before them");
    }

    #[test]
    fn what_names_nothing_that_the_command_takes_is_refused() {
        for (words, selector, message) in [
            ("", None, "nothing is named"),
            ("ds", None, "daemonset.apps is a kind, and no name follows"),
            ("ds/rng", Some("a=b"), "names stand beside -l or --all"),
            ("deploy/rng", None, "deployment.apps/rng is not of a kind that this works on"),
            ("deploy", Some("a=b"), "deployment.apps is not of a kind that this works on"),
            ("pod rng", None, "pod/rng is a pod"),
            ("ds/", None, "\"ds/\" lacks the name after the slash"),
        ] {
            assert_eq!(chosen(words, selector, Some(Kind::DaemonSet)).unwrap_err(), message, "{words}");
        }
    }
}
