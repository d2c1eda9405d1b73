//! Avro files: the golden vectors, places, damage and types.

#![expect(
    clippy::approx_constant,
    reason = "the price of the golden vectors is 3.14"
)]

mod limits;
mod prices;
mod writer;

use super::fixture::TestReader;
use crate::input::InputFormat;
use crate::rules::RuleId;
use writer::{
    FIELDS, SYNC, block, event, golden, header, long, raw_block, schema, schema_of, sized, some,
    validate, with_events,
};

#[test]
fn the_golden_file_has_the_documented_bytes_and_rows() {
    let record = event("e1", 3.14, "USD");
    let hexadecimal: Vec<String> = record.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hexadecimal.join(" "),
        "04 65 31 04 75 31 02 04 78 31 00 c0 dd e0 e0 0c 00 00 00 00 06 70 65 6e c3 f5 48 40 06 55 53 44 04 7b 7d 00 00 00 00"
    );
    let file = golden();
    assert_eq!((schema().len(), file.len()), (962, 1112));
    for chunk_bytes in [1, 100, 1055, 1 << 20] {
        let outcome = TestReader::new().chunk_bytes(chunk_bytes).validate(&file);
        assert_eq!(outcome.broken(), []);
        assert_eq!((outcome.read, outcome.accepted), (2, 2));
        assert_eq!(outcome.rows, [(0, "pen".to_owned()), (1, "pen".to_owned())]);
        assert_eq!(outcome.warned, [RuleId::BrzPriceNeg]);
        for (name, values) in [
            ("price", ["3.140000000", "-3.140000000"]),
            ("event_id", ["e1", "e2"]),
            ("braze_id", ["u1", "u1"]),
            ("external_id", ["x1", "x1"]),
            ("product_id", ["pen", "pen"]),
            ("quantity", ["1", "1"]),
            ("time", ["2024-04-02T14:34:08Z"; 2]),
            ("time_raw", ["1712068448"; 2]),
            ("utc_offset_minutes", ["0"; 2]),
            ("properties", ["{}"; 2]),
            ("is_refund", ["false", "true"]),
        ] {
            assert_eq!(outcome.column(name), values.map(some), "{name}");
        }
        for name in ["app_id", "extra"] {
            assert_eq!(outcome.column(name), [None, None], "{name}");
        }
    }
    let pipe = TestReader::new().format(InputFormat::Avro).validate(&file);
    assert_eq!(pipe.accepted, 2);
}

#[test]
fn a_cut_file_is_refused_except_between_two_blocks() {
    let file = golden();
    for length in 1..file.len() {
        let outcome = TestReader::new().format(InputFormat::Avro).chunk_bytes(64);
        let outcome = outcome.validate(&file[..length]);
        let accepted = match length {
            998 => 0,
            1055 => 1,
            _ => {
                let refusal = outcome.refusal.unwrap_or_else(|| panic!("{length}"));
                let rule = if length < 4 {
                    RuleId::FileAvroDamaged
                } else {
                    RuleId::FileTruncated
                };
                assert_eq!(refusal.rule, rule, "{length}: {refusal}");
                if length > 4 {
                    let position = refusal.position.unwrap();
                    assert_eq!(position.byte_offset, length as u64, "{refusal}");
                }
                continue;
            }
        };
        assert_eq!(outcome.broken(), [], "{length}");
        assert_eq!(outcome.accepted, accepted, "{length}");
    }
    let refusal = validate(&file[..1060]).refusal.unwrap();
    assert!(
        refusal
            .message
            .contains("block 2, which begins at byte 1055"),
        "{refusal}"
    );
    for length in 1..4 {
        assert!(validate(&file[..length]).refusal.is_some(), "{length}");
    }
}

#[test]
fn a_reject_has_its_block_its_ordinal_and_its_json() {
    let file = [
        header(&[("avro.schema", &schema())]),
        block(&[event("e1", 3.14, "USD")]),
        block(&[event("e2", f32::NAN, "USD"), event("e3", 1.0, "XXX")]),
    ]
    .concat();
    for chunk_bytes in [1, 1 << 20] {
        let outcome = TestReader::new().chunk_bytes(chunk_bytes).validate(&file);
        assert_eq!(outcome.accepted, 1);
        let [first, second] = outcome.rejects.as_slice() else {
            panic!("{outcome:?}");
        };
        assert_eq!(first.0, [RuleId::BrzPriceType]);
        assert_eq!(second.0, [RuleId::BrzCurUnknown]);
        let raw = r#"{"id":"e2","user_id":"u1","external_user_id":"x1","app_id":null,"time":1712068448,"platform":null,"os_version":null,"device_model":null,"device_id":null,"product_id":"pen","price":"NaN","currency":"USD","properties":"{}","ad_id":null,"ad_id_type":null,"ad_tracking_enabled":null,"app_group_id":null}"#;
        assert_eq!(String::from_utf8_lossy(&first.2), raw);
        for (_, position, _) in &outcome.rejects {
            assert_eq!((position.byte_offset, position.line), (1055, 2));
        }
        // Corrected, it is read as NDJSON.
        let corrected = raw.replace("\"NaN\"", "3.14");
        let outcome = validate(corrected.as_bytes());
        assert_eq!((outcome.accepted, outcome.warned), (1, vec![]));
    }
}

