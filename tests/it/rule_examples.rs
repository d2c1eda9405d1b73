//! Every rule of the catalogue with its examples: an accepted one violates no rule, a rejected one violates
//! its rule, and no other that the catalogue does not name.

use std::collections::BTreeSet;

use purchase_etl::rules::{Rule, RuleId, Severity};
use serde_json::Value;

use crate::avro_text::avro_file;
use crate::parquet_text::parquet_file;
use crate::purchase_fixtures::PurchaseFixture;
use crate::workbook_text::workbook;
use crate::workdir::{NOW, Output, Workdir};

/// The rules whose codes begin so.
fn rules_of(part: &str) -> impl Iterator<Item = &'static Rule> {
    let of_part = move |id: &RuleId| id.code().starts_with(part);
    RuleId::ALL.into_iter().filter(of_part).map(RuleId::rule)
}

/// Rules on what is stored already: each line of an example is the input of a run.
const RUN_PER_LINE: [RuleId; 4] = [
    RuleId::CplStale,
    RuleId::CplDuplicate,
    RuleId::CplSnapshotOlder,
    RuleId::CplSnapshotRepeated,
];

/// Rules on what a path or a content brought before: the accepted example is ingested first, without
/// the options of the rule, and the rejected one at the same path.
const AFTER_ACCEPTED: [RuleId; 2] = [RuleId::FileChanged, RuleId::FileSettingsChanged];

/// Which of the examples.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Example {
    Accepted,
    Rejected,
}

/// The inputs of an example: one, unless the rule is about several. The catalogue abbreviates some.
fn inputs(rule: &Rule, example: Example) -> Vec<Vec<u8>> {
    let text = match example {
        Example::Accepted => &rule.accepted,
        Example::Rejected => &rule.rejected,
    };
    match (rule.id, example) {
        (RuleId::FileEncoding, Example::Rejected) => {
            assert!(text.ends_with("(the same record in UTF-16)"), "{text}");
            let marked = format!("\u{feff}{}", rule.accepted);
            vec![marked.encode_utf16().flat_map(u16::to_le_bytes).collect()]
        }
        (RuleId::FileLimit, Example::Rejected) => {
            let (before, _) = text.split_once(" ... ").expect("an abbreviation");
            vec![(before.to_owned() + &"[".repeat(5_000)).into_bytes()]
        }
        (RuleId::BrzProductCard, Example::Rejected) => {
            let (line, _) = text.split_once("\n...").expect("an abbreviation");
            let lines = (0..=5_000).map(|number| line.replace("0001", &number.to_string()));
            vec![lines.collect::<Vec<_>>().join("\n").into_bytes()]
        }
        (_, _) if text.starts_with("avro.") => vec![avro_file(text)],
        (_, _) if text.starts_with("parquet.") => vec![parquet_file(text)],
        (_, _) if text.starts_with("workbook.") => vec![workbook(text)],
        // The examples are equal: what is rejected is the second time.
        (RuleId::FileSeen, Example::Rejected) => vec![text.clone().into_bytes(); 2],
        (id, _) if RUN_PER_LINE.contains(&id) => {
            // A repeated snapshot has the same content; another input with the same content is skipped.
            let end = if id == RuleId::CplDuplicate { "\n" } else { "" };
            let lines = text.lines().enumerate();
            lines
                .map(|(number, line)| (line.to_owned() + &end.repeat(number)).into_bytes())
                .collect()
        }
        _ => vec![text.clone().into_bytes()],
    }
}

/// The dates of the snapshots in an example, where it is about their dates.
fn dates(rule: &Rule, example: Example) -> &'static [&'static str] {
    match (rule.id, example) {
        (RuleId::CplSnapshotOlder, Example::Accepted) => &["2026-11-01", "2026-11-02"],
        (RuleId::CplSnapshotOlder, Example::Rejected) => &["2026-11-02", "2026-11-01"],
        _ => &[],
    }
}

/// What the program has found in an example.
struct Found {
    output: Output,
    /// The lines of `check`, or the report of the last run.
    results: Vec<Value>,
    /// The codes of all violated rules.
    codes: BTreeSet<String>,
}

/// Validates an example with the options of the catalogue, else with those of its group.
fn validate(rule: &Rule, example: Example, options: &str) -> Found {
    let options = rule.options.as_deref().unwrap_or(options);
    let mut arguments: Vec<String> = options.split_whitespace().map(str::to_owned).collect();
    if !options.contains("--reject-limit") {
        arguments.extend(["--reject-limit", "100%"].map(str::to_owned));
    }
    let workdir = Workdir::new();
    let inputs = inputs(rule, example).into_iter().enumerate();
    let mut inputs: Vec<String> = inputs
        .map(|(number, bytes)| workdir.write(&format!("example-{number}"), bytes))
        .map(|path| path.display().to_string())
        .collect();
    if (rule.id, example) == (RuleId::FileUnreadable, Example::Rejected) {
        // Reading it fails for every user with an input/output error.
        inputs = vec!["/proc/self/mem".to_owned()];
    }
    let (output, results) = if RUN_PER_LINE.contains(&rule.id) {
        let dates = dates(rule, example);
        let run = |(at, input): (usize, &String)| {
            let date = dates.get(at).map(|date| format!("--snapshot-date={date}"));
            workdir.ingest(arguments.iter().chain(&date).chain([input]))
        };
        let mut outputs: Vec<Output> = inputs.iter().enumerate().map(run).collect();
        let output = outputs.pop().expect("a line");
        let report = output.json();
        (output, vec![report])
    } else if AFTER_ACCEPTED.contains(&rule.id) && example == Example::Rejected {
        workdir.write("example-0", &rule.accepted);
        workdir.ingest(&inputs).assert_code(0);
        workdir.write("example-0", &rule.rejected);
        let output = workdir.ingest(arguments.iter().chain(&inputs));
        let report = output.json();
        (output, vec![report])
    } else if options.contains("--full-snapshot") {
        let output = workdir.ingest(arguments.iter().chain(&inputs));
        let report = output.json();
        (output, vec![report])
    } else {
        let check = ["check", "--now", NOW, "--format", "json"].map(str::to_owned);
        let output = workdir.run(check.iter().chain(&arguments).chain(&inputs));
        let lines = output.json_lines();
        (output, lines)
    };
    let mut codes = BTreeSet::new();
    for result in &results {
        add_codes(result, &mut codes);
    }
    Found {
        output,
        results,
        codes,
    }
}

