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

#[test]
fn a_comment_that_ends_in_a_question_mark_begins_no_key() {
    let table = [
        ("# what is it?\napiVersion: v1\nkind: X\n", 2),
        ("---\n# what\n#?\n\n# is it ?\napiVersion: v1\nkind: X\n", 6),
        ("kind: List\napiVersion: v1\nitems:\n- # what?\n  apiVersion: v1\n  kind: X\n", 5),
        ("# what?\n? # is it?\n  apiVersion\n: v1\nkind: X\n", 2),
        ("# what?\n{ ? apiVersion : v1, kind: X}\n", 2),
    ];
    for (text, line) in table {
        assert_eq!(parse(text).unwrap().objects()[0].line, line, "{text:?}");
    }
    let mut manifest = parse(&object("a: 1 # why?\nb: 2\n")).unwrap();
    manifest.edit(0, &serde_json::from_str(r#"[{"op":"remove","path":"/b"}]"#).unwrap()).unwrap();
    assert_eq!(manifest.text(), object("a: 1 # why?\n"));
}

/// Each text was given to kubectl's own reader.
#[test]
fn a_tab_within_or_after_an_unquoted_scalar_may_stand_right_of_the_block_around_it() {
    let flow = |rest: &str| format!("---\n{{\n\tapiVersion: v1,\n\tkind: X,\n{rest}\n}}\n");
    let accepted = [
        flow("\ta: 1\n\t"),
        flow("\ta: [true,\n\t\tnull\n\t]"),
        flow("\ta: {b: word\n\n\t\n\t}"),
        flow("\ta: {b: two\n\twords\r\n\t}"),
        flow("\ta: 1 # one\n\t"),
        flow("\ta: {b: 1\n\t}").replace("---\n", "\u{feff}"),
        object("a: {b: 1\n \t}\n"),
        object("a:\n  b: [1\n   \t]\n"),
        object("a:\n  b: c\n   \td\n"),
        object("a:\n- b\n \t\n"),
    ];
    for text in accepted {
        assert!(parse(&text).is_ok(), "{text:?}: {:?}", parse(&text));
    }
    let (scanned, ours) = ("while scanning a plain scalar, found a tab", "a tab is used as indentation");
    let refused = [
        (object("a: {b: 1\n\t}\n"), "3:8", scanned),
        (object("a: {b: 1\r\n\t}\n"), "3:8", scanned),
        (object("a: [1\n\n\t, 2]\n"), "3:5", scanned),
        (object("a:\n- b: [1\n  \t]\n"), "4:7", scanned),
        (object("a: b\n\tc\n"), "3:4", scanned),
        (object("a:\n  b: c\n  \td\n"), "4:6", scanned),
        (object("a: {b: 1\n\t\n }\n"), "4:1", ours),
        (object("a:\n  b: {c: 1\n  \t\r\n  }\n"), "5:3", ours),
        (object("a:\n- b: [1\n\n  \t\n  ]\n"), "6:3", ours),
        (object("a:\n  b: c\n \t\nd: e\n"), "5:2", ours),
        (object("a: \"b\"\n  \t\nd: e\n"), "4:3", ours),
    ];
    for (text, place, what) in refused {
        assert_eq!(parse(&text).unwrap_err().to_string(), format!("rng.yml:{place}: {what}"), "{text:?}");
    }
}

#[test]
fn a_key_within_brackets_is_on_the_line_of_its_colon() {
    for accepted in ["{b: 1}", "{\"b\":1}", "{b:\n 1}", "{? b\n : 1}", "{? b\n c : 1}", "{b\n , c: 1}", "{&x b: 1}"] {
        let text = object(&format!("a: {accepted}\n"));
        assert!(parse(&text).is_ok(), "{text:?}: {:?}", parse(&text));
    }
    for refused in ["{b\n : 1}", "{b # c\n : 1}", "{b\r\n : 1}", "{'b\n c': 1}", "{&x\n b: 1}"] {
        let message = "rng.yml:3:5: a key within brackets must be on one line";
        assert_eq!(parse(&object(&format!("a: {refused}\n"))).unwrap_err().to_string(), message, "{refused:?}");
    }
}
