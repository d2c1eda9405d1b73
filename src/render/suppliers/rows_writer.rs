//! Rows of supplier purchases into a sink, run by run.

use std::io::Write;

use csv::{Terminator, WriterBuilder};
use parquet::arrow::ArrowWriter;

use super::arrow_columns::{batch, schema};
use super::csv_row::{COLUMNS, write_row};
use super::purchase_json::purchase;
use crate::render::parquet::properties;
use crate::render::{AnswerKind, Format, RenderError};
use crate::report::SupplierPurchaseRow;

/// Rows of a row group: enough to compress well, few enough to be held until they are whole.
const ROWS_PER_GROUP: usize = 131_072;

/// Writes supplier purchases as CSV, NDJSON or Parquet without holding them.
///
/// CSV and Parquet have the columns of the table, the company first, without `version_hash` and the
/// columns that say where a row came from. A line of NDJSON is the documented purchase object.
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
    /// Begins a file: the header of CSV is written here.
    ///
    /// # Errors
    /// [`RenderError::Format`] for a format that has no rows, or what the writer says.
    pub fn new(company_id: i64, format: Format, sink: W) -> Result<Self, RenderError> {
        AnswerKind::SupplierList.check(format)?;
        let sink = match format {
            Format::Csv => {
                let mut table = WriterBuilder::new()
                    .terminator(Terminator::CRLF)
                    .from_writer(sink);
                table.write_record(COLUMNS)?;
                RowsSink::Csv(Box::new(table))
            }
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

    /// Writes a run of rows.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&mut self, rows: &[SupplierPurchaseRow]) -> Result<(), RenderError> {
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

    /// Ends the file and returns how many rows it has.
    ///
    /// # Errors
    /// What the writer says.
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
