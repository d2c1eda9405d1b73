//! The newest states after inputs have left the history: the table, the history and the versions of the
//! run come in; the change of the table goes out.
//!
//! ```text
//! states - leaving inputs + the run -fold-> newest states -compare with the table-> changed partitions
//! ```
//!
//! Only purchases that the change concerns are folded: those with a leaving state or a version of the
//! run, and all of a company whose full snapshots change. Memory: the key columns of the states of a
//! part of one company's purchases, and the changed rows, which are spilled to disk.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};

use super::fold::{FoldedState, HistoryState, StatePlace, by_purchase, fold, sort_states};
use super::history::{CompanyHistory, HistoryQuery};
use super::merge::{MergeInput, MergeResult, SnapshotEffect, files_of};
use super::restored_rows::RestoredRows;
use super::rewrite_partitions::{NewRows, PartitionRewrite};
use super::row_edits::RowEdits;
use super::select_versions::VersionSelection;
use super::stored_rows::PartitionFile;
use super::table::supplier_versions_spec;
use super::table_rows::{TableRow, for_each_row};
use crate::ingest::error::RunError;
use crate::lake::{
    BrokenSnapshots, ChangedOrigin, FoldedRows, InputChangeError, LakeError, LeavingStates,
    ListedInput, RowOrigin, Snapshot, TableChange,
};

/// A fold of the history without some inputs, and with the versions of the run.
pub(super) struct Refold<'a> {
    pub(super) run: &'a MergeInput<'a>,
    /// The table of states, at the version that belongs to the table.
    pub(super) states: &'a Snapshot,
    /// The inputs whose states leave or get another origin.
    pub(super) origins: &'a [ChangedOrigin],
    /// The listed inputs that leave.
    pub(super) outgoing: &'a [ListedInput],
}

/// The change as it grows, company by company.
struct Changes<'a> {
    edits: HashMap<usize, RowEdits>,
    /// Rows of the run.
    of_run: NewRows<'a>,
    /// Rows of the history.
    restored: RestoredRows,
    selection: VersionSelection,
    effect: SnapshotEffect,
}

