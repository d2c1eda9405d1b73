//! Properties: any full snapshots and changes in any order, against a plain model with a list of
//! snapshots and a map of purchases for each company.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use purchase_etl::ingest::supplier_purchases::{
    CompanySource, SupplierPurchases, supplier_purchases_spec, upsert,
};
use purchase_etl::ingest::{ChangedInput, IngestOptions, Progress, ReadingSettings, RunSettings};
use purchase_etl::input::csv::dialect::DialectOverrides;
use purchase_etl::input::{
    Envelope, InputFormat, InputLimits, OrderEvents, ReaderOptions, discover,
};
use purchase_etl::lake::Lake;
use purchase_etl::run_report::InputOutcome;
use purchase_etl::storage::{StoreSettings, Stores};
use purchase_etl::supplier_purchase::SupplierPurchaseRuleSettings;
use purchase_etl::values::currency::parse_currency;

use crate::lake_maintenance::lake_command;
use crate::rounds::rounds;
use crate::supplier_fixtures::{DELETED, SupplierPurchaseFixture};
use crate::workdir::Workdir;

/// The default seed of the cases; `PURCHASE_ETL_STATE_SEED` overrides it.
const SEED: u64 = 20_261_130;
const CASES: usize = 200;

const COMPANIES: [i64; 2] = [12, 34];
const NOTES: [&str; 2] = ["a", "b"];

/// A state of a purchase in a dump.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DumpState {
    hour: u32,
    note: usize,
    is_deleted: bool,
}

/// By company and id.
type DumpContent = BTreeMap<(i64, u64), DumpState>;

/// What is ingested: one of the contents, as the full snapshot of a day or as changes.
#[derive(Clone, Debug)]
struct DumpEvent {
    content: usize,
    day: Option<u32>,
}

#[derive(Clone, Debug)]
struct DumpStory {
    contents: Vec<DumpContent>,
    events: Vec<DumpEvent>,
}

fn stories() -> impl Strategy<Value = DumpStory> {
    let key = (prop::sample::select(COMPANIES.to_vec()), 1..4_u64);
    let deleted = prop::bool::weighted(0.2);
    let state = (9..11_u32, 0..NOTES.len(), deleted);
    let state = state.prop_map(|(hour, note, is_deleted)| DumpState {
        hour,
        note,
        is_deleted,
    });
    let content = prop::collection::btree_map(key, state, 1..5);
    let day = prop_oneof![4 => (1..4_u32).prop_map(Some), 1 => Just(None)];
    let event = (0..3_usize, day).prop_map(|(content, day)| DumpEvent { content, day });
    (
        prop::collection::vec(content, 3),
        prop::collection::vec(event, 2..9),
    )
        .prop_map(|(contents, events)| DumpStory { contents, events })
}

fn text(content: &DumpContent) -> String {
    let record = |((company, id), state): (&(i64, u64), &DumpState)| {
        let updated_at = format!("2026-10-06T{:02}:00:00-03:00", state.hour);
        let purchase = SupplierPurchaseFixture {
            id: *id,
            updated_at: &updated_at,
            notes: NOTES[state.note],
            more: if state.is_deleted { DELETED } else { "" },
            ..SupplierPurchaseFixture::default()
        };
        let company = format!("{{\"company_id\":{company},");
        purchase.json().replacen('{', &company, 1) + "\n"
    };
    content.iter().map(record).collect()
}

/// A purchase of the model.
#[derive(Clone, Debug)]
struct ModelPurchase {
    state: DumpState,
    /// A full snapshot did not contain it.
    is_absent: bool,
}

/// The state that the table should have.
#[derive(Default)]
struct SnapshotModel {
    /// Day and content of the snapshots of a company, in the order they were applied.
    applied: BTreeMap<i64, Vec<(u32, DumpContent)>>,
    purchases: BTreeMap<(i64, u64), ModelPurchase>,
    /// The contents that are ingested.
    known: BTreeSet<DumpContent>,
}

/// `applied`, `known`, or the rule that refuses it.
type ModelOutcome = &'static str;

