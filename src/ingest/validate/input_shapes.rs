//! The same purchases in every format, in chunks of every size.

use super::fixture::{BAD, TestReader, ValidatedText, purchase};
use crate::input::{InputFormat, SourcePosition};
use crate::rules::RuleId;

fn records() -> Vec<String> {
    vec![
        purchase("one"),
        BAD.to_owned(),
        purchase("two"),
        "17".to_owned(),
        purchase("três"),
    ]
}

fn assert_same_records(text: &str, outcome: &ValidatedText, what: &str) {
    assert_eq!(outcome.refusal, None, "{what}");
    let expected = [
        (0, "one".to_owned()),
        (2, "two".to_owned()),
        (4, "três".to_owned()),
    ];
    assert_eq!(outcome.rows, expected, "{what}");
    let rules: Vec<_> = outcome
        .rejects
        .iter()
        .map(|(rules, _, _)| rules.clone())
        .collect();
    assert_eq!(
        rules,
        [[RuleId::BrzPriceRequired], [RuleId::BrzRecordObject]],
        "{what}"
    );
    for (_, position, raw) in &outcome.rejects {
        let start = usize::try_from(position.byte_offset).unwrap();
        let found = &text.as_bytes()[start..start + raw.len()];
        assert_eq!(
            found,
            raw.as_slice(),
            "{what}: the position is that of the record"
        );
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count();
        assert_eq!(position.line, lines as u64 + 1, "{what}");
    }
}

#[test]
fn every_shape_and_every_chunk_size_gives_the_same_records() {
    let records = records();
    let shapes = [
        ("lines", records.join("\n")),
        (
            "lines with blank ones",
            format!("\n{}\r\n\r\n", records.join("\r\n")),
        ),
        ("array", format!("[{}]", records.join(","))),
        ("array on lines", format!("[\n{}\n]\n", records.join(",\n"))),
        (
            "document",
            format!("{{\"purchases\":[{}]}}", records.join(" , ")),
        ),
        (
            "document with siblings",
            format!(
                "{{\n \"attributes\": [{{\"a\":\"]\"}}, {{}}],\n \"purchases\": [\n{}\n ],\n \"events\": []\n}}",
                records.join(",\n")
            ),
        ),
        (
            "byte order mark",
            format!("\u{FEFF}[{}\n]", records.join(",")),
        ),
    ];
    for (what, text) in &shapes {
        for chunk_bytes in (1..48).chain([100, 257, 1 << 20]) {
            let format = if what.starts_with("lines") {
                InputFormat::Ndjson
            } else {
                InputFormat::Json
            };
            let outcome = TestReader::new()
                .format(format)
                .chunk_bytes(chunk_bytes)
                .validate(text.as_bytes());
            let skipped = if *what == "document with siblings" {
                2
            } else {
                0
            };
            assert_eq!(outcome.skipped, skipped, "{what} at {chunk_bytes}");
            assert_same_records(text, &outcome, &format!("{what} at {chunk_bytes}"));
        }
        assert_eq!(
            TestReader::new().validate(text.as_bytes()).accepted,
            3,
            "{what}, by content"
        );
    }
}

#[test]
fn lines_may_hold_envelopes_and_arrays() {
    let records = records();
    let text = format!(
        "{{\"purchases\":[{},{}],\"events\":[{{}}]}}\n[{}]\n{}\n{}",
        records[0], records[1], records[2], records[3], records[4]
    );
    let outcome = TestReader::new().validate(text.as_bytes());
    assert_eq!((outcome.read, outcome.accepted, outcome.skipped), (6, 3, 1));
    for (_, position, raw) in &outcome.rejects {
        let start = usize::try_from(position.byte_offset).unwrap();
        assert_eq!(&text.as_bytes()[start..start + raw.len()], raw.as_slice());
    }
}

#[test]
fn a_damaged_line_is_one_reject_and_the_rest_stays() {
    let good = purchase("one");
    for damaged in [
        "{\"external_id\":",
        "{\"a\":1}}",
        "\u{7}",
        "{\"a\":1,}",
        "]",
    ] {
        let text = format!("{good}\n{damaged}\n{good}\n");
        let outcome = TestReader::new().validate(text.as_bytes());
        assert_eq!(
            (outcome.accepted, outcome.rejects.len()),
            (2, 1),
            "{damaged}"
        );
        assert_eq!(outcome.rejects[0].2, damaged.as_bytes());
        assert_eq!(outcome.rejects[0].1.line, 2);
    }
    let mut latin = format!("{good}\n").into_bytes();
    latin.extend_from_slice(b"{\"product_id\":\"caf\xE9\"}\n");
    latin.extend_from_slice(good.as_bytes());
    let outcome = TestReader::new().validate(&latin);
    assert_eq!(
        (outcome.accepted, outcome.broken()),
        (2, vec![RuleId::FileEncoding])
    );
}

