//! The answers to the sample data against `sample_data/expected`, which the oracle worked out.

use std::ffi::OsString;
use std::fs;

use serde_json::{Value, json};

use crate::purchase_fixtures::{series_digits, shortest};
use crate::python::{python, summary};
use crate::workdir::{Output, Workdir, expected, sample};

const FILES: [&str; 3] = [
    "web_2026-10.ndjson",
    "track_log_2026-10.json",
    "balcao_2026-10.csv",
];

/// Ingests the three main files.
fn ingest(workdir: &Workdir, default_timezone: &str) -> Output {
    let options = ["--default-timezone", default_timezone].map(OsString::from);
    let files = FILES.map(|name| sample(name).into_os_string());
    let output = workdir.ingest(options.into_iter().chain(files));
    output.assert_code(0);
    output
}

/// Every series of a folder of answers: file name and arguments of the question.
fn series() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut questions = Vec::new();
    for (day, hour, zone) in [
        ("quantity_series_day_utc", "quantity_series_hour_utc", "UTC"),
        (
            "quantity_series_day_sao_paulo",
            "quantity_series_hour_sao_paulo",
            "America/Sao_Paulo",
        ),
    ] {
        questions.push((day, vec!["--length", "31", "--timezone", zone]));
        questions.push((
            hour,
            vec!["--length", "1", "--unit", "hour", "--timezone", zone],
        ));
    }
    let app = "11ae5b4b-2445-4440-a04f-bf537764c9ad";
    questions.push((
        "quantity_series_day_utc_web_app",
        vec!["--length", "31", "--app-id", app],
    ));
    let product = "Café em grãos 1 kg";
    questions.push((
        "quantity_series_day_utc_cafe",
        vec!["--length", "31", "--product", product],
    ));
    let name = "quantity_series_day_utc_without_refunds";
    questions.push((name, vec!["--length", "31", "--exclude-refunds"]));
    questions
}

fn assert_series(workdir: &Workdir, folder: &str) {
    for (name, arguments) in series() {
        let question = [vec!["--ending-at", "2026-10-31"], arguments].concat();
        let answer = workdir.report("quantity-series", question);
        answer.assert_code(0);
        assert_eq!(
            answer.json(),
            expected(&format!("{folder}{name}.json")),
            "{folder}{name}"
        );
    }
    for (name, zone) in [
        ("revenue_series_day_brl_utc", "UTC"),
        ("revenue_series_day_brl_sao_paulo", "America/Sao_Paulo"),
    ] {
        let question = [
            "--ending-at",
            "2026-10-31",
            "--length",
            "31",
            "--currency",
            "BRL",
        ];
        let answer = workdir.report(
            "revenue-series",
            question.iter().chain(&["--timezone", zone]),
        );
        answer.assert_code(0);
        assert_revenue(answer.stdout(), &expected(&format!("{folder}{name}.json")));
    }
}

/// Compares digits, not floats: the expected amounts are texts.
#[track_caller]
pub(crate) fn assert_revenue(answer: &str, expected: &Value) {
    let rows = series_digits(answer, "revenue");
    let found: Vec<Value> = rows
        .iter()
        .map(|(time, revenue)| json!({ "time": time, "revenue": shortest(revenue) }))
        .collect();
    assert_eq!(json!(found), expected["data"], "{answer}");
    let parsed: Value = serde_json::from_str(answer).expect("JSON");
    assert!(
        parsed["data"][0]["revenue"].is_number(),
        "a number, not a text: {answer}"
    );
    assert_eq!(parsed["message"], "success");
}

#[test]
fn counts_and_rejects_of_the_samples_are_those_of_the_oracle() {
    let workdir = Workdir::new();
    let report = ingest(&workdir, "UTC").json();
    let counts = expected("counts.json");
    assert_eq!(
        report["rejected_by_rule"],
        expected("rejected_by_rule.json")
    );
    assert_eq!(
        report["rejected_by_rule"],
        counts["total"]["rejected_by_rule"]
    );
    for (input, name) in report["inputs"]
        .as_array()
        .expect("a list")
        .iter()
        .zip(FILES)
    {
        assert_eq!(
            input["path"],
            json!(sample(name)),
            "inputs are read in the order named"
        );
        for count in ["accepted", "rejected", "duplicate"] {
            assert_eq!(
                input["counts"][count], counts["files"][name][count],
                "{name}: {count}"
            );
        }
    }
    // The oracle warns of accepted records only; we count a warning of a rejected one as well.
    for kind in ["warned_by_rule", "informed_by_rule"] {
        for (rule, least) in counts["total"][kind].as_object().expect("counts by rule") {
            let ours = report["warned_by_rule"][rule].as_u64();
            assert!(ours >= least.as_u64(), "{rule}: {ours:?} of {least}");
        }
    }
    let rejects = python("read_lake.py", ["rejects".into(), workdir.lake()]);
    let mut found = rejects.as_array().expect("a list").clone();
    let mut wanted = expected("rejects.json").as_array().expect("a list").clone();
    for reject in &mut found {
        *reject = rejects_form(reject);
    }
    let by_place = |reject: &Value| (reject["file"].to_string(), reject["row"].as_u64());
    found.sort_by_key(by_place);
    wanted.sort_by_key(by_place);
    assert_eq!(json!(found), json!(wanted));
}