/// Adds the codes of the rules that a result names.
fn add_codes(result: &Value, codes: &mut BTreeSet<String>) {
    for (key, value) in result.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("rule_id", Value::String(code)) => drop(codes.insert(code.clone())),
            ("outcome", Value::String(outcome)) if outcome == "already_ingested" => {
                codes.insert(RuleId::FileSeen.to_string());
            }
            ("rejected_by_rule" | "warned_by_rule", Value::Object(counts)) => {
                codes.extend(counts.keys().cloned());
            }
            _ => add_codes(value, codes),
        }
    }
    for item in result.as_array().into_iter().flatten() {
        add_codes(item, codes);
    }
}

/// Fails unless the accepted example violates no rule, and the rejected one its rule only, with the
/// severity of the rule, and in each of its records if it is a rule of records.
fn assert_examples(rule: &Rule, options: &str) {
    let also: BTreeSet<String> = rule.also.iter().map(ToString::to_string).collect();
    let Found {
        output,
        results,
        codes,
    } = validate(rule, Example::Accepted, options);
    let transcript = format!("{}: {}", rule.id, output.transcript());
    let counts = &results.last().expect("the counts of the run")["counts"];
    assert!(codes.is_subset(&also), "{transcript}");
    assert!(
        counts["accepted"] != 0 && counts["rejected"] == 0,
        "{transcript}"
    );
    output.assert_code(0);
    let Found {
        output,
        results,
        mut codes,
    } = validate(rule, Example::Rejected, options);
    let transcript = format!("{}: {}", rule.id, output.transcript());
    let counts = &results.last().expect("the counts of the run")["counts"];
    assert!(codes.remove(rule.id.code()), "{transcript}");
    assert!(codes.is_subset(&also), "{transcript}");
    let findings = results
        .iter()
        .filter(|result| result["rule_id"] == rule.id.code());
    let records: BTreeSet<u64> = findings
        .filter_map(|found| found["record"].as_u64())
        .collect();
    assert!(
        records.is_empty() || counts["read"] == records.len(),
        "{transcript}"
    );
    match rule.id.severity() {
        Severity::Refuse => {
            assert_eq!(counts["accepted"], 0, "{transcript}");
            output.assert_code(3);
        }
        severity => {
            // The record has no other identifier.
            let is_rejected = severity == Severity::Reject || rule.id == RuleId::BrzEmailForm;
            let kept = if is_rejected { "accepted" } else { "rejected" };
            assert_eq!(counts[kept], 0, "{transcript}");
            output.assert_code(0);
        }
    }
}

#[test]
fn examples_of_customer_purchases_violate_their_rules() {
    for rule in rules_of("BRZ-") {
        assert_examples(rule, "");
    }
}

#[test]
fn examples_of_supplier_purchases_violate_their_rules() {
    for rule in rules_of("CPL-") {
        assert_examples(rule, "--kind supplier-purchases --company-id 12");
    }
}

#[test]
fn examples_of_inputs_violate_their_rules() {
    for rule in rules_of("FILE-") {
        assert_examples(rule, "");
    }
}

/// The examples are command lines; the last option of the accepted one is the parameter of the rule.
#[test]
fn examples_of_report_parameters_are_answered_and_refused() {
    let workdir = Workdir::new();
    let purchase = |currency| PurchaseFixture {
        currency,
        time: "\"2026-11-19T10:00:00Z\"",
        ..PurchaseFixture::default()
    };
    let purchases = [purchase("\"BRL\"").json(), purchase("\"USD\"").json()];
    workdir.write("purchases.ndjson", purchases.join("\n"));
    workdir.ingest(["purchases.ndjson"]).assert_code(0);
    workdir.write(
        "supplier.ndjson",
        &RuleId::CplCompanyRequired.rule().accepted,
    );
    workdir
        .ingest(["--kind", "supplier-purchases", "supplier.ndjson"])
        .assert_code(0);
    let run = |command: &str| {
        let arguments = command.split_whitespace().skip(1);
        workdir.run(arguments.chain(["--now", NOW]))
    };
    for rule in rules_of("PAR-") {
        run(&rule.accepted).assert_code(0);
        let words = rule.accepted.split_whitespace();
        let option = words.filter_map(|word| word.strip_prefix("--")).next_back();
        let refused = run(&rule.rejected);
        let answer = refused.assert_code(2).json();
        let named = match answer["meta"].as_array().map(Vec::as_slice) {
            None => &answer["message"],
            Some([invalid]) => &invalid["field"],
            Some(_) => panic!("{}: {}", rule.id, refused.transcript()),
        };
        // `CPlug-Company-Id`, `per_page`
        let named = named.to_string().to_lowercase().replace('_', "-");
        assert!(
            named.contains(option.expect("an option")),
            "{}: {}",
            rule.id,
            refused.transcript()
        );
    }
}
