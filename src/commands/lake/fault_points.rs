//! Every command of maintenance, stopped at each of its mutating calls of the store: readers see the
//! old content or the new one, and the same command completes the work.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Command, FromArgMatches, Subcommand};

use super::{LakeCommand, tables};
use crate::commands::testing::executed;
use crate::ingest::ChangedInput;
use crate::ingest::testing::{
    Dump, FaultRuns, LOCATION, LakeContent, LakeFacts, LakeReaders, SecondFaults, TestLake, Writer,
    bad_record, supplier_dump,
};
use crate::lake::Lake;

const READERS: LakeReaders = LakeReaders {
    facts,
    verify: |lake| lake_command(lake, "verify --deep").map(drop),
};

const WRITERS: [Writer; 9] = [
    Writer {
        name: "compact",
        before: two_runs,
        write: |lake| lake_command(lake, "compact").map(drop),
    },
    Writer {
        name: "restore all tables",
        before: two_runs,
        write: |lake| lake_command(lake, "restore --all --as-of 2026-10-02T12:00:00Z").map(drop),
    },
    Writer {
        name: "restore all tables before a replacement",
        before: |lake| {
            two_runs(lake);
            lake.write("a", &corrected().text());
            lake.ingest(&["a"], ChangedInput::Replace).unwrap();
            lake.date_commits();
        },
        write: |lake| lake_command(lake, "restore --all --as-of 2026-10-04T12:00:00Z").map(drop),
    },
    Writer {
        name: "restore the customer purchases",
        before: two_runs,
        write: |lake| lake_command(lake, "restore --table purchases --to-version 1").map(drop),
    },
    Writer {
        name: "restore the supplier purchases",
        before: two_runs,
        write: |lake| {
            lake_command(lake, "restore --table supplier-purchases --to-version 1").map(drop)
        },
    },
    Writer {
        name: "upgrade",
        before: |lake| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            lake.put_lake(&root.join("tests/data/lake-0.1.0/lake"));
        },
        write: |lake| lake_command(lake, "upgrade").map(drop),
    },
    Writer {
        name: "set the time zone",
        before: two_runs,
        write: |lake| lake_command(lake, "set --timezone America/Sao_Paulo").map(drop),
    },
    Writer {
        name: "write manifests",
        before: |lake| {
            two_runs(lake);
            lake.put(&manifest_of("purchase_date=2020-01-01"), b"old".to_vec());
        },
        // They are no part of a version: its readers see the same content all the time.
        write: |lake| {
            lake_command(lake, "manifest")?;
            let left = lake.keys("lake/purchases/_symlink_format_manifest");
            let days = ["2026-10-01", "2026-10-02"];
            let whole = days.map(|day| manifest_of(&format!("purchase_date={day}")));
            if left == whole {
                Ok(())
            } else {
                Err(format!("{left:?}"))
            }
        },
    },
    Writer {
        name: "vacuum",
        before: |lake| {
            two_runs(lake);
            lake_command(lake, "compact").unwrap();
            lake.put(ORPHAN, b"PAR1".to_vec());
        },
        // It deletes one file after the other: a reader of a version sees none of them.
        write: |lake| {
            lake_command(lake, "vacuum --execute")?;
            let plans = lake_command(lake, "vacuum --format json")?;
            let left = plans.contains(r#""path""#);
            if left { Err(plans) } else { Ok(()) }
        },
    },
];

const ORPHAN: &str = "lake/purchases/purchase_date=2026-10-01/part-run-0000-00001.parquet";

fn manifest_of(partition: &str) -> String {
    format!("lake/purchases/_symlink_format_manifest/{partition}/manifest")
}

fn one() -> Dump {
    Dump::of(&[("p1", 1), ("p2", 2), ("p3", 1)], &["x1"])
}

fn corrected() -> Dump {
    Dump::of(&[("p1", 1), ("p4", 3)], &["x2"])
}

fn other() -> Dump {
    Dump::of(&[("q1", 1), ("q2", 2)], &["y1"])
}

