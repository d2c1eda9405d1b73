//! The published schemas, checked with valid and invalid answers.

use std::path::Path;

use boon::{Compiler, Schemas};

use super::supplier_purchases::tests::{bare, documented, page};
use super::*;
use crate::report::{
    ParameterError, QuantityPoint, QuantitySeries, SupplierListParameters, SupplierListRequest,
};
use crate::rules::RuleId;
use crate::supplier_purchase::SupplierPurchaseValues;

fn validation_result(schema: &str, text: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schemas")
        .join(format!("{schema}.json"));
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    let path = path.to_str().expect("a UTF-8 path");
    let schema = compiler.compile(path, &mut schemas).expect("a schema");
    let answer = serde_json::from_str(text).expect("JSON");
    schemas
        .validate(&answer, schema)
        .map_err(|error| format!("{error:#}"))
}

fn assert_valid(schema: &str, text: &str) {
    if let Err(error) = validation_result(schema, text) {
        panic!("{error}\n{text}");
    }
}

fn assert_invalid(schema: &str, text: &str) {
    assert!(
        validation_result(schema, text).is_err(),
        "{schema} takes {text}"
    );
}

fn text(bytes: Result<Vec<u8>, RenderError>) -> String {
    String::from_utf8(bytes.expect("rendered")).expect("UTF-8")
}

fn series(times: &[&str]) -> String {
    let points = times.iter().map(|time| QuantityPoint {
        time: (*time).to_owned(),
        purchase_quantity: 150,
    });
    let series = QuantitySeries {
        points: points.collect(),
        gross_items: 0,
        refund_items: 0,
    };
    fixture::text(&series, Format::Json)
}

/// The text with one part replaced; the part must be present.
fn with(text: &str, part: &str, other: &str) -> String {
    assert!(text.contains(part), "{part} is not in {text}");
    text.replacen(part, other, 1)
}

#[test]
fn quantity_series() {
    let answer = series(&[
        "2025-01-01",
        "2025-01-01T10:00:00Z",
        "2018-02-17T23:00:00-03:00",
    ]);
    assert_valid("quantity_series", &answer);
    assert_valid("quantity_series", &series(&[]));
    for wrong in [
        with(&answer, "\"message\": \"success\",", ""),
        with(&answer, "success", "sucesso"),
        with(&answer, "\"data\"", "\"rows\""),
        with(&answer, ": 150", ": \"150\""),
        with(&answer, ": 150", ": 150.5"),
        with(&answer, ": 150", ": -150"),
        with(&answer, ": 150", ": 150, \"revenue\": 1"),
        with(&answer, "2025-01-01", "2025-02-30"),
        with(&answer, "2025-01-01", "01/01/2025"),
    ] {
        assert_invalid("quantity_series", &wrong);
    }
}

fn purchases(rows: Vec<SupplierPurchaseValues<'static>>) -> String {
    fixture::text(&page(rows), Format::Json)
}

#[test]
fn supplier_purchases() {
    let answer = purchases(vec![documented(), bare()]);
    assert_valid("supplier_purchases", &answer);
    assert_valid("supplier_purchases", &purchases(Vec::new()));
    for wrong in [
        with(&answer, ",\n    \"total\": 200", ""),
        with(&answer, "\"last_page\": 10", "\"last_page\": \"10\""),
        with(&answer, "\"current_page\": 1,", "\"current_page\": 0,"),
        with(&answer, "99.95", "\"99.95\""),
        with(&answer, "\"amount\": 99.95,", ""),
        with(&answer, "BRL", "R$"),
        with(&answer, "\"received\"", "\"Entregue\""),
        with(&answer, "\"789\"", "789"),
        with(&answer, "\"id\": 123", "\"id\": \"123\""),
        with(&answer, "\"code\": 456,", ""),
        with(&answer, "\"code\": 456,", "\"code\": 456, \"codes\": 1,"),
        with(&answer, "2025-01-14", "2025-13-14"),
        with(&answer, "09:00:00-03:00", "09:00:00Z"),
        with(&answer, "09:00:00-03:00", "25:00:00-03:00"),
    ] {
        assert_invalid("supplier_purchases", &wrong);
    }
}

#[test]
fn supplier_purchases_without_nulls() {
    let page = page(vec![documented(), bare()]);
    let answer = text(supplier_page_json(&page, NullHandling::Omitted));
    assert_valid("supplier_purchases_omit_null", &answer);
    assert_invalid("supplier_purchases", &answer);
    for wrong in [
        with(&answer, "\"code\": 456", "\"code\": null"),
        with(&answer, "\"code\": 456", "\"codes\": 456"),
        with(&answer, "\"amount\": 99.95,", ""),
        with(&answer, "\"id\": 7,", ""),
        with(&answer, "\"status\": \"received\"", "\"status\": null"),
        with(&answer, ",\n    \"total\": 200", ""),
    ] {
        assert_invalid("supplier_purchases_omit_null", &wrong);
    }
}

#[test]
fn errors() {
    let error = ParameterError::refused(RuleId::ParUnit, "unit", "dia", "must be day or hour");
    let message = text(error_document(&error.into()));
    assert_valid("error_message", &message);
    assert_invalid("error_message", &with(&message, "message", "error"));

    let refused = |request: &SupplierListRequest| {
        let errors = SupplierListParameters::resolve(request).expect_err("refused");
        text(error_document(&errors.into()))
    };
    let missing = refused(&SupplierListRequest::default());
    assert_valid("error_code", &missing);
    assert!(
        missing.starts_with("{\n  \"code\": \"missing_headers\",\n"),
        "{missing}"
    );
    assert!(missing.ends_with("\"meta\": []\n}\n"), "{missing}");

    let wrong = "x".to_owned();
    let all_wrong = SupplierListRequest {
        company_id: Some(wrong.clone()),
        search_term: Some(wrong.clone()),
        purchase_status: Some(wrong.clone()),
        supplier_ids: Some(wrong.clone()),
        registration_start: Some(wrong.clone()),
        registration_end: Some(wrong.clone()),
        page: Some("0".to_owned()),
        per_page: Some("501".to_owned()),
        updated_from: Some(wrong.clone()),
        deleted: Some(wrong),
    };
    let all_wrong = refused(&all_wrong);
    assert_valid("error_code", &all_wrong);
    let read: crate::response::CodedErrorResponse =
        serde_json::from_str(&all_wrong).expect("the shape");
    assert_eq!(read.code, "uneditable_entity");
    assert_eq!(read.meta.len(), 10);
    for wrong in [
        with(&all_wrong, "uneditable_entity", "missing"),
        with(&all_wrong, "\"code\"", "\"kind\""),
        with(&all_wrong, "\"Integer\"", "1"),
        with(&all_wrong, "\"field\"", "\"name\""),
    ] {
        assert_invalid("error_code", &wrong);
    }
}
