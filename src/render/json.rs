//! Answers as JSON documents in the documented shapes, indented, with a final newline.

use serde::Serialize;

use super::amount_text::amount_text;
use super::json_writer::JsonValue;
use super::{Answer, RenderError, documented_response, supplier_purchases, supplier_summary};
use crate::report::{ParameterRefusal, RevenueSeries};
use crate::response::SUCCESS;

pub(super) fn write(answer: &Answer) -> Result<Vec<u8>, RenderError> {
    match answer {
        Answer::QuantitySeries(series) => json_bytes(&documented_response::quantity_series(series)),
        Answer::ProductList(list) => json_bytes(&documented_response::product_list(list)),
        Answer::RevenueSeries(series) => Ok(revenue_document(series).pretty()?),
        Answer::SupplierPurchases(page) => Ok(supplier_purchases::page_document(page).pretty()?),
        Answer::SupplierSummary(summary) => {
            Ok(supplier_summary::summary_document(summary).pretty()?)
        }
    }
}

/// The documented error for refused parameters, as written to stdout: `{"message":"…"}` for a
/// series, `{"code":"…","message":"…","meta":[…]}` for the supplier purchases.
///
/// # Errors
/// [`RenderError::Json`] when the JSON writer fails.
pub fn error_document(refusal: &ParameterRefusal) -> Result<Vec<u8>, RenderError> {
    match refusal {
        ParameterRefusal::Series(error) => json_bytes(&error.to_response()),
        ParameterRefusal::Supplier(errors) => json_bytes(&errors.to_response()),
    }
}

fn json_bytes(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The shape of the revenue endpoint: `data[].revenue` instead of `data[].purchase_quantity`.
fn revenue_document(series: &RevenueSeries) -> JsonValue {
    let decimals = series.decimals();
    let rows = series.points.iter().map(|point| {
        let revenue = amount_text(point.revenue, decimals);
        JsonValue::Object(vec![
            ("time", JsonValue::Text(point.time.clone())),
            ("revenue", JsonValue::Digits(revenue)),
        ])
    });
    JsonValue::Object(vec![
        ("message", JsonValue::text(Some(SUCCESS))),
        ("data", JsonValue::List(rows.collect())),
    ])
}
