//! Where two values differ, in lines that a person can read and that show no secret.

use serde_json::Value;

/// The lines `spec.replicas: 1 -> 2`, for every place where the values differ.
#[must_use]
pub fn differences(path: &str, left: &Value, right: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    collect(path, left, right, &mut lines);
    lines
}

fn collect(path: &str, left: &Value, right: &Value, lines: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(l), Value::Object(r)) => {
            let keys: std::collections::BTreeSet<_> = l.keys().chain(r.keys()).collect();
            for key in keys {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(&inner, &left[key.as_str()], &right[key.as_str()], lines);
            }
        }
        (Value::Array(l), Value::Array(r)) if l.len() == r.len() => {
            for (position, (left, right)) in l.iter().zip(r).enumerate() {
                collect(&format!("{path}[{position}]"), left, right, lines);
            }
        }
        _ if left == right => {}
        // An environment variable may hold a password.
        _ if path.contains(".env[") && last(path) == "value" => lines.push(format!("{path}: (changed)")),
        _ => lines.push(format!("{path}: {} -> {}", brief(path, left), brief(path, right))),
    }
}

/// A value in a line of text: a string without quotes, and with nothing in it that a terminal would obey.
#[must_use]
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.escape_debug().to_string())
}

/// A number of things: `1 pod`, `2 pods`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The last field of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Longer values are cut: the line is to be read, not parsed.
const LONGEST: usize = 80;

fn brief(path: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => return "(none)".to_owned(),
        Value::String(_) => plain(value),
        Value::Array(list) if last(path) == "env" => return count(list.len(), "entry", "entries"),
        // Whatever contains a list of variables.
        other if other.to_string().contains("\"env\"") => return "(not shown)".to_owned(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_place_has_its_line() {
        let left = json!({"a": {"b": 1, "c": [1, 2]}, "d": "x"});
        let right = json!({"a": {"b": 2, "c": [1, 3]}, "e": null});
        assert_eq!(differences("", &left, &right), ["a.b: 1 -> 2", "a.c[1]: 2 -> 3", "d: x -> (none)"]);
    }

    #[test]
    fn the_value_of_a_variable_is_not_shown() {
        let env = |value: &str| json!({"containers": [{"env": [{"name": "PASSWORD", "value": value}]}]});
        assert_eq!(differences("spec", &env("a"), &env("b")), ["spec.containers[0].env[0].value: (changed)"]);
        let more = json!({"containers": [{"env": [{"name": "A", "value": "s"}, {"name": "B", "value": "t"}]}]});
        assert_eq!(differences("spec", &env("a"), &more), ["spec.containers[0].env: 1 entry -> 2 entries"]);
        let two = json!({"containers": [env("a")["containers"][0], {}]});
        assert_eq!(differences("spec", &env("a"), &two), ["spec.containers: (not shown) -> (not shown)"]);
        let none = json!({"containers": [{}]});
        assert_eq!(differences("spec", &env("a"), &none), ["spec.containers[0].env: 1 entry -> (none)"]);
    }
}