#[test]
fn a_text_that_is_not_utf_8_rejects_its_record_only() {
    let mut bad = event("e2", 1.0, "USD");
    bad[1] = 0xFF;
    let hexadecimal: Vec<String> = bad.iter().map(|byte| format!("{byte:02x}")).collect();
    let hexadecimal = hexadecimal.concat();
    let outcome = validate(&with_events(&[
        event("e1", 1.0, "USD"),
        bad,
        event("e3", 1.0, "USD"),
    ]));
    assert_eq!(outcome.accepted, 2);
    let [(rules, _, raw)] = outcome.rejects.as_slice() else {
        panic!("{outcome:?}");
    };
    assert_eq!(rules, &[RuleId::FileEncoding]);
    let raw = String::from_utf8(raw.clone()).unwrap();
    assert!(raw.starts_with("{\"id\":\"\u{FFFD}2\","), "{raw}");
    assert!(
        raw.ends_with(&format!("\"_avro_hex\":\"{hexadecimal}\"}}")),
        "{raw}"
    );
}

/// A block with the record of the vector G1 and this byte as a boolean.
fn with_boolean(byte: u8) -> Vec<u8> {
    let mut bytes = event("e1", 3.14, "USD");
    bytes[37] = 2;
    bytes.insert(38, byte);
    block(&[bytes])
}

/// Blocks that contradict the specification or the schema.
fn damaged_blocks() -> Vec<(&'static str, Vec<u8>)> {
    let one = event("e1", 3.14, "USD");
    let changed = |at: usize, byte: u8| {
        let mut bytes = one.clone();
        bytes[at] = byte;
        block(&[bytes])
    };
    let mut sync = block(std::slice::from_ref(&one));
    *sync.last_mut().unwrap() ^= 1;
    vec![
        ("another marker", sync),
        ("count below zero", raw_block(-1, &one)),
        (
            "size below zero",
            [long(1), long(-1), SYNC.to_vec()].concat(),
        ),
        ("a byte too many", raw_block(1, &[&one[..], &[0]].concat())),
        ("a byte too few", raw_block(1, &one[..one.len() - 1])),
        ("a record too many", raw_block(2, &one)),
        ("a record too few", raw_block(1, &one.repeat(2))),
        ("a boolean of 2", with_boolean(2)),
        ("a union index of 2", changed(6, 4)),
        ("a union index below zero", changed(6, 1)),
        ("a length below zero", changed(0, 3)),
        (
            "an integer of 11 bytes",
            [vec![0x80; 11], SYNC.to_vec()].concat(),
        ),
    ]
}

#[test]
fn damage_refuses_the_file_at_its_block() {
    let one = event("e1", 3.14, "USD");
    let head = || header(&[("avro.schema", &schema())]);
    for (what, second) in damaged_blocks() {
        let file = [head(), block(std::slice::from_ref(&one)), second].concat();
        let refusal = validate(&file).refusal.unwrap_or_else(|| panic!("{what}"));
        assert_eq!(refusal.rule, RuleId::FileAvroDamaged, "{what}: {refusal}");
        assert_eq!(refusal.position.unwrap().byte_offset, 1055, "{what}");
        assert!(
            refusal.message.starts_with("block 2: "),
            "{what}: {refusal}"
        );
    }
    let file = [head(), with_boolean(1)].concat();
    assert_eq!(validate(&file).broken(), []);
}

#[test]
fn headers_that_cannot_be_read_are_refused() {
    let purchase = |fields: &[(&str, &str)]| {
        schema_of("Purchase", "dataexport.S3.inner.users.behaviors", fields)
    };
    let without_price: Vec<(&str, &str)> = FIELDS
        .into_iter()
        .filter(|(name, _)| *name != "price")
        .collect();
    let recursive = purchase(&[&FIELDS[..], &[("more", "Purchase")]].concat());
    for (schema, rule) in [
        ("no JSON", RuleId::FileAvroSchema),
        ("\"string\"", RuleId::FileAvroSchema),
        (&purchase(&without_price), RuleId::FileAvroSchema),
        (&recursive, RuleId::FileAvroSchema),
        (
            &purchase(&[&FIELDS[..], &[("more", "Unknown")]].concat()),
            RuleId::FileAvroSchema,
        ),
        (
            &schema_of("Row", "shop", &[("a", "int")]),
            RuleId::FileWrongKind,
        ),
    ] {
        let refusal = validate(&header(&[("avro.schema", schema)]))
            .refusal
            .unwrap();
        assert_eq!(refusal.rule, rule, "{schema}");
    }
    let missing = validate(&header(&[("avro.codec", "null")]))
        .refusal
        .unwrap();
    assert_eq!(missing.rule, RuleId::FileAvroSchema);
    let schema = schema();
    for (codec, rule) in [
        ("lz4", Some(RuleId::FileAvroCodec)),
        ("null", None),
        ("deflate", None),
    ] {
        let refusal = validate(&header(&[("avro.schema", &schema), ("avro.codec", codec)])).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), rule, "{codec}");
    }
    let other_version = validate(b"Obj\x02\0").refusal.unwrap();
    assert_eq!(other_version.rule, RuleId::FileAvroDamaged);
}

