//! The tables of a lake with their settings for maintenance.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::{supplier_purchases_spec, supplier_versions_spec};
use crate::lake::maintenance::{DatePartition, MaintainedTable};
use crate::lake::{COMMIT_ORDER, COMMIT_ROW, inputs_spec, rejects_spec};

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum LakeTable {
    /// Customer purchases
    Purchases,
    /// Supplier purchases
    #[value(alias = "supplier-purchases")]
    SupplierPurchases,
    /// All states of supplier purchases
    #[value(alias = "supplier-versions")]
    SupplierVersions,
    /// Rejected records
    Rejects,
    /// Ingested inputs
    Inputs,
}

impl LakeTable {
    /// All tables in the order of a restore: the next ingest recovers from one that stops in
    /// between.
    const RESTORED: [Self; 5] = [
        Self::Inputs,
        Self::Purchases,
        Self::SupplierPurchases,
        Self::SupplierVersions,
        Self::Rejects,
    ];
}

/// A table, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableSelection {
    All,
    One(LakeTable),
}

impl ValueEnum for TableSelection {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::All,
            Self::One(LakeTable::Purchases),
            Self::One(LakeTable::SupplierPurchases),
            Self::One(LakeTable::SupplierVersions),
            Self::One(LakeTable::Rejects),
            Self::One(LakeTable::Inputs),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::All => Some(PossibleValue::new("all").help("All tables")),
            Self::One(table) => table.to_possible_value(),
        }
    }
}

impl TableSelection {
    /// The selected tables; all of them in the order of a restore.
    pub(super) fn tables(self) -> Vec<MaintainedTable> {
        match self {
            Self::All => LakeTable::RESTORED.map(maintained).to_vec(),
            Self::One(table) => vec![maintained(table)],
        }
    }
}

/// A table. The order of its rows ends with columns that identify a row.
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
        LakeTable::SupplierVersions => MaintainedTable {
            spec: supplier_versions_spec(),
            sort_columns: &["id", COMMIT_ORDER, COMMIT_ROW],
            must_be_sorted: false,
            replaces_rows: false,
            date_partition: DatePartition::None,
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

/// All tables, in the order of the output.
pub(super) fn all() -> Vec<MaintainedTable> {
    let tables = LakeTable::value_variants().iter();
    tables.copied().map(maintained).collect()
}

/// The names of tables.
pub(super) fn names(tables: &[MaintainedTable]) -> Vec<&'static str> {
    tables.iter().map(|table| table.spec.name).collect()
}

/// The record kinds of inputs, which have the names of the tables of their rows.
pub(super) fn record_kinds() -> [&'static str; 2] {
    rows_tables().map(|table| table.spec.name)
}

/// The tables of accepted rows.
pub(super) fn rows_tables() -> [MaintainedTable; 2] {
    [LakeTable::Purchases, LakeTable::SupplierPurchases].map(maintained)
}
