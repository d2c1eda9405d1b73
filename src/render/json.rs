//! Answers as JSON documents in the documented shapes, indented, with a final newline.

use serde::Serialize;

use super::exact::amount_text;
use super::{Answer, RenderError, documented};
use crate::report::{ParameterError, RevenueSeries};
use crate::response::SUCCESS;

pub(super) fn write(answer: &Answer) -> Result<Vec<u8>, RenderError> {
    match answer {
        Answer::QuantitySeries(series) => document(&documented::quantity_series(series)),
        Answer::ProductList(list) => document(&documented::product_list(list)),
        Answer::RevenueSeries(series) => revenue(series),
    }
}

/// The documented error shape of a refused parameter, `{"message":"…"}`, as it goes to stdout.
///
/// # Errors
/// [`RenderError::Json`] when the JSON writer gives up.
pub fn error_document(error: &ParameterError) -> Result<Vec<u8>, RenderError> {
    document(&error.to_response())
}

fn document(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The shape of the sibling endpoint, `data[].revenue` instead of `data[].purchase_quantity`, laid
/// out as serde lays out the others. Written by hand because serde's numbers would be floats.
fn revenue(series: &RevenueSeries) -> Result<Vec<u8>, RenderError> {
    let decimals = series.decimals();
    let mut rows = Vec::with_capacity(series.points.len());
    for point in &series.points {
        let time = serde_json::to_string(&point.time)?;
        let revenue = amount_text(point.revenue, decimals);
        rows.push(format!(
            "    {{\n      \"time\": {time},\n      \"revenue\": {revenue}\n    }}"
        ));
    }
    let data = if rows.is_empty() {
        "[]".to_owned()
    } else {
        format!("[\n{}\n  ]", rows.join(",\n"))
    };
    let message = serde_json::to_string(SUCCESS)?;
    Ok(format!("{{\n  \"message\": {message},\n  \"data\": {data}\n}}\n").into_bytes())
}
