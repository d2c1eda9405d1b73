//! `check` as text, JSON and response, and the catalogue of rules.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::purchase_fixtures::PurchaseFixture;
use crate::workdir::{NOW, Output, Workdir};

/// A valid purchase, one with two faults, a line that is not JSON, and a valid purchase with a
/// warning.
pub(crate) fn mixed() -> String {
    let broken = PurchaseFixture {
        price: "\"39.90\"",
        quantity: "0",
        ..PurchaseFixture::default()
    };
    let odd = PurchaseFixture {
        currency: "\"brl\"",
        ..PurchaseFixture::default()
    };
    let records = [
        PurchaseFixture::default().json(),
        broken.json(),
        "{\"external_id\"".into(),
        odd.json(),
    ];
    records.join("\n") + "\n"
}

/// Accepts every input, whatever share of it is rejected.
pub(crate) const ALL: [&str; 2] = ["--reject-limit", "100%"];

/// Runs `check` with a fixed clock.
pub(crate) fn check(workdir: &Workdir, arguments: &[&str]) -> Output {
    workdir.run(["check", "--now", NOW].iter().chain(arguments))
}

#[test]
fn check_lists_every_finding_as_text() {
    let workdir = Workdir::new();
    let path = workdir.write("mixed.ndjson", mixed());
    let output = check(&workdir, &[ALL[0], ALL[1], "mixed.ndjson"]);
    output.assert_code(0);
    let path = path.display();
    let starts = [
        format!("{path}:2: reject BRZ-PRICE-TYPE: price: "),
        format!("{path}:2: reject BRZ-QTY-RANGE: quantity: "),
        format!("{path}:3: reject FILE-JSON-SYNTAX: "),
        format!("{path}:4: warning BRZ-CUR-CASE: currency: "),
        format!("{path}: 4 records, 2 would be accepted, 2 rejected, 0 duplicate"),
        "findings by rule  reject   BRZ-PRICE-TYPE ".to_owned(),
        "                  reject   BRZ-QTY-RANGE ".to_owned(),
        "                  reject   FILE-JSON-SYNTAX ".to_owned(),
        "                  warning  BRZ-CUR-CASE ".to_owned(),
    ];
    let lines: Vec<&str> = output.stdout().lines().collect();
    for start in &starts {
        let found = lines.iter().any(|line| line.starts_with(start.as_str()));
        assert!(found, "{start:?}\n{}", output.transcript());
    }
    assert_eq!(lines.len(), starts.len(), "{}", output.transcript());
    // Two rejects of four are above the limit: refused, as in `ingest`.
    let refused = check(&workdir, &["mixed.ndjson"]);
    refused.assert_code(3);
    assert!(
        refused.stdout().contains("FILE-REJECT-LIMIT"),
        "{}",
        refused.transcript()
    );
    assert_eq!(
        workdir.files().len(),
        1,
        "check writes nothing: {:?}",
        workdir.files()
    );
}

#[test]
fn check_lists_the_first_findings_of_each_rule_or_all_of_them() {
    let workdir = Workdir::new();
    workdir.write("many.ndjson", "{}\n".repeat(50));
    let rule = "reject BRZ-TIME-REQUIRED";
    let listed = |more: &[&str]| {
        let output = check(&workdir, &[&ALL, more, &["many.ndjson"]].concat());
        output.assert_code(0);
        let places = output.stdout().matches(&format!("{rule}: ")).count();
        (places, output.stdout().to_owned())
    };
    let (places, text) = listed(&[]);
    assert_eq!(places, 3, "{text}");
    let total = text
        .lines()
        .find(|line| line.contains("reject   BRZ-TIME-REQUIRED"));
    assert!(
        total.is_some_and(|line| line.ends_with(" 50   100.00 %")),
        "{text}"
    );
    assert!(text.contains("--findings all"), "{text}");
    let (places, text) = listed(&["--findings", "all"]);
    assert_eq!(places, 50, "{text}");
    assert!(!text.contains("--findings all"), "{text}");
    // The other formats are for machines and always complete.
    for (format, words) in [
        ("json", "BRZ-TIME-REQUIRED"),
        ("response", "BRZ-TIME-REQUIRED"),
    ] {
        let arguments = [&ALL[..], &["--format", format, "many.ndjson"]].concat();
        let output = check(&workdir, &arguments);
        let found = output
            .assert_code(0)
            .stdout()
            .matches(&format!("\"rule_id\":\"{words}"))
            .count();
        assert_eq!(found, 50, "{}", output.transcript());
        let wrong = check(
            &workdir,
            &[&arguments[..], &["--findings", "first"]].concat(),
        );
        wrong
            .assert_code(2)
            .assert_stderr_contains(&["--findings first"]);
    }
}

/// UTF-8 at the beginning and Windows-1252 at the end: the input is read twice.
#[test]
fn an_input_that_is_read_again_is_listed_once() {
    let workdir = Workdir::new();
    let header = "external_id;product_id;currency;price;time\n";
    let wrong = "a;b;BRL;zero;2026-10-05T10:00:00Z\n";
    let good = "a;b;BRL;1,50;2026-10-05T10:00:00Z\n".repeat(150_000);
    let mut text = format!("{header}{wrong}{good}").into_bytes();
    text.extend(b"a;caf\xe9;BRL;1,50;2026-10-05T10:00:00Z\n");
    workdir.write("late.csv", text);
    for (arguments, words) in [
        (["--format", "text"], "late.csv:2: reject"),
        (["--format", "json"], "\"line\":2,"),
        (["--format", "response"], "\"index\":0,"),
    ] {
        let output = check(&workdir, &[&arguments[..], &["late.csv"]].concat());
        let found = output.assert_code(0).stdout().matches(words).count();
        assert_eq!(found, 1, "{}", output.transcript());
    }
}

