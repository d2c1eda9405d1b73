//! The schema of the data files, and the columns with a special role in the lake.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::value_columns::value_fields;
use crate::record::lineage_fields;
use crate::supplier_purchase::fields::FIELDS;

/// Names of the partition columns, outer first; `company_id` is a 64-bit number,
/// `registration_month` a text such as `2025-01`.
pub const PARTITION_COLUMNS: [&str; 2] = ["company_id", "registration_month"];

/// Columns with min/max statistics in the Delta log; without personal data.
pub const STATISTICS_COLUMNS: [&str; 3] = ["id", "registration_date", "updated_at"];

/// Columns whose values are mostly unique within a month of a company.
pub static UNIQUE_COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let unique = FIELDS.iter().filter(|spec| spec.is_unique);
    let columns = unique.filter_map(|spec| spec.column);
    columns.chain(["version_hash", "source_row"]).collect()
});

/// The columns after those of the fields, with their content.
pub const DERIVED_COLUMNS: [(&str, &str); 2] = [
    (
        "version_hash",
        "of all values above and `extra`, by BLAKE3: distinguishes two contents with the same `updated_at`",
    ),
    ("extra", "undocumented keys, as a compact JSON object"),
];

/// Arrow schema of the data files, documented in the [parent module](super).
pub fn schema() -> SchemaRef {
    let mut fields = value_fields();
    let [(version_hash, _), (extra, _)] = DERIVED_COLUMNS;
    fields.push(Field::new(version_hash, DataType::Int64, false));
    fields.push(Field::new(extra, DataType::Utf8, true));
    fields.extend(lineage_fields());
    Arc::new(Schema::new(fields))
}
