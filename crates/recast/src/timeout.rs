//! A span of time as kubectl's flags take it: `90s`, `5m`, `1h30m`; `0` for none.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// How long to wait; `None` is for ever.
///
/// ```
/// use recast::timeout::Timeout;
/// use std::time::Duration;
///
/// assert_eq!("1h30m".parse(), Ok(Timeout(Some(Duration::from_secs(5400)))));
/// assert_eq!("0".parse(), Ok(Timeout(None)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout(pub Option<Duration>);

/// The text is no span of time.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("\"{0}\" is not a length of time: write 90s, 5m or 1h30m, or 0 for none")]
pub struct TimeoutError(String);

impl FromStr for Timeout {
    type Err = TimeoutError;

    /// A bare number counts seconds, as in kubectl.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || TimeoutError(text.to_owned());
        if let Ok(seconds) = text.parse::<u32>() {
            return Ok(Self((seconds > 0).then(|| Duration::from_secs(seconds.into()))));
        }
        let span: jiff::SignedDuration = text.parse().map_err(|_| error())?;
        let span = Duration::try_from(span).map_err(|_| error())?;
        Ok(Self((!span.is_zero()).then_some(span)))
    }
}

impl fmt::Display for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.and_then(|span| jiff::SignedDuration::try_from(span).ok()) {
            Some(span) => write!(f, "{span:#}").map(|()| ()),
            None => f.write_str("0"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_are_read_as_kubectl_reads_them() {
        for (text, seconds) in [("90s", 90), ("5m", 300), ("1h30m", 5400), ("7", 7), ("10m0s", 600)] {
            assert_eq!(text.parse(), Ok(Timeout(Some(Duration::from_secs(seconds)))), "{text}");
        }
        for text in ["0", "0s"] {
            assert_eq!(text.parse(), Ok(Timeout(None)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_an_error() {
        for text in ["", "-5s", "soon", "5x"] {
            assert!(text.parse::<Timeout>().is_err(), "{text}");
        }
    }
}
