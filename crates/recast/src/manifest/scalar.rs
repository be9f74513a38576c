//! What a YAML scalar means to kubectl.
//!
//! kubectl reads YAML with a fork of go-yaml v2, that is by YAML 1.1 with some liberties: `yes` is a boolean, `0400` is
//! octal, `1_000` is a number and `12:30` is a string. The rules here are those of [`resolve.go`], then those by which
//! sigs.k8s.io/yaml turns the result into JSON.
//!
//! [`resolve.go`]: https://github.com/yaml/go-yaml/blob/v2.4.0/resolve.go

use serde_json::Value;

use super::base64;

/// The prefix that `!!` stands for.
pub(crate) const CORE: &str = "tag:yaml.org,2002:";

/// What a scalar resolves to, before it becomes JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer that only an unsigned 64-bit number holds.
    Uint(u64),
    Float(f64),
    Text(String),
}

/// Why a scalar has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ScalarError {
    /// The text is not of the type that its tag names.
    NotA(String),
    /// `!!binary` with something that is not base64, or not text once decoded.
    Binary,
}

/// Resolves `text`: `tag` is its full tag if it has one, `plain` tells an unquoted scalar.
pub(crate) fn resolve(tag: Option<&str>, text: &str, plain: bool) -> Result<Scalar, ScalarError> {
    match tag {
        None if plain => Ok(by_look(text)),
        None => Ok(Scalar::Text(text.to_owned())),
        Some(tag) => by_tag(tag, text),
    }
}

fn by_tag(tag: &str, text: &str) -> Result<Scalar, ScalarError> {
    let as_text = || Scalar::Text(text.to_owned());
    let Some(name) = tag.strip_prefix(CORE) else {
        return Ok(as_text());
    };
    let seen = by_look(text);
    match (name, &seen) {
        ("null", Scalar::Null)
        | ("bool", Scalar::Bool(_))
        | ("int", Scalar::Int(_) | Scalar::Uint(_))
        | ("float", Scalar::Float(_)) => Ok(seen),
        #[expect(clippy::cast_precision_loss, reason = "the tag asks for a float")]
        ("float", Scalar::Int(number)) => Ok(Scalar::Float(*number as f64)),
        ("timestamp", Scalar::Text(_)) if is_timestamp(text) => Ok(seen),
        ("binary", _) => base64::decode(text)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(Scalar::Text)
            .ok_or(ScalarError::Binary),
        ("null" | "bool" | "float" | "int" | "timestamp", _) => Err(ScalarError::NotA(name.to_owned())),
        _ => Ok(as_text()),
    }
}

/// The type that an unquoted text has by its look.
fn by_look(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let number = match text.as_bytes()[0] {
        b'.' => fraction(text),
        b'0'..=b'9' | b'+' | b'-' => number(&text.replace('_', "")),
        _ => None,
    };
    number.unwrap_or_else(|| Scalar::Text(text.to_owned()))
}

fn number(text: &str) -> Option<Scalar> {
    integer(text).or_else(|| float(text)).or_else(|| odd_binary(text))
}

/// Go's `ParseInt(text, 0, 64)`, then its `ParseUint`.
fn integer(text: &str) -> Option<Scalar> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => ("", &text[1..]),
        b'-' => ("-", &text[1..]),
        _ => ("", text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{sign}{digits}"), base).ok().map(Scalar::Int);
    let unsigned = || u64::from_str_radix(digits, base).ok().map(Scalar::Uint);
    signed.or_else(|| if text.starts_with(['+', '-']) { None } else { unsigned() })
}

/// A decimal fraction by go-yaml's pattern; one too large for a float is no number.
fn float(text: &str) -> Option<Scalar> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    let value: f64 = text.parse().ok().filter(|_| well_formed)?;
    value.is_finite().then_some(Scalar::Float(value))
}

/// What begins with a dot goes to Go's `ParseFloat` as it is, which takes an underscore between two digits.
fn fraction(text: &str) -> Option<Scalar> {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let between_digits = |at: usize| at > 0 && digit(at - 1) && digit(at + 1);
    text.match_indices('_').all(|(at, _)| between_digits(at)).then(|| float(&text.replace('_', "")))?
}

/// go-yaml's second look at `0b`, which lets a sign follow the prefix.
fn odd_binary(text: &str) -> Option<Scalar> {
    let digits = text.strip_prefix("0b")?;
    i64::from_str_radix(digits, 2).ok().map(Scalar::Int)
}

/// `2006-1-2`, alone or with a time: to kubectl a string.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