/// Runs 1 and 2 are of one dump of each kind, runs 3 and 4 of another one of each.
fn two_runs(lake: &TestLake) {
    lake.write("a", &one().text());
    lake.ingest(&["a"], ChangedInput::Refuse).unwrap();
    lake.write("s", &supplier_dump(&[(1, 9), (2, 9)]));
    lake.ingest_suppliers(&["s"], Some(1)).unwrap();
    lake.write("b", &other().text());
    lake.ingest(&["b"], ChangedInput::Refuse).unwrap();
    lake.write("t", &supplier_dump(&[(2, 10), (3, 9)]));
    lake.ingest_suppliers(&["t"], Some(2)).unwrap();
    lake.date_commits();
    let marked = lake
        .reopened()
        .write_completion_marker("night", "2026-10-02", b"{}");
    marked.unwrap();
}

fn facts(lake: &TestLake) -> LakeFacts {
    let mut facts = lake.content().facts();
    let opened = lake.reopened();
    let timezone = opened.timezone("purchases").unwrap();
    facts.insert("time zone".to_owned(), format!("{timezone:?}"));
    let marker = opened
        .read_completion_marker("night", "2026-10-02")
        .unwrap();
    let mut is_restored = false;
    for table in tables::all() {
        if opened.has_table(&table).unwrap() {
            let name = table.spec.name;
            facts.insert(format!("files of {name}"), files(&opened, name).to_string());
            let missing = opened.upgrade(&table, "plan", true).unwrap().unwrap();
            let missing = missing.columns.into_iter().map(|column| column.name);
            let missing: Vec<String> = missing.collect();
            facts.insert(format!("missing columns of {name}"), missing.join(" "));
            let newest = opened.history(name, Some(1)).unwrap();
            is_restored |= newest.versions[0].operation == "RESTORE";
        }
    }
    let is_wrong = is_restored && marker.is_some();
    facts.insert(
        "a day without its rows is complete".to_owned(),
        is_wrong.to_string(),
    );
    facts
}

fn files(lake: &Lake, table: &str) -> usize {
    lake.snapshot(table, None, None).unwrap().files.len()
}

/// Runs a command line without `purchase-etl lake`; returns its output.
fn lake_command(lake: &TestLake, arguments: &str) -> Result<String, String> {
    let program = LakeCommand::augment_subcommands(Command::new("lake").no_binary_name(true));
    let arguments = arguments.split(' ').chain(["--lake", LOCATION]);
    let matches = program.try_get_matches_from(arguments).unwrap();
    let command = LakeCommand::from_arg_matches(&matches).unwrap();
    executed(&command, lake.stores())
}

fn runs_of(name: &str) -> FaultRuns<'static> {
    let writer = WRITERS.iter().find(|writer| writer.name == name);
    FaultRuns::new(writer.unwrap(), READERS).unwrap()
}

#[test]
fn maintenance_that_is_stopped_at_any_call_is_completed_by_the_same_command() {
    for writer in &WRITERS {
        let faults = runs_of(writer.name).single_faults().unwrap();
        println!("{}: {faults} faults", writer.name);
        assert!(faults >= 4, "{}: only {faults} faults", writer.name);
    }
}

#[test]
fn a_restore_of_all_tables_that_is_stopped_twice_is_completed() {
    let seconds = SecondFaults::of_environment();
    println!("{seconds:?}");
    let pairs = runs_of("restore all tables").pairs_of_faults(seconds);
    let pairs = pairs.unwrap();
    println!("{pairs} pairs");
    assert!(pairs >= 20, "only {pairs} pairs");
}

/// The content of a lake with these dumps of customer purchases and the suppliers of two dumps.
fn content(dumps: &[(&str, Dump)], suppliers: &[(&str, &str)]) -> LakeContent {
    let mut content = LakeContent::default();
    for (name, Dump { purchases, bad, .. }) in dumps {
        let name = (*name).to_owned();
        let products = purchases.iter().map(|(product, _)| product.clone());
        content.rows.insert(name.clone(), products.collect());
        let bad: Vec<String> = bad.iter().map(|id| bad_record(id)).collect();
        let read = i64::try_from(purchases.len() + bad.len()).unwrap();
        content.rejects.insert(name.clone(), bad);
        content.inputs.push((name, "current".to_owned(), read));
    }
    for (name, states) in suppliers {
        content
            .inputs
            .push(((*name).to_owned(), "current".to_owned(), 2));
        content.suppliers = states.split(", ").map(str::to_owned).collect();
    }
    let of_dumps = |state: &&&str| {
        let mut names = suppliers.iter();
        names.any(|(name, _)| state.contains(&format!(" {name} ")))
    };
    let states = STATES.iter().filter(of_dumps);
    content.states = states.map(ToString::to_string).collect();
    content
}

