//! What the server is asked for.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;

use crate::stamp::Stamp;

/// Which of a container's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    /// Both
    All,
    /// Only what it writes to stdout
    Stdout,
    /// Only what it writes to stderr
    Stderr,
}

/// From where on a log is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beginning {
    /// Only so many of the last lines.
    pub tail: Option<u64>,
    /// Only what is not older than this.
    pub age: Option<Duration>,
    /// Only what is not older than this instant.
    pub since: Option<Stamp>,
}

impl Beginning {
    /// From an instant on.
    #[must_use]
    pub const fn at(since: Stamp) -> Self {
        Self { tail: None, age: None, since: Some(since) }
    }

    /// What is to be asked for when nothing was seen until now: it was to be read a while ago, and the server may have
    /// answered a while ago. All is told in spans, so that of the clocks only the one counts that stamps the lines.
    #[must_use]
    pub fn later(self, wanted: Duration, begun: Option<Duration>) -> Self {
        let age = self.age.map(|age| age + rounded_up(wanted));
        // Where only the last lines were asked for, and there were none, all that was written since is.
        let fresh = match (self.tail, begun) {
            (Some(0), _) => rounded_up(wanted) + MARGIN,
            (Some(_), Some(begun)) if begun > QUIET => rounded_up(begun) + QUIET,
            _ => return Self { age, ..self },
        };
        Self { tail: None, age: Some(age.map_or(fresh, |age| age.min(fresh))), since: None }
    }
}

/// For how long an answer must bring nothing to have had nothing to bring.
const QUIET: Duration = Duration::from_secs(2);

/// How long a question may be on its way.
const MARGIN: Duration = Duration::from_secs(1);

/// The server takes whole seconds. What has hardly passed has not.
fn rounded_up(span: Duration) -> Duration {
    if span.as_millis() < 500 { Duration::ZERO } else { Duration::from_secs(span.as_secs() + 1) }
}

/// The log of a container, as its path and query.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// Of the pod.
    pub namespace: &'a str,
    /// Of the pod.
    pub pod: &'a str,
    /// Its name.
    pub container: &'a str,
    /// Whether what is written later is wanted too.
    pub follow: bool,
    /// Whether it is the log of the life before.
    pub previous: bool,
    /// From where on.
    pub beginning: Beginning,
    /// Which of its streams, if the server is to choose.
    pub stream: Option<Stream>,
    /// Whether the API server may talk to a kubelet whose certificate it does not know.
    pub insecure: bool,
}

impl fmt::Display for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, pod, container, .. } = self;
        write!(f, "/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&timestamps=true")?;
        if self.follow {
            f.write_str("&follow=true")?;
        }
        if self.previous {
            f.write_str("&previous=true")?;
        }
        if let Some(tail) = self.beginning.tail {
            write!(f, "&tailLines={tail}")?;
        }
        if let Some(since) = self.beginning.since {
            write!(f, "&sinceTime={}", since.to_query())?;
        } else if let Some(age) = self.beginning.age {
            // The server takes whole seconds, and none that is less than one.
            write!(f, "&sinceSeconds={}", (age.as_millis() + 500).div_euclid(1000).max(1))?;
        }
        if let Some(stream) = self.stream {
            write!(f, "&stream={stream:?}")?;
        }
        if self.insecure {
            f.write_str("&insecureSkipTLSVerifyBackend=true")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_since_the_start_stays_wanted_however_late_it_is_asked_for() {
        let seconds = Duration::from_secs;
        let tail = |tail| Beginning { tail: Some(tail), ..Beginning::default() };
        let age = |age| Beginning { age: Some(seconds(age)), ..Beginning::default() };
        let both = |tail, of| Beginning { tail: Some(tail), ..age(of) };
        let moment = Duration::from_millis(100);
        for (asked, wanted, begun, then) in [
            (Beginning::default(), seconds(60), Some(seconds(60)), Beginning::default()),
            (age(5), moment, None, age(5)),
            (age(5), Duration::from_millis(19_400), Some(moment), age(25)),
            (Beginning::at(Stamp(5)), seconds(60), Some(seconds(60)), Beginning::at(Stamp(5))),
            (tail(0), moment, Some(moment), age(1)),
            (tail(0), Duration::from_millis(700), None, age(2)),
            (tail(3), seconds(60), None, tail(3)),
            // It may have been cut before the last lines came.
            (tail(3), seconds(60), Some(seconds(1)), tail(3)),
            (tail(3), seconds(60), Some(seconds(9)), age(12)),
            (both(0, 5), seconds(9), Some(seconds(9)), age(11)),
            (both(3, 1), seconds(9), Some(seconds(9)), age(11)),
            (both(3, 60), seconds(9), Some(seconds(1)), both(3, 70)),
        ] {
            assert_eq!(asked.later(wanted, begun), then, "{asked:?} {wanted:?} {begun:?}");
        }
    }

    #[test]
    fn a_query_says_what_is_wanted() {
        let plain = Query {
            namespace: "web",
            pod: "rng-1",
            container: "main",
            follow: false,
            previous: false,
            beginning: Beginning::default(),
            stream: None,
            insecure: false,
        };
        let path = "/api/v1/namespaces/web/pods/rng-1/log?container=main&timestamps=true";
        assert_eq!(plain.to_string(), path);
        let more = Query {
            follow: true,
            previous: true,
            beginning: Beginning { tail: Some(3), age: Some(Duration::from_millis(1500)), since: None },
            stream: Some(Stream::Stderr),
            insecure: true,
            ..plain.clone()
        };
        let words =
            "follow=true&previous=true&tailLines=3&sinceSeconds=2&stream=Stderr&insecureSkipTLSVerifyBackend=true";
        assert_eq!(more.to_string(), format!("{path}&{words}"));
        let since = Query { beginning: Beginning::at(Stamp(1_500_000_000)), ..plain };
        assert_eq!(since.to_string(), format!("{path}&sinceTime=1970-01-01T00:00:01Z"));
    }
}