impl Scalar {
    /// The JSON value; `None` for what JSON cannot say (infinities, not-a-number).
    pub(crate) fn into_json(self) -> Option<Value> {
        Some(match self {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Int(value) => Value::from(value),
            Scalar::Uint(value) => number_to_json(unsigned_as_float(value)),
            Scalar::Float(value) if value.is_finite() => number_to_json(value),
            Scalar::Float(_) => return None,
            Scalar::Text(value) => Value::String(value),
        })
    }

    /// The string that the scalar is as the key of a mapping; `None` for what sigs.k8s.io/yaml refuses as a key.
    pub(crate) fn into_key(self) -> Option<String> {
        match self {
            Scalar::Text(key) => Some(key),
            Scalar::Int(number) => Some(number.to_string()),
            Scalar::Bool(value) => Some(value.to_string()),
            Scalar::Float(number) => Some(float_key(number)),
            Scalar::Null | Scalar::Uint(_) => None,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "apimachinery keeps what no i64 holds as a float")]
fn unsigned_as_float(value: u64) -> f64 {
    value as f64
}

/// A float on its way through Go: `1.0` is written `1`, and is read again as an integer.
pub(crate) fn number_to_json(value: f64) -> Value {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2^63, exact in a float
    if value.fract() == 0.0 && (-LIMIT..LIMIT).contains(&value) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        return Value::from(value as i64);
    }
    Value::from(value)
}

/// Go's `FormatFloat(value, 'g', -1, 32)`, with YAML's words for what is no number.
fn float_key(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "sigs.k8s.io/yaml formats keys as 32-bit floats")]
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&power) {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", power.abs());
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{CORE, Scalar, resolve};

    fn read(text: &str) -> Option<Value> {
        resolve(None, text, true).unwrap().into_json()
    }

    /// Each line was compared with kubectl's own reader.
    #[test]
    fn an_unquoted_scalar_is_what_kubectl_takes_it_for() {
        let table = [
            ("y", json!(true)),
            ("On", json!(true)),
            ("NO", json!(false)),
            ("off", json!(false)),
            ("oN", json!("oN")),
            ("", json!(null)),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("nULL", json!("nULL")),
            ("0400", json!(256)),
            ("0o17", json!(15)),
            ("08", json!(8)),
            ("0x1F", json!(31)),
            ("0b101", json!(5)),
            ("0b-1", json!(-1)),
            ("-0x10", json!(-16)),
            ("1_000", json!(1000)),
            ("_1", json!("_1")),
            ("+1", json!(1)),
            ("-", json!("-")),
            ("1.0", json!(1)),
            ("1.10", json!(1.1)),
            ("1e3", json!(1000)),
            (".5", json!(0.5)),
            (".5_0", json!(0.5)),
            ("._5", json!("._5")),
            ("1e999", json!("1e999")),
            ("12:30", json!("12:30")),
            ("2001-01-01", json!("2001-01-01")),
            ("9223372036854775807", json!(9_223_372_036_854_775_807_i64)),
            ("9223372036854775808", json!(9_223_372_036_854_775_808_f64)),
            ("100m", json!("100m")),
            ("25%", json!("25%")),
            ("0x1p4", json!("0x1p4")),
        ];
        for (text, value) in table {
            assert_eq!(read(text), Some(value), "{text:?}");
        }
    }

    #[test]
    fn what_json_cannot_say_has_no_value() {
        for text in [".inf", "-.Inf", ".nan"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_tag_has_the_last_word() {
        let tagged = |tag: &str, text: &str| resolve(Some(&format!("{CORE}{tag}")), text, false);
        assert_eq!(tagged("str", "5"), Ok(Scalar::Text("5".to_owned())));
        assert_eq!(tagged("int", "5"), Ok(Scalar::Int(5)));
        assert_eq!(tagged("float", "5"), Ok(Scalar::Float(5.0)));
        assert_eq!(tagged("bool", "yes"), Ok(Scalar::Bool(true)));
        assert_eq!(tagged("binary", "aGVsbG8="), Ok(Scalar::Text("hello".to_owned())));
        assert!(tagged("int", "five").is_err());
        assert!(tagged("binary", "?").is_err());
    }

    #[test]
    fn a_key_is_a_string() {
        let table =
            [("on", "true"), ("0x10", "16"), ("1.5", "1.5"), ("1e10", "1e+10"), ("0.00001", "1e-05"), ("a", "a")];
        for (text, key) in table {
            assert_eq!(resolve(None, text, true).unwrap().into_key().as_deref(), Some(key), "{text}");
        }
        assert_eq!(resolve(None, "~", true).unwrap().into_key(), None);
    }
}
