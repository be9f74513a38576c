//! The command line.

use clap::{ArgAction, Parser};
use recast::besides::Besides;
use recast::completion::{Line, Named};
use recast::connection::ConnectionArgs;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::label::{KINDS, LabelEdits, WordError, split};
use recast::output::{DryRun, Format};
use recast::resolve::Naming;
use recast::timeout::Timeout;
use recast::usage;

const EXAMPLES: &str = "\
Examples:
  # Label selector, template and pods of a daemon set, and select by it; no pod restarts
  kubectl relabel ds/rng svc/rng isactive=yes

  # The service alone, when its pods carry the label already
  kubectl relabel svc/rng isactive=yes

  # Template and pods, and leave the selector as it is: nothing is made anew
  kubectl relabel deploy/rng tier=back --keep-selector

  # Change a value, and take another label away
  kubectl relabel deploy/rng svc/rng tier=front isactive- --overwrite

  # See first what would be done, whom else it touches, and how it would be typed
  kubectl relabel ds/rng svc/rng isactive=yes --explain

  # The same in the manifests, so that git says what the cluster says. Needs no cluster
  kubectl relabel -f app.yml ds/rng svc/rng isactive=yes --in-place

  # What an interrupted run has left, and how to put the old state back
  kubectl relabel --unfinished -A
  kubectl relabel --abort ds/rng";

const USAGE: &str = "\
kubectl relabel TARGET... (KEY=VALUE | KEY-)... [flags]
  kubectl relabel -f FILE... [TARGET...] (KEY=VALUE | KEY-)... [flags]
  kubectl relabel (--list | --prune | --abort) TARGET... [flags]
  kubectl relabel --unfinished [-A] [flags]
  kubectl relabel COMMAND

  TARGET is TYPE/NAME, TYPE NAME..., TYPE -l SELECTOR or TYPE --all.
  TYPE is ds, deploy, sts, rs, svc, pod, pdb or netpol.";

/// Change the labels that count, with no pod restarted and no endpoint lost.
#[derive(Clone, Debug, Parser)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(
    bin_name = "kubectl relabel",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    about = "Change the labels that count, with no pod restarted and no endpoint lost.",
    before_help = EXAMPLES,
    after_help = usage::EXIT_CODES,
    help_template = usage::TEMPLATE,
    override_usage = USAGE
)]
pub struct Args {
    /// What to relabel, then KEY=VALUE to set a label and KEY- to take it away
    #[arg(value_name = "TARGET", hide = true)]
    words: Vec<String>,
    /// Relabel all of a TYPE that match this label selector
    #[arg(short = 'l', long, value_name = "SELECTOR", help_heading = "Targets", conflicts_with = "all")]
    pub selector: Option<String>,
    /// Relabel all of a TYPE in the namespace
    #[arg(long, help_heading = "Targets", conflicts_with = "filename")]
    pub all: bool,
    /// Relabel the objects of a manifest: FILE, folder, or - for stdin; may be repeated. Needs no cluster
    #[arg(short = 'f', long = "filename", value_name = "FILE", help_heading = "Targets", conflicts_with = "mode")]
    pub filename: Vec<String>,
    /// Go into the folders below the one given with -f
    #[arg(short = 'R', long, help_heading = "Targets", requires = "filename")]
    pub recursive: bool,

    /// Allow a label that has another value to be changed
    #[arg(long, help_heading = "Labels", conflicts_with = "mode")]
    pub overwrite: bool,
    /// Label only template and pods of a workload, and leave its selector as it is: nothing is made anew
    #[arg(long, help_heading = "Labels", conflicts_with = "mode")]
    pub keep_selector: bool,
    /// Relabel only if the object has still this resourceVersion; for a single target
    #[arg(long, value_name = "VERSION", help_heading = "Labels", conflicts_with_all = ["mode", "filename"])]
    pub resource_version: Option<String>,

    /// Take along the services that would be left without a ready pod
    #[arg(long, help_heading = "Safety", conflicts_with_all = ["mode", "filename"])]
    pub with_services: bool,
    /// Let a service select no ready pod
    #[arg(long, help_heading = "Safety", conflicts_with_all = ["mode", "filename"])]
    pub allow_empty: bool,
    /// Relabel what an operator, Argo CD or Flux looks after, and would make as it was
    #[arg(long, help_heading = "Safety", conflicts_with_all = ["mode", "filename"])]
    pub allow_managed: bool,
    /// Let pods fall out of network policies and disruption budgets that are no targets
    #[arg(long, help_heading = "Safety", conflicts_with_all = ["mode", "filename"])]
    pub allow_impact: bool,
    /// Show the plan, and ask before it is carried out
    #[arg(short, long, help_heading = "Safety", conflicts_with_all = ["mode", "filename", "dry_run", "explain"])]
    pub interactive: bool,

