//! Detects the record kind of an input from its first records: by the keys of a record, never by
//! its envelope, and by the headers of delimited text.

use std::sync::Arc;

use crate::input::csv::columns::{ColumnAliases, normalise_header};
use crate::input::csv::dialect::CsvLayout;
use crate::input::{
    ArrayContent, Chunk, ChunkForm, Envelope, Input, InputError, InputReader, InputTotals,
    ReadError, ReaderOptions, Refusal, ResolvedFormat,
};
use crate::json::{JsonCursor, JsonKind, JsonOptions};
use crate::purchase::PurchaseCsvColumns;
use crate::rules::RuleId;
use crate::storage::is_exhausted;
use crate::supplier_purchase::SupplierPurchaseCsvColumns;

/// The record kind of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetectedKind {
    /// Customer purchases, or an input that their reader refuses with a more precise reason.
    Purchases,
    /// Supplier purchases.
    SupplierPurchases,
    /// The kind cannot be detected.
    Refused(Refusal),
}

/// Chunks that are inspected at most; usually the first record is enough.
const MAX_CHUNKS: usize = 4;

/// Values of a chunk that are inspected at most.
const MAX_VALUES: usize = 100;

/// Detects the record kind from the start of an input. An input that cannot be read counts as
/// customer purchases: the run then refuses it with the reason.
///
/// # Errors
/// The machine is out of memory, file handles or threads.
pub fn detect_kind(input: &Input, options: &ReaderOptions) -> Result<DetectedKind, InputError> {
    let options = ReaderOptions {
        envelope: Envelope::Any,
        ..options.clone()
    };
    let columns: [&dyn ColumnAliases; 2] = [&PurchaseCsvColumns, &SupplierPurchaseCsvColumns];
    let mut problem = None;
    for columns in columns {
        match detect_with_columns(input, &options, columns) {
            Ok(Some(detected)) => return Ok(detected),
            Ok(None) => problem = None,
            Err(ReadError::Failed(error)) if is_exhausted(&error) => return Err(error),
            Err(error) => problem = Some(error),
        }
    }
    Ok(match problem {
        Some(ReadError::Refused(refusal)) => DetectedKind::Refused(refusal),
        Some(_unreadable) => DetectedKind::Purchases,
        None => DetectedKind::Refused(Refusal::new(
            RuleId::FileWrongKind,
            "the record kind cannot be detected from the first records; set it with --kind",
        )),
    })
}

fn detect_with_columns(
    input: &Input,
    options: &ReaderOptions,
    columns: &dyn ColumnAliases,
) -> Result<Option<DetectedKind>, ReadError> {
    let mut reader = InputReader::open(input, options, columns, Arc::default())?;
    for _ in 0..MAX_CHUNKS {
        let Some(chunk) = reader.next_chunk()? else {
            return Ok(kind_without_records(&reader.finish()?, options.json()));
        };
        if let Some(detected) = kind_of_chunk(&chunk, options.json()) {
            return Ok(Some(detected));
        }
    }
    Ok(None)
}

/// The kind of an input without records, by its header or its envelope. An empty input counts as
/// customer purchases; the run reports that it is empty.
fn kind_without_records(totals: &InputTotals, json: JsonOptions) -> Option<DetectedKind> {
    if matches!(totals.format, ResolvedFormat::Empty | ResolvedFormat::Avro) {
        return Some(DetectedKind::Purchases);
    }
    if totals.format == ResolvedFormat::Spreadsheet && totals.layout.is_none() {
        return Some(DetectedKind::Purchases);
    }
    let by_header = totals.layout.as_deref().and_then(kind_of_headers);
    by_header.or_else(|| kind_of_value(totals.frame.as_deref()?, json))
}

fn kind_of_chunk(chunk: &Chunk, json: JsonOptions) -> Option<DetectedKind> {
    let text = String::from_utf8_lossy(&chunk.bytes);
    match &chunk.form {
        ChunkForm::Rows(layout) => kind_of_headers(layout),
        ChunkForm::RowGroup { layout, .. } => kind_of_headers(&layout.csv),
        ChunkForm::SheetRows(layout, _) => kind_of_headers(&layout.csv),
        ChunkForm::Lines => text
            .lines()
            .take(MAX_VALUES)
            .find_map(|line| kind_of_value(line, json)),
        ChunkForm::Elements {
            content: ArrayContent::Records,
            ..
        }
        | ChunkForm::Value => kind_of_value(&text, json),
        // Only a document of customer purchases has siblings, and only they are written as Avro.
        ChunkForm::Elements { .. } | ChunkForm::Blocks(_) => Some(DetectedKind::Purchases),
    }
}

