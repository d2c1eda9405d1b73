//! `check` for code review: workflow commands of GitHub Actions, and SARIF 2.1.0 logs.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::check::{ALL, check, mixed};
use crate::schemas::validate_under;
use crate::workdir::{Output, Workdir, project};

/// A workflow command, as the runner of GitHub Actions reads a line: the properties are split before
/// their escapes are undone.
#[derive(Debug, PartialEq)]
struct WorkflowCommand {
    name: String,
    properties: BTreeMap<String, String>,
    message: String,
}

/// The commands of an output; every line must be one.
#[track_caller]
fn commands(output: &Output) -> Vec<WorkflowCommand> {
    let unescape = |text: &str, escapes: &[(&str, &str)]| {
        let all = escapes
            .iter()
            .chain(&[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]);
        all.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let commands = output.stdout().lines().map(|line| {
        let rest = line.strip_prefix("::").expect("a command");
        let (head, message) = rest.split_once("::").expect("a message");
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let properties = properties.split(',').filter(|one| !one.is_empty());
        let properties = properties.map(|property| {
            let (name, value) = property.split_once('=').expect("a value");
            (
                name.to_owned(),
                unescape(value, &[("%3A", ":"), ("%2C", ",")]),
            )
        });
        WorkflowCommand {
            name: name.to_owned(),
            properties: properties.collect(),
            message: unescape(message, &[]),
        }
    });
    commands.collect()
}

/// The SARIF log of a check, which must be valid under the schema of the standard.
#[track_caller]
fn sarif(output: &Output) -> Value {
    let schema = project().join("tests/data/sarif/sarif-schema-2.1.0.json");
    if let Err(error) = validate_under(&schema, output.stdout()) {
        panic!("{error}\n{}", output.transcript());
    }
    let log = output.json();
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].clone()
}

/// Level, rule and line of each result.
fn results(run: &Value) -> Vec<(String, String, Value)> {
    let results = run["results"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    results
        .map(|result| {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            (
                text(&result["level"]),
                text(&result["ruleId"]),
                region["startLine"].clone(),
            )
        })
        .collect()
}

/// The findings of [`mixed`] in their order, with the levels of both formats.
const OF_MIXED: [(&str, &str, u64); 4] = [
    ("error", "BRZ-PRICE-TYPE", 2),
    ("error", "BRZ-QTY-RANGE", 2),
    ("error", "FILE-JSON-SYNTAX", 3),
    ("warning", "BRZ-CUR-CASE", 4),
];

/// A name with every character that one of the formats escapes.
const NAME: &str = "a,b: 100% ção.ndjson";

#[test]
fn findings_annotate_their_lines_on_github() {
    let workdir = Workdir::new();
    let path = workdir.write(NAME, mixed());
    let output = check(
        &workdir,
        &[&ALL[..], &["--format", "github", NAME]].concat(),
    );
    output.assert_code(0);
    let commands = commands(&output);
    let (summary, findings) = commands.split_last().expect("commands");
    let path = path.to_str().expect("UTF-8");
    for (command, (name, rule, line)) in findings.iter().zip(OF_MIXED) {
        assert_eq!(command.name, name, "{command:?}");
        let line = line.to_string();
        let properties = [("file", path), ("line", &line), ("title", rule)];
        let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(command.properties, properties.into());
    }
    assert_eq!(findings.len(), OF_MIXED.len());
    let quantity = &findings[1].message;
    let byte = mixed().find('\n').expect("a line end") + 1;
    assert!(quantity.starts_with("quantity: "), "{quantity}");
    assert!(
        quantity.contains(&format!("(found 0) [record 1, byte {byte}]\n")),
        "{quantity}"
    );
    assert!(quantity.contains("Split a larger order"), "{quantity}");
    assert_eq!(summary.name, "notice");
    assert!(
        summary
            .message
            .starts_with("4 records, 2 would be accepted, 2 rejected")
    );
    assert!(
        summary.message.contains("reject   BRZ-QTY-RANGE"),
        "{}",
        summary.message
    );
}

#[test]
fn a_value_cannot_be_a_workflow_command() {
    let workdir = Workdir::new();
    let attack = r#"{"external_id":"a","product_id":"b","currency":"::error::\n::set-env name=a::%0A::stop-commands::x","price":1,"time":"2026-10-05T10:00:00Z"}"#;
    workdir.write("attack.ndjson", format!("{attack}\n"));
    let output = check(
        &workdir,
        &[&ALL[..], &["--format", "github", "attack.ndjson"]].concat(),
    );
    output.assert_code(0);
    let names: Vec<String> = commands(&output).into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["error", "notice"]);
}

