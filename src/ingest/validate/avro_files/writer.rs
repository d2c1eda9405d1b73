//! Writes Avro files by the specification, without the code of the reader.

use super::super::fixture::{TestReader, ValidatedText};

/// Fields of the schema of 2024-10 and later, in order, with their types; `?` marks a union with null.
pub(super) const FIELDS: [(&str, &str); 17] = [
    ("id", "string"),
    ("user_id", "string"),
    ("external_user_id", "string?"),
    ("app_id", "string?"),
    ("time", "int"),
    ("platform", "string?"),
    ("os_version", "string?"),
    ("device_model", "string?"),
    ("device_id", "string?"),
    ("product_id", "string"),
    ("price", "float"),
    ("currency", "string"),
    ("properties", "string"),
    ("ad_id", "string?"),
    ("ad_id_type", "string?"),
    ("ad_tracking_enabled", "boolean?"),
    ("app_group_id", "string?"),
];

fn field(name: &str, avro_type: &str) -> String {
    match avro_type.strip_suffix('?') {
        Some(inner) => format!(r#"{{"name":"{name}","type":["null","{inner}"],"default":null}}"#),
        None if avro_type.starts_with(['{', '[']) => {
            format!(r#"{{"name":"{name}","type":{avro_type}}}"#)
        }
        None => format!(r#"{{"name":"{name}","type":"{avro_type}"}}"#),
    }
}

pub(super) fn schema_of(name: &str, namespace: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, one)| field(name, one)).collect();
    format!(
        r#"{{"type":"record","name":"{name}","namespace":"{namespace}","fields":[{}]}}"#,
        fields.join(",")
    )
}

pub(super) fn schema() -> String {
    schema_of("Purchase", "dataexport.S3.inner.users.behaviors", &FIELDS)
}

/// A variable-length zigzag integer.
pub(super) fn long(value: i64) -> Vec<u8> {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(u8::try_from(rest & 0x7F).unwrap() | 0x80);
        rest >>= 7;
    }
    bytes.push(u8::try_from(rest).unwrap());
    bytes
}

pub(super) fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = i64::try_from(bytes.len()).unwrap();
    [long(length), bytes.to_vec()].concat()
}

pub(super) const SYNC: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

pub(super) fn header(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = b"Obj\x01".to_vec();
    bytes.extend(long(i64::try_from(entries.len()).unwrap()));
    for (key, value) in entries {
        bytes.extend(sized(key.as_bytes()));
        bytes.extend(sized(value.as_bytes()));
    }
    bytes.push(0);
    bytes.extend(SYNC);
    bytes
}

pub(super) fn block(records: &[Vec<u8>]) -> Vec<u8> {
    raw_block(i64::try_from(records.len()).unwrap(), &records.concat())
}

pub(super) fn raw_block(count: i64, data: &[u8]) -> Vec<u8> {
    [long(count), sized(data), SYNC.to_vec()].concat()
}

/// The record of the vector G1, with another id, price and currency.
pub(super) fn event(id: &str, price: f32, currency: &str) -> Vec<u8> {
    [
        sized(id.as_bytes()),
        sized(b"u1"),
        vec![2],
        sized(b"x1"),
        vec![0],
        long(1_712_068_448),
        vec![0; 4],
        sized(b"pen"),
        price.to_le_bytes().to_vec(),
        sized(currency.as_bytes()),
        sized(b"{}"),
        vec![0; 4],
    ]
    .concat()
}

/// The file of the vector G2.
pub(super) fn golden() -> Vec<u8> {
    [
        header(&[("avro.schema", &schema())]),
        block(&[event("e1", 3.14, "USD")]),
        block(&[event("e2", -3.14, "USD")]),
    ]
    .concat()
}

pub(super) fn with_events(events: &[Vec<u8>]) -> Vec<u8> {
    [header(&[("avro.schema", &schema())]), block(events)].concat()
}

pub(super) fn validate(bytes: &[u8]) -> ValidatedText {
    TestReader::new().validate(bytes)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the values of columns are optional"
)]
pub(super) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
