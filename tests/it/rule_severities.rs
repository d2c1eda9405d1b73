//! Severities that the user sets, and `[mapping]` and `[rules]` of job files, to the answers.

use serde_json::json;

use crate::purchase_fixtures::PurchaseFixture;
use crate::workdir::{Output, Workdir};

/// Purchases of 101 and 2 items; a third one has no buyer.
fn dump() -> String {
    let purchase = |quantity| PurchaseFixture {
        quantity,
        ..PurchaseFixture::default()
    };
    let anonymous = PurchaseFixture {
        external_id: "null",
        ..PurchaseFixture::default()
    };
    [purchase("101"), purchase("2"), anonymous]
        .map(PurchaseFixture::json)
        .join("\n")
}

fn ingest(workdir: &Workdir, rules: &[&str]) -> Output {
    let rules = rules.iter().map(|rule| format!("--rule={rule}"));
    workdir.ingest(rules.chain(["--reject-limit=100%", "dump.ndjson"].map(str::to_owned)))
}

/// The items of 5 October 2026.
fn items(workdir: &Workdir) -> serde_json::Value {
    let series = ["report", "quantity-series", "--lake=lake", "--length=1"];
    let series = workdir.run(series.into_iter().chain(["--ending-at=2026-10-05"]));
    series.assert_code(0).json()["data"][0]["purchase_quantity"].clone()
}

#[test]
fn accepted_quantities_and_buyers_are_stored_counted_and_in_the_run_report() {
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", dump());
    let output = ingest(&workdir, &["BRZ-QTY-RANGE=warn", "BRZ-ID-REQUIRED=off"]);
    let report = output.assert_code(0).json();
    assert_eq!(report["counts"]["accepted"], 3, "{}", output.transcript());
    assert_eq!(
        report["settings"]["rule"],
        "BRZ-ID-REQUIRED=off, BRZ-QTY-RANGE=warn"
    );
    assert_eq!(report["warned_by_rule"], json!({"BRZ-QTY-RANGE": 1}));
    assert_eq!(items(&workdir), 101 + 2 + 1);

    let usual = Workdir::new();
    usual.write("dump.ndjson", dump());
    let output = ingest(&usual, &[]);
    let report = output.assert_code(0).json();
    assert_eq!(
        report["rejected_by_rule"],
        json!({"BRZ-ID-REQUIRED": 1, "BRZ-QTY-RANGE": 1})
    );
    assert_eq!(report["settings"].get("rule"), None);
    assert_eq!(items(&usual), 2);
}

#[test]
fn a_content_is_refused_with_severities_that_give_other_rows_and_known_with_the_same_rows() {
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", dump());
    ingest(&workdir, &["BRZ-QTY-RANGE=warn"]).assert_code(0);
    for rules in [
        &["BRZ-QTY-RANGE=off"][..],
        &["BRZ-QTY-RANGE=warn", "CPL-MONEY-NEG=reject"],
    ] {
        let same = ingest(&workdir, rules);
        assert_eq!(
            same.assert_code(0).outcomes(),
            ["already_ingested"],
            "{rules:?}"
        );
    }
    for rules in [&[][..], &["BRZ-QTY-RANGE=warn", "BRZ-ID-REQUIRED=warn"]] {
        let other = ingest(&workdir, rules);
        other
            .assert_code(3)
            .assert_stderr_contains(&["FILE-SETTINGS-CHANGED"]);
    }
}

#[test]
fn a_severity_that_a_rule_cannot_have_is_a_usage_error_with_the_reason() {
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", dump());
    for (rule, reason) in [
        ("BRZ-PRICE-TYPE=warn", "always rejects"),
        ("FILE-LIMIT=off", "is fixed"),
        ("BRZ-QTY-RANGE=maybe", "reject, warn or off"),
        ("BRZ-QTY=warn", "did you mean"),
    ] {
        ingest(&workdir, &[rule])
            .assert_code(2)
            .assert_stderr_contains(&[rule, reason]);
    }
    assert!(!workdir.lake().exists(), "nothing was written");
}

#[test]
fn the_list_of_rules_shows_the_choices_and_the_severities_of_a_run() {
    let workdir = Workdir::new();
    let list = |arguments: &[&str]| {
        let output = workdir.run(
            ["rules", "list", "--format", "json"]
                .iter()
                .chain(arguments),
        );
        output.assert_code(0).json()[0].clone()
    };
    let choices = json!(["reject", "warn", "off"]);
    let usual = list(&["BRZ-QTY-RANGE"]);
    assert_eq!(
        (&usual["severity"], &usual["can_be"]),
        (&json!("reject"), &choices)
    );
    let set = list(&["BRZ-QTY-RANGE", "--rule", "BRZ-QTY-RANGE=warn"]);
    assert_eq!(set["severity"], "warn");
    assert_eq!(list(&["BRZ-QTY-TYPE"])["can_be"], json!([]));
}