impl Refold<'_> {
    /// Works out the change of a version of the table.
    pub(super) fn fold(&self, snapshot: &Snapshot) -> Result<MergeResult<FoldedRows>, RunError> {
        let lake = self.run.lake;
        let spec = supplier_versions_spec();
        let leaving = lake.leaving_states(&spec, &self.states.files, self.origins)?;
        self.check_states(&leaving)?;
        let files = files_of(snapshot, &self.companies(&leaving)?)?;
        let mut changes = Changes {
            edits: HashMap::new(),
            of_run: NewRows::of(self.run.accepted_rows, self.run.known_inputs),
            restored: RestoredRows::default(),
            selection: VersionSelection::default(),
            effect: SnapshotEffect::default(),
        };
        let order = self.run.order(snapshot).commit;
        for company_id in self.companies(&leaving)? {
            let concerned = self.concerned(company_id, &leaving)?;
            let parts = HistoryQuery::parts(self.states, company_id);
            for part in 0..parts {
                let is_requested = |id: i64| {
                    let in_part = id.unsigned_abs() % parts == part;
                    in_part && concerned.as_ref().is_none_or(|ids| ids.contains(&id))
                };
                let query = HistoryQuery {
                    lake,
                    company_id,
                    files: &self.states.files,
                    origins: self.origins,
                    broken: leaving.broken.get(&company_id),
                    is_requested: &is_requested,
                };
                let mut history = query.read()?;
                self.add_run(&mut history, company_id, order, &is_requested);
                self.compare(&history, &query, order, &files, &mut changes)?;
            }
        }
        self.change(snapshot, &files, changes, leaving.broken)
    }

    /// Refuses a history that does not have the states that are listed of an outgoing input. A full
    /// snapshot may have brought them again.
    fn check_states(&self, leaving: &LeavingStates) -> Result<(), RunError> {
        for input in self
            .outgoing
            .iter()
            .filter(|input| input.row.counts.read > 0)
        {
            let origin = RowOrigin {
                path: input.row.path.clone(),
                run_id: input.run_id.clone(),
            };
            let found = leaving.states.get(&origin).copied().unwrap_or_default();
            let expected = input.row.counts.valid();
            let is_whole = found
                .checked_rem(expected)
                .map_or(found == 0, |rest| rest == 0);
            if !is_whole || (expected > 0 && found == 0) {
                let differ = InputChangeError::RowsDiffer {
                    table: supplier_versions_spec().name.to_owned(),
                    path: input.row.path.clone(),
                    expected,
                    found,
                };
                return Err(LakeError::from(differ).into());
            }
        }
        Ok(())
    }

    /// The companies with states of the leaving inputs or of the run.
    fn companies(&self, leaving: &LeavingStates) -> Result<BTreeSet<i64>, RunError> {
        let mut companies: BTreeSet<i64> = self.run.complete_companies.clone();
        let of_run = self.run.candidates.iter();
        companies.extend(of_run.map(|candidate| candidate.version.key.company_id));
        for file in &leaving.files {
            let company = file.partition("company_id").and_then(|id| id.parse().ok());
            companies.insert(company.ok_or_else(|| RunError::BadPartition {
                path: file.path.clone(),
            })?);
        }
        Ok(companies)
    }

    /// The ids of the purchases of a company that the change concerns; `None` for all of them.
    fn concerned(
        &self,
        company_id: i64,
        leaving: &LeavingStates,
    ) -> Result<Option<HashSet<i64>>, RunError> {
        let is_complete = self.run.complete_companies.contains(&company_id);
        if is_complete || leaving.broken.contains_key(&company_id) {
            return Ok(None);
        }
        let of_company = self
            .run
            .candidates
            .iter()
            .map(|candidate| candidate.version.key);
        let of_company = of_company.filter(|key| key.company_id == company_id);
        let mut ids: HashSet<i64> = of_company.map(|key| key.id).collect();
        let (spec, company) = (supplier_versions_spec(), company_id.to_string());
        let columns = ["id", "source_file", "run_id"];
        let changes = self.origins.iter();
        let changed: HashSet<(&str, &str)> = changes
            .map(|change| (change.from.path.as_str(), change.from.run_id.as_str()))
            .collect();
        let files = leaving.files.iter();
        for file in files.filter(|file| file.partition("company_id") == Some(company.as_str())) {
            for batch in self.run.lake.read_rows(&spec, file, Some(&columns))? {
                let batch = batch?;
                let [Some(id), Some(path), Some(run_id)] =
                    columns.map(|name| batch.column_by_name(name))
                else {
                    return Err(RunError::KeyColumns);
                };
                let id = id
                    .as_primitive_opt::<Int64Type>()
                    .ok_or(RunError::KeyColumns)?;
                let texts = [cast(path, &DataType::Utf8)?, cast(run_id, &DataType::Utf8)?];
                let [paths, runs] = texts.each_ref().map(AsArray::as_string::<i32>);
                for row in 0..batch.num_rows() {
                    if changed.contains(&(paths.value(row), runs.value(row))) {
                        ids.insert(id.value(row));
                    }
                }
            }
        }
        Ok(Some(ids))
    }

    /// Adds the versions of the run as the last commit.
    fn add_run(
        &self,
        history: &mut CompanyHistory,
        company_id: i64,
        order: i64,
        is_requested: &dyn Fn(i64) -> bool,
    ) {
        if self.run.complete_companies.contains(&company_id) {
            history.snapshots.push(order);
        }
        for candidate in self.run.candidates {
            let key = candidate.version.key;
            if key.company_id == company_id && is_requested(key.id) {
                history.states.push(HistoryState {
                    candidate: candidate.clone(),
                    order,
                    base: None,
                    // Never compared: a row of the run is not in the table yet.
                    origin: (u32::MAX, 0),
                    place: StatePlace::Run,
                });
            }
        }
        sort_states(&mut history.states);
    }

    /// Adds what distinguishes the newest states from the table.
    fn compare(
        &self,
        history: &CompanyHistory,
        query: &HistoryQuery<'_>,
        order: i64,
        files: &[PartitionFile<'_>],
        changes: &mut Changes<'_>,
    ) -> Result<(), RunError> {
        let mut newest: HashMap<i64, FoldedState<'_>> = HashMap::new();
        for (key, states) in by_purchase(&history.states) {
            let (folded, last) = fold(states, &history.snapshots, order);
            changes.selection.add(last.discarded);
            let (effect, marked) = (&mut changes.effect, last.marked);
            effect.deleted += u64::from(marked == Some(true));
            effect.undeleted += u64::from(marked == Some(false));
            let known = |input: usize| self.run.known_inputs.contains_key(&input);
            let is_reverted = marked.is_none() && last.written.is_some_and(known);
            effect.reverted += u64::from(is_reverted);
            newest.extend(folded.map(|folded| (key.id, folded)));
        }
        let of_company = files.iter().enumerate();
        let of_company = of_company.filter(|(_, file)| file.0.company_id == query.company_id);
        for (file, (_, reference)) in of_company {
            for_each_row(query.lake, reference, &mut |row: &TableRow<'_>| {
                if !(query.is_requested)(row.id) {
                    return;
                }
                let Some(folded) = newest.remove(&row.id) else {
                    changes.edits.entry(file).or_default().drop_row(row.row);
                    return;
                };
                if !history.is_row(&folded, row) {
                    changes.edits.entry(file).or_default().drop_row(row.row);
                    changes.add(&folded);
                } else if folded.is_deleted() != row.is_deleted {
                    let edits = changes.edits.entry(file).or_default();
                    edits.mark(row.row, folded.is_deleted());
                }
            })?;
        }
        for folded in newest.values() {
            changes.add(folded);
        }
        Ok(())
    }

    fn change(
        &self,
        snapshot: &Snapshot,
        files: &[PartitionFile<'_>],
        changes: Changes<'_>,
        broken: BrokenSnapshots,
    ) -> Result<MergeResult<FoldedRows>, RunError> {
        let run = self.run;
        let nothing = BTreeMap::new();
        let (rows, numbers) =
            changes
                .restored
                .read(run.lake, run.run_id, self.states, self.origins)?;
        let mut restored = NewRows::of(&rows, &nothing);
        for candidate in &numbers {
            restored.add(candidate);
        }
        let rewrite = PartitionRewrite {
            lake: run.lake,
            run_id: run.run_id,
            max_partitions: run.max_partitions,
            files,
            edits: changes.edits,
        };
        let (remove, add) = rewrite.write(&mut [changes.of_run, restored])?;
        let change = TableChange {
            remove,
            add,
            inputs: Vec::new(),
            states: Some(run.stage_states(run.order(snapshot))?),
        };
        Ok(MergeResult {
            change: FoldedRows { change, broken },
            selection: changes.selection,
            effect: changes.effect,
        })
    }
}

impl Changes<'_> {
    /// Adds the row of a newest state.
    fn add(&mut self, folded: &FoldedState<'_>) {
        let candidate = &folded.state.candidate;
        match folded.state.place {
            StatePlace::Run => self.of_run.add(candidate),
            StatePlace::Stored { file, row } => {
                let is_deleted = folded.is_deleted();
                self.restored.add(file, row, candidate, is_deleted);
            }
        }
    }
}
