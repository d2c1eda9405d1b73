//! The names of suppliers, with the latest of each.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::report::ReportError;
use crate::report::supplier_parameters::SupplierSelection;
use crate::report::supplier_table::{MonthFiles, SUPPLIER_ID, UPDATED_AT, query_months};

const SUPPLIER_NAME: &str = "supplier_name";

/// The names of a supplier, each with the last update of a purchase with that name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SupplierNames {
    updated_micros: BTreeMap<String, i64>,
}

impl SupplierNames {
    /// The name with the last update; of several, the last in byte order.
    pub(super) fn latest(&self) -> Option<String> {
        let latest = self
            .updated_micros
            .iter()
            .max_by_key(|(_, micros)| **micros);
        latest.map(|(name, _)| name.clone())
    }

    /// All names, in byte order.
    pub(super) fn all(&self) -> Vec<String> {
        self.updated_micros.keys().cloned().collect()
    }
}

/// The names of all suppliers of the selected purchases.
pub(super) fn names(
    selection: &SupplierSelection,
    months: &[MonthFiles<'_>],
) -> Result<BTreeMap<Option<i64>, SupplierNames>, ReportError> {
    let by_name = |plan: LazyFrame| {
        plan.filter(col(SUPPLIER_NAME).is_not_null())
            .group_by([col(SUPPLIER_ID), col(SUPPLIER_NAME)])
            .agg([col(UPDATED_AT).max()])
    };
    let mut names: BTreeMap<Option<i64>, SupplierNames> = BTreeMap::new();
    for line in query_months(selection, months, by_name, read)? {
        let seen = &mut names.entry(line.supplier_id).or_default().updated_micros;
        let last = seen.entry(line.name).or_insert(line.micros);
        *last = line.micros.max(*last);
    }
    Ok(names)
}

/// A name of a supplier with its last update in a month.
struct NameLine {
    supplier_id: Option<i64>,
    name: String,
    micros: i64,
}

fn read(frame: &DataFrame) -> PolarsResult<Vec<NameLine>> {
    let ids = frame.column(SUPPLIER_ID)?.i64()?;
    let names = frame.column(SUPPLIER_NAME)?.str()?;
    let updated = frame.column(UPDATED_AT)?.datetime()?.physical();
    let line = |((supplier_id, name), micros): ((_, Option<&str>), Option<i64>)| {
        Some(NameLine {
            supplier_id,
            name: name?.to_owned(),
            micros: micros?,
        })
    };
    let lines = ids.iter().zip(names.iter()).zip(updated.iter());
    Ok(lines.filter_map(line).collect())
}
