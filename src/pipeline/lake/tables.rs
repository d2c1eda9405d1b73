//! The tables of a lake, and what their care has to know of them.

use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::job::LakeTable;
use crate::lake::maintenance::{DatePartition, MaintainedTable, TablesByRole};
use crate::lake::{inputs_spec, rejects_spec};

/// A table. The order of its rows ends in what tells each of them from all others.
pub(super) fn maintained(table: LakeTable) -> MaintainedTable {
    match table {
        LakeTable::Purchases => MaintainedTable {
            spec: purchases_spec(),
            sort_columns: &["time", "source_file", "source_row", "run_id"],
            must_be_sorted: true,
            replaces_rows: false,
            date_partition: DatePartition::Day {
                partition_column: "purchase_date",
                source_column: "time",
            },
        },
        LakeTable::SupplierPurchases => MaintainedTable {
            spec: supplier_purchases_spec(),
            sort_columns: &["registration_date", "id"],
            must_be_sorted: true,
            replaces_rows: true,
            date_partition: DatePartition::Month {
                partition_column: "registration_month",
                source_column: "registration_date",
            },
        },
        LakeTable::Rejects => MaintainedTable {
            spec: rejects_spec(),
            sort_columns: &["source_file", "source_row", "run_id"],
            must_be_sorted: false,
            replaces_rows: false,
            date_partition: DatePartition::None,
        },
        LakeTable::Inputs => MaintainedTable {
            spec: inputs_spec(),
            sort_columns: &["ingested_at", "record_kind", "path", "digest"],
            must_be_sorted: false,
            replaces_rows: false,
            date_partition: DatePartition::None,
        },
    }
}

/// All tables, in the order in which they are told.
pub(super) fn all() -> [MaintainedTable; 4] {
    [
        LakeTable::Purchases,
        LakeTable::SupplierPurchases,
        LakeTable::Rejects,
        LakeTable::Inputs,
    ]
    .map(maintained)
}

/// Those that take accepted rows.
pub(super) fn rows_tables() -> [MaintainedTable; 2] {
    [LakeTable::Purchases, LakeTable::SupplierPurchases].map(maintained)
}

/// The tables by what they are for.
pub(super) fn verified_tables<'a>(
    rows: &'a [MaintainedTable],
    rejects: &'a MaintainedTable,
    inputs: &'a MaintainedTable,
) -> TablesByRole<'a> {
    TablesByRole {
        rows,
        rejects,
        inputs,
    }
}
