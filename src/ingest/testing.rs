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

use super::purchases::{self, Purchases, purchases_spec, remove_inputs};
use super::record_kind::RecordKind;
use super::supplier_purchases::SupplierPurchases;
use super::validate::fixture::TestReader;
use super::{
    ChangedInput, IngestFailure, IngestOptions, IngestOutcome, ListedInputs, Progress,
    ReadingSettings, RunError, RunSettings, ignored_input,
};
use crate::input::{Input, discover};
use crate::lake::maintenance::{
    CompactOptions, DatePartition, DayRange, MaintainedTable, RestoreScope, RestoreTarget,
    TablesByRole, VerificationDepth,
};
use crate::lake::{Lake, TableSpec, inputs_spec, rejects_spec};
use crate::purchase::PurchaseValidator;
use crate::storage::testing::fault_points::FaultPointStore;
use crate::storage::{StoreSettings, StoreUrl, Stores};

mod suppliers;

pub(super) use suppliers::supplier_dump;

/// The content of a dump of customer purchases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dump {
    /// Product and day of October 2026 of each purchase.
    pub(super) purchases: Vec<(String, u32)>,
    /// The ids of records without a product.
    pub(super) bad: Vec<String>,
    /// Whether the purchases have an event id: their product.
    pub(super) has_events: bool,
}

impl Dump {
    /// Purchases of products on a day each, and bad records.
    pub(super) fn of(purchases: &[(&str, u32)], bad: &[&str]) -> Self {
        let owned = |(product, day): &(&str, u32)| ((*product).to_owned(), *day);
        Self {
            purchases: purchases.iter().map(owned).collect(),
            bad: bad.iter().map(|id| (*id).to_owned()).collect(),
            has_events: false,
        }
    }

