//! The time that the server puts before each line: read fast, compared as an instant.

use std::time::Duration;

use jiff::Timestamp;

/// An instant, in nanoseconds since 1970. What it was written as, `Z` or `+02:00`, makes no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub i64);

const SECOND: i64 = 1_000_000_000;

/// As far as the minute: `2026-11-22T15:00:`. Consecutive lines mostly share it.
const MINUTE: usize = 17;

impl Stamp {
    /// The whole second at or before it, less so many.
    #[must_use]
    pub const fn second_before(self, seconds: i64) -> Self {
        Self((self.0.div_euclid(SECOND) - seconds) * SECOND)
    }

    /// This much earlier.
    #[must_use]
    pub fn less(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// How much later this is than the other; nothing if it is earlier.
    #[must_use]
    pub fn since(self, other: Self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(other.0)).unwrap_or(0))
    }

    /// Now, by the clock of this machine.
    #[must_use]
    pub fn now() -> Self {
        Self::of(Timestamp::now())
    }

    /// The instant.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(i64::try_from(time.as_nanosecond()).unwrap_or(i64::MAX))
    }

    /// As the server takes it in a query: whole seconds, in UTC, which needs no escapes.
    #[must_use]
    pub fn to_query(self) -> String {
        Timestamp::from_second(self.0.div_euclid(SECOND)).map_or_else(|_| String::new(), |time| time.to_string())
    }
}

/// Reads the stamps of one stream; it remembers the minute that the last one was in.
#[derive(Clone, Debug, Default)]
pub struct StampReader {
    minute: [u8; MINUTE],
    begins: i64,
}

impl StampReader {
    /// The stamp that the line begins with, and how many bytes it takes with the blank behind it.
    pub fn read(&mut self, line: &[u8]) -> Option<(Stamp, usize)> {
        let minute = line.first_chunk::<MINUTE>()?;
        if *minute != self.minute {
            self.begins = minute_of(minute)?;
            self.minute = *minute;
        }
        let mut place = MINUTE + 2;
        let mut nanos = number(line.get(MINUTE..place)?)? * SECOND;
        if line.get(place) == Some(&b'.') {
            let (fraction, digits) = fraction(&line[place + 1..])?;
            nanos += fraction;
            place += 1 + digits;
        }
        let (offset, length) = offset(&line[place..])?;
        place += length;
        let blank = match line.get(place) {
            Some(b' ') => 1,
            None => 0,
            Some(_) => return None,
        };
        Some((Stamp(self.begins + nanos - offset), place + blank))
    }
}

/// When the minute begins, as if it were in UTC.
fn minute_of(text: &[u8; MINUTE]) -> Option<i64> {
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(place, byte)| text[*place] != *byte) {
        return None;
    }
    let part = |from: usize, to: usize| number(&text[from..to]);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute) = (part(11, 13)?, part(14, 16)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    Some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 * SECOND)
}

/// Days since 1970 (<https://howardhinnant.github.io/date_algorithms.html#days_from_civil>).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The nanoseconds behind the point, and how many digits say so: nine of them, as a rule.
fn fraction(text: &[u8]) -> Option<(i64, usize)> {
    if let Some((digits, [ninth, behind, ..])) = text.split_first_chunk::<8>()
        && !behind.is_ascii_digit()
        && let Some(most) = eight(*digits)
        && ninth.is_ascii_digit()
    {
        return Some((most * 10 + i64::from(ninth - b'0'), 9));
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    Some((number(&text[..digits])? * 10_i64.pow(u32::try_from(9 - digits).ok()?), digits))
}

/// Eight digits at once: neighbours become pairs, pairs become fours (<http://0x80.pl/articles/simd-parsing-int-sequences.html>).
fn eight(digits: [u8; 8]) -> Option<i64> {
    let text = u64::from_le_bytes(digits);
    let each = text.wrapping_sub(0x3030_3030_3030_3030);
    // Whatever is below a zero or above a nine has its highest bit set in one of the two.
    if (each | text.wrapping_add(0x4646_4646_4646_4646)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = (each.wrapping_mul(10) + (each >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    i64::try_from((fours.wrapping_mul(10_000) + (fours >> 32)) & 0xffff_ffff).ok()
}

/// `Z`, `+02:00`: how far ahead of UTC, and how long the text is.
fn offset(text: &[u8]) -> Option<(i64, usize)> {
    let sign = match text.first()? {
        b'Z' => return Some((0, 1)),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let minutes = number(text.get(1..3)?)? * 60 + number(text.get(4..6)?)?;
    (text[3] == b':').then_some((sign * minutes * 60 * SECOND, 6))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, &str)> {
        let (stamp, length) = StampReader::default().read(line.as_bytes())?;
        Some((Timestamp::from_nanosecond(stamp.0.into()).unwrap().to_string(), &line[length..]))
    }

    #[test]
    fn a_line_begins_with_its_time_in_whatever_offset() {
        for (line, time, rest) in [
            ("2026-11-22T15:00:01.500000001Z text", "2026-11-22T15:00:01.500000001Z", "text"),
            ("2026-11-22T17:00:01.500000000+02:00 text", "2026-11-22T15:00:01.5Z", "text"),
            ("2026-11-22T10:30:01-04:30 text", "2026-11-22T15:00:01Z", "text"),
            ("2024-02-29T23:59:59.999999999Z  two blanks", "2024-02-29T23:59:59.999999999Z", " two blanks"),
            ("1970-01-01T00:00:00Z ", "1970-01-01T00:00:00Z", ""),
            ("2000-03-01T00:00:00.1Z", "2000-03-01T00:00:00.1Z", ""),
            ("2000-03-01T00:00:00.98765432Z", "2000-03-01T00:00:00.98765432Z", ""),
            ("2000-03-01T00:00:00.987654321+00:00 x", "2000-03-01T00:00:00.987654321Z", "x"),
        ] {
            assert_eq!(read(line), Some((time.to_owned(), rest)), "{line}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for line in [
            "",
            "2026-11-2",
            "2026-11-22T15:00:01.500000001",
            "2026-11-22T15:00:01.Z text",
            "2026-11-22T15:00:01.1234567890Z text",
            "2026-11-22T15:00:01.1234567/9Z text",
            "2026-11-22T15:00:01.1234567:9Z text",
            "2026-11-22T15:00:01.12345678:Z text",
            "2026-11-22T15:00:01.1234\u{e4}678Z text",
            "2026-13-22T15:00:01Z text",
            "2026-11-22 15:00:01Z text",
            "2026-11-22T15:00:01Ztext",
            "2026-11-22T15:00:01+0200 text",
            "unexpected stream type \"\"",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn the_minute_of_the_line_before_is_not_taken_for_another() {
        let mut reader = StampReader::default();
        let mut read = |line: &str| reader.read(line.as_bytes()).unwrap().0;
        let (one, two) = (read("2026-11-22T15:00:59Z a"), read("2026-11-22T15:01:00Z b"));
        assert_eq!(two.since(one), Duration::from_secs(1));
        assert_eq!(read("2026-11-22T15:00:59Z a"), one);
    }

    #[test]
    fn a_query_has_whole_seconds() {
        let (stamp, _) = StampReader::default().read(b"2026-11-22T15:00:01.9Z x").unwrap();
        assert_eq!(stamp.second_before(1).to_query(), "2026-11-22T15:00:00Z");
    }
}
