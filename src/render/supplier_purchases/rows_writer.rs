//! Writes rows of supplier purchases to a sink, batch by batch.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;

use super::csv_row::{columns, write_row};
use super::purchase_json::purchase;
use crate::render::answer::check_format_of;
use crate::render::csv::csv_table;
use crate::render::parquet::properties;
use crate::render::{Format, RenderError, UnsupportedFormat};
use crate::supplier_purchase::SupplierPurchaseValues;
use crate::supplier_purchase::columns::{SupplierValueColumns, value_fields};

/// The formats of a file with every supplier purchase, the default first.
const SUPPLIER_LIST_FORMATS: &[Format] = &[Format::Csv, Format::Ndjson, Format::Parquet];

/// Rows per row group: enough to compress well, few enough to keep in memory until the group is
/// complete.
const ROWS_PER_GROUP: usize = 131_072;

/// Checks that a file with every supplier purchase supports a format.
///
/// # Errors
/// [`UnsupportedFormat`], which names the supported formats.
pub fn check_supplier_list_format(format: Format) -> Result<(), UnsupportedFormat> {
    let name = "whole list of supplier purchases";
    check_format_of(name, SUPPLIER_LIST_FORMATS, format)
}

/// Writes supplier purchases as CSV, NDJSON or Parquet without keeping them in memory.
///
/// CSV and Parquet have the columns of the table, preceded by the company, without `version_hash`
/// and the lineage columns. A line of NDJSON is the documented purchase object.
#[derive(Debug)]
pub struct SupplierRowsWriter<W: Write + Send> {
    company_id: i64,
    rows: u64,
    sink: RowsSink<W>,
}

#[derive(Debug)]
enum RowsSink<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Ndjson(W),
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> SupplierRowsWriter<W> {
    /// Starts a file; writes the header of a CSV file.
    ///
    /// # Errors
    /// [`RenderError::Format`] for a format without rows, or the error of the writer.
    pub fn new(company_id: i64, format: Format, sink: W) -> Result<Self, RenderError> {
        check_supplier_list_format(format)?;
        let sink = match format {
            Format::Csv => RowsSink::Csv(Box::new(csv_table(&columns(), sink)?)),
            Format::Parquet => RowsSink::Parquet(Box::new(ArrowWriter::try_new(
                sink,
                schema(),
                Some(properties()),
            )?)),
            _ => RowsSink::Ndjson(sink),
        };
        Ok(Self {
            company_id,
            rows: 0,
            sink,
        })
    }

    /// Writes a batch of rows.
    ///
    /// # Errors
    /// The error of the writer.
    pub fn write(&mut self, rows: &[SupplierPurchaseValues<'_>]) -> Result<(), RenderError> {
        match &mut self.sink {
            RowsSink::Csv(table) => {
                for row in rows {
                    write_row(self.company_id, row, table)?;
                }
            }
            RowsSink::Ndjson(sink) => {
                let mut line = Vec::new();
                for row in rows {
                    line.clear();
                    purchase(row).compact(&mut line)?;
                    line.push(b'\n');
                    sink.write_all(&line)?;
                }
            }
            RowsSink::Parquet(writer) => {
                writer.write(&batch(self.company_id, rows)?)?;
                if writer.in_progress_rows() >= ROWS_PER_GROUP {
                    writer.flush()?;
                }
            }
        }
        self.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Finishes the file and returns its number of rows.
    ///
    /// # Errors
    /// The error of the writer.
    pub fn finish(self) -> Result<u64, RenderError> {
        match self.sink {
            RowsSink::Csv(mut table) => table.flush()?,
            RowsSink::Ndjson(mut sink) => sink.flush()?,
            RowsSink::Parquet(writer) => {
                writer.close()?;
            }
        }
        Ok(self.rows)
    }
}

/// The columns of a Parquet file: the types of the table.
fn schema() -> SchemaRef {
    let mut fields = vec![Field::new("company_id", DataType::Int64, false)];
    fields.extend(value_fields());
    fields.push(Field::new("extra", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

fn batch(company_id: i64, rows: &[SupplierPurchaseValues<'_>]) -> Result<RecordBatch, ArrowError> {
    let mut values = SupplierValueColumns::default();
    for row in rows {
        values.push(row);
    }
    let company: ArrayRef = Arc::new(Int64Array::from(vec![company_id; rows.len()]));
    let extra: StringArray = rows.iter().map(|row| row.extra.as_deref()).collect();
    let mut columns = vec![company];
    columns.extend(values.finish());
    columns.push(Arc::new(extra));
    RecordBatch::try_new(schema(), columns)
}
