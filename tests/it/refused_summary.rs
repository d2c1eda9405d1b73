//! The summary of a run that refuses an input shows what was read of it; that of a run that accepts
//! it does not.

use serde_json::json;

use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::workdir::Workdir;

/// A purchase with a quantity, as JSON text, on a line.
fn with_quantity(quantity: &str) -> String {
    let record = PurchaseFixture {
        quantity,
        ..PurchaseFixture::default()
    };
    record.json() + "\n"
}

/// Twelve records, all rejected: nine for the range of the quantity, one for its type, and four, two
/// of them again, for the missing currency.
fn all_rejected() -> String {
    let escape = format!("\"\\u001b[31m ten{}\"", "x".repeat(200));
    let no_currency = |quantity: &str| with_quantity(quantity).replace("\"currency\":\"BRL\",", "");
    let lines = [
        with_quantity("101"),
        with_quantity(&escape),
        no_currency("0"),
        no_currency("0"),
        no_currency("1").repeat(2),
        with_quantity("-1").repeat(6),
    ];
    lines.concat()
}

/// Texts that are in this order in another text.
#[track_caller]
fn assert_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let (_, after) = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("no {part:?} in\n{rest}"));
        rest = after;
    }
}

#[test]
fn a_refused_input_shows_its_records_its_rejects_by_rule_and_its_first_findings() {
    let workdir = Workdir::new();
    let dump = workdir.write("bad.ndjson", all_rejected());
    let refused = workdir.ingest([&dump]);
    refused.assert_code(3);
    let path = dump.display().to_string();
    let cut = format!("found \\u{{1b}}[31m ten{}", "x".repeat(100));
    assert_in_order(
        refused.stderr(),
        &[
            "inputs refused                       1\n",
            "records refused                     12\n",
            "records read                         0\n",
            &format!("refused {path}: nothing of it is written\n"),
            "12 records read: 0 valid, 12 rejected, 0 duplicate, 0 superseded, 0 skipped\n",
            "rejected by rule  BRZ-CUR-REQUIRED               4    33.33 %\n",
            "BRZ-QTY-TYPE                   1     8.33 %\n",
            "BRZ-QTY-RANGE                  9    75.00 %\n",
            &format!("{path}:1: BRZ-QTY-RANGE: quantity: must be from 1 to 100 (found 101)\n"),
            "Split a larger order into several purchases",
            &format!("{path}:2: BRZ-QTY-TYPE: quantity: "),
            &cut,
            "…)\n",
            "Write the quantity as a whole number",
            &format!("{path}:3: "),
        ],
    );
    assert!(
        !refused.stderr().contains(&format!("{path}:4: ")),
        "{}",
        refused.transcript()
    );
    let quiet = workdir.run(["--quiet", "ingest", "--lake", "other", "bad.ndjson"]);
    quiet.assert_code(3).assert_stderr_contains(&[
        "12 records read: 0 valid, 12 rejected",
        ":1: BRZ-QTY-RANGE: quantity: must be from 1 to 100 (found 101)\n",
    ]);
    assert!(!quiet.stderr().contains("inputs refused"), "a warning only");
    assert!(
        !refused.stderr().contains('\u{1b}'),
        "{}",
        refused.transcript()
    );
    let report = refused.json();
    assert_eq!(report["counts"]["read"], 0, "what the run has ingested");
    let input = &report["inputs"][0];
    assert_eq!(input["counts"]["read"], 12, "{report:#}");
    assert_eq!(input["counts"]["rejected"], 12, "{report:#}");
    let by_rule = json!({"BRZ-CUR-REQUIRED": 4, "BRZ-QTY-TYPE": 1, "BRZ-QTY-RANGE": 9});
    assert_eq!(input["rejected_by_rule"], by_rule);
    // A value may be personal data, and the report is kept.
    assert!(
        !refused.stdout().contains("[31m"),
        "{}",
        refused.transcript()
    );
}

