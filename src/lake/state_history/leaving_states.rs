//! States that leave or get another origin: changes of origins come in; the files that hold such
//! states go out, and the full snapshots that lose states. An incomplete snapshot deletes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::Array;
use arrow::datatypes::{Date32Type, Int64Type};

use super::{COMMIT_ORDER, SNAPSHOT_DATE};
use crate::lake::columns::numbers;
use crate::lake::row_origins::{OriginColumns, RUN_ID, SOURCE_FILE};
use crate::lake::{ChangedOrigin, FileRef, Lake, LakeError, RowOrigin, TableSpec};

/// Commits by the company of their states.
pub type BrokenSnapshots = BTreeMap<i64, BTreeSet<i64>>;

/// Where states with changed origins are.
#[derive(Debug, Default)]
pub struct LeavingStates {
    /// The files that hold them.
    pub files: Vec<FileRef>,
    /// The full snapshots whose states they are, if they leave.
    pub broken: BrokenSnapshots,
    /// Their number by origin.
    pub states: BTreeMap<RowOrigin, u64>,
}

impl Lake {
    /// Finds the states of changed origins in the files of a table of states.
    ///
    /// # Errors
    /// Data files that cannot be read.
    pub fn leaving_states(
        &self,
        states: &TableSpec,
        files: &[FileRef],
        changes: &[ChangedOrigin],
    ) -> Result<LeavingStates, LakeError> {
        let mut found = LeavingStates::default();
        let changes: HashMap<(&str, &str), bool> = changes
            .iter()
            .map(|change| {
                let from = (change.from.path.as_str(), change.from.run_id.as_str());
                (from, change.to.is_none())
            })
            .collect();
        if changes.is_empty() {
            return Ok(found);
        }
        let columns = [SOURCE_FILE, RUN_ID, COMMIT_ORDER, SNAPSHOT_DATE];
        let failed = LakeError::arrow("read the origin of record batches", states.name);
        for file in files {
            let company = company_of(states, file)?;
            let mut is_concerned = false;
            for batch in self.read_rows(states, file, Some(&columns))? {
                let batch = batch?;
                let origins = OriginColumns::of(&batch).map_err(&failed)?;
                let orders = numbers::<Int64Type>(&batch, states.name, COMMIT_ORDER)?;
                let dates = numbers::<Date32Type>(&batch, states.name, SNAPSHOT_DATE)?;
                for (row, origin) in origins.rows().enumerate() {
                    let Some(leaves) = changes.get(&origin) else {
                        continue;
                    };
                    is_concerned = true;
                    let origin = RowOrigin {
                        path: origin.0.to_owned(),
                        run_id: origin.1.to_owned(),
                    };
                    *found.states.entry(origin).or_default() += 1;
                    if *leaves && dates.is_valid(row) {
                        let commits = found.broken.entry(company).or_default();
                        commits.insert(orders.value(row));
                    }
                }
            }
            if is_concerned {
                found.files.push(file.clone());
            }
        }
        Ok(found)
    }
}

/// The company of the states of a file.
pub(super) fn company_of(states: &TableSpec, file: &FileRef) -> Result<i64, LakeError> {
    let text = file.partition("company_id").unwrap_or_default();
    text.parse()
        .map_err(|_no_number| file.invalid_partition(states, text))
}