const JOB: &str = r#"
lake = "lake"

[mapping]
external_id = { from = "customer.id", default = "anonymous" }
product_id = "item"
price = "each"
quantity = "units"
time = { from = "Data", format = "%d/%m/%y" }
currency = { value = "BRL" }
"properties.weight" = "weight"

[rules]
BRZ-QTY-RANGE = "warn"

[[steps]]
name = "mapped"
ingest = { inputs = ["mapped.ndjson"], reject_limit = "100%" }

[[steps]]
name = "documented"
ingest = { inputs = ["dump.ndjson"], map = [], rule = { BRZ-ID-REQUIRED = "warn" }, default = ["app_id=web"], reject_limit = "100%" }
"#;

#[test]
fn the_tables_of_a_job_file_apply_to_the_steps_that_read_inputs() {
    let workdir = Workdir::new();
    workdir.write("job.toml", JOB);
    workdir.write("dump.ndjson", dump());
    // 200 and 5 items.
    workdir.write(
        "mapped.ndjson",
        "{\"customer\":{\"id\":7},\"item\":\"cup\",\"each\":1.5,\"units\":200,\"Data\":\"05/10/26\",\"weight\":0.2}\n\
         {\"item\":\"pen\",\"each\":2,\"units\":5,\"Data\":\"05/10/26\"}\n",
    );
    let checked = workdir.run(["jobs", "check", "job.toml", "--date", "2026-10-05"]);
    checked.assert_code(0);
    let explain = ["run", "job.toml", "--date=2026-10-05", "--explain-config"];
    let explained = workdir.run(explain);
    // The line of the first entry of each table, which apply to the first step.
    for setting in ["map", "default", "constant", "rule"] {
        let mut lines = explained.assert_code(0).stdout().lines();
        let line = lines
            .find(|line| line.starts_with(&format!("{setting} ")))
            .expect("a setting");
        assert!(line.contains("job file job.toml:"), "{line}");
    }
    let ran = workdir.run(["run", "job.toml", "--date", "2026-10-05"]);
    ran.assert_code(0);
    assert_eq!(
        items(&workdir),
        200 + 5 + 101 + 2 + 1,
        "{}",
        ran.transcript()
    );
}

/// A job with an entry in a table, and the position and words of its problem.
const WRONG_ENTRIES: [(&str, &str, &str); 9] = [
    (
        "[mapping]\nprise = \"x\"\n",
        "3:9: mapping.prise: ",
        "valid fields: external_id",
    ),
    (
        "[mapping]\ntime = { from = \"x\", format = \"%H:%M\" }\n",
        "3:8: mapping.time: ",
        "use a format with day, month and year",
    ),
    (
        "[mapping]\ntime = { format = \"%d\" }\n",
        "3:8: mapping.time: ",
        "add from",
    ),
    (
        "[mapping]\nprice = { fron = \"x\" }\n",
        "3:11: mapping.price.fron: ",
        "did you mean `from`?",
    ),
    (
        "[mapping]\nprice = { value = 1, default = 2 }\n",
        "3:9: mapping.price: ",
        "remove `from` and `default`",
    ),
    (
        "[mapping]\nprice = 1\n",
        "3:9: mapping.price: ",
        "a string or a table",
    ),
    (
        "[rules]\nBRZ-QTY-RANG = \"warn\"\n",
        "3:16: rules.BRZ-QTY-RANG: ",
        "BRZ-QTY-RANGE",
    ),
    (
        "[rules]\nBRZ-PRICE-TYPE = \"warn\"\n",
        "3:18: rules.BRZ-PRICE-TYPE: ",
        "always rejects",
    ),
    (
        "[rules]\nBRZ-QTY-RANGE = 1\n",
        "3:17: rules.BRZ-QTY-RANGE: ",
        "\"off\"",
    ),
];

#[test]
fn a_wrong_entry_of_a_table_is_reported_once_with_its_line_and_column() {
    for (table, position, words) in WRONG_ENTRIES {
        let workdir = Workdir::new();
        let steps = ["a", "b"]
            .map(|name| format!("[[steps]]\nname = \"{name}\"\ningest = {{ inputs = [\"x\"] }}\n"));
        workdir.write(
            "job.toml",
            format!("lake = \"x\"\n{table}{}", steps.concat()),
        );
        let ran = workdir.run(["run", "job.toml", "--date", "2026-10-05"]);
        ran.assert_code(2)
            .assert_stderr_contains(&[&format!("job.toml:{position}"), words]);
        assert_eq!(ran.stderr().lines().count(), 1, "{}", ran.transcript());
    }
}