#[test]
fn a_refused_input_is_an_error_at_its_line() {
    let workdir = Workdir::new();
    let path = workdir.write("half.json", "{\n\"purchases\":[");
    let path = path.to_str().expect("UTF-8");
    let output = check(&workdir, &["--format", "github", "half.json"]);
    output.assert_code(3);
    let refused = &commands(&output)[0];
    assert_eq!(refused.name, "error");
    assert_eq!(refused.properties["title"], "FILE-TRUNCATED");
    assert_eq!(refused.properties["file"], path);
    let output = check(&workdir, &["--format", "sarif", "half.json"]);
    output.assert_code(3);
    let refused = &results(&sarif(&output))[0];
    assert_eq!((&*refused.0, &*refused.1), ("error", "FILE-TRUNCATED"));
}

#[test]
fn a_long_list_is_cut_on_github_and_complete_in_sarif() {
    let workdir = Workdir::new();
    workdir.write("many.ndjson", "{}\n".repeat(50));
    let rule = "BRZ-TIME-REQUIRED";
    let count = |more: &[&str]| {
        let format = ["--format", "github", "many.ndjson"];
        let output = check(&workdir, &[&ALL[..], &format, more].concat());
        output
            .assert_code(0)
            .stdout()
            .matches(&format!("title={rule}::"))
            .count()
    };
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--findings", "all"]), 50);
    let output = check(
        &workdir,
        &[&ALL[..], &["--format", "sarif", "many.ndjson"]].concat(),
    );
    let run = sarif(output.assert_code(0));
    let found = results(&run).into_iter().filter(|(_, id, _)| id == rule);
    let lines: Vec<Value> = found.map(|(.., line)| line).collect();
    assert_eq!(lines, (1..=50).map(|line| json!(line)).collect::<Vec<_>>());
}

