//! The product list: one product id per row.
//!
//! JSON: the documented response. A text table has their number as well. CSV and Parquet: `product_id`, in Parquet Utf8, not null.

use super::answer_table::{AnswerTable, TableCell, TableColumn};
use super::csv::{csv_bytes, text_cell};
use super::dashboard::Provenance;
use super::json::json_bytes;
use super::parquet::{parquet_bytes, required_texts};
use super::text_table::{TextAnswer, text_bytes};
use super::{Answer, Format, RenderError, Screen, UnsupportedFormat};
use crate::report::ProductList;
use crate::response::{ProductListResponse, SUCCESS};

impl Answer for ProductList {
    const NAME: &'static str = "product list";
    const FORMATS: &'static [Format] = &[Format::Json, Format::Table, Format::Csv, Format::Parquet];

    fn render(
        &self,
        format: Format,
        provenance: &Provenance,
        screen: Option<&Screen>,
    ) -> Result<Vec<u8>, RenderError> {
        match format {
            Format::Json => json_bytes(&ProductListResponse {
                products: self.products.clone(),
                message: SUCCESS.to_owned(),
            }),
            Format::Table => Ok(text_bytes(&text_answer(self, provenance), screen)),
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

fn text_answer(list: &ProductList, provenance: &Provenance) -> TextAnswer {
    let ProductList { products, total } = list;
    let rows = products
        .iter()
        .map(|product| vec![TableCell::text(Some(product))]);
    let shown = if products.len() == *total {
        format!("Products: {total}.")
    } else {
        format!(
            "{} of {total} products; --page N shows another page, from 0.",
            products.len()
        )
    };
    TextAnswer {
        table: AnswerTable {
            caption: "Products purchased".to_owned(),
            columns: vec![TableColumn::text("Product")],
            rows: rows.collect(),
        },
        bar_column: None,
        detail_columns: &[],
        totals: Vec::new(),
        notes: vec![provenance.sentence(), shown],
    }
}
