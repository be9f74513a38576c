//! Tests: what is read, and what is refused with which words.

use serde_json::json;

use super::{Manifest, ManifestError};

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse("rng.yml", text.as_bytes().to_vec())
}

fn object(rest: &str) -> String {
    format!("apiVersion: v1\nkind: X\n{rest}")
}

#[test]
fn a_refusal_says_where_and_why() {
    let deep = "[".repeat(100_000);
    let triple = |n: usize| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]", n - 1);
    let bomb = (1..30).map(triple).collect::<Vec<_>>().join("\n");
    let table = [
        (object("a: 1\na: 2\n"), "rng.yml:4:1: duplicate key \"a\" (first at line 3)"),
        ("{\"a\": 1,\n \"a\": 2}".to_owned(), "rng.yml:2:2: duplicate key \"a\" (first at line 1)"),
        (object("a:\n\tb: 1\n"), "rng.yml:4:1: a tab is used as indentation"),
        (object("a: b: c\n"), "rng.yml:3:5: mapping values are not allowed in this context"),
        ("---\nkind: X\n--- a\n".to_owned(), "rng.yml:3:1: kubectl reads nothing but a comment on the line of a `---`"),
        ("%YAML 1.1\n---\na: 1\n".to_owned(), "rng.yml:1:1: kubectl reads no %directives"),
        (
            object("...\na: 1\n"),
            "rng.yml:4:1: another document begins here without a line `---` before it; kubectl would not read it",
        ),
        ("# nothing\n---\n".to_owned(), "rng.yml: no Kubernetes object in it"),
        (String::new(), "rng.yml: no Kubernetes object in it"),
        ("\n- a\n".to_owned(), "rng.yml:2:1: not a Kubernetes object: it is a list"),
        ("hello\n".to_owned(), "rng.yml:1:1: not a Kubernetes object: it is a text"),
        (object("---\nkind: Z\n"), "rng.yml:4:1: not a Kubernetes object: it has no `apiVersion`"),
        (format!("a: {deep}"), "rng.yml:1:204: nested too deeply"),
        (format!("{{\"a\": {deep}"), "rng.yml:1:206: nested too deeply"),
        (object(&format!("a0: &a0 [x, y]\n{bomb}")), "rng.yml:12:5: the aliases stand for too much"),
        (object("a: .inf\n"), "rng.yml:3:4: the number .inf cannot be said in JSON"),
        (object("a: *b\n"), "rng.yml:3:4: while parsing node, found unknown anchor"),
        (object("a: \0\n"), "rng.yml:3:4: the character U+0000 is not allowed"),
        (object("name: {{ .Values.name }}\n"), "rng.yml:3:8: this is not YAML: a mapping or sequence cannot be a key"),
    ];
    for (text, message) in table {
        let shown: String = text.chars().take(60).collect();
        let said = parse(&text).map(|manifest| manifest.objects().len()).map_err(|error| error.to_string());
        assert_eq!(said, Err(message.to_owned()), "{shown:?}");
    }
}

#[test]
fn what_is_not_utf_8_is_refused() {
    let error = Manifest::parse("a.yml", b"kind: X\nname: \xff\n".to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "a.yml:2:7: not UTF-8 text");
    let error = Manifest::parse("a.yml", b"\xff\xfek\0".to_vec()).unwrap_err();
    assert_eq!(error.hint(), Some("convert it first: iconv -f UTF-16 -t UTF-8"));
}

#[test]
fn a_template_is_said_to_be_one() {
    let error = parse("{{- if .Values.on }}\nkind: X\n{{- end }}\n").unwrap_err();
    assert!(matches!(error, ManifestError::Template { .. }), "{error}");
    assert!(error.hint().unwrap().contains("template"));
}

#[test]
fn the_items_of_lists_are_objects() {
    let text = "kind: List\napiVersion: v1\nitems:\n- {kind: A, apiVersion: v1}\n- kind: List\n  apiVersion: v1\n  items:\n  \
                - {kind: B, apiVersion: v1}\n---\nkind: DeploymentList\napiVersion: apps/v1\nitems: []\n";
    let manifest = parse(text).unwrap();
    let found: Vec<_> = manifest.objects().iter().map(|object| (object.kind(), object.line)).collect();
    assert_eq!(found, [("A", 4), ("B", 8), ("DeploymentList", 10)]);
}

#[test]
fn json_objects_may_follow_each_other() {
    let manifest = parse("{\"kind\":\"A\",\"apiVersion\":\"v1\"}\n{\n\t\"kind\":\"B\",\"apiVersion\":\"v1\"}").unwrap();
    let found: Vec<_> = manifest.objects().iter().map(|object| (object.kind(), object.line)).collect();
    assert_eq!(found, [("A", 1), ("B", 2)]);
    let mixed = parse("{\"kind\":\"A\",\"apiVersion\":\"v1\"}\n---\nkind: B\napiVersion: v1\n").unwrap();
    assert_eq!(mixed.objects().len(), 2);
}

#[test]
fn merges_follow_go_yaml_where_what_comes_later_wins() {
    let manifest = parse(&object("a: &a {k: 1}\nb: {k: 2, <<: *a}\nc: {<<: *a, k: 2}\n")).unwrap();
    let value = &manifest.objects()[0].value;
    assert_eq!((&value["b"], &value["c"]), (&json!({"k": 1}), &json!({"k": 2})));
}

#[test]
fn a_colon_without_a_blank_belongs_to_the_word() {
    let manifest = parse(&object("a: [1.2.3.4, db8::]\n")).unwrap();
    assert_eq!(manifest.objects()[0].value["a"], json!(["1.2.3.4", "db8::"]));
}

#[test]
fn a_patch_that_does_not_fit_changes_nothing() {
    let mut manifest = parse(&object("a: 1\n")).unwrap();
    for patch in [r#"[{"op":"test","path":"/kind","value":"Y"}]"#, r#"[{"op":"remove","path":"/b"}]"#] {
        assert!(manifest.edit(0, &serde_json::from_str(patch).unwrap()).is_err());
        assert_eq!(manifest.text(), object("a: 1\n"));
    }
}
