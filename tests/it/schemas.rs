//! The published schemas, and checks of responses against them.

use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::workdir::{project, read_json};

/// Fails unless a text is JSON that is valid under a schema of `schemas/`, named without its
/// extension.
pub(crate) fn assert_valid(name: &str, text: &str) {
    if let Err(error) = validate(name, text) {
        panic!("{error}\n{text}");
    }
}

/// Validates a text against a schema; the error is the reason.
pub(crate) fn validate(name: &str, text: &str) -> Result<(), String> {
    let path = project().join("schemas").join(format!("{name}.json"));
    validate_under(&path, text)
}

/// Validates a text against the schema in a file; the error is the reason.
pub(crate) fn validate_under(path: &Path, text: &str) -> Result<(), String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    let schema = compiler
        .compile(path.to_str().expect("a UTF-8 path"), &mut schemas)
        .expect("a schema");
    let answer: Value = serde_json::from_str(text).expect("JSON");
    schemas
        .validate(&answer, schema)
        .map_err(|error| format!("{error:#}"))
}

#[test]
fn schemas_take_the_documented_shapes_and_nothing_else() {
    // The values are the examples of the documentation.
    let meta = r#"{"current_page":1,"last_page":10,"per_page":20,"total":200}"#;
    let list = format!(r#"{{"data":{{"purchases":[]}},"meta":{meta}}}"#);
    assert_valid("supplier_purchases", &list);
    let without_total = list.replace(",\"total\":200", "");
    assert!(validate("supplier_purchases", &without_total).is_err());
    assert_valid(
        "quantity_series",
        r#"{"message":"success","data":[{"time":"2025-01-01","purchase_quantity":150}]}"#,
    );
    assert_valid("error_message", r#"{"message":"error message"}"#);
    assert_valid(
        "error_code",
        r#"{"code":"missing_headers","message":"error message","meta":[]}"#,
    );
}

#[test]
fn schemas_are_named_after_their_files() {
    for name in [
        "quantity_series",
        "supplier_purchases",
        "supplier_purchases_omit_null",
        "error_message",
        "error_code",
        "job",
    ] {
        let file = if name == "job" { "job.schema" } else { name };
        let schema = read_json(&project().join("schemas").join(format!("{file}.json")));
        assert_eq!(schema["$id"], format!("urn:purchase-etl:schema:{name}"));
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
    }
}
