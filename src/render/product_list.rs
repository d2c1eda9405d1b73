//! The product list: one product id per row.
//!
//! JSON: the documented response. CSV and Parquet: `product_id`, in Parquet Utf8, not null.

use super::csv::{csv_bytes, text_cell};
use super::dashboard::Provenance;
use super::json::json_bytes;
use super::parquet::{parquet_bytes, required_texts};
use super::{Answer, Format, RenderError, UnsupportedFormat};
use crate::report::ProductList;
use crate::response::{ProductListResponse, SUCCESS};

impl Answer for ProductList {
    const NAME: &'static str = "product list";
    const FORMATS: &'static [Format] = &[Format::Json, Format::Csv, Format::Parquet];

    fn render(&self, format: Format, _provenance: &Provenance) -> Result<Vec<u8>, RenderError> {
        match format {
            Format::Json => json_bytes(&ProductListResponse {
                products: self.products.clone(),
                message: SUCCESS.to_owned(),
            }),
            Format::Csv => csv_bytes(["product_id"], |table| {
                let mut cells = self.products.iter().map(|product| text_cell(product));
                cells.try_for_each(|cell| table.write_record([cell.as_ref()]))
            }),
            Format::Parquet => parquet_bytes([required_texts("product_id", &self.products)]),
            Format::Ndjson | Format::Html | Format::Svg | Format::Png => {
                Err(UnsupportedFormat::of::<Self>(format).into())
            }
        }
    }
}
