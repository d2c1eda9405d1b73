//! `check` says of the same inputs what `ingest` says, whatever their order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::supplier_fixtures::{page, single_page, supplier_purchases};
use crate::workdir::{NOW, Workdir, sample};

/// What is said of inputs: the counts of the run, and of each input its counts, notes and findings.
#[derive(Debug, PartialEq)]
struct ReportedFindings {
    run: BTreeMap<String, Value>,
    inputs: BTreeMap<String, Value>,
}

const OF_RUN: [&str; 4] = ["counts", "rejected_by_rule", "warned_by_rule", "notes"];

fn reported_by_ingest(workdir: &Workdir, arguments: &[String]) -> ReportedFindings {
    let lake = workdir.path(&uuid::Uuid::now_v7().to_string());
    let mut command = workdir.program();
    command.args(["ingest", "--summary", "-", "--now", NOW, "--lake"]);
    command.arg(&lake).args(arguments);
    let output = crate::workdir::Output::of(command);
    let report = output.json();
    let inputs = report["inputs"].as_array().expect("a list of inputs");
    let inputs = inputs.iter().map(|input| {
        let findings = input["findings"].as_array().expect("a list of findings");
        let rules: Vec<&Value> = findings.iter().map(|one| &one["rule_id"]).collect();
        of_input(input, &input["path"], &rules)
    });
    ReportedFindings {
        inputs: inputs.collect(),
        run: OF_RUN
            .map(|key| (key.to_owned(), report[key].clone()))
            .into(),
    }
}

fn reported_by_check(workdir: &Workdir, arguments: &[String]) -> ReportedFindings {
    let words = ["check", "--format", "json", "--now", NOW].map(str::to_owned);
    let output = workdir.run(words.iter().chain(arguments));
    let lines = output.json_lines();
    let (run, lines) = lines.split_last().expect("a line for the run");
    let inputs = lines.iter().filter(|line| line["counts"].is_object());
    let inputs = inputs.map(|input| {
        // Findings of records have a place.
        let of_it = |line: &&Value| line["file"] == input["file"] && line.get("line").is_none();
        let rules = lines.iter().filter(of_it).map(|line| &line["rule_id"]);
        let rules: Vec<&Value> = rules.filter(|rule| rule.is_string()).collect();
        of_input(input, &input["file"], &rules)
    });
    ReportedFindings {
        inputs: inputs.collect(),
        run: OF_RUN.map(|key| (key.to_owned(), run[key].clone())).into(),
    }
}

fn of_input(input: &Value, path: &Value, rules: &[&Value]) -> (String, Value) {
    let path = path.as_str().expect("a path").to_owned();
    let refusal = &input["refusal"]["rule_id"];
    let outcome = match input["outcome"].as_str() {
        Some("checked") => "ingested",
        other => other.expect("an outcome"),
    };
    let reported = json!([outcome, input["counts"], input["notes"], rules, refusal]);
    (path, reported)
}

#[track_caller]
fn assert_alike(workdir: &Workdir, arguments: &[&str], inputs: &[PathBuf]) -> ReportedFindings {
    let options = arguments.iter().map(|word| (*word).to_owned());
    let inputs = inputs.iter().map(|path| path.display().to_string());
    let all: Vec<String> = options.chain(inputs).collect();
    let (checked, ingested) = (
        reported_by_check(workdir, &all),
        reported_by_ingest(workdir, &all),
    );
    assert_eq!(checked, ingested, "{all:?}");
    checked
}

#[test]
fn check_reports_the_same_on_the_samples_as_ingest() {
    let workdir = Workdir::new();
    let samples = |names: &[&str]| names.iter().map(|name| sample(name)).collect::<Vec<_>>();
    let all = ["--reject-limit", "100%"];
    let customers = [
        "web_2026-10.ndjson",
        "track_log_2026-10.json",
        "balcao_2026-10.csv",
        "dirty",
        "documents",
    ];
    assert_alike(&workdir, &all, &samples(&customers));
    assert_alike(&workdir, &[], &samples(&customers));
    let of_suppliers = ["--kind", "supplier-purchases", "--company-id", "12"];
    let dirty = ["suppliers_dirty"];
    assert_alike(
        &workdir,
        &[&all[..], &of_suppliers].concat(),
        &samples(&dirty),
    );
    assert_alike(&workdir, &of_suppliers, &samples(&["suppliers"]));
    assert_alike(&workdir, &["--kind", "auto"], &samples(&["."]));
}