/// The kind whose alias table recognises more of the headers.
fn kind_of_headers(layout: &CsvLayout) -> Option<DetectedKind> {
    let known = |columns: &dyn ColumnAliases| {
        layout
            .header()
            .filter(|header| columns.role_of(&normalise_header(header)).is_some())
            .count()
    };
    let (purchases, supplier) = (
        known(&PurchaseCsvColumns),
        known(&SupplierPurchaseCsvColumns),
    );
    match purchases.cmp(&supplier) {
        std::cmp::Ordering::Greater => Some(DetectedKind::Purchases),
        std::cmp::Ordering::Less => Some(DetectedKind::SupplierPurchases),
        std::cmp::Ordering::Equal => None,
    }
}

/// The kind of the value at the start of a text: a record, an array of them, or an envelope.
fn kind_of_value(text: &str, json: JsonOptions) -> Option<DetectedKind> {
    let mut cursor = JsonCursor::new(text, json);
    match cursor.peek().ok()? {
        JsonKind::Array => {
            let mut elements = cursor.open_array().ok()?;
            for _ in 0..MAX_VALUES {
                if !cursor.next_element(&mut elements).ok()? {
                    break;
                }
                let element = cursor.skip_value().ok()?;
                if let Some(detected) = kind_of_value(element, json) {
                    return Some(detected);
                }
            }
            None
        }
        JsonKind::Object => kind_of_object(&mut cursor, json),
        _ => None,
    }
}

fn kind_of_object(cursor: &mut JsonCursor<'_>, json: JsonOptions) -> Option<DetectedKind> {
    let mut members = cursor.open_object().ok()?;
    let (mut is_page, mut is_track) = (false, false);
    while let Some(key) = cursor.next_key(&mut members).ok()? {
        let value = cursor.skip_value().ok()?;
        match &*key.decode() {
            // Includes keys of inputs that the reader of customer purchases refuses by name.
            "product_id"
            | "PRODUCT_ID"
            | "price"
            | "payload"
            | "PAYLOAD"
            | "purchase_quantity"
            | "revenue"
            | "count"
            | "purchases_processed" => {
                return Some(DetectedKind::Purchases);
            }
            "users" if value.starts_with('[') => return Some(DetectedKind::Purchases),
            "event_type" if value.starts_with("\"users.") => return Some(DetectedKind::Purchases),
            "name" | "NAME" if value.starts_with("\"ecommerce.") => {
                return Some(DetectedKind::Purchases);
            }
            "registration_date" | "supplier" | "value_of_items" => {
                return Some(DetectedKind::SupplierPurchases);
            }
            "purchases" | "data" => {
                if let Some(detected) = kind_of_value(value, json) {
                    return Some(detected);
                }
            }
            "attributes" | "events" => is_track = true,
            "last_page" => is_page = true,
            "meta" => is_page |= value.contains("\"last_page\""),
            _ => {}
        }
    }
    if is_track {
        return Some(DetectedKind::Purchases);
    }
    // A list page without purchases.
    is_page.then_some(DetectedKind::SupplierPurchases)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<DetectedKind> {
        kind_of_value(text, JsonOptions::default())
    }

    #[test]
    fn the_keys_of_the_records_decide_and_not_the_envelope() {
        for (text, expected) in [
            (
                r#"{"external_id":"a","product_id":"b"}"#,
                Some(DetectedKind::Purchases),
            ),
            (
                r#"{"purchases":[{"time":"x","price":1}]}"#,
                Some(DetectedKind::Purchases),
            ),
            (
                r#"{"external_id":"a","payload":"{}"}"#,
                Some(DetectedKind::Purchases),
            ),
            (
                r#"{"external_id":"a","name":"ecommerce.order_placed"}"#,
                Some(DetectedKind::Purchases),
            ),
            (
                r#"{"purchases":[{"id":1,"registration_date":"2025-01-14"}]}"#,
                Some(DetectedKind::SupplierPurchases),
            ),
            (
                r#"{"data":{"purchases":[{"id":1,"supplier":null}]},"meta":{}}"#,
                Some(DetectedKind::SupplierPurchases),
            ),
            (
                r#"{"data":{"id":1,"supplier":null}}"#,
                Some(DetectedKind::SupplierPurchases),
            ),
            (
                r#"{"data":{"purchases":[]},"meta":{"current_page":1,"last_page":1}}"#,
                Some(DetectedKind::SupplierPurchases),
            ),
            (
                r#"[7,{"id":1,"supplier":{}}]"#,
                Some(DetectedKind::SupplierPurchases),
            ),
            (
                r#"{"users":[{"external_id":"a"}],"message":"success"}"#,
                Some(DetectedKind::Purchases),
            ),
            (r#"{"purchases":[]}"#, None),
            (r#"{"id":1}"#, None),
            ("not json", None),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
