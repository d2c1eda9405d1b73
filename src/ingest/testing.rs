//! A lake in a store in memory, dumps that tests write, and what the tables hold, for tests of whole
//! runs.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use tempfile::TempDir;

use super::purchases::{self, Purchases, purchases_spec};
use super::record_kind::RecordKind;
use super::supplier_purchases::{SupplierPurchases, verify_history};
use super::validate::fixture::TestReader;
use super::{
    ChangedInput, IngestFailure, IngestOptions, IngestOutcome, ListedInputs, Progress,
    ReadingSettings, RunError, RunSettings, ignored_input,
};
use crate::input::{Input, discover};
use crate::lake::maintenance::{
    CompactOptions, DayRange, MaintainedTable, RestoreScope, RestoreTarget, TablesByRole,
    VerificationDepth,
};
use crate::lake::{FileRef, Lake, ListedInput, TableSpec, inputs_spec, rejects_spec};
use crate::purchase::PurchaseValidator;
use crate::storage::testing::fault_points::FaultPointStore;
use crate::storage::{StoreSettings, Stores};

mod fault_runs;
mod numbers;
mod stored_lake;
mod suppliers;
mod tables;

pub(crate) use fault_runs::{FaultRuns, LakeFacts, LakeReaders, SecondFaults, Writer};
pub(crate) use numbers::Numbers;
pub(crate) use stored_lake::LOCATION;
use tables::{maintained_states, maintained_tables};

pub(crate) use suppliers::TestState;
pub(crate) use suppliers::supplier_dump;
pub(super) use suppliers::{bad_supplier_record, state_dump};

/// The content of a dump of customer purchases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dump {
    /// Product and day of October 2026 of each purchase.
    pub(crate) purchases: Vec<(String, u32)>,
    /// The ids of records without a product.
    pub(crate) bad: Vec<String>,
    /// Whether the purchases have an event id: their product.
    pub(crate) has_events: bool,
}

impl Dump {
    /// Purchases of products on a day each, and bad records.
    pub(crate) fn of(purchases: &[(&str, u32)], bad: &[&str]) -> Self {
        let owned = |(product, day): &(&str, u32)| ((*product).to_owned(), *day);
        Self {
            purchases: purchases.iter().map(owned).collect(),
            bad: bad.iter().map(|id| (*id).to_owned()).collect(),
            has_events: false,
        }
    }

    /// The dump as NDJSON.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (product, day) in &self.purchases {
            let time = format!("2026-10-{day:02}T12:00:00Z");
            let fields =
                format!(r#""product_id":"{product}","currency":"BRL","price":1,"time":"{time}""#);
            let id = if self.has_events {
                format!(r#""id":"{product}","external_user_id":"u","#)
            } else {
                r#""external_id":"u","#.to_owned()
            };
            writeln!(text, "{{{id}{fields}}}").unwrap();
        }
        for id in &self.bad {
            writeln!(text, "{}", bad_record(id)).unwrap();
        }
        text
    }
}

/// A record without a product.
pub(crate) fn bad_record(id: &str) -> String {
    format!(r#"{{"external_id":"{id}","currency":"BRL","price":1,"time":"2026-10-01T12:00:00Z"}}"#)
}

/// What the tables hold: for each path the products of its rows and its rejects, and for each path
/// and content its state with the records read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LakeContent {
    pub(crate) rows: BTreeMap<String, Vec<String>>,
    pub(crate) rejects: BTreeMap<String, Vec<String>>,
    pub(crate) inputs: Vec<(String, String, i64)>,
    /// The newest states of supplier purchases.
    pub(crate) suppliers: Vec<String>,
    /// All their states.
    pub(crate) states: Vec<String>,
}

/// A lake in memory, and a folder of dumps.
pub(crate) struct TestLake {
    folder: Arc<TempDir>,
    stores: Stores,
    pub(crate) lake: Arc<Lake>,
    pub(crate) store: Arc<FaultPointStore>,
    runs: Cell<i64>,
}

