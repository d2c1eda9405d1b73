//! Counts by rule with their shares of the records read, wherever a summary for people has them.

use serde_json::json;

use crate::check::{ALL, check};
use crate::purchase_fixtures::PurchaseFixture;
use crate::workdir::Workdir;

/// Seven purchases: two are rejected for their quantity, one of them for its price too, and three of
/// the others have a warning for their currency.
fn seven() -> String {
    let record = |price, quantity, currency| {
        let fixture = PurchaseFixture {
            currency,
            price,
            quantity,
            ..PurchaseFixture::default()
        };
        fixture.json() + "\n"
    };
    let good = record("1.5", "1", "\"BRL\"").repeat(2);
    let warned = record("1.5", "1", "\"brl\"").repeat(3);
    good + &warned + &record("1.5", "0", "\"BRL\"") + &record("\"x\"", "0", "\"BRL\"")
}

/// The rules with count and share, which are 1, 2 and 3 of 7.
const SHARES: [(&str, &str); 3] = [
    ("BRZ-PRICE-TYPE", "1    14.29 %"),
    ("BRZ-QTY-RANGE", "2    28.57 %"),
    ("BRZ-CUR-CASE", "3    42.86 %"),
];

/// Fails unless a text has a line for each of these rules that ends with count and share.
#[track_caller]
fn assert_shares(text: &str, shares: &[(&str, &str)]) {
    for (rule, share) in shares {
        let line = text
            .lines()
            .find(|line| line.contains(&format!(" {rule} ")))
            .unwrap_or_else(|| panic!("{rule}\n{text}"));
        let (_, after) = line.split_once(rule).expect("the rule");
        assert_eq!(after.trim(), *share, "{line}");
    }
}

#[test]
fn every_summary_has_the_share_of_each_rule() {
    let workdir = Workdir::new();
    let dump = workdir.write("seven.ndjson", seven());
    let checked = check(&workdir, &[&ALL[..], &["seven.ndjson"]].concat());
    let (_, by_rule) = checked.stdout().split_once("findings by rule").expect("it");
    assert_shares(by_rule, &SHARES);
    let ingested = workdir.ingest(ALL.iter().map(AsRef::as_ref).chain([dump.as_os_str()]));
    ingested.assert_code(0);
    assert_shares(ingested.stderr(), &SHARES);
    let report = ingested.json();
    assert_eq!(
        report["rejected_by_rule"],
        json!({"BRZ-PRICE-TYPE": 1, "BRZ-QTY-RANGE": 2})
    );
    let run = report["run_id"].as_str().expect("an id");
    let shown = workdir.run(["runs", "show", run, "--lake", "lake"]);
    assert_shares(shown.assert_code(0).stdout(), &SHARES);
    let input = ["inputs", "show", "seven.ndjson", "--lake", "lake"];
    // The report of a run has the warnings of the run only.
    assert_shares(workdir.run(input).assert_code(0).stdout(), &SHARES[..2]);
    let listed = workdir.run([&input[..], &["--format", "json"]].concat());
    let listed = listed.assert_code(0).json();
    assert_eq!(
        listed[0]["rejected_by_rule"],
        json!({"BRZ-PRICE-TYPE": 1, "BRZ-QTY-RANGE": 2})
    );
    assert_eq!(listed[0]["records_read"], 7);
}

#[test]
fn an_input_whose_run_has_no_report_is_shown_without_rules() {
    let workdir = Workdir::new();
    let dump = workdir.write("seven.ndjson", seven());
    let arguments = ALL.iter().map(AsRef::as_ref).chain([dump.as_os_str()]);
    workdir.ingest(arguments).assert_code(0);
    std::fs::remove_dir_all(workdir.lake().join("_runs")).expect("the reports");
    let input = ["inputs", "show", "seven.ndjson", "--lake", "lake"];
    let shown = workdir.run(input);
    shown
        .assert_code(0)
        .assert_stdout_contains(&["7 read: 5 accepted"]);
    assert!(!shown.stdout().contains('%'), "{}", shown.transcript());
    let listed = workdir.run([&input[..], &["--format", "json"]].concat());
    assert_eq!(listed.json()[0]["rejected_by_rule"], json!(null));
}

/// A record with several findings of a rule counts once in its share; repeated contents count each time.
#[test]
fn a_share_is_one_of_records() {
    let workdir = Workdir::new();
    let unknown = seven()
        .lines()
        .next()
        .expect("a line")
        .replacen('{', "{\"a\":1,\"b\":2,", 1);
    workdir.write("unknown.ndjson", format!("{unknown}\n{}", seven()));
    let checked = check(&workdir, &[&ALL[..], &["unknown.ndjson"]].concat());
    let (_, by_rule) = checked.stdout().split_once("findings by rule").expect("it");
    assert_shares(by_rule, &[("BRZ-KEY-UNKNOWN", "2    12.50 %")]);
    workdir.write("copy.ndjson", seven());
    workdir.write("seven.ndjson", seven());
    let checked = check(
        &workdir,
        &[&ALL[..], &["copy.ndjson", "seven.ndjson"]].concat(),
    );
    let (_, by_rule) = checked.stdout().split_once("findings by rule").expect("it");
    // Findings are listed of both.
    let of_both = [
        ("BRZ-PRICE-TYPE", "2    14.29 %"),
        ("BRZ-QTY-RANGE", "4    28.57 %"),
        ("BRZ-CUR-CASE", "6    42.86 %"),
    ];
    assert_shares(by_rule, &of_both);
}

/// The count of a rule on inputs or dumps is none of records.
#[test]
fn a_rule_on_an_input_has_no_share() {
    let workdir = Workdir::new();
    let mut text = b"external_id;product_id;currency;price;time\n".to_vec();
    text.extend(b"a;caf\xe9;BRL;1,50;2026-10-05T10:00:00Z\n".repeat(4));
    let dump = workdir.write("latin.csv", text);
    let checked = check(&workdir, &["latin.csv"]);
    let (_, by_rule) = checked.stdout().split_once("findings by rule").expect("it");
    let without = [("FILE-ENCODING", "1")];
    assert_shares(by_rule, &without);
    let ingested = workdir.ingest([&dump]);
    ingested.assert_code(0);
    assert_shares(ingested.stderr(), &without);
}
