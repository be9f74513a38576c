//! The command line.

use std::time::Duration;

use clap::{ArgAction, ArgGroup, Parser, ValueEnum};
use jiff::Timestamp;
use recast::besides::Besides;
use recast::completion::{Line, Named};
use recast::connection::ConnectionArgs;
use recast::kind::Kind;
use recast::timeout::{Timeout, TimeoutError};
use recast::usage;

use crate::merge::Order;
use crate::query::{Beginning, Stream};
use crate::stamp::Stamp;

const EXAMPLES: &str = "\
Examples:
  # Every pod behind a service, as they come and go; what does not serve is marked
  kubectl logs-selector svc/rng -f

  # A wider selector than the service's, marked who is in and who is out
  kubectl logs-selector -l app=rng --service svc/rng --show-membership -f

  # The last line of each pod
  kubectl logs-selector -l run=rng --tail 1

  # A deployment and a stateful set in one order, the last ten minutes, without probes
  kubectl logs-selector deploy/web sts/db --since 10m -e kube-probe

  # What the containers wrote before they were restarted, one pod after the other
  kubectl logs-selector ds/agent -p --order pod

  # Who gets traffic now, who left and still does, and who should and does not
  kubectl logs-selector -l app=rng --service svc/rng --traffic

  # In a script: every endpoint is used within half a minute, and nobody else is
  kubectl logs-selector -l app=rng --service svc/rng --expect-traffic 30s --expect-silence 30s";

const USAGE: &str = "\
kubectl logs-selector TARGET... [flags]
  kubectl logs-selector -l SELECTOR [--service NAME] [-A] [flags]
  kubectl logs-selector COMMAND

  TARGET is TYPE/NAME, or NAME alone: that of a service, else of a workload or a pod.
  TYPE is svc, deploy, ds, sts, rs, job, cronjob or pod.";

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    refused, a log could not be read, or what was expected did not come true; which one is said
  130  interrupted";

/// What says which old lines are shown, and how lines look: there are none where they are counted.
const NOT_COUNTED: [&str; 15] = [
    "no_follow",
    "previous",
    "tail",
    "since",
    "since_time",
    "limit_bytes",
    "order",
    "window",
    "max_log_requests",
    "timestamps",
    "prefix",
    "show_membership",
    "highlight",
    "only_log_lines",
    "raw_control",
];

/// What is printed of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The line as it is, nothing before it
    Raw,
    /// The pod before the line, and what the service thinks of it
    #[default]
    Default,
    /// An object a line
    Json,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Anyway
    Always,
    /// Never
    Never,
}

/// The logs of every pod that a selector reaches, and who of them really serves.
#[derive(Clone, Debug, Parser)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(
    bin_name = "kubectl logs-selector",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    about = "The logs of every pod that a selector reaches, and who of them really serves.",
    before_help = EXAMPLES,
    after_help = EXIT_CODES,
    help_template = usage::TEMPLATE,
    override_usage = USAGE,
    group = ArgGroup::new("counting")
        .args(["traffic", "expect_traffic", "expect_silence"])
        .multiple(true)
        .conflicts_with_all(NOT_COUNTED)
)]
pub struct Args {
    /// Whose logs
    #[arg(value_name = "TARGET", hide = true)]
    pub targets: Vec<String>,
    /// All pods that match this label selector
    #[arg(short = 'l', long, value_name = "SELECTOR", help_heading = "Pods")]
    pub selector: Option<String>,
    /// Say what this service thinks of each pod
    #[arg(long, value_name = "NAME", help_heading = "Pods")]
    pub service: Option<String>,
    /// Pods of all namespaces; with -l
    #[arg(short = 'A', long, help_heading = "Pods", requires = "selector", conflicts_with_all = ["namespace", "targets"])]
    pub all_namespaces: bool,
    /// Only pods that match this field selector, such as status.phase=Running
    #[arg(long, value_name = "SELECTOR", help_heading = "Pods")]
    pub field_selector: Option<String>,
    /// Only pods on this node
    #[arg(long, value_name = "NAME", help_heading = "Pods")]
    pub node: Option<String>,
    /// Not the pods whose name matches this regular expression; may be repeated
    #[arg(long, value_name = "REGEX", help_heading = "Pods")]
    pub exclude_pod: Vec<String>,
    /// Only this container; may be repeated
    #[arg(short, long, value_name = "NAME", help_heading = "Pods", conflicts_with = "all_containers")]
    pub container: Vec<String>,
    /// All containers, init and ephemeral ones too
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", action = ArgAction::Set, help_heading = "Pods")]
    pub all_containers: bool,
    /// Not the containers whose name matches this regular expression; may be repeated
    #[arg(long, value_name = "REGEX", help_heading = "Pods")]
    pub exclude_container: Vec<String>,
    /// Wait so long for a first pod to run, if none does; not with -f, which waits for ever
    #[arg(long, value_name = "TIME", default_value = "20s", help_heading = "Pods")]
    pub pod_running_timeout: Timeout,

