//! The tables of a test lake with their settings for maintenance.

use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::{supplier_purchases_spec, supplier_versions_spec};
use crate::lake::maintenance::{DatePartition, MaintainedTable};
use crate::lake::{COMMIT_ORDER, COMMIT_ROW, TableSpec, inputs_spec, rejects_spec};

fn of(spec: TableSpec, sort_columns: &'static [&'static str]) -> MaintainedTable {
    MaintainedTable {
        spec,
        sort_columns,
        must_be_sorted: false,
        replaces_rows: false,
        date_partition: DatePartition::None,
    }
}

/// The table of states, which a restore completes.
pub(super) fn maintained_states() -> MaintainedTable {
    of(supplier_versions_spec(), &["id", COMMIT_ORDER, COMMIT_ROW])
}

/// The tables in the order of a restore.
pub(super) fn maintained_tables() -> [MaintainedTable; 4] {
    let purchases = MaintainedTable {
        date_partition: DatePartition::Day {
            partition_column: "purchase_date",
            source_column: "time",
        },
        ..of(
            purchases_spec(),
            &["time", "source_file", "source_row", "run_id"],
        )
    };
    let suppliers = MaintainedTable {
        must_be_sorted: true,
        replaces_rows: true,
        date_partition: DatePartition::Month {
            partition_column: "registration_month",
            source_column: "registration_date",
        },
        ..of(supplier_purchases_spec(), &["registration_date", "id"])
    };
    let inputs = of(
        inputs_spec(),
        &["ingested_at", "record_kind", "path", "digest"],
    );
    let rejects = of(rejects_spec(), &["source_file", "source_row", "run_id"]);
    [inputs, purchases, suppliers, rejects]
}