const FIRST: &str = "7 1 9a false s, 7 2 9a false s";
/// The full snapshot of the second day does not have the first purchase.
const SECOND: &str = "7 1 9a true s, 7 2 10a false t, 7 3 9a false t";
/// All states, each with its commit.
const STATES: [&str; 4] = [
    "7 1 9a false s 0 snapshot",
    "7 2 10a false t 1 snapshot",
    "7 2 9a false s 0 snapshot",
    "7 3 9a false t 1 snapshot",
];

#[test]
fn the_commands_do_what_they_are_called() {
    let (a, b) = (("a", one()), ("b", other()));
    let all = || content(&[a.clone(), b.clone()], &[("s", FIRST), ("t", SECOND)]);
    let first = content(std::slice::from_ref(&a), &[("s", FIRST)]);
    let mut customers = all();
    customers.rows.remove("b");
    customers.inputs.remove(1);
    let mut suppliers = all();
    suppliers.suppliers.clone_from(&first.suppliers);
    suppliers.states.clone_from(&first.states);
    suppliers.inputs.pop();
    for (name, expected) in [
        ("compact", all()),
        ("restore all tables", first),
        ("restore all tables before a replacement", all()),
        ("restore the customer purchases", customers),
        ("restore the supplier purchases", suppliers),
        ("set the time zone", all()),
        ("write manifests", all()),
        ("vacuum", all()),
    ] {
        let runs = runs_of(name);
        for (fact, expected) in expected.facts() {
            assert_eq!(runs.new_facts()[&fact], expected, "{name}: {fact}");
        }
    }
    let files = |name, table| {
        let runs = runs_of(name);
        let files = format!("files of {table}");
        [runs.old_facts(), runs.new_facts()].map(|facts| facts[&files].clone())
    };
    // Two dumps with purchases of two days each.
    assert_eq!(files("compact", "purchases"), ["4", "2"]);
    assert_eq!(files("compact", "rejects"), ["2", "1"]);
    assert_eq!(files("restore all tables", "purchases"), ["4", "2"]);
    let zone = &runs_of("set the time zone").new_facts()["time zone"].clone();
    assert!(zone.contains("America/Sao_Paulo"), "{zone}");
    let upgrade = runs_of("upgrade");
    let missing = "missing columns of inputs";
    let before = &upgrade.old_facts()[missing];
    assert!(before.starts_with("default_timezone state"), "{before}");
    assert_eq!(upgrade.new_facts()[missing], "");
    let products = [
        ("currents_sample", vec!["backpack", "pen", "pencil"]),
        ("events", vec!["café", "caneca", "caneca"]),
    ];
    let products = products.map(|(name, rows)| (format!("/srv/dumps/{name}.ndjson"), rows));
    let rows = format!("{:?}", BTreeMap::from(products));
    assert_eq!(
        [upgrade.old_facts(), upgrade.new_facts()].map(|facts| &facts["rows"]),
        [&rows; 2]
    );
}

#[test]
fn a_vacuum_leaves_the_files_of_the_newest_version() {
    let vacuum = WRITERS
        .iter()
        .find(|writer| writer.name == "vacuum")
        .unwrap();
    let lake = TestLake::new();
    (vacuum.before)(&lake);
    let parquet = || {
        let mut keys = lake.keys("lake/purchases");
        keys.retain(|key| key.ends_with(".parquet"));
        keys
    };
    // Four files of two dumps, the two that replaced them, and the orphan.
    assert_eq!(parquet().len(), 7);
    (vacuum.write)(&lake).unwrap();
    assert_eq!(parquet().len(), 2);
    assert!(!parquet().contains(&ORPHAN.to_owned()));
}