    /// The dump as NDJSON.
    pub(super) fn text(&self) -> String {
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
pub(super) fn bad_record(id: &str) -> String {
    format!(r#"{{"external_id":"{id}","currency":"BRL","price":1,"time":"2026-10-01T12:00:00Z"}}"#)
}

/// What the tables hold: for each path the products of its rows and its rejects, and for each path
/// and content its state with the records read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LakeContent {
    pub(super) rows: BTreeMap<String, Vec<String>>,
    pub(super) rejects: BTreeMap<String, Vec<String>>,
    pub(super) inputs: Vec<(String, String, i64)>,
    /// The current states of supplier purchases.
    pub(super) suppliers: Vec<String>,
}

/// A lake in memory, and a folder of dumps.
pub(super) struct TestLake {
    folder: TempDir,
    stores: Stores,
    pub(super) lake: Arc<Lake>,
    pub(super) store: Arc<FaultPointStore>,
    runs: Cell<i64>,
}

impl TestLake {
    pub(super) fn new() -> Self {
        let url = StoreUrl::parse("s3://shop/lake").unwrap().unwrap();
        let store = Arc::new(FaultPointStore::default());
        let stores = Stores::with_store(&url, Arc::clone(&store) as _);
        let lake = Lake::at("s3://shop/lake", &stores).unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            stores,
            lake: Arc::new(lake),
            store,
            runs: Cell::new(0),
        }
    }

    /// The lake as another process would open it.
    pub(super) fn reopened(&self) -> Arc<Lake> {
        Arc::new(Lake::at("s3://shop/lake", &self.stores).unwrap())
    }

    /// Writes a dump; a content written again has another time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the inputs of a test need not survive a crash"
    )]
    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Ingests dumps by their names.
    pub(super) fn ingest(
        &self,
        names: &[&str],
        changed_input: ChangedInput,
    ) -> Result<IngestOutcome, RunError> {
        self.ingest_into(&self.lake, names, changed_input, "UTC")
    }

    /// Ingests dumps into the lake of a process, with settings named by a text.
    pub(super) fn ingest_into(
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
    pub(super) fn remove(&self, name: &str) -> Result<(), RunError> {
        let listed = self.lake.listed_inputs(Purchases::NAME)?;
        let of_path = listed
            .into_iter()
            .filter(|input| input.is_current() && self.name_of(&input.row.path) == name);
        let outgoing: Vec<_> = of_path.collect();
        remove_inputs::<Purchases>(&self.lake, &self.next_run(), &outgoing)
    }

    /// Acknowledges a file as it is.
    pub(super) fn ignore(&self, name: &str) {
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
    pub(super) fn compact(&self) {
        let options = CompactOptions {
            target_bytes: 1 << 20,
            days: DayRange::default(),
            run_id: self.next_run(),
            dry_run: false,
        };
        for maintained in maintained_tables() {
            self.lake.compact(&maintained, &options, &|| false).unwrap();
        }
    }

    /// The newest version of each table that exists.
    pub(super) fn versions(&self) -> Vec<Option<i64>> {
        let newest = |table: &MaintainedTable| {
            let snapshot = self.lake.snapshot(table.spec.name, None, None);
            snapshot.ok().map(|snapshot| snapshot.version)
        };
        maintained_tables().iter().map(newest).collect()
    }

    /// Restores all tables to these versions; a table that did not exist becomes empty.
    pub(super) fn restore(&self, versions: &[Option<i64>]) {
        let run_id = self.next_run();
        for (maintained, version) in maintained_tables().iter().zip(versions) {
            if !self.has_table(&maintained.spec) {
                continue;
            }
            let scope = RestoreScope {
                target: RestoreTarget::Version(version.unwrap_or(0)),
                all_tables: true,
            };
            let rows = [purchases_spec().name];
            self.lake
                .restore(maintained, &rows, scope, &run_id, false)
                .unwrap();
        }
    }

    /// Verifies the tables.
    pub(super) fn verify(&self) -> Result<(), String> {
        let [inputs, purchases, rejects] = maintained_tables();
        let tables = TablesByRole {
            rows: std::slice::from_ref(&purchases),
            rejects: &rejects,
            inputs: &inputs,
        };
        let report = self
            .lake
            .verify(tables, VerificationDepth::Rows, &|| false)
            .unwrap();
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
    pub(super) fn now(&self) -> i64 {
        4_000_000_000_000_000 + self.runs.get()
    }

    fn name_of(&self, path: &str) -> String {
        let folder = format!("{}/", self.folder.path().display());
        path.strip_prefix(&folder).unwrap_or(path).to_owned()
    }

    /// What the tables hold.
    pub(super) fn content(&self) -> LakeContent {
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
        content
    }

    fn has_table(&self, spec: &TableSpec) -> bool {
        self.lake.snapshot(spec.name, None, None).is_ok()
    }

    fn for_each_row(&self, spec: &TableSpec, add: &mut dyn FnMut(&RecordBatch)) {
        if !self.has_table(spec) {
            return;
        }
        let snapshot = self.lake.snapshot(spec.name, None, None).unwrap();
        for file in &snapshot.files {
            for batch in self.lake.read_rows(spec, file, None).unwrap() {
                add(&batch.unwrap());
            }
        }
    }
}

/// The tables of customer purchases, in the order of a restore.
fn maintained_tables() -> [MaintainedTable; 3] {
    let of = |spec: TableSpec, sort_columns: &'static [&'static str]| MaintainedTable {
        spec,
        sort_columns,
        must_be_sorted: false,
        replaces_rows: false,
        date_partition: DatePartition::None,
    };
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
    let inputs = of(
        inputs_spec(),
        &["ingested_at", "record_kind", "path", "digest"],
    );
    let rejects = of(rejects_spec(), &["source_file", "source_row", "run_id"]);
    [inputs, purchases, rejects]
}

fn texts(batch: &RecordBatch, name: &str) -> StringArray {
    let column = batch.column_by_name(name).unwrap();
    cast(column, &DataType::Utf8).unwrap().as_string().clone()
}
