//! Avro files of Currents: which are read of the folders that Currents writes, and where rejects are.

use serde_json::json;

use crate::avro_text::avro_file;
use crate::check::check;
use crate::purchase_fixtures::quantity_series;
use crate::python::{python, table_rows};
use crate::workdir::{Output, Workdir};

const SCHEMA: &str = r#"avro.schema {"type":"record","name":"Purchase","namespace":"dataexport.S3.inner.users.behaviors","fields":[{"name":"id","type":"string"},{"name":"user_id","type":"string"},{"name":"external_user_id","type":["null","string"],"default":null},{"name":"time","type":"int"},{"name":"product_id","type":"string"},{"name":"price","type":"float"},{"name":"currency","type":"string"},{"name":"properties","type":"string"}]}"#;
const OPEN: &str = r#"avro.schema {"type":"record","name":"Open","namespace":"dataexport.S3.inner.users.messages.email","fields":[{"name":"id","type":"string"},{"name":"time","type":"long"}]}
{"id":"o1","time":1712068448}"#;

/// A file of purchases with these ids and currencies.
fn purchases(events: &[(&str, &str)]) -> Vec<u8> {
    let event = |(id, currency): &(&str, &str)| {
        format!(
            "\n{{\"id\":\"{id}\",\"user_id\":\"u1\",\"external_user_id\":\"x1\",\"time\":1712068448,\"product_id\":\"pen\",\"price\":3.14,\"currency\":\"{currency}\",\"properties\":\"{{}}\"}}"
        )
    };
    let events: String = events.iter().map(event).collect();
    avro_file(&format!("{SCHEMA}{events}"))
}

const ROOT: &str = "currents/dataexport.eu-01.S3.integration.5f1";

/// The folders of two hours, with events of three types; and a file whose path names no type.
fn export(workdir: &Workdir) {
    let name = |event_type: &str, hour: &str, file: &str| {
        format!("{ROOT}/event_type={event_type}/date={hour}/version=9/prod/{file}.avro")
    };
    for (hour, id) in [("2024-04-02-14", "e1"), ("2024-04-02-15", "e2")] {
        let file = purchases(&[(id, "USD")]);
        workdir.write(&name("users.behaviors.Purchase", hour, id), file);
        // Not opened: they are no Avro files.
        workdir.write(&name("users.messages.email.Open", hour, id), "no Avro");
        workdir.write(&name("users.behaviors.CustomEvent", hour, id), "no Avro");
    }
    workdir.write(&format!("{ROOT}/opens.avro"), avro_file(OPEN));
}

#[track_caller]
fn assert_counts(output: &Output, accepted: u64) {
    output.assert_code(0);
    assert_eq!(
        output.summary_count("accepted"),
        accepted,
        "{}",
        output.transcript()
    );
}

#[test]
fn of_an_export_the_files_of_purchases_are_read_and_others_are_counted() {
    let workdir = Workdir::new();
    export(&workdir);
    let output = workdir.ingest(["currents"]);
    assert_counts(&output, 2);
    let passed_over = json!({
        "users.behaviors.CustomEvent": {"files": 0, "folders": 1},
        "users.messages.email.Open": {"files": 1, "folders": 1},
    });
    assert_eq!(output.json()["passed_over"], passed_over);
    assert_eq!(output.outcomes(), ["ingested", "ingested"]);
    assert_eq!(table_rows(&workdir.lake(), "inputs").len(), 2);
    let series = workdir.report(
        "quantity-series",
        ["--length", "1", "--ending-at", "2024-04-02"],
    );
    series
        .assert_code(0)
        .assert_stdout(&quantity_series(&[("2024-04-02", 2)]));
    let again = workdir.ingest(["currents"]);
    assert_counts(&again, 0);
    let checked = check(&workdir, &["currents"]);
    checked.assert_code(0).assert_stdout_contains(&[
        "passed over 1 folders of other events (users.behaviors.CustomEvent)",
        "passed over 1 files and 1 folders of other events (users.messages.email.Open)",
    ]);
}

#[test]
fn a_pattern_selects_hours_and_passes_over_other_events() {
    let workdir = Workdir::new();
    export(&workdir);
    let hour = format!("{ROOT}/*/date=2024-04-02-15/**/*.avro");
    let output = workdir.ingest([&hour]);
    assert_counts(&output, 1);
    let one_file = json!({"files": 1, "folders": 0});
    let passed_over = json!({
        "users.behaviors.CustomEvent": one_file,
        "users.messages.email.Open": one_file,
    });
    assert_eq!(output.json()["passed_over"], passed_over);
}

#[test]
fn a_file_of_other_events_is_refused_when_it_is_named() {
    let workdir = Workdir::new();
    let path = "event_type=users.messages.email.Open/a.avro";
    workdir.write(path, avro_file(OPEN));
    workdir.write("b.avro", avro_file(OPEN));
    for name in [path, "b.avro"] {
        for kind in ["purchases", "auto"] {
            let output = workdir.ingest(["--kind", kind, name]);
            let refusal = &output.assert_code(3).json()["inputs"][0]["refusal"];
            assert_eq!(
                refusal["rule_id"],
                "FILE-OTHER-EVENT",
                "{}",
                output.transcript()
            );
            let message = refusal["message"].as_str().expect("a text");
            assert!(message.contains("users.messages.email.Open"), "{message}");
        }
    }
    // Only such files: nothing was found, which `--optional` accepts.
    workdir
        .ingest(["event_type=users.messages.email.Open"])
        .assert_code(2);
    let optional = workdir.ingest(["--optional", "event_type=users.messages.email.Open"]);
    optional.assert_code(0);
}

#[test]
fn a_reject_names_its_block_and_can_be_corrected() {
    let workdir = Workdir::new();
    workdir.write("a.avro", purchases(&[("e1", "USD"), ("e2", "XXX")]));
    let options = ["--reject-limit", "100%", "a.avro"];
    assert_counts(&workdir.ingest(options), 1);
    let rejects = table_rows(&workdir.lake(), "rejects");
    let [reject] = rejects.as_slice() else {
        panic!("{rejects:?}");
    };
    assert_eq!(reject["source_row"], "1");
    assert_eq!(reject["line"], "1");
    let message = reject["message"].as_str().expect("a text");
    assert!(message.ends_with("[block 1, record 1 of it]"), "{message}");
    let checked = check(&workdir, &options);
    checked.assert_code(0).assert_stdout_contains(&[
        "a.avro:block 1: reject BRZ-CUR-UNKNOWN",
        "[record 1, record 1 of its block, byte ",
    ]);
}

/// The limit of the cents is that of 32-bit floats: they tell all of them apart below 131,072.
#[test]
fn a_hundred_thousand_prices_come_back_to_the_cent_from_each_form() {
    let workdir = Workdir::new();
    let folder = workdir.path("cents").into_os_string();
    let script = "currents_cents.py";
    let made = python(script, ["make".into(), folder.clone(), "100000".into()]);
    assert_eq!(made["events"], 300_000);
    let output = workdir.ingest([folder.clone()]);
    assert_counts(&output, 300_000);
    let found = python(script, ["compare".into(), folder, workdir.lake().into()]);
    assert_eq!(found, json!({"events": 300_000, "different": []}));
}