impl TestLake {
    pub(crate) fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::of_store(FaultPointStore::default(), folder, 0)
    }

    /// The lake as another process would open it.
    pub(crate) fn reopened(&self) -> Arc<Lake> {
        Arc::new(Lake::at(LOCATION, &self.stores).unwrap())
    }

    /// Writes a dump; a content written again has another time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the inputs of a test need not survive a crash"
    )]
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Ingests dumps by their names.
    pub(crate) fn ingest(
        &self,
        names: &[&str],
        changed_input: ChangedInput,
    ) -> Result<IngestOutcome, RunError> {
        self.ingest_into(&self.lake, names, changed_input, "UTC")
    }

    /// Ingests dumps into the lake of a process, with settings named by a text.
    pub(crate) fn ingest_into(
        &self,
        lake: &Arc<Lake>,
        names: &[&str],
        changed_input: ChangedInput,
        settings: &str,
    ) -> Result<IngestOutcome, RunError> {
        let inputs = self.inputs(names);
        let run_id = self.next_run();
        let (spec, kind) = (purchases_spec(), Purchases::NAME);
        lake.recover_changed_inputs(&run_id, &spec, kind)?;
        let listed = Arc::new(ListedInputs::load(lake, &spec, kind)?);
        let reader = TestReader::new();
        let options = IngestOptions {
            run: RunSettings {
                run_id,
                reader: reader.options,
                kind: Purchases::new(PurchaseValidator::new(reader.rules)),
                severities: None,
                with_texts: false,
                max_records: None,
                threads: 2,
            },
            reject_limit: 0.6,
            listed,
            changed_input,
            reading_settings: ReadingSettings {
                base: Some(settings.to_owned()),
                with_zone: Some(settings.to_owned()),
            },
            max_partitions: 100,
            now_micros: self.now(),
            default_timezone: chrono_tz::Tz::UTC,
        };
        let progress = Progress::default();
        let ended = purchases::ingest(lake, &inputs, &options, &progress);
        ended.map_err(|IngestFailure { error, .. }| error)
    }

    fn inputs(&self, names: &[&str]) -> Vec<Input> {
        let path = |name: &&str| self.folder.path().join(name).display().to_string();
        let paths: Vec<String> = names.iter().map(path).collect();
        let local = Stores::new(StoreSettings::default()).unwrap();
        discover(&paths, &local, None).unwrap().inputs
    }

    /// Takes the current inputs of a path out.
    pub(crate) fn remove(&self, name: &str) -> Result<(), RunError> {
        let outgoing = self.current(Purchases::NAME, name)?;
        purchases::remove_inputs(&self.lake, &self.next_run(), &outgoing)
    }

    /// The current inputs of a path.
    fn current(&self, kind: &str, name: &str) -> Result<Vec<ListedInput>, RunError> {
        let mut listed = self.lake.listed_inputs(kind)?;
        listed.retain(|input| input.is_current() && self.name_of(&input.row.path) == name);
        Ok(listed)
    }

    /// Acknowledges a file as it is.
    pub(crate) fn ignore(&self, name: &str) {
        let path = self.folder.path().join(name).display().to_string();
        let local = Stores::new(StoreSettings::default()).unwrap();
        let found = discover(&[path], &local, None).unwrap();
        let run_id = self.next_run();
        self.lake.create_if_missing(&inputs_spec()).unwrap();
        let row = ignored_input::of_file(&found.inputs[0], "test data", self.now()).unwrap();
        let listed = self
            .lake
            .list_inputs(&run_id, &purchases_spec(), Purchases::NAME, vec![row]);
        listed.unwrap();
    }

    /// Rewrites the small files of all tables.
    pub(crate) fn compact(&self) {
        let options = CompactOptions {
            target_bytes: 1 << 20,
            days: DayRange::default(),
            run_id: self.next_run(),
            dry_run: false,
        };
        for maintained in maintained_tables().into_iter().chain([maintained_states()]) {
            if !self.has_table(&maintained.spec) {
                continue;
            }
            self.lake.compact(&maintained, &options, &|| false).unwrap();
        }
    }

    /// The newest version of each table that exists.
    pub(crate) fn versions(&self) -> Vec<Option<i64>> {
        let newest = |table: &MaintainedTable| {
            let snapshot = self.lake.snapshot(table.spec.name, None, None);
            snapshot.ok().map(|snapshot| snapshot.version)
        };
        maintained_tables().iter().map(newest).collect()
    }

    /// Restores all tables to these versions; a table that did not exist becomes empty.
    pub(crate) fn restore(&self, versions: &[Option<i64>]) {
        let run_id = self.next_run();
        for (maintained, version) in maintained_tables().iter().zip(versions) {
            if !self.has_table(&maintained.spec) {
                continue;
            }
            let scope = RestoreScope {
                target: RestoreTarget::Version(version.unwrap_or(0)),
                all_tables: true,
            };
            let rows = [purchases_spec().name, SupplierPurchases::NAME];
            self.lake
                .restore(maintained, &rows, scope, &run_id, false)
                .unwrap();
        }
    }

    /// Verifies the tables.
    pub(crate) fn verify(&self) -> Result<(), String> {
        let [inputs, purchases, suppliers, rejects] = maintained_tables();
        let tables = TablesByRole {
            rows: &[purchases, suppliers],
            states: &[maintained_states()],
            rejects: &rejects,
            inputs: &inputs,
        };
        let mut report = self
            .lake
            .verify(tables, VerificationDepth::Rows, &|| false)
            .unwrap();
        verify_history(&self.lake, &mut report).unwrap();
        if report.is_damaged() {
            return Err(format!("{report:#?}"));
        }
        Ok(())
    }

    fn next_run(&self) -> String {
        self.runs.set(self.runs.get() + 1);
        format!("run-{:04}", self.runs.get())
    }

    /// The time of the last run: long after the dumps were written, so that files are recognised.
    pub(crate) fn now(&self) -> i64 {
        4_000_000_000_000_000 + self.runs.get()
    }

    fn name_of(&self, path: &str) -> String {
        let folder = format!("{}/", self.folder.path().display());
        path.strip_prefix(&folder).unwrap_or(path).to_owned()
    }

    /// What the tables hold.
    pub(crate) fn content(&self) -> LakeContent {
        let mut content = LakeContent::default();
        self.for_each_row(&purchases_spec(), &mut |batch| {
            let products = texts(batch, "product_id");
            for (path, product) in texts(batch, "source_file").iter().zip(&products) {
                let rows = content.rows.entry(self.name_of(path.unwrap())).or_default();
                rows.push(product.unwrap().to_owned());
            }
        });
        self.for_each_row(&rejects_spec(), &mut |batch| {
            let raw = batch.column_by_name("raw").unwrap().as_binary::<i32>();
            for (path, raw) in texts(batch, "source_file").iter().zip(raw) {
                let raw = String::from_utf8(raw.unwrap().to_vec()).unwrap();
                let rejects = content.rejects.entry(self.name_of(path.unwrap()));
                rejects.or_default().push(raw.trim_end().to_owned());
            }
        });
        let of_table = |rows: &mut BTreeMap<String, Vec<String>>| {
            for rows in rows.values_mut() {
                rows.sort();
            }
        };
        of_table(&mut content.rows);
        of_table(&mut content.rejects);
        if self.has_table(&inputs_spec()) {
            let kinds = [Purchases::NAME, SupplierPurchases::NAME];
            let listed = kinds.map(|kind| self.lake.listed_inputs(kind).unwrap());
            for input in listed.into_iter().flatten() {
                let state = input.row.state.name().to_owned();
                let read = input.row.counts.read;
                content
                    .inputs
                    .push((self.name_of(&input.row.path), state, read));
            }
        }
        content.inputs.sort();
        content.suppliers = self.supplier_rows();
        content.states = self.supplier_states();
        content
    }

    fn has_table(&self, spec: &TableSpec) -> bool {
        self.lake.snapshot(spec.name, None, None).is_ok()
    }

    fn for_each_row(&self, spec: &TableSpec, add: &mut dyn FnMut(&RecordBatch)) {
        self.for_each_row_of(spec, &mut |batch, _file| add(batch));
    }

    fn for_each_row_of(&self, spec: &TableSpec, add: &mut dyn FnMut(&RecordBatch, &FileRef)) {
        if !self.has_table(spec) {
            return;
        }
        let snapshot = self.lake.snapshot(spec.name, None, None).unwrap();
        for file in &snapshot.files {
            for batch in self.lake.read_rows(spec, file, None).unwrap() {
                add(&batch.unwrap(), file);
            }
        }
    }
}

fn texts(batch: &RecordBatch, name: &str) -> StringArray {
    let column = batch.column_by_name(name).unwrap();
    cast(column, &DataType::Utf8).unwrap().as_string().clone()
}
