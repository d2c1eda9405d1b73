//! Which company a dump belongs to: options, paths, columns, and what contradicts them.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::schemas::assert_valid;
use crate::supplier_fixtures::{
    SupplierPurchaseFixture, ingest, list, single_page, stored_notes, supplier_purchases,
};
use crate::workdir::{NOW, Output, Workdir, sample};

/// `ingest` of supplier purchases without a company.
#[track_caller]
fn without_company(workdir: &Workdir, arguments: &[&str]) -> Output {
    let kind = ["--kind", "supplier-purchases", "--reject-limit", "100%"];
    workdir.ingest(kind.iter().chain(arguments))
}

/// How many purchases a company has, deleted ones too.
#[track_caller]
fn total(workdir: &Workdir, company: &str) -> Value {
    let every = json!({"deleted": "include"});
    list(workdir, company, &every).json()["meta"]["total"].clone()
}

#[test]
fn a_dump_without_a_company_is_refused_until_one_is_named() {
    let workdir = Workdir::new();
    workdir.write("page.json", single_page(&supplier_purchases(1..4)));
    let output = without_company(&workdir, &["page.json"]);
    output.assert_code(3).assert_stderr_contains(&[
        "CPL-COMPANY-REQUIRED",
        "--company-id",
        "--company-path",
    ]);
    assert_eq!(
        output.summary_count("records read"),
        0,
        "{}",
        output.transcript()
    );
    assert_eq!(total(&workdir, "12"), 0);
    assert!(output.json()["table_versions"]["inputs"].is_null());

    without_company(&workdir, &["--company-id", "unknown", "page.json"]).assert_code(0);
    assert_eq!(total(&workdir, "unknown"), 3);
    assert_eq!(total(&workdir, "12"), 0);
}

#[test]
fn a_check_without_a_company_prints_the_documented_400() {
    let workdir = Workdir::new();
    workdir.write("page.json", single_page(&supplier_purchases(1..4)));
    let words = [
        "check",
        "--kind",
        "supplier-purchases",
        "--now",
        NOW,
        "--format",
        "response",
    ];
    let checked = workdir.run(words.iter().chain(&["page.json"]));
    checked.assert_code(3);
    assert_valid("error_code", checked.stdout());
    let answer = checked.json();
    assert_eq!(answer["code"], "missing_headers");
    assert_eq!(answer["meta"], json!([]));
    let with_company = ["--company-id", "12", "page.json"];
    let checked = workdir.run(words.iter().chain(&with_company));
    assert_ne!(checked.assert_code(0).json()["code"], "missing_headers");
}

#[test]
fn a_company_is_a_whole_number_above_0_or_unknown() {
    let workdir = Workdir::new();
    workdir.write("page.json", single_page(&supplier_purchases(1..4)));
    for company in ["0", "-1", "1.5", "doze", "", "99999999999999999999"] {
        let option = format!("--company-id={company}");
        let output = without_company(&workdir, &[&option, "page.json"]);
        output
            .assert_code(2)
            .assert_stdout("")
            .assert_stderr_contains(&["--company-id"]);
    }
    let both = [
        "--company-id",
        "12",
        "--company-path",
        "{company_id}/*",
        "page.json",
    ];
    without_company(&workdir, &both).assert_code(2);
    for template in ["*.json", "{company_id}/{company_id}/*.json"] {
        let output = without_company(&workdir, &["--company-path", template, "page.json"]);
        output
            .assert_code(2)
            .assert_stderr_contains(&["company_id", template]);
    }
    assert!(!workdir.lake().exists());
}

#[test]
fn the_company_can_be_part_of_the_path_of_each_input() {
    let workdir = Workdir::new();
    workdir.write(
        "dumps/company=12/2026-10/page-1.json",
        single_page(&supplier_purchases(1..4)),
    );
    workdir.write(
        "dumps/company=34/2026-10/page-1.json",
        single_page(&supplier_purchases(1..6)),
    );
    workdir.write(
        "dumps/company=0/2026-10/page-1.json",
        single_page(&supplier_purchases(1..8)),
    );
    workdir.write(
        "dumps/elsewhere/page-1.json",
        single_page(&supplier_purchases(1..9)),
    );
    let template = ["--company-path", "company={company_id}/*/page-*.json"];
    let output = without_company(&workdir, &[template[0], template[1], "dumps"]);
    output
        .assert_code(3)
        .assert_stderr_contains(&["CPL-COMPANY-REQUIRED", "elsewhere"]);
    assert_eq!(
        output.outcomes(),
        ["refused", "ingested", "ingested", "refused"],
        "{}",
        output.transcript()
    );
    assert_eq!(total(&workdir, "12"), 3);
    assert_eq!(total(&workdir, "34"), 5);
    assert_eq!(output.json()["settings"]["company_path"], template[1]);
}