#[test]
fn check_names_place_field_value_and_remedy_as_json() {
    let workdir = Workdir::new();
    let path = workdir.write("mixed.ndjson", mixed());
    let output = check(
        &workdir,
        &[ALL[0], ALL[1], "--format", "json", "mixed.ndjson"],
    );
    output.assert_code(0);
    let lines = output.json_lines();
    let finding = lines
        .iter()
        .find(|line| line["rule_id"] == "BRZ-QTY-RANGE")
        .expect("a finding");
    let first_line = mixed().find('\n').expect("several lines") + 1;
    for (name, value) in [
        ("file", json!(path)),
        ("record", json!(1)),
        ("line", json!(2)),
        ("byte_offset", json!(first_line)),
        ("severity", json!("reject")),
        ("field", json!("quantity")),
        ("value_excerpt", json!("0")),
    ] {
        assert_eq!(finding[name], value, "{name}: {finding:#}");
    }
    assert!(
        !finding["remedy"].as_str().expect("a text").is_empty(),
        "{finding:#}"
    );
    let [.., last, run] = lines.as_slice() else {
        panic!(
            "a line for the input, and one for the run: {}",
            output.transcript()
        );
    };
    assert_eq!(run["rejected_by_rule"]["BRZ-QTY-RANGE"], 1, "{run:#}");
    assert_eq!(run["warned_by_rule"], json!({"BRZ-CUR-CASE": 1}), "{run:#}");
    assert_eq!(
        (&last["counts"]["accepted"], &last["counts"]["rejected"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(last["refusal"], Value::Null);
}

#[test]
fn check_answers_as_the_service_would() {
    let workdir = Workdir::new();
    let purchases = [
        PurchaseFixture::default().json(),
        PurchaseFixture {
            price: "\"39.90\"",
            ..PurchaseFixture::default()
        }
        .json(),
        PurchaseFixture {
            quantity: "101",
            ..PurchaseFixture::default()
        }
        .json(),
        PurchaseFixture {
            external_id: "\"\"",
            ..PurchaseFixture::default()
        }
        .json(),
        PurchaseFixture {
            currency: "\"XXX\"",
            ..PurchaseFixture::default()
        }
        .json(),
    ];
    workdir.write(
        "track.json",
        format!(
            "{{\"attributes\":[{{}},{{}}],\"purchases\":[{}]}}",
            purchases.join(",")
        ),
    );
    let output = check(
        &workdir,
        &[ALL[0], ALL[1], "--format", "response", "track.json"],
    );
    let answer = output.assert_code(0).json();
    assert_eq!(answer["message"], "success");
    assert_eq!(answer["purchases_processed"], 1);
    let errors: Vec<(&str, u64)> = answer["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|error| {
            assert_eq!(error["input_array"], "purchases", "{error}");
            (
                error["type"].as_str().expect("a text"),
                error["index"].as_u64().expect("a number"),
            )
        })
        .collect();
    let required = "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required";
    let wanted = [
        ("'price' is not valid", 1),
        ("'quantity' is not valid", 2),
        (required, 3),
        ("'currency' must be an ISO 4217 currency", 4),
    ];
    assert_eq!(errors, wanted);
}

#[test]
fn check_answers_a_refused_input_as_the_service_answers_a_bad_request() {
    let workdir = Workdir::new();
    workdir.write("half.json", "{\"purchases\":[");
    let fatal = check(&workdir, &["--format", "response", "half.json"]);
    let answer = fatal.assert_code(3).json();
    assert!(
        answer["message"]
            .as_str()
            .expect("a text")
            .contains("FILE-TRUNCATED"),
        "{answer}"
    );
    assert_eq!(answer.as_object().expect("an object").len(), 1, "{answer}");
}

#[test]
fn rules_are_listed_and_explained_with_their_source() {
    let workdir = Workdir::new();
    let list = workdir
        .run(["rules", "list", "--format", "json"])
        .assert_code(0)
        .json();
    let listed: BTreeSet<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|rule| rule["code"].as_str().expect("a code"))
        .collect();
    // One rule of each part of the catalogue: records, files, parameters.
    for code in [
        "BRZ-QTY-RANGE",
        "BRZ-CURRENTS-DUP",
        "FILE-SEEN",
        "FILE-CSV-AMBIG",
        "PAR-LENGTH",
    ] {
        assert!(listed.contains(code), "{code}: {listed:?}");
    }
    for code in listed {
        let rule = workdir
            .run(["rules", "explain", code, "--format", "json"])
            .assert_code(0)
            .json();
        for part in [
            "summary", "sentence", "source", "accepted", "rejected", "remedy",
        ] {
            assert!(
                !rule[part].as_str().expect("a text").is_empty(),
                "{code}: {part}"
            );
        }
    }
    let explained = workdir.run(["rules", "explain", "BRZ-QTY-RANGE"]);
    // The sentence from the page of the purchase object.
    let sentence = "must be <= 100";
    assert!(
        explained.assert_code(0).stdout().contains(sentence),
        "{}",
        explained.transcript()
    );
    let unknown = workdir.run(["rules", "explain", "BRZ-NO-SUCH"]);
    unknown
        .assert_code(2)
        .assert_stderr_contains(&["BRZ-NO-SUCH", "rules list"]);
}