#[test]
fn a_sarif_log_has_tool_rules_results_and_counts() {
    let workdir = Workdir::new();
    workdir.write(NAME, mixed());
    let output = check(&workdir, &[&ALL[..], &["--format", "sarif", NAME]].concat());
    let run = sarif(output.assert_code(0));
    let wanted =
        OF_MIXED.map(|(level, rule, line)| (level.to_owned(), rule.to_owned(), json!(line)));
    assert_eq!(results(&run), wanted);
    let quantity = &run["results"][1];
    let place = &quantity["locations"][0]["physicalLocation"];
    // Relative to the working folder, as a checkout has it.
    assert_eq!(
        place["artifactLocation"]["uri"],
        "a%2Cb%3A%20100%25%20%C3%A7%C3%A3o.ndjson"
    );
    let byte = mixed().find('\n').expect("a line end") + 1;
    assert_eq!(
        place["region"],
        json!({ "startLine": 2, "byteOffset": byte })
    );
    assert_eq!(quantity["properties"]["record"], 1);
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "purchase-etl");
    assert_eq!(driver["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(run["properties"]["counts"]["rejected"], 2);
    let catalogue = workdir.run(["rules", "list", "--format", "json"]).json();
    let catalogue = catalogue.as_array().expect("a list").iter();
    let of_records = catalogue.filter(|rule| rule["severity"] != "parameter");
    let rules = driver["rules"].as_array().expect("a list");
    assert_eq!(rules.len(), of_records.clone().count());
    for (rule, listed) in rules.iter().zip(of_records) {
        assert_eq!(rule["id"], listed["code"]);
        assert_eq!(rule["shortDescription"]["text"], listed["summary"]);
        let level = match listed["severity"].as_str() {
            Some("reject" | "refuse") => "error",
            Some("warn") => "warning",
            Some("info") => "note",
            other => panic!("{other:?}"),
        };
        assert_eq!(rule["defaultConfiguration"]["level"], level, "{rule}");
    }
    let id = "BRZ-QTY-RANGE";
    let rule = rules.iter().find(|rule| rule["id"] == id).expect(id);
    let explained = workdir
        .run(["rules", "explain", id, "--format", "json"])
        .json();
    assert_eq!(rule["help"]["text"], explained["remedy"]);
    assert!(
        explained["source"].as_str().is_some_and(|source| {
            source.ends_with(rule["helpUri"].as_str().expect("an address"))
        })
    );
}

#[test]
fn levels_are_those_of_the_run_and_an_empty_log_is_valid() {
    let workdir = Workdir::new();
    workdir.write("mixed.ndjson", mixed());
    let rule = [
        "--rule",
        "BRZ-QTY-RANGE=warn",
        "--rule",
        "BRZ-CUR-CASE=reject",
    ];
    let format = ["--format", "sarif"];
    let output = check(
        &workdir,
        &[&ALL[..], &rule, &format, &["mixed.ndjson"]].concat(),
    );
    let found = results(&sarif(output.assert_code(0)));
    let case = found.iter().find(|(_, rule, _)| rule == "BRZ-CUR-CASE");
    assert_eq!(case.map(|(level, ..)| &**level), Some("error"));
    let good = mixed().lines().next().expect("a line").to_owned();
    workdir.write("good.ndjson", good);
    let output = check(&workdir, &[&format[..], &["good.ndjson"]].concat());
    assert!(results(&sarif(output.assert_code(0))).is_empty());
    let none = check(
        &workdir,
        &[&format[..], &["--optional", "none.ndjson"]].concat(),
    );
    assert!(results(&sarif(none.assert_code(0))).is_empty());
}

/// A file outside of the working folder, an input that is read again, and a note without a rule.
#[test]
fn other_places_and_notes_are_in_the_log() {
    let (workdir, other) = (Workdir::new(), Workdir::new());
    let path = other.write("b c.ndjson", mixed());
    let header = "external_id;product_id;currency;price;time\n";
    let wrong = "a;b;BRL;zero;2026-10-05T10:00:00Z\n";
    let good = "a;b;BRL;1,50;2026-10-05T10:00:00Z\n".repeat(150_000);
    let mut text = format!("{header}{wrong}{good}").into_bytes();
    text.extend(b"a;caf\xe9;BRL;1,50;2026-10-05T10:00:00Z\n");
    workdir.write("late.csv", text);
    let outside = path.to_str().expect("UTF-8");
    let arguments = [&ALL[..], &["--format", "sarif", "late.csv", outside]].concat();
    let run = sarif(check(&workdir, &arguments).assert_code(0));
    let results = run["results"].as_array().expect("a list");
    let uri = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        place["artifactLocation"]["uri"]
            .as_str()
            .expect("a URI")
            .to_owned()
    };
    let of_late = results.iter().filter(|result| uri(result) == "late.csv");
    let of_record = of_late.filter(|result| !result["properties"]["record"].is_null());
    assert_eq!(of_record.count(), 1);
    let limited = [&ALL[..], &["--format", "sarif", "--limit", "2", outside]].concat();
    let run = sarif(check(&workdir, &limited).assert_code(0));
    let note = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(note["level"], "note");
    let text = note["message"]["text"].as_str().expect("a text");
    assert!(
        text.contains("only the first 2 records were read"),
        "{text}"
    );
    let folder = fs::canonicalize(outside).expect("the file");
    let folder = folder
        .parent()
        .expect("a folder")
        .to_str()
        .expect("UTF-8")
        .to_owned();
    let wanted = format!("file://{folder}/b%20c.ndjson");
    assert!(
        results.iter().any(|result| uri(result) == wanted),
        "{results:#?}"
    );
}
