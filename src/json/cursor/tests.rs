//! Places of refusals, the lenient mode, the depth limit, and an independent parser.

use super::*;

/// Reads a text by itself, and as a part of marked texts, which must come to the same.
fn read(text: &str, lenient: bool) -> Result<()> {
    let options = JsonOptions {
        lenient,
        ..JsonOptions::default()
    };
    let passed = |mut cursor: JsonCursor<'_>| {
        cursor.skip_value()?;
        cursor.end()
    };
    let alone = passed(JsonCursor::new(text, options));
    for start in [0, 1, 61] {
        let around = format!("{}{text}\n\"", "x".repeat(start));
        let marks = StringMarks::of(around.as_bytes());
        let marked = passed(JsonCursor::marked(text, options, &marks, start));
        assert_eq!(marked, alone, "{text} at {start}");
    }
    alone
}

#[test]
fn every_refusal_names_the_first_wrong_byte() {
    let cases: [(&str, usize, JsonErrorKind); 9] = [
        ("[1,]", 2, JsonErrorKind::TrailingComma),
        ("{\"a\":01}", 6, JsonErrorKind::BadNumber),
        ("[1.]", 3, JsonErrorKind::BadNumber),
        ("[\"\\x\"]", 3, JsonErrorKind::BadEscape),
        ("[1] 2", 4, JsonErrorKind::TrailingData),
        ("// a\n1", 0, JsonErrorKind::Comment),
        ("{\"a\" 1}", 5, JsonErrorKind::Expected("':'")),
        ("[\"a\nb\"]", 3, JsonErrorKind::ControlCharacter),
        ("[\"a", 3, JsonErrorKind::UnexpectedEnd),
    ];
    for (text, offset, kind) in cases {
        assert_eq!(read(text, false), Err(JsonError { offset, kind }), "{text}");
    }
}

#[test]
fn lenient_accepts_the_syntax_of_the_documents_and_nothing_more() {
    for text in [
        "[1,]",
        "{\"a\":1,}",
        "// x\n[1 /* y */, 2]",
        "{\"a\":[1,],}//",
    ] {
        assert!(read(text, false).is_err(), "{text}");
        assert_eq!(read(text, true), Ok(()), "{text}");
    }
    for text in ["[,]", "[1,,]", "{,}", "/* x", "{'a':1}", "[1 2]"] {
        assert!(read(text, true).is_err(), "{text}");
    }
}

#[test]
fn nesting_stops_at_the_limit_and_not_before() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert_eq!(read(&nested(64), false), Ok(()));
    let refused = read(&nested(65), false).map_err(|e| e.kind);
    assert_eq!(refused, Err(JsonErrorKind::TooDeep));
}

#[test]
fn agrees_with_an_independent_parser_on_mutated_records() {
    let seed = br#"{"a":[1,-0.5e3,true,null],"b":{"c":"d\n\u00e9"},"e":""}"#;
    let replacements = b"{}[]\",:\\0e.-tn \x01\xC3u";
    for at in 0..seed.len() {
        for &replacement in replacements {
            let mut text = seed.to_vec();
            text[at] = replacement;
            let ours = std::str::from_utf8(&text).is_ok_and(|t| read(t, false).is_ok());
            let theirs = serde_json::from_slice::<serde_json::Value>(&text).is_ok();
            assert_eq!(ours, theirs, "{}", String::from_utf8_lossy(&text));
        }
    }
}
