//! What an edit changed, as `diff -u` shows it.

use similar::TextDiff;

/// A unified diff with three lines of context; empty if nothing differs.
#[must_use]
pub fn unified(old_name: &str, old: &str, new_name: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(old_name, new_name).to_string()
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn a_changed_line_is_shown_with_its_neighbours() {
        let diff = unified("a/rng.yml", "a: 1\nb: 2\nc: 3\n", "b/rng.yml", "a: 1\nb: 3\nc: 3\n");
        let expected = "--- a/rng.yml\n+++ b/rng.yml\n@@ -1,3 +1,3 @@\n a: 1\n-b: 2\n+b: 3\n c: 3\n";
        assert_eq!(diff, expected);
    }

    #[test]
    fn a_missing_final_newline_is_said() {
        assert!(unified("a", "a: 1", "b", "a: 2").contains("\\ No newline at end of file"));
    }

    #[test]
    fn nothing_is_shown_when_nothing_differs() {
        assert_eq!(unified("a", "x\n", "b", "x\n"), "");
    }
}
