//! The answers on lakes that any sequence of ingests, corrections, removals and restores has left, compared
//! with a plain model.

use std::path::Path;

use clap::{Command, FromArgMatches, Subcommand};
use serde_json::Value;

use super::ReportCommand;
use crate::commands::testing::executed;
use crate::ingest::testing::{Numbers, TestLake, TestState};
use crate::ingest::{input_sequences, supplier_sequences};
use crate::storage::{StoreSettings, Stores};

/// Sequences of each kind.
const SEQUENCES: u64 = 100;

/// The answer of a report on the lake in a folder; `None` if the lake has no table for it.
fn answer(lake: &Path, arguments: &str) -> Option<Value> {
    let program = ReportCommand::augment_subcommands(Command::new("report").no_binary_name(true));
    let lake = lake.display().to_string();
    let arguments = arguments.split(' ').chain(["--lake", &lake]);
    let matches = program.try_get_matches_from(arguments).unwrap();
    let command = ReportCommand::from_arg_matches(&matches).unwrap();
    let stores = Stores::new(StoreSettings::default()).unwrap();
    match executed(&command, &stores) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) if error.contains("no table") => None,
        Err(error) => panic!("{error}"),
    }
}

fn saved(lake: &TestLake) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    lake.save_to(folder.path());
    folder
}

#[test]
fn the_series_of_any_sequence_is_that_of_a_plain_model() {
    let first = Numbers::first_seed();
    let mut answered = 0;
    for seed in first..first + SEQUENCES {
        let (lake, expected) = input_sequences::lake_of(seed);
        let folder = saved(&lake);
        let series = "quantity-series --length 4 --ending-at 2026-10-04";
        let Some(series) = answer(folder.path(), series) else {
            assert!(expected.is_empty(), "PURCHASE_ETL_TEST_SEED={seed}");
            continue;
        };
        for (day, of_day) in (1..).zip(series["data"].as_array().unwrap()) {
            assert_eq!(of_day["time"], format!("2026-10-{day:02}"));
            let quantity = expected.get(&day).copied().unwrap_or_default();
            let found = &of_day["purchase_quantity"];
            assert_eq!(found, quantity, "PURCHASE_ETL_TEST_SEED={seed}: {day}");
        }
        answered += u64::from(!expected.is_empty());
    }
    assert!(
        answered >= SEQUENCES / 4,
        "only {answered} lakes have purchases"
    );
}

#[test]
fn the_list_of_any_sequence_is_that_of_a_plain_model() {
    let first = Numbers::first_seed();
    let mut answered = 0;
    for seed in first..first + SEQUENCES {
        let (lake, expected) = supplier_sequences::lake_of(seed);
        let folder = saved(&lake);
        for company in [7, 8] {
            let of_company = expected
                .iter()
                .filter(|(state, _)| state.company == company);
            let of_company: Vec<Value> = of_company.map(shown).collect();
            let list = format!(
                "supplier-purchases --company-id {company} --deleted include --per-page 500"
            );
            let Some(list) = answer(folder.path(), &list) else {
                assert!(of_company.is_empty(), "PURCHASE_ETL_TEST_SEED={seed}");
                continue;
            };
            let purchases = list["data"]["purchases"].as_array().unwrap();
            let mut found: Vec<Value> = purchases.iter().map(of_list).collect();
            found.sort_by_key(|purchase| purchase["id"].as_u64());
            assert_eq!(
                found, of_company,
                "PURCHASE_ETL_TEST_SEED={seed}: {company}"
            );
            answered += u64::from(!of_company.is_empty());
        }
    }
    assert!(
        answered >= SEQUENCES / 4,
        "only {answered} lists have purchases"
    );
}

fn shown((state, is_deleted): &(TestState, bool)) -> Value {
    serde_json::json!({"id": state.id, "notes": state.note.to_string(), "is_deleted": is_deleted})
}

fn of_list(purchase: &Value) -> Value {
    let is_deleted = purchase.get("were_stock_movements_deleted").is_some();
    serde_json::json!({"id": purchase["id"], "notes": purchase["notes"], "is_deleted": is_deleted})
}
