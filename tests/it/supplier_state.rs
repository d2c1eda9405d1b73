//! Any versions in any dumps: the state is the last version of each purchase, and pages are parts
//! of the list.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};

use crate::supplier_fixtures::{
    DELETED, SupplierPurchaseFixture, ZONE, canonical_json, list, page,
};
use crate::workdir::{Workdir, read_json};

/// Chooses the cases; `PURCHASE_ETL_STATE_SEED` gives another.
const SEED: u64 = 20_261_121;
const CASES: u32 = 32;

const IDS: u64 = 6;
const TIMES: usize = 4;

/// The same instant may be written with another offset.
const UPDATED: [&str; TIMES] = [
    "2026-10-01T09:00:00-03:00",
    "2026-10-01T12:00:00.000001Z",
    "2026-10-02T08:59:59+14:00",
    "2026-11-03T23:59:59-12:00",
];
const DATES: [&str; 3] = ["2026-09-30", "2026-10-01", "2026-11-15"];

/// What a purchase is at one of the times.
#[derive(Clone, Debug)]
struct Content {
    date: &'static str,
    is_deleted: bool,
}

/// A record: which purchase (from 1), at which of the times.
type PurchaseFixture = (u64, usize);

#[derive(Clone, Debug)]
struct Case {
    /// By purchase and time: the same time is always the same content.
    contents: Vec<Content>,
    /// Dumps in the order they are ingested, each cut into pages.
    dumps: Vec<Vec<Vec<PurchaseFixture>>>,
    per_page: usize,
}

impl Case {
    fn content(&self, (id, time): PurchaseFixture) -> &Content {
        let id = usize::try_from(id).expect("a small number");
        &self.contents[(id - 1) * TIMES + time]
    }

    fn text(&self, record: PurchaseFixture) -> String {
        let (id, time) = record;
        let content = self.content(record);
        let purchase = SupplierPurchaseFixture {
            id,
            registration_date: content.date,
            updated_at: UPDATED[time],
            notes: &format!("time {time}"),
            more: if content.is_deleted { DELETED } else { "" },
        };
        purchase.json()
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let content = (0..DATES.len(), any::<bool>()).prop_map(|(date, is_deleted)| Content {
        date: DATES[date],
        is_deleted,
    });
    let every = usize::try_from(IDS).expect("a small number") * TIMES;
    let record = (1..=IDS, 0..TIMES);
    let pages = prop::collection::vec(prop::collection::vec(record, 0..5), 1..4);
    (
        prop::collection::vec(content, every),
        prop::collection::vec(pages, 1..4),
        1..8_usize,
    )
        .prop_map(|(contents, dumps, per_page)| Case {
            contents,
            dumps,
            per_page,
        })
}

/// What becomes of the records of a dump, by the rule alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct VersionCounts {
    accepted: u64,
    superseded: u64,
    duplicate: u64,
}

/// Folds a dump into the state: the time of each purchase.
fn fold(state: &mut BTreeMap<u64, usize>, records: &[PurchaseFixture]) -> VersionCounts {
    let mut counts = VersionCounts::default();
    let before = state.clone();
    let mut met = BTreeSet::new();
    for &(id, time) in records {
        let is_stored = before.get(&id) == Some(&time);
        if is_stored || !met.insert((id, time)) {
            counts.duplicate += 1;
            continue;
        }
        let held = state.entry(id).or_insert(time);
        *held = (*held).max(time);
    }
    for (id, time) in met {
        if state[&id] == time {
            counts.accepted += 1;
        } else {
            counts.superseded += 1;
        }
    }
    counts
}

/// The list as it must be: id, date, notes, and whether it is deleted.
fn expected(case: &Case, state: &BTreeMap<u64, usize>) -> Vec<Value> {
    let mut rows: Vec<PurchaseFixture> = state.iter().map(|(&id, &time)| (id, time)).collect();
    rows.sort_by_key(|&record| (case.content(record).date, record.0));
    let shown = rows.into_iter().rev().map(|record| {
        let content = case.content(record);
        let notes = format!("time {}", record.1);
        json!([record.0, content.date, notes, content.is_deleted])
    });
    shown.collect()
}

fn shown(purchase: &Value) -> Value {
    let is_deleted = purchase.get("were_stock_movements_deleted").is_some();
    json!([
        purchase["id"],
        purchase["registration_date"],
        purchase["notes"],
        is_deleted
    ])
}

