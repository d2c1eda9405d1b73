//! The names of suppliers, with the latest of each.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::report::ReportError;
use crate::report::supplier_parameters::SupplierSelection;
use crate::report::supplier_table::{MonthFiles, SUPPLIER_ID, UPDATED_AT, collect_months};

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
    let frames = collect_months(selection, months, |plan| {
        plan.filter(col(SUPPLIER_NAME).is_not_null())
            .group_by([col(SUPPLIER_ID), col(SUPPLIER_NAME)])
            .agg([col(UPDATED_AT).max()])
    })?;
    let mut names: BTreeMap<Option<i64>, SupplierNames> = BTreeMap::new();
    for frame in &frames {
        add(&mut names, frame).map_err(|source| ReportError::Scan {
            files: months.len(),
            source,
        })?;
    }
    Ok(names)
}

fn add(names: &mut BTreeMap<Option<i64>, SupplierNames>, frame: &DataFrame) -> PolarsResult<()> {
    let ids = frame.column(SUPPLIER_ID)?.i64()?;
    let seen = frame.column(SUPPLIER_NAME)?.str()?;
    let updated = frame.column(UPDATED_AT)?.datetime()?.physical();
    for ((id, name), micros) in ids.iter().zip(seen.iter()).zip(updated.iter()) {
        let (Some(name), Some(micros)) = (name, micros) else {
            continue;
        };
        let last = names
            .entry(id)
            .or_default()
            .updated_micros
            .entry(name.to_owned())
            .or_insert(micros);
        *last = micros.max(*last);
    }
    Ok(())
}
