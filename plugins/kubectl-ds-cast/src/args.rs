//! The command line.

use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory as _, Parser};
use recast::besides::Besides;
use recast::completion::{Line, Named};
use recast::connection::ConnectionArgs;
use recast::kind::Kind;
use recast::output::{DryRun, Format};
use recast::syntax::{SyntaxError, check_key, check_name, check_value};
use recast::timeout::Timeout;
use recast::usage;

use crate::cast::{SOURCES, Wishes};
use crate::toleration::Toleration;

const EXAMPLES: &str = "\
Examples:
  # Cast the deployment rng: a daemon set of the same name, beside it
  kubectl ds-cast rng

  # Cast it, and let the deployment go when the daemon set is ready everywhere
  kubectl ds-cast rng --replace

  # The same, but the running pods are handed over and not restarted
  kubectl ds-cast rng --adopt

  # Back again: the deployment as it was, with the changes made since
  kubectl ds-cast --undo ds/rng

  # See first what would be done, and how it would be typed
  kubectl ds-cast rng --replace --explain

  # A clean manifest to keep in git
  kubectl ds-cast rng --dry-run=client -o yaml > rng.yml

  # Cast the workloads of a manifest in place; comments and order stay. Needs no cluster
  kubectl ds-cast -f app.yml --in-place

  # A stateful set, on the nodes with a fast disk only
  kubectl ds-cast sts/cache --node-selector disktype=ssd";

/// Cast a Deployment, ReplicaSet or StatefulSet to a DaemonSet, losing nothing.
#[derive(Clone, Debug, Parser)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(
    bin_name = "kubectl ds-cast",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    about = "Cast a Deployment, ReplicaSet or StatefulSet to a DaemonSet, losing nothing.",
    before_help = EXAMPLES,
    after_help = usage::EXIT_CODES,
    help_template = usage::TEMPLATE,
    override_usage = "kubectl ds-cast (NAME... | TYPE/NAME... | TYPE NAME... | [TYPE] -l SELECTOR | [TYPE] --all) [flags]\n  \
                      kubectl ds-cast -f FILE... [flags]\n  \
                      kubectl ds-cast --undo (NAME... | ds/NAME...) [flags]\n  \
                      kubectl ds-cast COMMAND\n\n  \
                      A NAME alone is a deployment's, with --undo a daemon set's. One that is a COMMAND too is deploy/NAME."
)]
pub struct Args {
    /// What to cast: NAME (a deployment), TYPE/NAME, or TYPE NAME...
    #[arg(value_name = "TARGET", hide = true)]
    pub targets: Vec<String>,
    /// Cast all that match this label selector
    #[arg(short = 'l', long, value_name = "SELECTOR", help_heading = "Targets", conflicts_with = "all")]
    pub selector: Option<String>,
    /// Cast all of the namespace
    #[arg(long, help_heading = "Targets")]
    pub all: bool,
    /// Cast the workloads of a manifest: FILE, folder, or - for stdin; may be repeated. Needs no cluster
    #[arg(short = 'f', long = "filename", value_name = "FILE", help_heading = "Targets",
          conflicts_with_all = ["targets", "selector", "all"])]
    pub filename: Vec<String>,
    /// Go into the folders below the one given with -f
    #[arg(short = 'R', long, help_heading = "Targets", requires = "filename")]
    pub recursive: bool,

    /// Another name than the source's
    #[arg(long, value_name = "NAME", value_parser = name, help_heading = "Result")]
    pub name: Option<String>,
    /// Run only on nodes with these labels
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',', value_parser = label, help_heading = "Result")]
    pub node_selector: Vec<(String, String)>,
    /// Run on nodes with this taint too; may be repeated
    #[arg(long, value_name = "KEY[=VALUE][:EFFECT]", help_heading = "Result")]
    pub toleration: Vec<Toleration>,
    /// Run on every node, whatever its taints
    #[arg(long, help_heading = "Result")]
    pub every_node: bool,

    /// Delete the source when the daemon set is ready on every node
    #[arg(long, help_heading = "Replacing", conflicts_with = "filename", group = "going")]
    pub replace: bool,
    /// Hand the running pods over: on a node that has one it stays, untouched; then the source goes
    #[arg(long, help_heading = "Replacing", conflicts_with = "filename", group = "going")]
    pub adopt: bool,
    /// Replace or adopt even if the daemon set runs fewer pods than the source has ready
    #[arg(long, help_heading = "Replacing", requires = "going", conflicts_with = "undo")]
    pub allow_fewer: bool,
    /// Wait for what a next step needs; --wait=false leaves that step to a later run
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", action = ArgAction::Set, help_heading = "Replacing")]
    pub wait: bool,
    /// How long to wait, such as 90s or 10m; 0 waits for ever
    #[arg(long, value_name = "TIME", default_value = "10m", help_heading = "Replacing")]
    pub timeout: Timeout,

    /// Turn a daemon set back into what it was cast from
    #[arg(long, help_heading = "Undoing", conflicts_with_all = ["filename", "replace", "name", "node_selector", "toleration", "every_node"])]
    pub undo: bool,
    /// Undo to the template of the time of the cast, without the changes made since
    #[arg(long, help_heading = "Undoing", requires = "undo")]
    pub as_remembered: bool,
    /// Undo to this many replicas, not the remembered number
    #[arg(long, value_name = "N", help_heading = "Undoing", requires = "undo")]
    pub replicas: Option<u32>,

    /// Write the cast manifests back into their files
    #[arg(long, help_heading = "Manifests", requires = "filename", conflicts_with_all = ["output", "diff"])]
    pub in_place: bool,
    /// Show what would change in the files
    #[arg(long, help_heading = "Manifests", requires = "filename", conflicts_with = "output")]
    pub diff: bool,
    /// Leave what cannot be cast as it is, and cast the rest
    #[arg(long, help_heading = "Manifests")]
    pub skip_refused: bool,

    /// What to print: the objects, their names, or the patch from source to result
    #[arg(short, long, value_name = "FORMAT", help_heading = "Output")]
    pub output: Option<Format>,
    /// Only show what would be done: client sends no write, server lets the server check it
    #[arg(long, value_name = "WHERE", default_value = "none", default_missing_value = "client", num_args = 0..=1,
          require_equals = true, help_heading = "Output")]
    pub dry_run: DryRun,
    /// Print each step, why it is taken and how to type it, and change nothing
    #[arg(long, help_heading = "Output", conflicts_with_all = ["filename", "output"])]
    pub explain: bool,
    /// Print this page
    #[arg(short, long, action = ArgAction::HelpShort, help_heading = "Output")]
    help: Option<bool>,
    /// Print the version
    #[arg(long, action = ArgAction::Version, help_heading = "Output")]
    version: Option<bool>,
    /// Print nothing but results
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,

    /// Which cluster, as whom, and how.
    #[command(flatten)]
    pub connection: ConnectionArgs,

    /// What there is besides.
    #[command(subcommand)]
    pub besides: Option<Besides>,
}

