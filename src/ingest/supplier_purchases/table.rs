//! The specifications of the tables of supplier purchases: their newest states, and all states.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{FieldRef, Schema, SchemaRef};

use crate::lake::{
    COMMIT_ORDER, COMMIT_ROW, PartitionColumn, PartitionType, TableSpec, state_columns,
};
use crate::supplier_purchase::columns::{self, STATISTICS_COLUMNS, UNIQUE_COLUMNS, schema};

/// The `supplier_purchases` table: columns of [`crate::supplier_purchase::columns`], one partition
/// per company and month of registration; one row for each purchase of a company.
pub fn supplier_purchases_spec() -> TableSpec {
    TableSpec {
        name: "supplier_purchases",
        schema: schema(),
        partition_columns: &PARTITION_COLUMNS,
        statistics_columns: &STATISTICS_COLUMNS,
        unique_columns: &UNIQUE_COLUMNS,
        ascending_columns: &[],
        states: Some(supplier_versions_spec),
    }
}

/// The `supplier_versions` table: every valid state of every purchase, with the columns of
/// `supplier_purchases` and then [`state_columns`]; one partition per company. The table
/// `supplier_purchases` is the fold of its rows in the order of `commit_order` and `commit_row`.
pub fn supplier_versions_spec() -> TableSpec {
    TableSpec {
        name: "supplier_versions",
        schema: SchemaRef::clone(&STATE_SCHEMA),
        partition_columns: &COMPANY_PARTITION,
        statistics_columns: &STATE_STATISTICS,
        unique_columns: &UNIQUE_COLUMNS,
        ascending_columns: &[COMMIT_ROW],
        states: None,
    }
}

static STATE_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let of_rows = schema();
    let fields = of_rows.fields().iter().cloned();
    let fields: Vec<FieldRef> = fields.chain(state_columns().map(FieldRef::new)).collect();
    Arc::new(Schema::new(fields))
});

const STATE_STATISTICS: [&str; 4] = {
    let [id, registration_date, updated_at] = STATISTICS_COLUMNS;
    [id, registration_date, updated_at, COMMIT_ORDER]
};

/// The partition columns, which are in the paths, not in the files.
const PARTITION_COLUMNS: [PartitionColumn; 2] = [
    COMPANY_PARTITION[0],
    PartitionColumn {
        name: columns::PARTITION_COLUMNS[1],
        partition_type: PartitionType::String,
    },
];

/// Those of the states: the month of a purchase may change from state to state.
const COMPANY_PARTITION: [PartitionColumn; 1] = [PartitionColumn {
    name: columns::PARTITION_COLUMNS[0],
    partition_type: PartitionType::Integer,
}];