    /// Go on with what is written from now on, and with pods and containers as they come
    #[arg(short, long, help_heading = "Lines", overrides_with = "no_follow")]
    pub follow: bool,
    /// Do not follow: the default
    #[arg(long, help_heading = "Lines", overrides_with = "follow")]
    no_follow: bool,
    /// What the containers wrote before they were restarted
    #[arg(short, long, help_heading = "Lines", conflicts_with = "follow")]
    pub previous: bool,
    /// Only so many of the last lines of each container; -1 for all
    #[arg(long, value_name = "N", default_value_t = -1, allow_hyphen_values = true, help_heading = "Lines")]
    pub tail: i64,
    /// Only lines that are not older than this, such as 5s, 2m or 3h
    #[arg(long, value_name = "TIME", default_value = "0", help_heading = "Lines", conflicts_with = "since_time")]
    pub since: Timeout,
    /// Only lines that are not older than this time (RFC 3339)
    #[arg(long, value_name = "TIME", help_heading = "Lines")]
    pub since_time: Option<Timestamp>,
    /// Only so many bytes of each container; 0 for all
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Lines")]
    pub limit_bytes: u64,
    /// Which stream of a container, if the server can tell them apart
    #[arg(long, value_name = "STREAM", ignore_case = true, help_heading = "Lines")]
    pub stream: Option<Stream>,
    /// Only lines that match this regular expression; may be repeated, any will do
    #[arg(short, long, value_name = "REGEX", help_heading = "Lines")]
    pub include: Vec<String>,
    /// Not the lines that match this regular expression; may be repeated
    #[arg(short, long, value_name = "REGEX", help_heading = "Lines")]
    pub exclude: Vec<String>,
    /// Ignore case in all regular expressions
    #[arg(short = 'I', long, help_heading = "Lines")]
    pub ignore_case: bool,
    /// What a line has beyond this many bytes is left out, and counted
    #[arg(long, value_name = "N", default_value_t = 1024 * 1024, value_parser = clap::value_parser!(u32).range(1024..=1 << 30),
          help_heading = "Lines")]
    pub max_line: u32,

    /// In which order the lines of several containers are shown; with -f not pod
    #[arg(long, value_name = "ORDER", default_value = "time", help_heading = "Order")]
    pub order: Order,
    /// With -f, how long a line waits for earlier ones of other pods
    #[arg(long, value_name = "TIME", default_value = "200ms", help_heading = "Order")]
    pub window: Timeout,
    /// Read so many logs at once; with -f of those that serve first. 0 for no limit
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Order")]
    pub max_log_requests: usize,

    /// Count the lines of each pod as they arrive, instead of printing them: who gets traffic, and who should
    #[arg(long, help_heading = "Traffic")]
    pub traffic: bool,
    /// With --traffic, end after this time, not only when interrupted
    #[arg(long, value_name = "TIME", value_parser = span, requires = "traffic",
          conflicts_with_all = ["expect_traffic", "expect_silence"], help_heading = "Traffic")]
    pub duration: Option<Duration>,
    /// Count, and end with 0 as soon as every pod that serves has got a line; with 1 if one has not after this time
    #[arg(long, value_name = "TIME", value_parser = span, help_heading = "Traffic")]
    pub expect_traffic: Option<Duration>,
    /// Count, and end with 0 if no pod that does not serve has got a line in this time; else with 1
    #[arg(long, value_name = "TIME", value_parser = span, help_heading = "Traffic")]
    pub expect_silence: Option<Duration>,

    /// What to print of a line
    #[arg(short, long, value_name = "FORMAT", default_value = "default", help_heading = "Output")]
    pub output: Format,
    /// Print the time of each line
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", action = ArgAction::Set, help_heading = "Output")]
    pub timestamps: bool,
    /// Put [pod/NAME/CONTAINER] before each line, as kubectl does; --prefix=false puts nothing there
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          action = ArgAction::Set, help_heading = "Output")]
    pub prefix: Option<bool>,
    /// Say on each line what the service thinks of its pod, not only where it does not serve
    #[arg(long, help_heading = "Output")]
    pub show_membership: bool,
    /// Mark what matches this regular expression; may be repeated
    #[arg(short = 'H', long, value_name = "REGEX", help_heading = "Output")]
    pub highlight: Vec<String>,
    /// Whether to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: Color,
    /// Print no line that is not of a log: who comes, who goes, where lines may be missing
    #[arg(long, help_heading = "Output")]
    pub only_log_lines: bool,
    /// Let the control characters of logs through to the terminal
    #[arg(long, help_heading = "Output")]
    pub raw_control: bool,
    /// Say only what has failed
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// End with 0 even if a log could not be read
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", action = ArgAction::Set, help_heading = "Output")]
    pub ignore_errors: bool,
    /// Let the API server talk to kubelets whose certificates it does not know (insecure)
    #[arg(long, help_heading = "Output")]
    pub insecure_skip_tls_verify_backend: bool,
    /// Print this page
    #[arg(short, long, action = ArgAction::HelpShort, help_heading = "Output")]
    help: Option<bool>,
    /// Print the version
    #[arg(long, action = ArgAction::Version, help_heading = "Output")]
    version: Option<bool>,

    /// Which cluster, as whom, and how.
    #[command(flatten)]
    pub connection: ConnectionArgs,

    /// What there is besides.
    #[command(subcommand)]
    pub besides: Option<Besides>,
}