#[test]
fn an_accepted_input_has_the_usual_summary() {
    let workdir = Workdir::new();
    let dump = workdir.write("good.ndjson", numbered(0, 3) + &with_quantity("101"));
    let accepted = workdir.ingest(["--reject-limit=50%".as_ref(), dump.as_os_str()]);
    accepted.assert_code(0);
    assert_in_order(
        accepted.stderr(),
        &[
            "inputs refused                       0\n",
            "records read                         4\n",
            "accepted                             3\n",
            "rejected                             1\n",
            "rejected by rule  BRZ-QTY-RANGE                  1    25.00 %\n",
        ],
    );
    for absent in [
        "records refused",
        "nothing of it is written",
        "must be from 1 to 100",
    ] {
        assert!(
            !accepted.stderr().contains(absent),
            "{}",
            accepted.transcript()
        );
    }
    let report = accepted.json();
    assert_eq!(
        report["inputs"][0]["rejected_by_rule"],
        json!({"BRZ-QTY-RANGE": 1})
    );
    assert_eq!(
        report["inputs"][0]["rejected_by_rule"],
        report["rejected_by_rule"]
    );
}

#[test]
fn delimited_text_is_shown_with_the_lines_of_its_records() {
    let workdir = Workdir::new();
    let header = "external_id,product_id,currency,price,quantity,time\n";
    let row = "cli-1,caneca,BRL,39.90,0,2026-10-05T10:00:00Z\n";
    let dump = workdir.write("bad.csv", format!("{header}{}", row.repeat(5)));
    let refused = workdir.ingest([&dump]);
    refused.assert_code(3);
    let path = dump.display();
    let finding = |line: u32| {
        format!(
            "{path}:{line}: BRZ-QTY-RANGE: quantity: must be from 1 to 100, and at most 32767 (found 0)\n"
        )
    };
    assert_in_order(
        refused.stderr(),
        &[
            "5 records read: 0 valid, 5 rejected",
            &finding(2),
            &finding(3),
            &finding(4),
        ],
    );
    assert!(
        !refused.stderr().contains(&finding(5)),
        "{}",
        refused.transcript()
    );
}

#[test]
fn records_of_a_refused_input_add_up() {
    let workdir = Workdir::new();
    let event = |id: &str, price: &str| {
        format!(
            "{{\"id\":\"{id}\",\"user_id\":\"u1\",\"app_id\":\"app\",\"time\":1712068448,\"product_id\":\"pen\",\"price\":{price},\"currency\":\"USD\"}}\n"
        )
    };
    let wrong: String = (0..3)
        .map(|number| event(&format!("w{number}"), "\"x\""))
        .collect();
    let dump = workdir.write("events.ndjson", event("e1", "2.5").repeat(2) + &wrong);
    let refused = workdir.ingest([&dump]);
    refused.assert_code(3).assert_stderr_contains(&[
        "5 records read: 1 valid, 3 rejected, 1 duplicate, 0 superseded, 0 skipped",
    ]);
    let counts = json!({"read": 5, "accepted": 1, "rejected": 3, "duplicate": 1, "superseded": 0, "skipped": 0});
    assert_eq!(refused.json()["inputs"][0]["counts"], counts);
}

#[test]
fn of_many_refused_inputs_the_first_ten_are_shown() {
    let workdir = Workdir::new();
    for number in 0..12 {
        workdir.write(
            &format!("in/{number:02}.ndjson"),
            with_quantity("0").repeat(2),
        );
    }
    let refused = workdir.ingest(["in"]);
    refused.assert_code(3).assert_stderr_contains(&[
        "records refused                     24\n",
        "2 more refused inputs are in the run report\n",
    ]);
    let shown = refused.stderr().matches("nothing of it is written").count();
    assert_eq!(shown, 10, "{}", refused.transcript());
}

#[test]
fn lines_of_json_have_the_counts_of_a_refused_input() {
    let workdir = Workdir::new();
    workdir.write("bad.ndjson", with_quantity("0").repeat(4));
    let refused = workdir.run([
        "--log-format",
        "json",
        "ingest",
        "bad.ndjson",
        "--lake",
        "lake",
    ]);
    refused.assert_code(3);
    let lines: Vec<serde_json::Value> = refused
        .stderr()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let with = |message: &str| {
        let found = lines.iter().filter(|line| {
            line["message"]
                .as_str()
                .is_some_and(|text| text.starts_with(message))
        });
        found.collect::<Vec<_>>()
    };
    let records = with("records of a refused input");
    assert_eq!(
        (&records[0]["read"], &records[0]["rejected"]),
        (&json!(4), &json!(4))
    );
    let findings = with("rejected: quantity");
    assert_eq!(findings.len(), 3);
    assert_eq!(findings[2]["line"], 3);
    assert_eq!(with("run ended")[0]["records_refused"], 4);
}
