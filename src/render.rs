//! Report answers written as text or bytes.
//!
//! In: an [`Answer`] and a [`Format`], or the supplier purchases themselves, which are read while
//! they are written. Out: the bytes of a JSON document in the documented shape, of a text table, of a
//! CSV table, of newline-delimited JSON, of a Parquet file, of an HTML page or of a chart; the same
//! answer always gives the same bytes for the same [`Screen`]. Refused: a format that the answer does not support
//! ([`UnsupportedFormat`]), and values that a writer cannot write.
//!
//! An answer has one file here, named after it, with its [`Answer`] implementation: its name, its
//! formats, and how each of them shows it. The files of the formats have what several answers share.

mod amount_text;
mod answer;
mod answer_table;
pub mod chart;
mod csv;
pub mod dashboard;
mod error;
mod error_response;
#[cfg(test)]
mod fixture;
mod format;
pub mod html;
mod json;
mod json_writer;
mod parquet;
mod product_list;
mod quantity_series;
mod revenue_series;
mod screen;
mod supplier_purchases;
mod supplier_summary;
mod text_table;
mod visual;

pub use answer::{Answer, check_format, render};
pub use error::RenderError;
pub use error_response::error_document;
pub use format::{Format, UnknownFormat, UnsupportedFormat};
pub use screen::Screen;
pub use supplier_purchases::{
    NullHandling, SupplierRowsWriter, check_supplier_list_format, supplier_page_json,
    write_supplier_list, write_supplier_pages,
};

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