impl SnapshotModel {
    fn ingest(&mut self, content: &DumpContent, day: Option<u32>) -> ModelOutcome {
        let Some(day) = day else {
            let is_new = self.known.insert(content.clone());
            if is_new {
                self.fold(content, false);
            }
            return if is_new { "applied" } else { "known" };
        };
        let companies: BTreeSet<i64> = content.keys().map(|(company, _)| *company).collect();
        let outcomes: Vec<ModelOutcome> = companies
            .iter()
            .map(|company| self.outcome(*company, content, day))
            .collect();
        if let Some(refused) = outcomes.iter().find(|outcome| outcome.starts_with("CPL")) {
            return refused;
        }
        if outcomes.contains(&"known") {
            return "known";
        }
        self.known.insert(content.clone());
        self.fold(content, true);
        for ((company, id), purchase) in &mut self.purchases {
            if companies.contains(company) && !content.contains_key(&(*company, *id)) {
                purchase.is_absent = true;
            }
        }
        for company in companies {
            let of_company = self.applied.entry(company).or_default();
            of_company.push((day, content.clone()));
        }
        "applied"
    }

    fn outcome(&self, company: i64, content: &DumpContent, day: u32) -> ModelOutcome {
        let Some(applied) = self.applied.get(&company) else {
            return "applied";
        };
        let newest = applied.iter().map(|(day, _)| *day).max().unwrap_or(0);
        let of_day = applied.iter().filter(|(other, _)| *other == day);
        let of_day: Vec<&DumpContent> = of_day.map(|(_, content)| content).collect();
        match (of_day.contains(&content), newest > day) {
            (true, true) => "known",
            (true, false) if of_day.last() == Some(&content) => "known",
            (true, false) => "CPL-SNAPSHOT-REPEATED",
            (false, true) => "CPL-SNAPSHOT-OLDER",
            (false, false) => "applied",
        }
    }

    /// The newest state wins; of two of the same time, the later one.
    fn fold(&mut self, content: &DumpContent, is_snapshot: bool) {
        for (key, state) in content {
            let new = ModelPurchase {
                state: state.clone(),
                is_absent: false,
            };
            let Some(stored) = self.purchases.get_mut(key) else {
                self.purchases.insert(*key, new);
                continue;
            };
            let is_same = stored.state == *state;
            if state.hour >= stored.state.hour && !is_same {
                *stored = new;
            } else if is_snapshot && (is_same || !state.is_deleted) {
                stored.is_absent = false;
            }
        }
    }

    /// Company, id, note, and whether it is deleted.
    fn rows(&self) -> BTreeSet<(i64, u64, String, bool)> {
        let row = |(&(company, id), purchase): (&(i64, u64), &ModelPurchase)| {
            let is_deleted = purchase.state.is_deleted || purchase.is_absent;
            let note = NOTES[purchase.state.note].to_owned();
            (company, id, note, is_deleted)
        };
        self.purchases.iter().map(row).collect()
    }
}

/// Ingests a file as the program does.
fn ingest(lake: &Lake, stores: &Stores, path: &Path, run: usize, day: Option<u32>) -> String {
    let inputs = discover(&[path.display().to_string()], stores, None).expect("an input");
    let rules = SupplierPurchaseRuleSettings {
        company: None,
        default_zone: chrono_tz::Tz::UTC,
        default_currency: parse_currency("BRL").expect("a currency").currency,
        fills: Vec::new(),
        numbers_as_strings: false,
        reject_unknown_fields: false,
        deleted_only: false,
    };
    let options = IngestOptions {
        run: RunSettings {
            run_id: format!("run-{run}"),
            reader: ReaderOptions {
                format: InputFormat::Auto,
                lenient: false,
                envelope: Envelope::ListResponse,
                order_events: OrderEvents::Skip,
                limits: InputLimits::default(),
                chunk_bytes: 1 << 16,
                dialect: DialectOverrides::default(),
                not_utf8: None,
            },
            kind: SupplierPurchases::new(CompanySource::Records, rules),
            severities: None,
            with_texts: false,
            max_records: None,
            threads: 1,
        },
        reject_limit: 0.0,
        listed: Arc::default(),
        changed_input: ChangedInput::Append,
        reading_settings: ReadingSettings::default(),
        max_partitions: 100,
        now_micros: 0,
        default_timezone: chrono_tz::Tz::UTC,
    };
    let date = day.map(|day| NaiveDate::from_ymd_opt(2026, 11, day).expect("a day"));
    let ingested = upsert(lake, &inputs.inputs, &options, date, &Progress::default());
    let ingested = ingested.unwrap_or_else(|failure| panic!("{:?}", failure.error));
    let input = &ingested.inputs[0];
    match (&input.refusal, ingested.versions.supplier_purchases) {
        (Some(refusal), None) => refusal.rule_id.to_string(),
        (None, None) => {
            assert_eq!(input.outcome, InputOutcome::AlreadyIngested);
            "known".to_owned()
        }
        (None, Some(_)) => "applied".to_owned(),
        (Some(refusal), Some(version)) => panic!("{refusal:?} in version {version}"),
    }
}