#[test]
fn a_document_with_an_invalid_byte_is_refused_at_the_byte() {
    let good = purchase("one");
    let in_record = format!("{{\"purchases\":[{good},\n{{\"product_id\":\"caf");
    let around = format!("{{\"purchases\":[{good}],\n\"x\":\"");
    let value = "{\"product_id\":\n\"caf".to_owned();
    let no_text = format!("{{\"purchases\":[{good},\na");
    let encoding = RuleId::FileEncoding;
    for (before, byte, after, rule) in [
        (&in_record, b"\xE9", "\"}]}", encoding),
        (&around, b"\xE9", "\"}", encoding),
        (&value, b"\xE9", "\"}", encoding),
        (&no_text, b"\xC3", "]}", encoding),
        // The end of the text is within a character.
        (&in_record, b"\xC3", "", RuleId::FileTruncated),
    ] {
        let bytes = [before.as_bytes(), byte, after.as_bytes()].concat();
        for chunk_bytes in [1, 7, 64, 1 << 20] {
            let reader = TestReader::new()
                .format(InputFormat::Json)
                .chunk_bytes(chunk_bytes);
            let refusal = reader.validate(&bytes).refusal.unwrap();
            let at = SourcePosition {
                byte_offset: before.len() as u64,
                line: 2,
            };
            let found = (refusal.rule, refusal.position);
            assert_eq!(found, (rule, Some(at)), "{before} at {chunk_bytes}");
            assert_eq!(refusal.message.contains("iconv"), rule == encoding);
        }
    }
}

#[test]
fn a_damaged_document_is_refused_at_the_place_of_the_damage() {
    let good = purchase("one");
    let cases = [
        (
            format!("{{\"purchases\":[{good},\n{{\"a\" 1}}]}}"),
            RuleId::FileJsonSyntax,
            2,
        ),
        (
            format!("{{\"purchases\":[{good},\n]}}"),
            RuleId::FileTrailingComma,
            2,
        ),
        (
            format!("{{\"purchases\":[\n{good}"),
            RuleId::FileTruncated,
            2,
        ),
        (
            format!("{{\"purchases\":[{good}]\n,}}"),
            RuleId::FileTrailingComma,
            2,
        ),
        (format!("[{good}]\n[{good}]"), RuleId::FileJsonSyntax, 2),
        (format!("[{good}\n{good}]"), RuleId::FileJsonSyntax, 2),
    ];
    for (text, rule, line) in cases {
        for chunk_bytes in [1, 7, 64, 1 << 20] {
            let reader = TestReader::new()
                .format(InputFormat::Json)
                .chunk_bytes(chunk_bytes);
            let refusal = reader.validate(text.as_bytes()).refusal.unwrap();
            let found = (refusal.rule, refusal.position.map(|position| position.line));
            // A trailing comma is reported at the comma or at the bracket after it.
            let near = found
                .1
                .is_some_and(|found| found + 1 >= line && found <= line);
            assert!(
                found.0 == rule && near,
                "{text} at {chunk_bytes}: {refusal}"
            );
        }
    }
}

#[test]
fn records_of_another_kind_in_an_envelope_of_purchases_are_refused_by_their_keys() {
    let cases = [
        (
            "{\"external_id\":\"a\",\"purchases\":[{\"name\":\"item\",\"first\":\"2024-01-01\",\"last\":\"2024-01-02\",\"count\":2}]}",
            RuleId::FileUserExport,
        ),
        (
            "{\"users\":[{\"external_id\":\"a\",\"purchases\":[{\"name\":\"item\",\"first\":\"2024-01-01\",\"last\":\"2024-01-02\",\"count\":2}]}],\"message\":\"success\"}",
            RuleId::FileUserExport,
        ),
        (
            "{\"message\":\"success\",\"data\":[{\"time\":\"2025-01-01\",\"purchase_quantity\":150}]}",
            RuleId::FileSeriesResponse,
        ),
        (
            "{\"data\":{\"purchases\":[{\"id\":1,\"registration_date\":\"2025-01-14\"}]},\"meta\":{\"total\":1}}",
            RuleId::FileWrongKind,
        ),
        (
            "{\"purchases\":[{\"id\":1,\"registration_date\":\"2025-01-14\",\"supplier\":{\"id\":2}}]}",
            RuleId::FileWrongKind,
        ),
    ];
    let table = "Data Compra;Fornecedor;Total;Moeda\n01/10/2026;Moinho;1,50;BRL\n";
    let refusal = TestReader::new().validate(table.as_bytes()).refusal;
    let rule = refusal.map(|refusal| refusal.rule);
    assert_eq!(rule, Some(RuleId::FileWrongKind));
    for (text, rule) in cases {
        for format in [InputFormat::Auto, InputFormat::Json, InputFormat::Ndjson] {
            let refusal = TestReader::new()
                .format(format)
                .validate(text.as_bytes())
                .refusal;
            assert_eq!(
                refusal.map(|refusal| refusal.rule),
                Some(rule),
                "{format:?} {text}"
            );
        }
    }
    let mixed = format!(
        "[{},{{\"id\":1,\"registration_date\":\"2025-01-14\"}}]",
        purchase("a")
    );
    assert_eq!(
        TestReader::new().validate(mixed.as_bytes()).broken(),
        [RuleId::FileMixed]
    );
}

