//! Answers as JSON documents in the documented shapes, indented, with a final newline.

use serde::Serialize;

use super::document::Json;
use super::exact::amount_text;
use super::{Answer, RenderError, documented, suppliers};
use crate::report::{ParameterRefusal, RevenueSeries};
use crate::response::SUCCESS;

pub(super) fn write(answer: &Answer) -> Result<Vec<u8>, RenderError> {
    match answer {
        Answer::QuantitySeries(series) => document(&documented::quantity_series(series)),
        Answer::ProductList(list) => document(&documented::product_list(list)),
        Answer::RevenueSeries(series) => Ok(revenue(series).pretty()?),
        Answer::SupplierPurchases(page) => Ok(suppliers::page_document(page).pretty()?),
        Answer::SupplierSummary(summary) => Ok(suppliers::summary_document(summary).pretty()?),
    }
}

/// The documented error of refused parameters, as it goes to stdout: `{"message":"…"}` for a series,
/// `{"code":"…","message":"…","meta":[…]}` for the supplier purchases.
///
/// # Errors
/// [`RenderError::Json`] when the JSON writer gives up.
pub fn error_document(refusal: &ParameterRefusal) -> Result<Vec<u8>, RenderError> {
    match refusal {
        ParameterRefusal::Series(error) => document(&error.to_response()),
        ParameterRefusal::Supplier(errors) => document(&errors.to_response()),
    }
}

fn document(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The shape of the sibling endpoint, `data[].revenue` instead of `data[].purchase_quantity`.
fn revenue(series: &RevenueSeries) -> Json {
    let decimals = series.decimals();
    let rows = series.points.iter().map(|point| {
        let revenue = amount_text(point.revenue, decimals);
        Json::Object(vec![
            ("time", Json::Text(point.time.clone())),
            ("revenue", Json::Digits(revenue)),
        ])
    });
    Json::Object(vec![
        ("message", Json::text(Some(SUCCESS))),
        ("data", Json::List(rows.collect())),
    ])
}
