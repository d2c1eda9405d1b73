//! Customer and supplier purchases: detection of the kind of an input, and refusal of the wrong
//! one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::dump_generator::{Dump, generate};
use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::python::summary;
use crate::supplier_fixtures::{ingest, list, single_page, stored_notes, supplier_purchases};
use crate::workdir::{Output, Workdir, sample};

/// Moves a file into the mixed folder.
fn put(workdir: &Workdir, from: &Path, name: &str) {
    let bytes = std::fs::read(from).expect("a dump");
    workdir.write(&format!("mixed/{name}"), bytes);
}

/// Inputs of a run report: file name, kind, and its refusal or the number of accepted records.
fn kinds_and_results(output: &Output) -> BTreeMap<String, Value> {
    let report = output.json();
    let inputs = report["inputs"].as_array().expect("a list").iter();
    inputs
        .map(|input| {
            let path = PathBuf::from(input["path"].as_str().expect("a path"));
            let name = path.file_name().expect("a name").to_string_lossy();
            let end = match &input["refusal"] {
                Value::Null => input["counts"]["accepted"].clone(),
                refusal => refusal["rule_id"].clone(),
            };
            (name.into_owned(), json!([input["record_kind"], end]))
        })
        .collect()
}

#[test]
fn in_a_mixed_folder_each_input_goes_into_the_table_of_its_kind() {
    let workdir = Workdir::new();
    let customers = Dump::make(&workdir, "c", &["--rows", "500", "--dirt", "0", "--gzip"]);
    put(&workdir, customers.file(), "customers.gz");
    put(&workdir, &sample("balcao_2026-10.csv"), "customers.csv");
    let arguments = "--kind supplier-purchases --rows 300 --dirt 0 --dumps 1 --shape page-lines";
    let arguments: Vec<&str> = arguments.split(' ').chain(["--gzip"]).collect();
    let (folder, truth) = generate(&workdir, "s", &arguments);
    let file = &truth["dumps"][0]["companies"][0]["files"][0]["name"];
    let file = file.as_str().expect("a file name");
    put(&workdir, &folder.join(file), "pages of suppliers");
    workdir.write(
        "mixed/suppliers.json",
        single_page(&supplier_purchases(900_001..900_004)),
    );
    workdir.write("mixed/no purchases.json", "[]");

    let words = [
        "--kind",
        "auto",
        "--company-id",
        "12",
        "--reject-limit=100%",
    ];
    let output = workdir.ingest(words.iter().chain(&["mixed"]));
    output.assert_code(3).assert_stderr_contains(&[
        "no purchases.json",
        "FILE-WRONG-KIND",
        "--kind",
    ]);
    let report = output.json();
    assert_eq!(report["record_kind"], "auto");
    let found = kinds_and_results(&output);
    let of_counter = found["customers.csv"][1].as_u64().expect("a count");
    assert!(of_counter > 0, "{found:?}");
    let accepted = &truth["dumps"][0]["companies"][0]["accepted"];
    let wanted = json!({
        "customers.gz": ["purchases", 500],
        "customers.csv": ["purchases", of_counter],
        "pages of suppliers": ["supplier_purchases", accepted],
        "suppliers.json": ["supplier_purchases", 3],
        "no purchases.json": ["unknown", "FILE-WRONG-KIND"],
    });
    assert_eq!(json!(found), wanted);
    assert_eq!(
        summary(&workdir.lake())["purchases"]["rows"],
        500 + of_counter
    );
    let total = accepted.as_u64().expect("a count") + 3;
    let every = list(&workdir, "12", &json!({"deleted": "include"})).json();
    assert_eq!(every["meta"]["total"], total);
    for table in ["purchases", "supplier_purchases", "rejects", "inputs"] {
        assert!(report["table_versions"][table].is_i64(), "{report:#}");
    }

    let again = workdir.ingest(words.iter().chain(&["mixed"]));
    let outcomes = again.assert_code(3).outcomes();
    let known = outcomes.iter().filter(|one| *one == "already_ingested");
    assert_eq!(known.count(), 4, "{outcomes:?}");
}