/// A row of the table of rejects as `rejects.json` has it: rules sorted, no line in a document.
fn rejects_form(reject: &Value) -> Value {
    let mut rules: Vec<&str> = reject["rule_ids"]
        .as_str()
        .expect("a text")
        .split(',')
        .collect();
    rules.sort_unstable();
    let mut form = json!({ "file": reject["file"], "row": reject["source_row"], "rules": rules });
    if reject["file"] != "track_log_2026-10.json" {
        form["line"] = reject["line"].clone();
    }
    form
}

#[test]
fn the_series_of_the_samples_are_those_of_the_oracle() {
    let workdir = Workdir::new();
    ingest(&workdir, "UTC");
    assert_series(&workdir, "");
    let products = workdir.report("product-list", [""; 0]).json();
    assert_eq!(products["products"], expected("product_list.json"));
    let found = summary(&workdir.lake());
    let sums = &found["purchases"];
    assert_eq!(
        sums["quantity_per_utc_day"],
        expected("quantity_per_utc_day.json")
    );
    assert_eq!(
        sums["revenue_by_currency"],
        expected("revenue_by_currency.json")
    );
    assert_eq!(
        sums["misplaced"], 0,
        "rows outside the partition of their day"
    );
}

#[test]
fn a_daily_answer_needs_no_data_file_but_those_of_its_day() {
    let workdir = Workdir::new();
    ingest(&workdir, "America/Sao_Paulo");
    let day = ["--ending-at", "2026-10-15", "--length", "1"];
    let hours = [&day[..], &["--unit", "hour"]].concat();
    let answers = || {
        [&day[..], &hours].map(|question| {
            let answer = workdir.report("quantity-series", question);
            answer.assert_code(0).stdout().to_owned()
        })
    };
    let before = answers();
    let mut removed = 0;
    for file in workdir.files() {
        let path = file.to_str().expect("a UTF-8 path");
        if path.ends_with(".parquet") && !path.contains("/purchase_date=2026-10-15/") {
            fs::remove_file(workdir.path(path)).expect("a file that can be removed");
            removed += 1;
        }
    }
    assert!(removed > 25, "{removed} files");
    assert_eq!(answers(), before);
    let month = workdir.report(
        "quantity-series",
        ["--ending-at", "2026-10-31", "--length", "31"],
    );
    assert_ne!(month.code(), Some(0), "{}", month.transcript());
}

#[test]
fn times_without_an_offset_belong_to_the_zone_that_the_run_names() {
    let workdir = Workdir::new();
    ingest(&workdir, "America/Sao_Paulo");
    assert_series(&workdir, "default_tz_sao_paulo/");
}

/// The documents' own examples and made-up ones of each shape, strict and lenient.
#[test]
fn every_document_is_validated_as_the_oracle_does() {
    for (name, verdicts) in expected("documents.json")
        .as_object()
        .expect("one entry a file")
    {
        for mode in ["strict", "lenient"] {
            let workdir = Workdir::new();
            let lenient = (mode == "lenient").then(|| OsString::from("--lenient"));
            let output = workdir.ingest(lenient.into_iter().chain([sample(name).into()]));
            let report = output.json();
            let verdict = &verdicts[mode];
            if let Some(rule) = verdict["refused"].as_str() {
                output
                    .assert_code(3)
                    .assert_stderr_contains(&[rule, name.rsplit('/').next().expect("a name")]);
                assert_eq!(
                    report["inputs"][0]["refusal"]["rule_id"], rule,
                    "{name} {mode}"
                );
                assert_eq!(report["counts"]["accepted"], 0, "{name} {mode}");
                continue;
            }
            output.assert_code(0);
            for count in ["accepted", "rejected", "duplicate"] {
                assert_eq!(
                    report["counts"][count], verdict[count],
                    "{name} {mode}: {count}"
                );
            }
            assert_eq!(
                report["rejected_by_rule"], verdict["rejected_by_rule"],
                "{name} {mode}"
            );
            for (rule, count) in verdict["warned_by_rule"]
                .as_object()
                .expect("counts by rule")
            {
                assert_eq!(
                    &report["warned_by_rule"][rule], count,
                    "{name} {mode}: {rule}"
                );
            }
        }
    }
}
