//! The lines of the logs: made while they are sent, which takes less memory than to keep them and hardly more time.

/// How long a line is without its time, the newline included.
pub const LENGTH: usize = 99;

const TEXT: &[u8; LENGTH] =
    b"10.244.3.17 \"GET /api/v1/items/00000000?page=2&per_page=50 HTTP/1.1\" 200 5316 \"loadgen/1.4\" 0.01 s\n";

/// Where the number stands in the text.
const NUMBER: std::ops::Range<usize> = 31..39;

const TIME: &[u8; 31] = b"2026-11-22T15:00:00.000000000Z ";

/// Where the minutes, the seconds and what follows them stand in the time.
const MINUTES: std::ops::Range<usize> = 14..16;
const SECONDS: std::ops::Range<usize> = 17..19;
const NANOS: std::ops::Range<usize> = 20..29;

/// A line of the pod with this number. The pods write in turns: all have a line in each millisecond, so that in the order
/// of time hardly a line is of the same pod as the one before it.
pub fn write(pod: usize, line: usize, times: bool, out: &mut Vec<u8>) {
    if times {
        let mut time = *TIME;
        digits(&mut time[MINUTES], line / 60_000);
        digits(&mut time[SECONDS], line / 1000 % 60);
        digits(&mut time[NANOS], line % 1000 * 1_000_000 + pod * 1000);
        out.extend_from_slice(&time);
    }
    let mut text = *TEXT;
    digits(&mut text[NUMBER], line);
    out.extend_from_slice(&text);
}

fn digits(place: &mut [u8], mut number: usize) {
    for digit in place.iter_mut().rev() {
        *digit = b"0123456789"[number % 10];
        number /= 10;
    }
}
