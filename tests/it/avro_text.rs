//! Avro container files from text: lines `avro.schema …` and `avro.codec …` are the header, further lines
//! one record each, as JSON. Encoded by the specification, in one block.

use serde_json::Value;

/// Ends a text whose file has another marker behind its block than in its header.
const OTHER_MARKER: &str = "(another sync marker behind the block)";

/// The file that a text describes.
pub(crate) fn avro_file(text: &str) -> Vec<u8> {
    let is_damaged = text.ends_with(OTHER_MARKER);
    let lines: Vec<&str> = text.trim_end_matches(OTHER_MARKER).lines().collect();
    let (entries, records): (Vec<&str>, Vec<&str>) =
        lines.iter().partition(|line| line.starts_with("avro."));
    let mut file = b"Obj\x01".to_vec();
    file.extend(count(entries.len()));
    let mut schema = Value::Null;
    for entry in &entries {
        let (key, value) = entry.split_once(' ').expect("a key and a value");
        file.extend(sized(key.as_bytes()));
        file.extend(sized(value.as_bytes()));
        if key == "avro.schema" {
            schema = serde_json::from_str(value).expect("a schema");
        }
    }
    file.push(0);
    file.extend([7; 16]);
    let mut data = Vec::new();
    for record in &records {
        let record: Value = serde_json::from_str(record).expect("a record");
        for field in schema["fields"].as_array().expect("fields") {
            let name = field["name"].as_str().expect("a name");
            encode(&field["type"], &record[name], &mut data);
        }
    }
    file.extend(count(records.len()));
    file.extend(sized(&data));
    file.extend([if is_damaged { 8 } else { 7 }; 16]);
    file
}

fn encode(avro_type: &Value, value: &Value, out: &mut Vec<u8>) {
    match avro_type {
        Value::Array(branches) => {
            let fits = |branch: &&Value| (branch.as_str() == Some("null")) == value.is_null();
            let (index, branch) = branches
                .iter()
                .enumerate()
                .find(|(_, branch)| fits(branch))
                .expect("a branch");
            out.extend(count(index));
            encode(branch, value, out);
        }
        _ => match avro_type.as_str().expect("a simple type") {
            "null" => {}
            "string" => out.extend(sized(value.as_str().expect("a text").as_bytes())),
            "int" | "long" => out.extend(long(value.as_i64().expect("a number"))),
            "float" => {
                let float: f32 = value.to_string().parse().expect("a number");
                out.extend(float.to_le_bytes());
            }
            other => panic!("no encoding of {other}"),
        },
    }
}

/// A variable-length zigzag integer.
fn long(value: i64) -> Vec<u8> {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(low_bits(rest) | 0x80);
        rest >>= 7;
    }
    bytes.push(low_bits(rest));
    bytes
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    [count(bytes.len()), bytes.to_vec()].concat()
}

fn low_bits(number: u64) -> u8 {
    u8::try_from(number & 0x7F).expect("seven bits")
}

fn count(number: usize) -> Vec<u8> {
    long(i64::try_from(number).expect("a small number"))
}
