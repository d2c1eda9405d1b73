//! Adds columns to a table that was written before its specification had them: a table comes in, a
//! version with all columns goes out.
//!
//! No data file is changed: the rows of older files are null in the added columns. Refused: every
//! difference from the specification except missing nullable columns.

use deltalake::kernel::{MetadataExt, StructField, StructType};
use deltalake::table::state::DeltaTableState;
use serde::Serialize;

use super::MaintainedTable;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit};
use crate::lake::table::{loaded_state, missing_columns};
use crate::lake::{Lake, LakeError, TableSpec};

/// The columns that a table lacked, or has still, after a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpgradeReport {
    /// The table.
    pub table: String,
    /// The columns in the order of the specification; empty if it lacked none.
    pub columns: Vec<AddedColumn>,
    /// The version that has them; `None` in a dry run, or if this command added none.
    pub committed_version: Option<i64>,
}

/// An added column; it is nullable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedColumn {
    /// Its name.
    pub name: String,
    /// Its type, as Delta names it.
    #[serde(rename = "type")]
    pub data_type: String,
}

impl From<&StructField> for AddedColumn {
    fn from(column: &StructField) -> Self {
        Self {
            name: column.name().clone(),
            data_type: column.data_type().to_string(),
        }
    }
}

impl Lake {
    /// Adds the missing nullable columns of a table in one commit, or reports them; `None` if the
    /// table does not exist. A table that lacks none is not changed.
    ///
    /// # Errors
    /// [`LakeError::SchemaDiffers`] for any other difference from the specification,
    /// [`LakeError::Conflict`] if all attempts conflicted with other writers, or an error of the
    /// store.
    pub fn upgrade(
        &self,
        maintained: &MaintainedTable,
        run_id: &str,
        dry_run: bool,
    ) -> Result<Option<UpgradeReport>, LakeError> {
        if !self.has_table(maintained)? {
            return Ok(None);
        }
        let spec = &maintained.spec;
        let (_, missing) = self.open_readable(spec)?;
        let mut report = UpgradeReport {
            table: spec.name.to_owned(),
            columns: missing.iter().map(AddedColumn::from).collect(),
            committed_version: None,
        };
        if !dry_run && !missing.is_empty() {
            let identity = CommitIdentity::of_upgrade(spec, run_id);
            let committed = self.commit(&identity, &mut |table| {
                let state = loaded_state(spec.name, table)?;
                let missing = missing_columns(spec, &state.schema())?;
                report.columns = missing.iter().map(AddedColumn::from).collect();
                if missing.is_empty() {
                    return Ok(None);
                }
                Ok::<_, LakeError>(Some(planned_upgrade(spec, state, missing)?))
            })?;
            report.committed_version = committed.version();
        }
        Ok(Some(report))
    }
}

/// The commit that adds the missing columns; each column gets the place that it has in the
/// specification.
fn planned_upgrade(
    spec: &TableSpec,
    state: &DeltaTableState,
    missing: Vec<StructField>,
) -> Result<PlannedCommit, LakeError> {
    let found = state.schema();
    let columns = spec.delta_columns()?.into_iter();
    let columns = columns.map(|column| found.field(column.name()).cloned().unwrap_or(column));
    let failed = LakeError::delta("upgrade", spec.name);
    let schema = StructType::try_new(columns).map_err(|error| failed(error.into()))?;
    let metadata = state.metadata().clone().with_schema(&schema);
    let metadata = metadata.map_err(|error| failed(error.into()))?;
    Ok(PlannedCommit {
        metadata: Some(metadata),
        ..PlannedCommit::new(CommitOperation::AddColumns { columns: missing })
    })
}
