//! Workbooks: the rows of openpyxl and of OpenDocument against the same rows as CSV, damaged files, sheets, cells.

use std::ffi::OsString;

use crate::python::python;
use crate::workbook_text::{workbook, zip};
use crate::workdir::{NOW, Output, Workdir};

/// Damaged copies of each of two workbooks.
const MUTATIONS: &str = "300";

const HEADER: &str = "external_id,product_id,currency,price,time";

/// A sheet with the header, and rows of these products.
fn sheet(name: &str, products: &[&str]) -> String {
    let rows = products
        .iter()
        .map(|product| format!("\nuser1,{product},USD,40,2013-07-16T19:20:30+01:00"));
    format!(
        "workbook.sheet {name}\n{HEADER}{}\n",
        rows.collect::<String>()
    )
}

fn refusal(output: &Output) -> (String, String) {
    let report = output.assert_code(3).json();
    let refusal = &report["inputs"][0]["refusal"];
    let text = |key: &str| refusal[key].as_str().unwrap_or_default().to_owned();
    (text("rule_id"), text("message"))
}

#[test]
fn xlsx_ods_and_csv_give_the_same_rows() {
    let workdir = Workdir::new();
    let folder = workdir.path("made");
    let made = python(
        "spreadsheets.py",
        [
            OsString::from("make"),
            folder.clone().into(),
            "400".into(),
            MUTATIONS.into(),
        ],
    );
    assert_eq!(made["rows"], 400);
    let ingest = |lake: &str, file: &str| {
        let arguments = [
            "ingest",
            "--summary",
            "-",
            "--now",
            NOW,
            "--default-timezone",
            "America/Sao_Paulo",
            "--lake",
        ];
        let arguments = arguments.into_iter().chain([lake, file]);
        let output = workdir.run(arguments);
        let report = output.assert_code(0).json();
        assert_eq!(report["counts"]["accepted"], 400, "{}", output.transcript());
    };
    ingest("csv", "made/rows.csv");
    for file in ["rows.xlsx", "rows1904.xlsx", "rows.ods"] {
        ingest(file, &format!("made/{file}"));
        let found = python(
            "spreadsheets.py",
            [
                OsString::from("compare"),
                workdir.path("csv").into(),
                workdir.path(file).into(),
            ],
        );
        assert_eq!(found["rows"], 400, "{file}");
        assert_eq!(
            found["differences"].as_array().map(Vec::len),
            Some(0),
            "{file}: {found:#}"
        );
    }
    let output = workdir.ingest(["--reject-limit", "100%", "made/damaged"]);
    assert!(
        !output.stderr().contains("unexpectedly"),
        "{}",
        output.stderr()
    );
    let report = output.assert_code(3).json();
    let inputs = report["inputs"].as_array().expect("a list");
    let refused = inputs.iter().filter(|input| !input["refusal"].is_null());
    assert!(refused.count() > 400, "{}", output.transcript());
    assert!(report.to_string().contains("FILE-WORKBOOK-DAMAGED"));
}

#[test]
fn the_sheet_with_the_records_is_never_chosen_by_its_position() {
    let workdir = Workdir::new();
    let notes = "workbook.sheet Notes\nanything\n";
    let other = sheet("Other", &["cup"]);
    let one = sheet("Plan1", &["pen", "book"]);
    workdir.write("one.xlsx", workbook(&format!("{notes}{one}")));
    workdir.write("two.xlsx", workbook(&format!("{notes}{other}{one}")));
    workdir.write(
        "none.xlsx",
        workbook(&format!("{notes}workbook.sheet More\nx\n")),
    );
    let accepted = |arguments: &[&str]| {
        let output = workdir.ingest(arguments);
        output.assert_code(0).json()["counts"]["accepted"].clone()
    };
    assert_eq!(accepted(&["one.xlsx"]), 2);
    let (rule, message) = refusal(&workdir.ingest(["two.xlsx"]));
    assert_eq!(rule, "FILE-WORKBOOK-SHEET");
    for word in ["\"Other\"", "\"Plan1\"", "--sheet"] {
        assert!(
            message.contains(word) && !message.contains("Notes"),
            "{message}"
        );
    }
    let (rule, message) = refusal(&workdir.ingest(["--sheet", "Plan2", "two.xlsx"]));
    assert_eq!(rule, "FILE-WORKBOOK-SHEET");
    assert!(
        message.contains("\"Plan2\"") && message.contains("\"Notes\""),
        "{message}"
    );
    let (rule, message) = refusal(&workdir.ingest(["none.xlsx"]));
    assert_eq!(rule, "FILE-WORKBOOK-SHEET");
    assert!(message.contains("--map"), "{message}");
    assert_eq!(accepted(&["--sheet", "Other", "two.xlsx"]), 1);
    // Another sheet of the same file is other rows: the settings of the input differ.
    let (rule, _) = refusal(&workdir.ingest(["--sheet", "Plan1", "two.xlsx"]));
    assert_eq!(rule, "FILE-SETTINGS-CHANGED");
}