/// Each input breaks one rule that no record of it can be blamed for.
#[test]
fn check_reports_the_same_findings_on_inputs_as_ingest() {
    let workdir = Workdir::new();
    let header = "external_id,product_id,currency,price,time,extra";
    let row = "a,b,BRL,1.50,2026-10-05T10:00:00Z,c";
    let csv = workdir.write("map.csv", format!("{header}\n{row}\n"));
    let reported = assert_alike(&workdir, &["--map", "precio=price"], &[csv]);
    let text = format!("{reported:?}");
    assert!(text.contains("precio"), "{text}");

    let day_first = "external_id;produto;moeda;preco;data\na;b;BRL;1,50;05/10/2026 10:00:00\n";
    let day_first = workdir.write("day.csv", day_first);
    let latin = b"external_id;produto;moeda;preco;data\na;caf\xe9;BRL;1,50;2026-10-05 10:00:00\n";
    let latin = workdir.write("latin.csv", latin);
    let empty = workdir.write("empty.ndjson", "\n");
    let reported = assert_alike(&workdir, &[], &[day_first, latin, empty]);
    let text = format!("{reported:?}");
    for words in [
        "is read day first",
        "FILE-ENCODING",
        "the input contains no record",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }

    let twice = PurchaseFixture::default().json() + "\n";
    let repeats = [
        workdir.write("a.ndjson", twice.repeat(2)),
        workdir.write("b.ndjson", twice.clone() + &numbered(0, 10)),
        // The same content once more says nothing new.
        workdir.write("c.ndjson", twice.repeat(2)),
    ];
    let reported = assert_alike(&workdir, &[], &repeats);
    let warned = &reported.run["warned_by_rule"];
    assert_eq!(warned["BRZ-DUP-EVENT"], 2, "{reported:?}");
    let of_products = (0..5001).map(|number| {
        let product = format!("\"p{number}\"");
        let record = PurchaseFixture {
            product_id: &product,
            ..PurchaseFixture::default()
        };
        record.json() + "\n"
    });
    let many = workdir.write("many.ndjson", of_products.collect::<String>());
    let reported = assert_alike(&workdir, &[], &[many]);
    assert_eq!(
        reported.run["warned_by_rule"]["BRZ-PRODUCT-CARD"], 1,
        "{reported:?}"
    );
}

#[test]
fn check_reports_the_same_on_saved_pages_as_ingest() {
    let workdir = Workdir::new();
    let options = ["--kind", "supplier-purchases", "--company-id", "12"];
    // Page 2 of 3 is missing; one purchase stands on two pages.
    let pages = [
        workdir.write("gap/3.json", page(3, 3, 5, &supplier_purchases(3..5))),
        workdir.write("gap/1.json", page(1, 3, 5, &supplier_purchases(1..4))),
    ];
    let reported = assert_alike(&workdir, &options, &pages);
    let warned = &reported.run["warned_by_rule"];
    assert_eq!(warned["CPL-PAGE-GAP"], 1, "{reported:?}");
    assert_eq!(warned["CPL-DUPLICATE"], 1, "{reported:?}");
    let of_first = &reported.inputs[&pages[1].display().to_string()];
    assert!(
        of_first[3].to_string().contains("CPL-PAGE-GAP"),
        "{reported:?}"
    );

    let odd =
        single_page(&supplier_purchases(1..3)).replace("\"last_page\":1", "\"last_page\":\"1\"");
    let odd = workdir.write("odd.json", odd);
    let reported = assert_alike(&workdir, &options, &[odd]);
    let text = format!("{reported:?}");
    let wrong = "`meta` does not identify the page";
    assert!(
        text.contains(wrong) && text.contains("CPL-META-SHAPE"),
        "{text}"
    );
}

#[test]
fn the_order_of_the_inputs_does_not_change_what_is_counted() {
    let workdir = Workdir::new();
    let twice = PurchaseFixture::default().json() + "\n";
    let refused = twice.clone() + &numbered(0, 2) + "{}\n{}\n";
    let inputs = [
        workdir.write("a.ndjson", twice.clone() + &numbered(0, 4)),
        workdir.write("refused.ndjson", refused),
        workdir.write("b.ndjson", twice.clone() + &numbered(2, 4)),
    ];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let inputs = order.map(|at: usize| inputs[at].clone());
        let reported = assert_alike(&workdir, &[], &inputs);
        // Of the two that are kept: the record they share, and numbers 2 and 3.
        let warned = &reported.run["warned_by_rule"];
        assert_eq!(warned["BRZ-DUP-EVENT"], 3, "{order:?}: {reported:?}");
        assert_eq!(
            reported.run["counts"]["accepted"], 10,
            "{order:?}: {reported:?}"
        );
    }
}

#[test]
fn a_finding_on_an_input_reports_what_is_wrong_and_not_what_is_required() {
    let workdir = Workdir::new();
    let path = workdir.write("empty.ndjson", "");
    let arguments = ["check", "--format", "json"].map(Path::new);
    let output = workdir.run(arguments.into_iter().chain([path.as_path()]));
    let line = &output.assert_code(0).json_lines()[0];
    assert_eq!(line["rule_id"], "FILE-EMPTY", "{line:#}");
    let message = line["message"].as_str().expect("a text");
    assert!(
        message.starts_with("the input contains no record"),
        "{line:#}"
    );
}