/// A field of each type that a field of a purchase can have.
const FIELDS_OF_ALL_TYPES: [(&str, &str); 11] = [
    (
        "TIME",
        r#"{"type":"long","logicalType":"timestamp-micros"}"#,
    ),
    (
        "app_id",
        r#"["null",{"type":"string","connect.doc":"BSON"}]"#,
    ),
    ("app_api_id", r#"["string","null"]"#),
    (
        "currency",
        r#"{"type":"enum","name":"Currency","symbols":["USD","BRL"]}"#,
    ),
    (
        "price",
        r#"["null",{"type":"bytes","logicalType":"decimal","scale":2}]"#,
    ),
    ("product_id", "string"),
    ("user_id", "string"),
    ("id", "string"),
    ("app_group_id", "string"),
    ("data_point_source", "int?"),
    (
        "gift",
        r#"{"type":"map","values":{"type":"array","items":"double"}}"#,
    ),
];

#[test]
fn the_first_schemas_and_every_type_of_a_field_are_read() {
    let record = [
        long(1_712_068_448_123_456),
        vec![2],
        sized(b"59c2"),
        vec![0],
        sized(b"app-1"),
        vec![2],
        vec![2],
        sized(&[0xFE, 0xC6]),
        sized(b"pen"),
        sized(b"u1"),
        sized(b"e1"),
        sized(b"g"),
        vec![0],
        // A map of one block with its size, and an array of two items.
        long(-1),
        long(20),
        sized(b"a"),
        long(2),
        0.5_f64.to_le_bytes().to_vec(),
        1e300_f64.to_le_bytes().to_vec(),
        vec![0, 0],
    ]
    .concat();
    let schema = schema_of("Purchase", "users.behaviors", &FIELDS_OF_ALL_TYPES);
    let file = [
        header(&[("avro.schema", &schema), ("avro.codec", "null"), ("x", "y")]),
        block(&[record]),
    ]
    .concat();
    let outcome = validate(&file);
    assert_eq!(outcome.broken(), []);
    for (name, value) in [
        ("time", "2024-04-02T14:34:08.123456Z"),
        ("time_raw", "1712068448123456"),
        ("price", "-3.140000000"),
        ("currency", "BRL"),
        ("app_id", "app-1"),
    ] {
        assert_eq!(outcome.column(name), [some(value)], "{name}");
    }
    let extra = r#"{"app_id":"59c2","app_group_id":"g","gift":{"a":[0.5,1e300]}}"#;
    let mut found: serde_json::Value = serde_json::from_str(&outcome.extras[0]).unwrap();
    let mut expected: serde_json::Value = serde_json::from_str(extra).unwrap();
    assert_eq!(found.take(), expected.take());
    assert_eq!(outcome.warned, [RuleId::BrzKeyUnknown, RuleId::BrzPriceNeg]);
}

#[test]
fn other_avro_files_with_purchases_are_read_as_what_they_are() {
    let row = schema_of(
        "Row",
        "shop",
        &[("external_id", "string"), ("payload", "string")],
    );
    let payload = r#"{"product_id":"pen","currency":"USD","price":8.511527858335066,"time":"2024-04-02T14:34:08Z"}"#;
    let record = [sized(b"u1"), sized(payload.as_bytes())].concat();
    let file = [header(&[("avro.schema", &row)]), block(&[record])].concat();
    let outcome = validate(&file);
    assert_eq!(outcome.broken(), []);
    assert_eq!(outcome.column("price"), [some("8.511527858")]);

    let object = schema_of(
        "Sale",
        "shop",
        &[
            ("external_id", "string"),
            ("product_id", "string"),
            ("price", "double"),
            ("currency", "string"),
            ("quantity", "int"),
            (
                "time",
                r#"{"type":"long","logicalType":"timestamp-millis"}"#,
            ),
        ],
    );
    let record = [
        sized(b"u1"),
        sized(b"pen"),
        19.99_f64.to_le_bytes().to_vec(),
        sized(b"USD"),
        long(3),
        long(1_712_068_448_000),
    ]
    .concat();
    let file = [header(&[("avro.schema", &object)]), block(&[record])].concat();
    let outcome = validate(&file);
    assert_eq!((outcome.broken(), outcome.warned.clone()), (vec![], vec![]));
    assert_eq!(outcome.column("revenue"), [some("59.970000000")]);
    assert_eq!(outcome.column("time"), [some("2024-04-02T14:34:08Z")]);
}