fn stored(lake: &Lake) -> BTreeSet<(i64, u64, String, bool)> {
    let spec = supplier_purchases_spec();
    let snapshot = lake.snapshot(spec.name, None, None).expect("the table");
    let mut rows = BTreeSet::new();
    for file in &snapshot.files {
        let company = file.partition("company_id").expect("a company");
        let company: i64 = company.parse().expect("a number");
        let columns = ["id", "notes", "is_deleted"];
        for batch in lake.read_rows(&spec, file, Some(&columns)).expect("a file") {
            let batch = batch.expect("rows");
            let column = |name| batch.column_by_name(name).expect("a column");
            let ids = column("id").as_primitive::<Int64Type>();
            let notes = column("notes").as_string::<i32>();
            let deleted = column("is_deleted").as_boolean();
            for row in 0..batch.num_rows() {
                let id = u64::try_from(ids.value(row)).expect("an id");
                let note = notes.value(row).to_owned();
                assert!(rows.insert((company, id, note, deleted.value(row))));
            }
        }
    }
    rows
}

fn check(story: &DumpStory, with_verification: bool) -> Result<(), TestCaseError> {
    let workdir = Workdir::new();
    let stores = Stores::new(StoreSettings::default()).expect("settings");
    let lake = Lake::at(workdir.lake().to_str().expect("a path"), &stores).expect("a lake");
    let mut model = SnapshotModel::default();
    for (run, event) in story.events.iter().enumerate() {
        let content = &story.contents[event.content];
        // Every run reads a file of its own.
        let path = workdir.write(&format!("{run}.ndjson"), text(content));
        let expected = model.ingest(content, event.day);
        let found = ingest(&lake, &stores, &path, run, event.day);
        prop_assert_eq!(found, expected, "event {}", run);
        if !model.purchases.is_empty() {
            prop_assert_eq!(stored(&lake), model.rows(), "event {}", run);
        }
    }
    let listed = lake.listed_inputs("supplier_purchases").expect("inputs");
    let contents: BTreeSet<_> = listed.iter().map(|input| input.row.digest).collect();
    prop_assert_eq!(contents.len(), model.known.len());
    if with_verification {
        let verified = lake_command(&workdir, "verify", &["--deep", "--format", "json"]);
        let findings = verified.assert_code(0).json()["findings"].clone();
        prop_assert_eq!(findings, serde_json::json!([]));
    }
    Ok(())
}

#[test]
fn any_snapshots_of_any_dates_give_the_state_of_a_plain_model() {
    let seed = std::env::var("PURCHASE_ETL_STATE_SEED").ok();
    let seed = seed.map_or(SEED, |text| text.parse().expect("a number for a seed"));
    let cases = rounds(CASES);
    println!("PURCHASE_ETL_STATE_SEED={seed}: {cases} cases");
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(cases).expect("a small number"),
        max_shrink_iters: 100,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    });
    let count = std::cell::Cell::new(0_usize);
    let ran = runner.run(&stories(), |story| {
        count.set(count.get() + 1);
        check(&story, count.get().is_multiple_of(10))
    });
    if let Err(error) = ran {
        panic!("PURCHASE_ETL_STATE_SEED={seed}: {error}");
    }
}
