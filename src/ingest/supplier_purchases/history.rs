//! Reads the history of purchases of one company: the files of the table of states come in; the states
//! of the requested purchases go out, without those of inputs that leave.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use chrono::NaiveDate;

use super::fold::{FoldedState, HistoryState, StatePlace, sort_states};
use super::select_versions::VersionCandidate;
use super::table::supplier_versions_spec;
use super::table_rows::TableRow;
use crate::ingest::error::RunError;
use crate::lake::{
    COMMIT_ORDER, COMMIT_ROW, ChangedOrigin, FileRef, Lake, RowOrigin, SNAPSHOT_DATE, Snapshot,
};
use crate::supplier_purchase::{
    RegistrationMonth, SupplierPurchaseKey, SupplierPurchaseVersion, is_marked_as_deleted,
};

/// The columns that determine the newest state.
const COLUMNS: [&str; 11] = [
    "id",
    "registration_date",
    "is_deleted",
    "updated_at",
    "version_hash",
    "source_row",
    "source_file",
    "run_id",
    COMMIT_ORDER,
    COMMIT_ROW,
    SNAPSHOT_DATE,
];

/// States that are folded at once: about 150 MB.
const STATES_AT_ONCE: u64 = 1 << 20;

/// Which states are read.
pub(super) struct HistoryQuery<'a> {
    pub(super) lake: &'a Lake,
    pub(super) company_id: i64,
    /// Files of the table of states; those of other companies are not read.
    pub(super) files: &'a [FileRef],
    /// The inputs whose states leave or get another origin.
    pub(super) origins: &'a [ChangedOrigin],
    /// Commits that are no full snapshots any more.
    pub(super) broken: Option<&'a BTreeSet<i64>>,
    /// Whether the states of a purchase are requested.
    pub(super) is_requested: &'a dyn Fn(i64) -> bool,
}

/// The states of the requested purchases of a company.
#[derive(Debug, Default)]
pub(super) struct CompanyHistory {
    /// Sorted by purchase, commit and row.
    pub(super) states: Vec<HistoryState>,
    /// The commits of the full snapshots of the company, ascending.
    pub(super) snapshots: Vec<i64>,
    origins: Vec<RowOrigin>,
    positions: HashMap<RowOrigin, u32>,
}

impl CompanyHistory {
    /// The position of an origin.
    pub(super) fn origin(&mut self, origin: &RowOrigin) -> u32 {
        if let Some(position) = self.positions.get(origin) {
            return *position;
        }
        // Inputs of one lake, far below u32.
        let position = u32::try_from(self.origins.len()).unwrap_or(u32::MAX);
        self.origins.push(origin.clone());
        self.positions.insert(origin.clone(), position);
        position
    }

    /// Whether a row of the table is this state, apart from the mark.
    pub(super) fn is_row(&self, folded: &FoldedState<'_>, row: &TableRow<'_>) -> bool {
        let HistoryState {
            candidate, origin, ..
        } = folded.state;
        let version = &candidate.version;
        let is_same = version.updated_at_micros == row.updated_at_micros
            && version.version_hash == row.version_hash
            && origin.1 == row.source_row;
        let origin = self.origins.get(origin.0 as usize);
        is_same && origin.is_some_and(|of| of.path == row.path && of.run_id == row.run_id)
    }

    /// The origin of a state.
    pub(super) fn origin_of(&self, state: &HistoryState) -> Option<&RowOrigin> {
        self.origins.get(state.origin.0 as usize)
    }
}