#[test]
fn a_known_input_is_not_opened_to_detect_its_kind() {
    let workdir = Workdir::new();
    let words = ["--kind", "auto", "--company-id", "12"].map(PathBuf::from);
    let inputs = [
        workdir.write("customers.ndjson", numbered(0, 3)),
        workdir.write("suppliers.json", single_page(&supplier_purchases(1..4))),
    ];
    let first = workdir.ingest(words.iter().chain(&inputs));
    assert_eq!(first.assert_code(0).outcomes(), ["ingested", "ingested"]);
    // With the size and time of the known file, this shows whether its bytes are read.
    for input in &inputs {
        let file = std::fs::File::open(input).expect("the input");
        let facts = file.metadata().expect("its size and time");
        let size = usize::try_from(facts.len()).expect("a small file");
        let name = input.file_name().expect("a name").to_string_lossy();
        workdir.write(&name, vec![b'?'; size]);
        let modified = facts.modified().expect("a time of change");
        file.set_modified(modified).expect("the time it had");
    }
    // With a company option, supplier purchases are read again.
    let words = ["--kind", "auto"].map(PathBuf::from);
    let again = workdir.ingest(words.iter().chain(&inputs));
    assert_eq!(
        again.assert_code(0).outcomes(),
        ["already_ingested", "already_ingested"]
    );
    assert_eq!(
        again.json()["inputs"][1]["record_kind"],
        "supplier_purchases"
    );
    let verify = [PathBuf::from("--verify-content")];
    let verified = workdir.ingest(words.iter().chain(&verify).chain(&inputs));
    assert_eq!(verified.assert_code(3).outcomes(), ["refused", "refused"]);
}

/// Fails unless the input is refused by this rule with this advice, and nothing of it is stored.
#[track_caller]
fn assert_refused(output: &Output, rule: &str, advice: &str) {
    output
        .assert_code(3)
        .assert_stderr_contains(&[rule, advice]);
    let report = output.json();
    let refusal = &report["inputs"][0]["refusal"];
    assert_eq!(refusal["rule_id"], rule, "{}", output.transcript());
    let message = refusal["message"].as_str().expect("a text");
    assert!(message.contains(advice), "{message}");
    for count in ["accepted", "rejected", "duplicate", "superseded"] {
        assert_eq!(report["counts"][count], 0, "{}", output.transcript());
    }
}

#[test]
fn an_input_of_the_wrong_kind_is_refused_and_the_right_kind_is_named() {
    let workdir = Workdir::new();
    let suppliers = workdir.write("suppliers.json", single_page(&supplier_purchases(1..4)));
    let customers = workdir.write("customers.ndjson", numbered(0, 3));
    let csv = sample("suppliers/compras_filial_34.csv");
    for input in [&suppliers, &csv] {
        let output = workdir.ingest([input]);
        assert_refused(&output, "FILE-WRONG-KIND", "--kind supplier-purchases");
    }
    for input in [&customers, &sample("balcao_2026-10.csv")] {
        let output = ingest(&workdir, "12", [input]);
        assert_refused(&output, "FILE-WRONG-KIND", "--kind purchases");
    }
    assert_eq!(stored_notes(&workdir), []);
    assert_eq!(summary(&workdir.lake())["purchases"]["rows"], 0);
}

#[test]
fn both_kinds_in_one_input_refuse_it_whichever_comes_first() {
    let (customer, supplier) = (
        PurchaseFixture::default().json(),
        supplier_purchases([1]).remove(0),
    );
    let customers_first = format!("{customer}\n{supplier}\n");
    let suppliers_first = format!("{supplier}\n{customer}\n");
    for text in [&customers_first, &suppliers_first] {
        let workdir = Workdir::new();
        let mixed = workdir.write("mixed.ndjson", text);
        let good = workdir.write("good.ndjson", &supplier);
        let words = ["--kind", "auto", "--company-id", "12"].map(PathBuf::from);
        let output = workdir.ingest(words.iter().chain([&mixed, &good]));
        output
            .assert_code(3)
            .assert_stderr_contains(&["FILE-MIXED", "split the dump by kind"]);
        let found = kinds_and_results(&output);
        assert_eq!(found["mixed.ndjson"][1], "FILE-MIXED", "{text}");
        assert_eq!(found["good.ndjson"], json!(["supplier_purchases", 1]));
    }
    let workdir = Workdir::new();
    let mixed = workdir.write("mixed.ndjson", &customers_first);
    assert_refused(
        &workdir.ingest([&mixed]),
        "FILE-MIXED",
        "the input of customer purchases also contains supplier purchases",
    );
    let mixed = workdir.write("mixed.ndjson", &suppliers_first);
    let output = ingest(&workdir, "12", [&mixed]);
    assert_refused(
        &output,
        "FILE-MIXED",
        "the input of supplier purchases also contains customer purchases",
    );
    // In a document as well.
    let page = single_page(&[supplier, customer]);
    let mixed = workdir.write("mixed.json", page);
    let output = ingest(&workdir, "12", [&mixed]);
    assert_refused(
        &output,
        "FILE-MIXED",
        "the input of supplier purchases also contains customer purchases",
    );
}