/// Ingests a dump as files of pages, and returns what the run report says of its records.
fn ingest(workdir: &Workdir, case: &Case, number: usize) -> VersionCounts {
    let pages = &case.dumps[number];
    let total = pages.iter().map(Vec::len).sum();
    for (at, records) in pages.iter().enumerate() {
        let texts: Vec<String> = records.iter().map(|&record| case.text(record)).collect();
        // No two files have the same bytes, which alone would make a file a known one.
        let white = " ".repeat(number * 10 + at);
        let text = page(at + 1, pages.len(), total, &texts) + &white;
        workdir.write(&format!("dump {number}/page {at}.json"), text);
    }
    let kind = ["--kind", "supplier-purchases", "--company-id", "12"];
    let zone = ["--default-timezone", ZONE];
    let folder = workdir.path(&format!("dump {number}"));
    let folder = folder.to_str().expect("a path of letters");
    let output = workdir.ingest(kind.iter().chain(&zone).chain(&[folder]));
    let report = output.assert_code(0).json();
    let count = |name: &str| report["counts"][name].as_u64().expect("a count");
    VersionCounts {
        accepted: count("accepted"),
        superseded: count("superseded"),
        duplicate: count("duplicate"),
    }
}

/// Every page written at once; together they are the whole list.
fn paged(workdir: &Workdir, case: &Case) -> (Vec<Value>, Vec<Value>) {
    let per_page = case.per_page.to_string();
    let folder = workdir.path("pages");
    let words = [
        "--company-id",
        "12",
        "--deleted",
        "include",
        "--per-page",
        &per_page,
        "--all-pages",
    ];
    let words = words.iter().map(std::ffi::OsStr::new);
    let output = workdir.report("supplier-purchases", words.chain([folder.as_os_str()]));
    output.assert_code(0);
    let pages = std::fs::read_dir(&folder).expect("the pages").count();
    let mut purchases = Vec::new();
    let mut metas = Vec::new();
    for number in 1..=pages {
        let page = read_json(&folder.join(format!("page-{number}.json")));
        let listed = page["data"]["purchases"].as_array().expect("a list");
        purchases.extend(listed.iter().map(shown));
        metas.push(page["meta"].clone());
    }
    (purchases, metas)
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let workdir = Workdir::new();
    let mut state = BTreeMap::new();
    for (number, pages) in case.dumps.iter().enumerate() {
        let counts = ingest(&workdir, case, number);
        prop_assert_eq!(counts, fold(&mut state, &pages.concat()), "dump {}", number);
    }
    let rows = expected(case, &state);
    let (purchases, metas) = paged(&workdir, case);
    prop_assert_eq!(&purchases, &rows);
    let last = rows.len().div_ceil(case.per_page).max(1);
    let wanted: Vec<Value> = (1..=last)
        .map(|current| {
            json!({"current_page": current, "last_page": last, "per_page": case.per_page,
                   "total": rows.len()})
        })
        .collect();
    prop_assert_eq!(metas, wanted);
    for (deleted, is_wanted) in [("not_include", false), ("only", true)] {
        let answer = list(
            &workdir,
            "12",
            &json!({"deleted": deleted, "per_page": "500"}),
        );
        let found = answer.json();
        let found: Vec<Value> = found["data"]["purchases"]
            .as_array()
            .expect("a list")
            .iter()
            .map(shown)
            .collect();
        let wanted = rows.iter().filter(|row| row[3] == is_wanted);
        prop_assert_eq!(found, wanted.cloned().collect::<Vec<_>>(), "{}", deleted);
        // Amounts and offsets are those of the dump.
        let text = canonical_json(answer.stdout());
        let amounts = text.matches("\"total\":{\"amount\":99.90,\"currency\":\"BRL\"}");
        prop_assert_eq!(
            amounts.count(),
            rows.iter().filter(|row| row[3] == is_wanted).count()
        );
    }
    Ok(())
}

#[test]
fn in_any_dumps_and_any_order_the_last_version_of_each_purchase_is_current() {
    let seed = std::env::var("PURCHASE_ETL_STATE_SEED").ok();
    let seed = seed.map_or(SEED, |text| text.parse().expect("a number for a seed"));
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        max_shrink_iters: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    });
    if let Err(error) = runner.run(&cases(), |case| check(&case)) {
        panic!("PURCHASE_ETL_STATE_SEED={seed}: {error}");
    }
}