/// What the words of the command line name.
#[must_use]
pub fn named(_: &Line<'_>) -> Named {
    const KINDS: &[Kind] =
        &[Kind::Service, Kind::Deployment, Kind::DaemonSet, Kind::StatefulSet, Kind::ReplicaSet, Kind::Pod];
    Named { kinds: KINDS, default: Some(Kind::Service), selected: Some(Kind::Pod), edits: false }
}

impl Args {
    /// From where on logs are read that are there at the start.
    #[must_use]
    pub fn beginning(&self) -> Beginning {
        if self.counts() {
            // Only what comes from now on.
            return Beginning { tail: Some(0), ..Beginning::default() };
        }
        let since = self.since_time.map(Stamp::of);
        Beginning { tail: u64::try_from(self.tail).ok(), age: self.since.0, since }
    }

    /// How long a line waits for earlier ones; `None` if all that there is will come.
    #[must_use]
    pub fn window(&self) -> Option<Duration> {
        self.follows().then(|| self.window.0.unwrap_or_default())
    }

    /// Whether lines are counted, and not printed.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.traffic || self.expect_traffic.is_some() || self.expect_silence.is_some()
    }

    /// Whether logs are followed: without that there would be nothing to count.
    #[must_use]
    pub const fn follows(&self) -> bool {
        self.follow || self.counts()
    }

    /// How many logs are read at once, if that is bounded.
    #[must_use]
    pub fn at_once(&self) -> Option<usize> {
        (self.max_log_requests > 0).then_some(self.max_log_requests)
    }
}

/// A length of time that is not nothing.
fn span(text: &str) -> Result<Duration, String> {
    let Timeout(span) = text.parse().map_err(|error: TimeoutError| error.to_string())?;
    span.ok_or_else(|| "it must be longer than nothing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(["x"].into_iter().chain(line.split_whitespace()))
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn usage_and_examples_begin_with_kubectl() {
        let help = Args::command().render_help().to_string();
        assert!(help.contains("Usage:\n  kubectl logs-selector TARGET"), "{help}");
        assert!(help.find("Examples:") < help.find("Usage:"), "{help}");
    }

    #[test]
    fn flags_are_given_as_to_kubectl() {
        let args = parse("svc/rng -f --tail -1 --since 5m --prefix --timestamps=false -c a -c b").unwrap();
        assert!(args.follow && !args.timestamps);
        assert_eq!((args.prefix, args.beginning().tail), (Some(true), None));
        assert_eq!(args.beginning().age, Some(Duration::from_mins(5)));
        assert_eq!(parse("p --prefix=false --tail=0").unwrap().beginning().tail, Some(0));
        assert!(!parse("p -f --no-follow").unwrap().follow, "the last one counts");
        assert_eq!(
            parse("p --since-time 2026-11-22T15:00:01+02:00").unwrap().since_time.map(|t| t.to_string()).as_deref(),
            Some("2026-11-22T13:00:01Z")
        );
    }

    #[test]
    fn what_counts_follows_from_now_on() {
        for line in
            ["p --traffic", "p --traffic -f", "p --expect-traffic 30s", "p --expect-silence 5m --expect-traffic 1s"]
        {
            let args = parse(line).unwrap();
            assert!(args.counts() && args.follows() && args.beginning().tail == Some(0), "{line}");
        }
        assert_eq!(parse("p --traffic --duration 90s").unwrap().duration, Some(Duration::from_secs(90)));
        assert!(parse("p -f -e kube -i GET --traffic -o json -q -c a --node n --max-line 2048").is_ok());
    }

    #[test]
    fn what_says_how_lines_look_makes_no_sense_where_they_are_counted() {
        for flag in [
            "-p",
            "--previous",
            "--no-follow",
            "--tail 3",
            "--since 1m",
            "--since-time 2026-11-22T15:00:01Z",
            "--limit-bytes 9",
            "--order time",
            "--window 1s",
            "--max-log-requests 3",
            "--timestamps",
            "--prefix",
            "--show-membership",
            "-H x",
            "--only-log-lines",
            "--raw-control",
        ] {
            for counting in ["--traffic", "--expect-traffic 1s", "--expect-silence 1s"] {
                let error = parse(&format!("p {counting} {flag}")).unwrap_err().to_string();
                assert!(error.contains("cannot be used with"), "{counting} {flag}: {error}");
            }
        }
        for line in [
            "p --duration 3s",
            "p --traffic --duration 0",
            "p --expect-traffic 0",
            "p --expect-silence soon",
            "p --traffic --duration 3s --expect-traffic 3s",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for line in [
            "p -p -f",
            "p -A",
            "-A",
            "-A -l a=b -n web",
            "p --since 1m --since-time 2026-11-22T15:00:01Z",
            "p -c a --all-containers",
            "p --max-line 1",
            "p --order never",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
