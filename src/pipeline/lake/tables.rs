//! The tables of a lake, and what their care has to know of them.

use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::job::LakeTable;
use crate::lake::care::{CaredTable, Dated, Tables};
use crate::lake::{inputs_spec, rejects_spec};

/// A table. The order of its rows ends in what tells each of them from all others.
pub(super) fn cared(table: LakeTable) -> CaredTable {
    match table {
        LakeTable::Purchases => CaredTable {
            spec: purchases_spec(),
            order: &["time", "source_file", "source_row", "run_id"],
            must_be_ordered: true,
            replaces_rows: false,
            dated: Dated::Day {
                partition: "purchase_date",
                of: "time",
            },
        },
        LakeTable::SupplierPurchases => CaredTable {
            spec: supplier_purchases_spec(),
            order: &["registration_date", "id"],
            must_be_ordered: true,
            replaces_rows: true,
            dated: Dated::Month {
                partition: "registration_month",
                of: "registration_date",
            },
        },
        LakeTable::Rejects => CaredTable {
            spec: rejects_spec(),
            order: &["source_file", "source_row", "run_id"],
            must_be_ordered: false,
            replaces_rows: false,
            dated: Dated::No,
        },
        LakeTable::Inputs => CaredTable {
            spec: inputs_spec(),
            order: &["ingested_at", "record_kind", "path", "digest"],
            must_be_ordered: false,
            replaces_rows: false,
            dated: Dated::No,
        },
    }
}

/// All tables, in the order in which they are told.
pub(super) fn all() -> [CaredTable; 4] {
    [
        LakeTable::Purchases,
        LakeTable::SupplierPurchases,
        LakeTable::Rejects,
        LakeTable::Inputs,
    ]
    .map(cared)
}

/// Those that take accepted rows.
pub(super) fn rows_tables() -> [CaredTable; 2] {
    [LakeTable::Purchases, LakeTable::SupplierPurchases].map(cared)
}

/// The tables by what they are for.
pub(super) fn verified_tables<'a>(
    rows: &'a [CaredTable],
    rejects: &'a CaredTable,
    inputs: &'a CaredTable,
) -> Tables<'a> {
    Tables {
        rows,
        rejects,
        inputs,
    }
}