impl HistoryQuery<'_> {
    /// In how many parts the purchases of a company are folded.
    pub(super) fn parts(history: &Snapshot, company_id: i64) -> u64 {
        let company = company_id.to_string();
        let files = history.files.iter();
        let of_company =
            files.filter(|file| file.partition("company_id") == Some(company.as_str()));
        let rows: i64 = of_company.map(|file| file.rows.unwrap_or_default()).sum();
        u64::try_from(rows).unwrap_or_default() / STATES_AT_ONCE + 1
    }

    /// Reads the states.
    pub(super) fn read(&self) -> Result<CompanyHistory, RunError> {
        let mut history = CompanyHistory::default();
        let mut snapshots = BTreeSet::new();
        let spec = supplier_versions_spec();
        let company = self.company_id.to_string();
        for (file, reference) in self.files.iter().enumerate() {
            if reference.partition("company_id") != Some(company.as_str()) {
                continue;
            }
            let columns = if self.has_deleted_base(reference)? {
                None
            } else {
                Some(&COLUMNS[..])
            };
            let mut first = 0_u32;
            for batch in self.lake.read_rows(&spec, reference, columns)? {
                let batch = batch?;
                self.add(&batch, (file, first), &mut history, &mut snapshots)?;
                first += u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
            }
        }
        history.snapshots = snapshots.into_iter().collect();
        sort_states(&mut history.states);
        Ok(history)
    }

    /// Whether a file has a deleted state of the begin of the history: only its other columns show
    /// whether a full snapshot has marked it.
    fn has_deleted_base(&self, file: &FileRef) -> Result<bool, RunError> {
        let columns = ["is_deleted", COMMIT_ROW];
        for batch in self
            .lake
            .read_rows(&supplier_versions_spec(), file, Some(&columns))?
        {
            let batch = batch?;
            let deleted = batch
                .column_by_name("is_deleted")
                .and_then(|column| column.as_boolean_opt());
            let rows = batch.column_by_name(COMMIT_ROW);
            let (Some(deleted), Some(rows)) = (deleted, rows) else {
                return Err(RunError::KeyColumns);
            };
            if (0..batch.num_rows()).any(|row| rows.is_null(row) && deleted.value(row)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn add(
        &self,
        batch: &RecordBatch,
        (file, first): (usize, u32),
        history: &mut CompanyHistory,
        snapshots: &mut BTreeSet<i64>,
    ) -> Result<(), RunError> {
        let columns = StateColumns::of(batch)?;
        let mut last: Option<((&str, &str), Option<u32>)> = None;
        for row in 0..batch.num_rows() {
            let text = (columns.source_file.value(row), columns.run_id.value(row));
            let origin = match last {
                Some((of, origin)) if of == text => origin,
                _ => self.origin_of(text).map(|origin| history.origin(&origin)),
            };
            last = Some((text, origin));
            // A state that leaves.
            let Some(origin) = origin else { continue };
            let order = columns.commit_order.value(row);
            let is_broken = self.broken.is_some_and(|broken| broken.contains(&order));
            if columns.snapshot_date.is_valid(row) && !is_broken {
                snapshots.insert(order);
            }
            if !(self.is_requested)(columns.id.value(row)) {
                continue;
            }
            let place = StatePlace::Stored {
                file,
                row: first + u32::try_from(row).unwrap_or(u32::MAX),
            };
            let origin = (origin, columns.source_row.value(row));
            let (candidate, base) = self.state(batch, &columns, row)?;
            history.states.push(HistoryState {
                candidate,
                order,
                base,
                origin,
                place,
            });
        }
        Ok(())
    }

    /// The state of a row, and for one of the begin of the history, whether it was marked.
    fn state(
        &self,
        batch: &RecordBatch,
        columns: &StateColumns,
        row: usize,
    ) -> Result<(VersionCandidate, Option<bool>), RunError> {
        let days = columns.registration_date.value(row);
        let date = NaiveDate::from_epoch_days(days).ok_or(RunError::KeyColumns)?;
        let is_base = columns.commit_row.is_null(row);
        let is_deleted = columns.is_deleted.value(row);
        let is_marked = is_base && is_deleted && is_marked_as_deleted(batch, row, self.company_id);
        let version = SupplierPurchaseVersion {
            key: SupplierPurchaseKey {
                company_id: self.company_id,
                id: columns.id.value(row),
            },
            month: RegistrationMonth::from(date),
            updated_at_micros: columns.updated_at.value(row),
            version_hash: columns.version_hash.value(row),
            is_deleted: is_deleted && !is_marked,
        };
        // Written from numbers of 32 bits.
        let number = u32::try_from(columns.commit_row.value(row)).unwrap_or_default();
        let candidate = VersionCandidate {
            version,
            input: 0,
            row: number,
        };
        Ok((candidate, is_base.then_some(is_marked)))
    }

    /// The origin of a state after the change; `None` if it leaves.
    fn origin_of(&self, (path, run_id): (&str, &str)) -> Option<RowOrigin> {
        let mut changes = self.origins.iter();
        let change = changes.find(|one| one.from.path == path && one.from.run_id == run_id);
        match change {
            Some(change) => change.to.clone(),
            None => Some(RowOrigin {
                path: path.to_owned(),
                run_id: run_id.to_owned(),
            }),
        }
    }
}

struct StateColumns {
    id: Int64Array,
    registration_date: Date32Array,
    is_deleted: BooleanArray,
    updated_at: TimestampMicrosecondArray,
    version_hash: Int64Array,
    source_row: Int64Array,
    source_file: StringArray,
    run_id: StringArray,
    commit_order: Int64Array,
    commit_row: Int64Array,
    snapshot_date: Date32Array,
}

impl StateColumns {
    fn of(batch: &RecordBatch) -> Result<Self, RunError> {
        let column = |name: &str| batch.column_by_name(name).ok_or(RunError::KeyColumns);
        let number = |name: &str| {
            let column = column(name)?.as_primitive_opt::<Int64Type>();
            column.cloned().ok_or(RunError::KeyColumns)
        };
        let date = |name: &str| {
            let column = column(name)?.as_primitive_opt::<Date32Type>();
            column.cloned().ok_or(RunError::KeyColumns)
        };
        let text = |name: &str| -> Result<StringArray, RunError> {
            let text = cast(column(name)?, &DataType::Utf8)?;
            text.as_string_opt::<i32>()
                .cloned()
                .ok_or(RunError::KeyColumns)
        };
        let time = column("updated_at")?.as_primitive_opt::<TimestampMicrosecondType>();
        let deleted = column("is_deleted")?.as_boolean_opt();
        Ok(Self {
            id: number("id")?,
            registration_date: date("registration_date")?,
            is_deleted: deleted.cloned().ok_or(RunError::KeyColumns)?,
            updated_at: time.cloned().ok_or(RunError::KeyColumns)?,
            version_hash: number("version_hash")?,
            source_row: number("source_row")?,
            source_file: text("source_file")?,
            run_id: text("run_id")?,
            commit_order: number(COMMIT_ORDER)?,
            commit_row: number(COMMIT_ROW)?,
            snapshot_date: date(SNAPSHOT_DATE)?,
        })
    }
}