impl Args {
    /// Reads the command line.
    ///
    /// # Errors
    /// If it is no command.
    pub fn read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        if args.adopt && !args.wait {
            let message = "--adopt cannot be used with --wait=false: pods that are handed over are never left half-way";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        Ok(args)
    }

    /// What the user asks of the result.
    #[must_use]
    pub fn wishes(&self) -> Wishes {
        let everything = self.every_node.then(Toleration::of_everything);
        Wishes {
            name: self.name.clone(),
            node_selector: self.node_selector.clone(),
            tolerations: self.toleration.iter().cloned().chain(everything).collect(),
            keep_namespace: self.connection.namespace.is_some(),
            remember: self.filename.is_empty() && self.dry_run != DryRun::Client,
        }
    }

    /// The flags that ask for the same result again.
    #[must_use]
    pub fn wish_words(&self) -> Vec<String> {
        let name = self.name.iter().flat_map(|name| ["--name".to_owned(), name.clone()]);
        let nodes = self.node_selector.iter().map(|(key, value)| format!("--node-selector={key}={value}"));
        let tolerations = self.toleration.iter().map(|toleration| format!("--toleration={toleration}"));
        let every = self.every_node.then(|| "--every-node".to_owned());
        name.chain(nodes).chain(tolerations).chain(every).collect()
    }
}

/// What the words of a command line name, for the shell that completes it.
pub fn named(line: &Line<'_>) -> Named {
    let (kinds, default): (&'static [Kind], _) =
        if line.has("undo") { (&[Kind::DaemonSet], Kind::DaemonSet) } else { (&SOURCES, Kind::Deployment) };
    Named { kinds, default: Some(default), selected: None, edits: false }
}

fn name(text: &str) -> Result<String, SyntaxError> {
    check_name(text).map(|()| text.to_owned())
}

fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    check_key(key).and_then(|()| check_value(value)).map_err(|error| error.to_string())?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn usage_and_examples_begin_with_kubectl() {
        let help = Args::command().render_help().to_string();
        assert!(help.contains("Usage:\n  kubectl ds-cast (NAME"), "{help}");
        assert!(help.find("Examples:") < help.find("Usage:"), "{help}");
    }

    #[test]
    fn flags_are_given_as_to_kubectl() {
        let parse = |line: &str| Args::try_parse_from(line.split(' '));
        assert_eq!(parse("x rng --dry-run").unwrap().dry_run, DryRun::Client);
        assert_eq!(parse("x rng --dry-run=server").unwrap().dry_run, DryRun::Server);
        assert!(!parse("x rng --wait=false").unwrap().wait);
        assert!(parse("x rng -f a.yml").is_err());
        assert!(parse("x --all -l a=b").is_err());
        assert!(parse("x rng --name Rng").is_err());
        assert!(parse("x rng --node-selector a").is_err());
    }
    #[test]
    fn a_word_is_a_command_only_where_it_comes_first() {
        let parse = |line: &str| Args::try_parse_from(line.split(' ')).unwrap();
        assert!(parse("x version -o json").besides.is_some());
        for line in ["x deploy/version", "x deploy version", "x rng version", "x --undo version", "x -n web version"] {
            let args = parse(line);
            assert!(args.besides.is_none(), "{line}");
            assert!(args.targets.last().unwrap().ends_with("version"), "{line}");
        }
    }
}
