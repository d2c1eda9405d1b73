//! The columns of the `supplier_purchases` table: accepted purchases are collected into one Arrow batch
//! with the version of each row.
//!
//! The columns are those of the [table of fields](super::FIELDS) in its order, then:
//!
//! | column | type | null | from |
//! |---|---|---|---|
//! | `version_hash` | Int64 | no | of all values and `extra`, see [`SupplierPurchaseVersion`] |
//! | `extra` | Utf8 | yes | undocumented keys as a compact JSON object |
//! | `source_row` | Int64 | no | 0-based ordinal of the record in its input |
//! | `source_file`, `run_id` | Utf8 (dictionary) | no | lineage |
//!
//! The partition columns `company_id` and `registration_month` are in the path, not in the files.

mod schema;
mod value_columns;

use std::sync::Arc;

use arrow::array::{Int64Builder, RecordBatch, StringBuilder};
use arrow::error::ArrowError;

use super::values::SupplierPurchase;
use super::version::SupplierPurchaseVersion;
use crate::record::lineage_columns;

pub use self::schema::{
    DERIVED_COLUMNS, PARTITION_COLUMNS, STATISTICS_COLUMNS, UNIQUE_COLUMNS, schema,
};
pub use self::value_columns::{SupplierValueColumns, value_fields};
pub use crate::record::shift_source_rows;

/// Accepted purchases and their versions, in input order.
#[derive(Clone, Debug)]
pub struct SupplierRows {
    /// The rows, with [`schema`].
    pub batch: RecordBatch,
    /// The version of each row of `batch`.
    pub versions: Vec<SupplierPurchaseVersion>,
}

/// The builders of the columns.
#[derive(Debug, Default)]
pub struct SupplierPurchaseColumns {
    values: SupplierValueColumns,
    version_hash: Int64Builder,
    extra: StringBuilder,
    source_row: Vec<i64>,
    versions: Vec<SupplierPurchaseVersion>,
}

impl SupplierPurchaseColumns {
    /// Empty columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of purchases.
    pub fn len(&self) -> usize {
        self.versions.len()
    }

    /// Whether there are no purchases.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Appends a purchase with its ordinal in its chunk.
    pub fn push(&mut self, purchase: &SupplierPurchase<'_>, source_row: i64) {
        let version = SupplierPurchaseVersion::of(purchase);
        self.values.push(&purchase.values);
        self.version_hash.append_value(version.version_hash);
        self.extra.append_option(purchase.values.extra.as_deref());
        self.source_row.push(source_row);
        self.versions.push(version);
    }

    /// The columns as one batch, with rows in input order.
    ///
    /// # Errors
    /// Errors of Arrow, which valid builders do not cause.
    pub fn finish(mut self, source_file: &str, run_id: &str) -> Result<SupplierRows, ArrowError> {
        let mut columns = self.values.finish();
        columns.push(Arc::new(self.version_hash.finish()));
        columns.push(Arc::new(self.extra.finish()));
        columns.extend(lineage_columns(self.source_row, source_file, run_id)?);
        Ok(SupplierRows {
            batch: RecordBatch::try_new(schema(), columns)?,
            versions: self.versions,
        })
    }
}
