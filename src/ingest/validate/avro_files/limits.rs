//! The limits of Avro files, and sizes that a file only announces.

use super::super::fixture::TestReader;
use super::writer::{
    FIELDS, block, event, header, long, raw_block, schema, schema_of, validate, with_events,
};
use crate::rules::RuleId;

#[test]
fn limits_hold_to_the_byte() {
    let one = event("e1", 3.14, "USD");
    let file = with_events(std::slice::from_ref(&one));
    for (limit, rule) in [
        (one.len() - 1, Some(RuleId::FileLimit)),
        (one.len(), None),
        (one.len() + 1, None),
    ] {
        let mut reader = TestReader::new();
        reader.options.limits.max_record_bytes = limit;
        let refusal = reader.validate(&file).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), rule, "record {limit}");
        let mut reader = TestReader::new();
        reader.options.limits.max_line_bytes = limit;
        let refusal = reader.validate(&file).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), rule, "block {limit}");
    }
    // Three levels: the record, the map and the array.
    let nested = r#"{"type":"map","values":{"type":"array","items":"int"}}"#;
    let schema = schema_of(
        "Purchase",
        "users.behaviors",
        &[&FIELDS[..], &[("x", nested)]].concat(),
    );
    let record = [&one[..], &[2, 2, b'a', 2, 2, 0, 0]].concat();
    let file = [header(&[("avro.schema", &schema)]), block(&[record])].concat();
    for (limit, rule) in [(2, Some(RuleId::FileLimit)), (3, None), (4, None)] {
        let mut reader = TestReader::new();
        reader.options.limits.max_depth = limit;
        let refusal = reader.validate(&file).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), rule, "depth {limit}");
    }
    for (count, rule) in [(982, None), (983, None), (984, Some(RuleId::FileLimit))] {
        let names: Vec<String> = (0..count).map(|number| format!("n{number}")).collect();
        let more: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "null")).collect();
        let schema = schema_of(
            "Purchase",
            "users.behaviors",
            &[&FIELDS[..], &more].concat(),
        );
        let file = [
            header(&[("avro.schema", &schema)]),
            block(std::slice::from_ref(&one)),
        ]
        .concat();
        let refusal = validate(&file).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), rule, "fields {count}");
    }
    let plain = header(&[("avro.schema", &schema), ("x", "")]).len();
    for (length, rule) in [
        ((1 << 20) - 1, None),
        (1 << 20, None),
        ((1 << 20) + 1, Some(RuleId::FileLimit)),
    ] {
        // The length of the text takes two more bytes than that of an empty one.
        let text = "x".repeat(length - plain - 2);
        let file = header(&[("avro.schema", &schema), ("x", &text)]);
        assert_eq!(file.len(), length);
        let refusal = validate(&file).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), rule, "header {length}");
    }
}

#[test]
fn announced_sizes_are_not_believed() {
    let head = header(&[("avro.schema", &schema())]);
    let items = schema_of(
        "Purchase",
        "users.behaviors",
        &[&[("x", r#"{"type":"array","items":"null"}"#)], &FIELDS[..]].concat(),
    );
    let endless = [
        header(&[("avro.schema", &items)]),
        raw_block(1, &long(1 << 60)),
    ]
    .concat();
    let long_text = [long(1 << 40), vec![0; 40]].concat();
    for (what, file, rule) in [
        (
            "block",
            [&head[..], &long(1), &long(1 << 40), &[0; 99]].concat(),
            RuleId::FileLimit,
        ),
        (
            "records",
            [&head[..], &raw_block(1 << 18, b"")].concat(),
            RuleId::FileAvroDamaged,
        ),
        (
            "more records",
            [&head[..], &raw_block((1 << 18) + 1, b"")].concat(),
            RuleId::FileLimit,
        ),
        (
            "text",
            [&head[..], &raw_block(1, &long_text)].concat(),
            RuleId::FileAvroDamaged,
        ),
        ("items", endless, RuleId::FileLimit),
        (
            "header",
            [&b"Obj\x01\x02"[..], &long(1 << 40)].concat(),
            RuleId::FileLimit,
        ),
        (
            "entries",
            [&b"Obj\x01"[..], &long(1 << 60)].concat(),
            RuleId::FileTruncated,
        ),
    ] {
        let refusal = validate(&file).refusal.unwrap_or_else(|| panic!("{what}"));
        assert_eq!(refusal.rule, rule, "{what}: {refusal}");
    }
}