#[test]
fn ingestion_rows_and_events_are_read_by_their_own_rules() {
    // The row of the public Cloud Data Ingestion sample: no offset, fifteen decimals.
    let row = r#"{"external_id":"s3-qa-0","payload":"{\"product_id\":\"product-11\",\"currency\":\"BSD\",\"price\":8.511527858335066,\"time\":\"2024-04-02T14:34:08\",\"quantity\":19}"}"#;
    let outcome = TestReader::new().validate(row.as_bytes());
    assert_eq!(outcome.rows, [(0, "product-11".to_owned())]);
    assert!(outcome.warned.contains(&RuleId::BrzTimeNooffset));
    assert!(outcome.warned.contains(&RuleId::BrzPriceRounded));
    let event = r#"{"id":"e1","user_id":"b1","external_user_id":"u1","time":1700000000,"product_id":"p","price":2.5,"currency":"USD","properties":"{\"a\":1}","platform":"ios"}"#;
    let outcome = TestReader::new().validate(event.as_bytes());
    assert_eq!((outcome.accepted, outcome.warned), (1, vec![]));
    let broken = r#"{"external_id":"a","payload":{"product_id":"p"}}"#;
    assert_eq!(
        TestReader::new().validate(broken.as_bytes()).broken(),
        [RuleId::BrzCdiPayload]
    );
}

#[test]
fn lenient_reads_the_examples_of_the_documents() {
    let text = "{\n // as documented\n \"purchases\": [\n  {\"external_id\":\"u\",\"product_id\":\"pen\",\"currency\":\"USD\",\"price\":2.50,\"time\":\"2013-07-17T19:20:20+01:00\",\"properties\":{\"color\":\"blue\", }},\n ]\n}";
    assert_eq!(TestReader::new().validate(text.as_bytes()).accepted, 0);
    for chunk_bytes in [1, 16, 1 << 20] {
        let reader = TestReader::new()
            .lenient()
            .chunk_bytes(chunk_bytes)
            .format(InputFormat::Json);
        let outcome = reader.validate(text.as_bytes());
        assert_eq!(
            (outcome.accepted, outcome.refusal),
            (1, None),
            "at {chunk_bytes}"
        );
    }
}

#[test]
fn nothing_beside_a_purchase_is_lost() {
    let good = r#""product_id":"p","currency":"USD","price":1,"time":"2026-10-01T10:00:00Z""#;
    let stray = format!(r#"{{"external_id":"a",{good},"payload":"x"}}"#);
    let outcome = TestReader::new().validate(stray.as_bytes());
    assert_eq!(outcome.extras, [r#"{"payload":"x"}"#]);
    let row = r#"{"external_id":"a","app_id":"app","payload":"{\"product_id\":\"p\",\"currency\":\"USD\",\"price\":1,\"time\":\"2026-10-01T10:00:00Z\",\"app_id\":\"other\"}"}"#;
    let outcome = TestReader::new().validate(row.as_bytes());
    assert_eq!(
        (outcome.accepted, outcome.warned),
        (1, vec![RuleId::BrzCdiConflict])
    );
    let csv = "external_id,product_id,currency,price,time,updated_at,properties,properties.color\n\
               a,p,USD,1.00,2026-10-01T10:00:00Z,2026-10-02,\"{\"\"size\"\":1}\",red\n";
    let outcome = TestReader::new().validate(csv.as_bytes());
    assert_eq!(
        outcome.extras,
        [r#"{"updated_at":"2026-10-02","properties.*":{"color":"red"}}"#]
    );
}

#[test]
fn a_payload_column_beside_a_product_is_an_undocumented_column() {
    let csv = "external_id,product_id,currency,price,time,payload\n\
               a,p,USD,1.00,2026-10-01T10:00:00Z,x\n";
    let outcome = TestReader::new().validate(csv.as_bytes());
    assert_eq!(outcome.extras, [r#"{"payload":"x"}"#]);
}
