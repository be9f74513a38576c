//! Labels that are there, as what could be typed of a selector or an edit.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::Choice;
use crate::label::keeper;
use crate::selector::Labels;

/// The values of each key that objects have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census(BTreeMap<String, BTreeSet<String>>);

impl Extend<Labels> for Census {
    fn extend<T: IntoIterator<Item = Labels>>(&mut self, all: T) {
        for (key, value) in all.into_iter().flatten() {
            self.0.entry(key).or_default().insert(value);
        }
    }
}

impl Census {
    /// What could continue a selector, such as `app=rng,tier=`: of its last requirement key, then value.
    pub fn selector(&self, typed: &str) -> Vec<Choice> {
        let (before, last) = typed.rfind(',').map_or(("", typed), |at| typed.split_at(at + 1));
        let Some(at) = last.find('=') else {
            return self.0.keys().map(|key| Choice::new(format!("{before}{key}="), "")).collect();
        };
        // `KEY==VALUE` and `KEY!=VALUE` are requirements too.
        let end = if last[at..].starts_with("==") { at + 2 } else { at + 1 };
        let key = last[..at].trim_end_matches('!');
        self.values(key, &format!("{before}{}", &last[..end]))
    }

    /// What could be an edit of objects on which these labels count. Keys that are edited already are not.
    pub fn edits(&self, typed: &str, standing: &Labels, edited: &BTreeSet<&str>) -> Vec<Choice> {
        if let Some((key, _)) = typed.split_once('=') {
            return self.values(key, &format!("{key}="));
        }
        let is_open = |key: &&String| keeper(key).is_none() && !edited.contains(key.as_str());
        let now = |key: &str| standing.get(key).map(|value| format!("now {value}")).unwrap_or_default();
        let keys: BTreeSet<&String> = self.0.keys().chain(standing.keys()).filter(is_open).collect();
        let set = keys.iter().map(|key| Choice::new(format!("{key}="), now(key)));
        let removed = standing.keys().filter(is_open).map(|key| Choice::new(format!("{key}-"), now(key)));
        set.chain(removed).collect()
    }

    fn values(&self, key: &str, before: &str) -> Vec<Choice> {
        let values = self.0.get(key).into_iter().flatten();
        values.map(|value| Choice::new(format!("{before}{value}"), "")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &str) -> Labels {
        pairs.split(',').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
    }

    fn census() -> Census {
        let mut census = Census::default();
        census.extend(["app=rng,tier=back", "app=rng,pod-template-hash=5d7c", "app=web"].map(labels));
        census
    }

    fn texts(choices: &[Choice]) -> String {
        let text = |choice: &Choice| match choice.description.as_str() {
            "" => choice.text.clone(),
            description => format!("{}({description})", choice.text),
        };
        choices.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_selector_is_completed_requirement_by_requirement() {
        for (typed, choices) in [
            ("", "app= pod-template-hash= tier="),
            ("app=", "app=rng app=web"),
            ("app!=w", "app!=rng app!=web"),
            ("app==", "app==rng app==web"),
            ("app=rng,tier=", "app=rng,tier=back"),
            ("app=rng,t", "app=rng,app= app=rng,pod-template-hash= app=rng,tier="),
            ("none=", ""),
        ] {
            assert_eq!(texts(&census().selector(typed)), choices, "{typed}");
        }
    }

    #[test]
    fn an_edit_sets_what_is_there_somewhere_and_removes_what_counts_on_the_target() {
        let standing = labels("app=rng,isactive=yes");
        let edits =
            |typed: &str, edited: &[&str]| texts(&census().edits(typed, &standing, &edited.iter().copied().collect()));
        assert_eq!(
            edits("", &[]),
            "app=(now rng) isactive=(now yes) tier= app-(now rng) isactive-(now yes)",
            "what controllers keep is left out"
        );
        assert_eq!(edits("", &["app"]), "isactive=(now yes) tier= isactive-(now yes)");
        assert_eq!(edits("tier=", &[]), "tier=back");
        assert_eq!(edits("none=", &[]), "");
    }
}