    /// Wait until the work is proved done; --wait=false does not look at the endpoints of a service afterwards
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", action = ArgAction::Set, help_heading = "Waiting")]
    pub wait: bool,
    /// How long to wait in all, such as 90s or 10m; 0 waits for ever
    #[arg(long, value_name = "TIME", default_value = "10m", help_heading = "Waiting")]
    pub timeout: Timeout,
    /// Wait for a rollout in progress to end, and do not refuse
    #[arg(long, help_heading = "Waiting", conflicts_with_all = ["mode", "filename"])]
    pub wait_rollout: bool,

    /// List the labels that count
    #[arg(long, help_heading = "Instead of relabelling", group = "mode")]
    pub list: bool,
    /// Delete what was left behind without owner: pods, replica sets, revisions
    #[arg(long, help_heading = "Instead of relabelling", group = "mode")]
    pub prune: bool,
    /// Do not ask before pruning
    #[arg(long, help_heading = "Instead of relabelling", requires = "prune")]
    pub yes: bool,
    /// Put back what an interrupted run has begun to change
    #[arg(long, help_heading = "Instead of relabelling", group = "mode")]
    pub abort: bool,
    /// List the runs that were interrupted
    #[arg(long, help_heading = "Instead of relabelling", group = "mode")]
    pub unfinished: bool,
    /// List those of all namespaces
    #[arg(
        short = 'A',
        long,
        help_heading = "Instead of relabelling",
        requires = "unfinished",
        conflicts_with = "namespace"
    )]
    pub all_namespaces: bool,

    /// Write the relabelled manifests back into their files
    #[arg(long, help_heading = "Manifests", requires = "filename", conflicts_with_all = ["output", "diff"])]
    pub in_place: bool,
    /// Show what would change in the files
    #[arg(long, help_heading = "Manifests", requires = "filename", conflicts_with = "output")]
    pub diff: bool,
    /// Leave what cannot be relabelled as it is, and relabel the rest
    #[arg(long, help_heading = "Manifests", requires = "filename")]
    pub skip_refused: bool,

    /// What to print: the objects, their names, or the patch that changes them
    #[arg(short, long, value_name = "FORMAT", help_heading = "Output",
          conflicts_with_all = ["list", "abort", "unfinished"])]
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

/// What the words of the command line ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Those that name objects.
    pub targets: Vec<String>,
    /// The label edits; none where the command does something else.
    pub edits: LabelEdits,
}

impl Args {
    /// The words, split into targets and edits.
    ///
    /// # Errors
    /// If there are none where the command needs some, or some where it takes none.
    pub fn words(&self) -> Result<Words, Failure> {
        let (targets, edits) = split(&self.words)?;
        if targets.is_empty() && self.filename.is_empty() && !self.unfinished {
            return Err(WordError::NoTarget.into());
        }
        match self.mode() {
            Some(mode) if self.unfinished && !targets.is_empty() => {
                Err(Failure::new(format!("{mode} lists all changes, and takes no target: {}", targets.join(" "))))
            }
            Some(mode) if !edits.is_empty() => Err(Failure::new(format!("{mode} edits no label: {edits}"))),
            None if edits.is_empty() => Err(WordError::NoEdit.into()),
            _ => Ok(Words { targets, edits }),
        }
    }

    /// The flags that ask for the same again.
    #[must_use]
    pub fn repeated(&self) -> Vec<String> {
        let flags = [
            (self.overwrite, "--overwrite"),
            (self.keep_selector, "--keep-selector"),
            (self.with_services, "--with-services"),
            (self.allow_empty, "--allow-empty"),
            (self.allow_managed, "--allow-managed"),
            (self.allow_impact, "--allow-impact"),
        ];
        flags.into_iter().filter(|(given, _)| *given).map(|(_, flag)| flag.to_owned()).collect()
    }

    /// How these targets are named.
    #[must_use]
    pub fn naming<'a>(&'a self, words: &'a [String]) -> Naming<'a> {
        Naming {
            words,
            selector: self.selector.as_deref(),
            all: self.all,
            kinds: &KINDS,
            default: None,
            usage: "kubectl relabel TYPE/NAME KEY=VALUE; --help shows more",
            refuse: |_, _| None,
        }
    }

    /// The flag that asks for something else than edits.
    fn mode(&self) -> Option<&'static str> {
        let modes = [
            (self.list, "--list"),
            (self.prune, "--prune"),
            (self.abort, "--abort"),
            (self.unfinished, "--unfinished"),
        ];
        modes.into_iter().find_map(|(given, flag)| given.then_some(flag))
    }
}

/// What the words of a command line name, for the shell that completes it.
pub fn named(line: &Line<'_>) -> Named {
    let kinds: &'static [Kind] = if line.has("unfinished") { &[] } else { &KINDS };
    let edits = !["list", "prune", "abort", "unfinished"].into_iter().any(|mode| line.has(mode));
    Named { kinds, default: None, selected: None, edits }
}

#[cfg(test)]
mod tests;
