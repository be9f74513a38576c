//! The roles that `examples/rbac` proposes.

use super::{Namespace, Rule};

impl Namespace {
    /// The rules of a role or of several in a file, each for one resource.
    pub fn role(&self, file: &str) -> Vec<Rule> {
        let path = format!("{}/../../examples/rbac/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
        let printed = self.kubectl(&format!("create --dry-run=client -o json -f {path}"));
        // More than one object are printed one after the other.
        let documents = serde_json::Deserializer::from_str(&printed).into_iter::<serde_json::Value>();
        let roles = documents.map(|document| document.expect("kubectl prints JSON"));
        roles.flat_map(|role| Rule::of(&role)).collect()
    }
}

/// Each verb of the rules, as `auth can-i` takes it, and the rules without it.
pub fn one_verb_less(rules: &[Rule]) -> Vec<(String, Vec<Rule>)> {
    let verbs_of = |(position, rule): (usize, &Rule)| -> Vec<(usize, String)> {
        rule.verbs().iter().map(|verb| (position, verb.clone())).collect()
    };
    let verbs = rules.iter().enumerate().flat_map(verbs_of);
    let less = verbs.map(|(position, verb)| {
        let mut less = rules.to_vec();
        less[position] = less[position].clone().but(&verb);
        (format!("{verb} {}", rules[position].resource()), less)
    });
    less.collect()
}
