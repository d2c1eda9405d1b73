//! The supplier list beyond its answers' content: every page at once, other forms, and parameters
//! that are refused in the documented shapes.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::purchase_fixtures::shortest;
use crate::python::python;
use crate::schemas::assert_valid;
use crate::supplier_fixtures::{arguments, canonical_json, ingest, ingest_text, list, single_page};
use crate::workdir::{Output, Workdir, sample};

/// The state of the samples, without the branch.
fn sampled() -> Workdir {
    let workdir = Workdir::new();
    for dump in ["2026-10-31", "2026-11-07"] {
        let folder = sample("suppliers").join(dump);
        ingest(&workdir, "12", [folder]).assert_code(0);
    }
    workdir
}

/// Writes every page of a list into a folder.
#[track_caller]
fn all_pages(workdir: &Workdir, folder: &str, parameters: &Value) -> Output {
    let mut words = arguments("12", parameters);
    words.extend(["--all-pages".to_owned(), folder.to_owned()]);
    let output = workdir.report("supplier-purchases", words);
    output.assert_code(0).assert_stdout("");
    output
}

fn names(folder: &Path) -> BTreeSet<String> {
    let listed = std::fs::read_dir(folder).expect("a folder that can be listed");
    let names = listed.map(|entry| entry.expect("an entry").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn all_pages_are_the_pages_one_by_one_and_those_of_a_longer_list_go() {
    let workdir = sampled();
    let folder = workdir.path("out/pages");
    let every = |per_page: &str| json!({"deleted": "include", "per_page": per_page});
    let numbered = |count: usize| -> BTreeSet<String> {
        (1..=count)
            .map(|page| format!("page-{page}.json"))
            .collect()
    };
    all_pages(&workdir, "out/pages", &every("7"));
    assert_eq!(names(&folder), numbered(8));
    for page in 1..=8 {
        let mut parameters = every("7");
        parameters["page"] = json!(page.to_string());
        let answer = list(&workdir, "12", &parameters);
        let path = folder.join(format!("page-{page}.json"));
        let written = std::fs::read_to_string(path).expect("a page");
        answer.assert_stdout(&written);
        assert_valid("supplier_purchases", &written);
    }
    let others = ["page-x.json", "page-9.txt", "notes"];
    for other in others {
        workdir.write(&format!("out/pages/{other}"), "kept");
    }
    all_pages(&workdir, "out/pages", &every("20"));
    let kept = &numbered(3) | &others.map(str::to_owned).into();
    assert_eq!(names(&folder), kept);
    // A list of nothing has one page.
    all_pages(&workdir, "out/pages", &json!({"search_term": "999999"}));
    assert_eq!(
        names(&folder),
        &numbered(1) | &others.map(str::to_owned).into()
    );
    let page = std::fs::read_to_string(folder.join("page-1.json")).expect("a page");
    assert_valid("supplier_purchases", &page);
    // What is written are pages: a page or a form of one's own makes no sense.
    for more in [["--page", "1"], ["--format", "csv"], ["--output", "x"]] {
        let words = [
            "--company-id",
            "12",
            "--all-pages",
            "out/pages",
            more[0],
            more[1],
        ];
        let refused = workdir.report("supplier-purchases", words);
        refused.assert_code(2).assert_stdout("");
    }
}

/// A written list, as text.
#[track_caller]
fn written(workdir: &Workdir, format: &str) -> String {
    let words = [
        "--company-id",
        "12",
        "--deleted",
        "include",
        "--format",
        format,
    ];
    let answer = workdir.report("supplier-purchases", words);
    answer.assert_code(0).stdout().to_owned()
}

/// A cell of delimited text as the Parquet file has its value.
fn as_parquet(column: &str, kind: &str, cell: &str) -> Value {
    if cell.is_empty() {
        return Value::Null;
    }
    let number = || json!(cell.parse::<i64>().expect("a number"));
    match kind {
        "bool" => json!(cell == "true"),
        "int64" | "int16" => number(),
        _ if kind.starts_with("decimal") => json!(shortest(cell)),
        _ if kind.starts_with("timestamp") => {
            let time = chrono::DateTime::parse_from_rfc3339(cell);
            let time = time.expect("a time").to_utc();
            // As Python writes a time: six decimals or none.
            let decimals = if time.timestamp_subsec_micros() == 0 {
                ""
            } else {
                "%.6f"
            };
            json!(time.format(&format!("%FT%T{decimals}%:z")).to_string())
        }
        // What a spreadsheet would work out has an apostrophe in front.
        "string" if cell.starts_with("'=") => json!(cell[1..]),
        "string" | "date32[day]" => json!(cell),
        other => panic!("{column} is {other}"),
    }
}

#[test]
fn every_form_of_the_whole_list_holds_the_same_rows() {
    let workdir = sampled();
    let words = [
        "--company-id",
        "12",
        "--deleted",
        "include",
        "--format",
        "parquet",
        "--output",
    ];
    workdir
        .report("supplier-purchases", words.iter().chain(&["list.parquet"]))
        .assert_code(0);
    let found = python(
        "supplier_lake.py",
        ["file".into(), workdir.path("list.parquet")],
    );
    let mut rows = found["rows"].as_array().expect("a list").clone();
    assert_eq!(rows.len(), 55);
    // Delimited text cannot tell an empty text from none.
    let cells = rows
        .iter_mut()
        .flat_map(|row| row.as_object_mut().expect("a row").values_mut());
    for cell in cells.filter(|cell| **cell == "") {
        *cell = Value::Null;
    }

    let text = written(&workdir, "csv");
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let header = csv.headers().expect("a header").clone();
    let records: Vec<Value> = csv
        .records()
        .map(|record| {
            let record = record.expect("a row");
            let cells = header.iter().zip(&record).map(|(column, cell)| {
                let kind = found["types"][column].as_str().expect("a type");
                (column.to_owned(), as_parquet(column, kind, cell))
            });
            Value::Object(cells.collect())
        })
        .collect();
    assert_eq!(records, rows);

    // One JSON object a line: those of the documented answer, in its order.
    let lines = written(&workdir, "ndjson");
    let lines: Vec<String> = lines.lines().map(canonical_json).collect();
    let every = json!({"deleted": "include", "per_page": "500"});
    let page = canonical_json(list(&workdir, "12", &every).stdout());
    let start = format!("{{\"data\":{{\"purchases\":[{}]}},", lines.join(","));
    assert!(page.starts_with(&start), "{page}\n{start}");
    assert_eq!(lines.len(), rows.len());
}

#[test]
fn a_page_that_is_named_is_all_that_other_forms_hold() {
    let workdir = sampled();
    let words = [
        "--company-id",
        "12",
        "--per-page",
        "7",
        "--page",
        "2",
        "--format",
        "ndjson",
    ];
    let some = workdir.report("supplier-purchases", words);
    let ids = some.assert_code(0).json_lines();
    let page = list(&workdir, "12", &json!({"per_page": "7", "page": "2"})).json();
    assert_eq!(json!(ids), page["data"]["purchases"]);
}

/// Fails unless the answer is the documented 422 with these fields, each with this validation.
#[track_caller]
fn assert_422(answer: &Output, fields: &[(&str, &str)]) {
    answer.assert_code(2);
    // `Workdir` has held it against the schema.
    let error = answer.json();
    assert_eq!(
        error["code"],
        "uneditable_entity",
        "{}",
        answer.transcript()
    );
    let wrong = error["meta"].as_array().expect("a list");
    let found: Vec<(&str, &str)> = wrong
        .iter()
        .map(|one| {
            let kind = one["validations"][0]["type"].as_str();
            (
                one["field"].as_str().expect("a field"),
                kind.expect("a type"),
            )
        })
        .collect();
    assert_eq!(found, fields, "{}", answer.transcript());
    for (field, _) in fields {
        answer.assert_stderr_contains(&[field]);
    }
}

/// Wrong parameters of company 12: option, value, documented name, and the validation that fails.
const WRONG: [(&str, &str, &str, &str); 15] = [
    ("--page", "0", "page", "Min"),
    ("--page", "two", "page", "Integer"),
    ("--page", "1.0", "page", "Integer"),
    ("--per-page", "0", "per_page", "Between"),
    ("--per-page", "501", "per_page", "Between"),
    ("--per-page", "", "per_page", "Integer"),
    ("--search-term", "NF-789", "search_term", "Integer"),
    ("--purchase-status", "Aguardando", "purchase_status", "Enum"),
    ("--supplier-ids", "1,,2", "supplier_ids", "IntegerList"),
    ("--supplier-ids", "1;2", "supplier_ids", "IntegerList"),
    (
        "--registration-start",
        "14/01/2025",
        "registration_start",
        "Date",
    ),
    (
        "--registration-end",
        "2025-02-29",
        "registration_end",
        "Date",
    ),
    ("--updated-from", "2025-01-14", "updated_from", "DateTime"),
    (
        "--updated-from",
        "2025-01-14T00:00:00",
        "updated_from",
        "DateTime",
    ),
    ("--deleted", "true", "deleted", "Enum"),
];

#[test]
fn wrong_parameters_are_answered_in_the_documented_shapes() {
    let workdir = Workdir::new();
    ingest_text(&workdir, "page", &single_page(&[]));
    let ask = |words: &[&str]| workdir.report("supplier-purchases", words);
    for words in [&[][..], &["--page", "0"]] {
        let answer = ask(words);
        answer
            .assert_code(2)
            .assert_stderr_contains(&["CPlug-Company-Id"]);
        assert_eq!(answer.json()["code"], "missing_headers");
    }
    for (option, value, field, kind) in WRONG {
        let value = format!("{option}={value}");
        assert_422(&ask(&["--company-id", "12", &value]), &[(field, kind)]);
    }
    assert_422(
        &ask(&["--company-id", "0"]),
        &[("CPlug-Company-Id", "Integer")],
    );
    let backwards = [
        "--registration-start",
        "2025-01-15",
        "--registration-end",
        "2025-01-14",
    ];
    let words = [&["--company-id", "12"][..], &backwards].concat();
    assert_422(&ask(&words), &[("registration_end", "NotBefore")]);
    let summary = workdir.report("supplier-summary", &words);
    assert_422(&summary, &[("registration_end", "NotBefore")]);
    // All of them at once, in the documented order.
    let words = [
        "--company-id=x",
        "--deleted=x",
        "--page=x",
        "--supplier-ids=x",
    ];
    let fields = [
        ("CPlug-Company-Id", "Integer"),
        ("supplier_ids", "IntegerList"),
        ("page", "Integer"),
        ("deleted", "Enum"),
    ];
    assert_422(&ask(&words), &fields);
}

#[test]
fn parameters_at_their_limits_are_taken() {
    let workdir = sampled();
    let total = |parameters: Value| list(&workdir, "12", &parameters).json()["meta"].clone();
    let meta = |current: u64, last: u64, per_page: u64, total: u64| json!({"current_page": current, "last_page": last, "per_page": per_page, "total": total});
    assert_eq!(total(json!({"per_page": "500"})), meta(1, 1, 500, 51));
    assert_eq!(
        total(json!({"per_page": "1", "page": "51"})),
        meta(51, 51, 1, 51)
    );
    assert_eq!(total(json!({"page": "4"})), meta(4, 3, 20, 51));
    assert_eq!(
        total(json!({"supplier_ids": "", "per_page": "51"})),
        meta(1, 1, 51, 51)
    );
    // An address turns the plus sign of an offset into a space.
    let plus = total(json!({"updated_from": "2026-11-01T00:00:00+03:00"}));
    assert_eq!(
        total(json!({"updated_from": "2026-11-01T00:00:00 03:00"})),
        plus
    );
    // Zeros in front of a number say nothing, neither here nor on the invoice.
    assert_eq!(
        total(json!({"search_term": "000150"})),
        total(json!({"search_term": "150"}))
    );
}

#[test]
fn a_list_of_a_lake_without_suppliers_is_no_empty_list() {
    let workdir = Workdir::new();
    let input = sample("web_2026-10.ndjson");
    workdir.ingest([input]).assert_code(0);
    for question in ["supplier-purchases", "supplier-summary"] {
        let answer = workdir.report(question, ["--company-id", "12"]);
        answer
            .assert_code(1)
            .assert_stdout("")
            .assert_stderr_contains(&["supplier_purchases"]);
    }
}