#[test]
fn a_cell_without_a_value_rejects_its_row_with_its_place() {
    let workdir = Workdir::new();
    let text = format!(
        "workbook.sheet Plan1\n{HEADER},note\nu,p,USD,1,2024-01-31T10:00:00Z,#N/A\nu,p,USD,#REF!,2024-01-31T10:00:00Z,x\nu,p,USD,1,45322,x\nu,12345678901234567890,USD,1,2024-01-31T10:00:00Z,x\nu,p,USD,-,2024-01-31T10:00:00Z,x\n"
    );
    workdir.write("cells.xlsx", workbook(&text));
    let output = workdir.run([
        "check",
        "--format",
        "json",
        "--reject-limit",
        "100%",
        "cells.xlsx",
    ]);
    let found: Vec<_> = output
        .json_lines()
        .into_iter()
        .filter(|line| line["severity"] == "reject")
        .collect();
    let places = [
        ("FILE-WORKBOOK-CELL", 1, 3, "price", "#REF!", "Plan1!D3"),
        ("FILE-WORKBOOK-CELL", 2, 4, "time", "45322", "Plan1!E4"),
        (
            "FILE-WORKBOOK-CELL",
            3,
            5,
            "product_id",
            "12345678901234567890",
            "Plan1!B5",
        ),
        ("BRZ-PRICE-TYPE", 4, 6, "price", "-", "Plan1!D6"),
    ];
    for (rule, record, row, field, value, place) in places {
        let line = found.iter().find(|line| line["record"] == record);
        let line = line.unwrap_or_else(|| panic!("{}", output.transcript()));
        assert_eq!(line["rule_id"], rule, "{line:#}");
        assert_eq!(
            (&line["line"], &line["byte_offset"]),
            (&row.into(), &0.into()),
            "{line:#}"
        );
        assert_eq!(
            (&line["field"], &line["value_excerpt"]),
            (&field.into(), &value.into()),
            "{line:#}"
        );
        assert!(
            line["message"]
                .as_str()
                .is_some_and(|text| text.contains(place)),
            "{line:#}"
        );
    }
    assert_eq!(found.len(), places.len(), "{}", output.transcript());
}

#[test]
fn a_formula_without_a_stored_result_rejects_its_row() {
    let workdir = Workdir::new();
    let folder = workdir.path("made");
    let arguments = [OsString::from("formula"), folder.into()];
    python("spreadsheets.py", arguments);
    let output = workdir.run(["check", "--reject-limit", "100%", "made/formula.xlsx"]);
    output.assert_code(0).assert_stdout_contains(&[
        "FILE-WORKBOOK-CELL: price: the result of the formula is not stored",
        "Sheet!D2",
        "1 records, 0 would be accepted, 1 rejected",
    ]);
}

#[test]
fn supplier_purchases_have_the_dates_and_amounts_of_their_cells() {
    let workdir = Workdir::new();
    let folder = workdir.path("made");
    let arguments = [OsString::from("suppliers"), folder.into()];
    python("spreadsheets.py", arguments);
    let check = ["check", "--kind", "auto", "--reject-limit", "100%"];
    let output = workdir.run(check.into_iter().chain(["made/suppliers.xlsx"]));
    output.assert_code(0).assert_stdout_contains(&[
        "reject CPL-DATE-FORMAT: registration_date: must be a valid date",
        "Sheet!C5 (found 2025-01-14T09:00:00)",
        "4 records, 3 would be accepted, 1 rejected",
    ]);
    let ingest = ["--kind", "supplier-purchases", "--reject-limit", "100%"];
    let output = workdir.ingest(ingest.into_iter().chain(["made/suppliers.xlsx"]));
    output.assert_code(0);
    let list = workdir.report("supplier-purchases", ["--company-id", "12"]);
    let list = list.assert_code(0).json();
    let purchases = list["data"]["purchases"].as_array().expect("a list");
    assert_eq!(purchases.len(), 3, "{list:#}");
    for purchase in purchases {
        assert_eq!(purchase["registration_date"], "2025-01-14", "{purchase:#}");
        let amount = &purchase["value_of_items"]["amount"];
        assert_eq!(*amount, 1234.5, "{purchase:#}");
    }
}

#[test]
fn files_that_are_no_readable_workbook_are_refused_by_what_they_are() {
    let workdir = Workdir::new();
    let part = |name: &str, content: &str| (name.to_owned(), content.to_owned());
    let rels = |target: &str| {
        format!(
            "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='{target}'/></Relationships>"
        )
    };
    let types = || part("[Content_Types].xml", "<Types/>");
    let ods = || part("mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    let cases = [
        (zip(&[part("a.txt", "text")]), "no workbook"),
        (
            zip(&[types(), part("_rels/.rels", &rels("word/document.xml"))]),
            "no workbook",
        ),
        (
            zip(&[types(), part("_rels/.rels", &rels("xl/workbook.bin"))]),
            "xlsb",
        ),
        (
            zip(&[
                ods(),
                part("META-INF/manifest.xml", "<m><e><encryption-data/></e></m>"),
            ]),
            "encrypted",
        ),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0".to_vec(), "password"),
    ];
    for (bytes, word) in cases {
        workdir.write("file.xlsx", bytes);
        for format in ["auto", "spreadsheet"] {
            let (rule, message) = refusal(&workdir.ingest(["--input-format", format, "file.xlsx"]));
            assert_eq!(rule, "FILE-FORMAT", "{message}");
            assert!(message.contains(word), "{word}: {message}");
        }
    }
    workdir.write("text.xlsx", "a,b\n");
    let (rule, message) = refusal(&workdir.ingest(["--input-format", "spreadsheet", "text.xlsx"]));
    assert_eq!(rule, "FILE-FORMAT");
    assert!(message.contains("no workbook"), "{message}");
    workdir.write("one.xlsx", workbook(&sheet("Plan1", &["pen"])));
    let (rule, message) = refusal(&workdir.ingest(["--input-format", "csv", "one.xlsx"]));
    assert_eq!(rule, "FILE-FORMAT");
    assert!(message.contains("--input-format auto"), "{message}");
}
