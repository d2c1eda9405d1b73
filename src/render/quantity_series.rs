//! The purchase quantity series: `time` and `purchase_quantity`, in items per day or hour.
//!
//! JSON: the documented response. Parquet: `time` Utf8, `purchase_quantity` Int64, both not null.

use std::sync::Arc;

use arrow::array::Int64Array;

use super::answer_table::TableCell;
use super::csv::{csv_bytes, text_cell};
use super::dashboard::{Provenance, quantity};
use super::json::json_bytes;
use super::parquet::{parquet_bytes, required, required_texts};
use super::text_table::{TextAnswer, text_bytes};
use super::visual::visual_bytes;
use super::{Answer, Format, RenderError, Screen, UnsupportedFormat};
use crate::report::QuantitySeries;
use crate::response::{QuantityRow, QuantitySeriesResponse, SUCCESS};

impl Answer for QuantitySeries {
    const NAME: &'static str = "quantity series";
    const FORMATS: &'static [Format] = Format::TABLE_AND_CHART;

    fn render(
        &self,
        format: Format,
        provenance: &Provenance,
        screen: Option<&Screen>,
    ) -> Result<Vec<u8>, RenderError> {
        match format {
            Format::Json => json_bytes(&response(self)),
            Format::Table => Ok(text_bytes(&text_answer(self, provenance), screen)),
            Format::Csv => csv(self),
            Format::Parquet => parquet(self),
            Format::Html | Format::Svg | Format::Png => {
                let (chart, table) = quantity(self, provenance);
                Ok(visual_bytes(format, &chart, &table, provenance))
            }
            Format::Ndjson => Err(UnsupportedFormat::of::<Self>(format).into()),
        }
    }
}

fn response(series: &QuantitySeries) -> QuantitySeriesResponse {
    let rows = series.points.iter().map(|point| QuantityRow {
        time: point.time.clone(),
        purchase_quantity: point.purchase_quantity,
    });
    QuantitySeriesResponse {
        message: SUCCESS.to_owned(),
        data: rows.collect(),
    }
}

fn text_answer(series: &QuantitySeries, provenance: &Provenance) -> TextAnswer {
    let (_, table) = quantity(series, provenance);
    let items = series.points.iter().map(|point| point.purchase_quantity);
    let refunds = (series.refund_items != 0)
        .then(|| format!("Items of refunds in this period: {}.", series.refund_items));
    TextAnswer {
        table,
        bar_column: Some(1),
        detail_columns: &[],
        totals: vec![vec![
            TableCell::text(Some("Total")),
            TableCell::count(items.sum()),
        ]],
        notes: refunds.into_iter().chain([provenance.sentence()]).collect(),
    }
}

fn csv(series: &QuantitySeries) -> Result<Vec<u8>, RenderError> {
    csv_bytes(["time", "purchase_quantity"], |table| {
        for point in &series.points {
            let quantity = point.purchase_quantity.to_string();
            table.write_record([text_cell(&point.time).as_ref(), &quantity])?;
        }
        Ok(())
    })
}

fn parquet(series: &QuantitySeries) -> Result<Vec<u8>, RenderError> {
    let quantities = series.points.iter().map(|point| point.purchase_quantity);
    let quantities = Int64Array::from_iter_values(quantities);
    parquet_bytes([
        required_texts("time", series.points.iter().map(|point| &point.time)),
        required("purchase_quantity", Arc::new(quantities)),
    ])
}