#[test]
fn a_column_of_delimited_text_may_name_the_company_of_each_row() {
    let workdir = Workdir::new();
    let csv = "company_id,id,registration_date,supplier_id,total,total_currency,notes,updated_at\n\
        12,1,2026-10-05,3,1.50,BRL,a,2026-10-06T09:00:00-03:00\n\
        34,1,2026-10-05,3,2.50,BRL,b,2026-10-06T09:00:00-03:00\n\
        ,2,2026-10-05,3,3.50,BRL,c,2026-10-06T09:00:00-03:00\n\
        34,2,2026-10-05,3,4.50,BRL,d,2026-10-06T09:00:00-03:00\n";
    workdir.write("rows.csv", csv);
    // A row without a company lets nobody know where it belongs.
    let output = without_company(&workdir, &["rows.csv"]);
    output
        .assert_code(3)
        .assert_stderr_contains(&["CPL-COMPANY-REQUIRED"]);
    workdir.write("rows.csv", csv.replace("\n,2,", "\n12,2,"));
    let output = without_company(&workdir, &["rows.csv"]);
    assert_eq!(
        output.assert_code(0).summary_count("accepted"),
        4,
        "{}",
        output.transcript()
    );
    assert_eq!(
        (total(&workdir, "12"), total(&workdir, "34")),
        (json!(2), json!(2))
    );
    // The sample names its company in a column as well.
    let branch = sample("suppliers/compras_filial_34.csv");
    let branch = branch.to_str().expect("a path of letters");
    without_company(&workdir, &[branch]).assert_code(0);
    assert_eq!(total(&workdir, "34"), 26);
}

#[test]
fn records_that_contradict_the_company_of_the_run_are_rejected() {
    let workdir = Workdir::new();
    let of = |id, more| {
        let purchase = SupplierPurchaseFixture {
            id,
            more,
            ..SupplierPurchaseFixture::default()
        };
        purchase.json()
    };
    let records = [
        of(1, ""),
        of(2, ",\"company_id\":12"),
        of(3, ",\"company_id\":34"),
        of(4, ",\"company_id\":null"),
    ];
    let path = workdir.write("records.ndjson", records.join("\n"));
    let output = ingest(&workdir, "12", [&path]);
    let report = output.assert_code(0).json();
    assert_eq!(report["counts"]["accepted"], 3, "{}", output.transcript());
    assert_eq!(
        report["rejected_by_rule"],
        json!({"CPL-COMPANY-CONFLICT": 1})
    );
    let ids: Vec<u64> = stored_notes(&workdir).iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [4, 2, 1]);
    assert_eq!(total(&workdir, "34"), 0);
    // A company that is not known contradicts none.
    let workdir = Workdir::new();
    let path = workdir.write("records.ndjson", records.join("\n"));
    ingest(&workdir, "unknown", [&path]).assert_code(0);
    assert_eq!(total(&workdir, "34"), 1);
}

#[test]
fn purchases_of_two_companies_with_one_id_are_two_purchases() {
    let workdir = Workdir::new();
    for (company, notes) in [("12", "of twelve"), ("34", "of thirty-four")] {
        let purchase = SupplierPurchaseFixture {
            notes,
            ..SupplierPurchaseFixture::default()
        };
        let path: PathBuf =
            workdir.write(&format!("{company}.json"), single_page(&[purchase.json()]));
        ingest(&workdir, company, [&path]).assert_code(0);
    }
    for (company, notes) in [("12", "of twelve"), ("34", "of thirty-four")] {
        let answer = list(&workdir, company, &json!({})).json();
        assert_eq!(answer["meta"]["total"], 1);
        assert_eq!(answer["data"]["purchases"][0]["notes"], notes);
    }
}
