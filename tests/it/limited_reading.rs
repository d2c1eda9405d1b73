use crate::avro_text::avro_file;
use crate::check::check;
use crate::parquet_text::parquet_file;
use crate::purchase_fixtures::PurchaseFixture;
use crate::workdir::{NOW, Workdir};

const SCHEMA: &str = r#"avro.schema {"type":"record","name":"Purchase","namespace":"dataexport.S3.inner.users.behaviors","fields":[{"name":"id","type":"string"},{"name":"user_id","type":"string"},{"name":"time","type":"int"},{"name":"product_id","type":"string"},{"name":"price","type":"float"},{"name":"currency","type":"string"}]}"#;

const HEADER: &str = "external_id,product_id,currency,price,time";
const ROW: &str = "u,pen,USD,1.50,2026-10-31T09:15:00-03:00";

/// Three purchases in each shape, by file name.
fn three_records() -> Vec<(&'static str, Vec<u8>)> {
    let one = PurchaseFixture::default().json();
    let event = |id: u32| {
        format!(
            "\n{{\"id\":\"e{id}\",\"user_id\":\"u\",\"time\":1712068448,\"product_id\":\"pen\",\"price\":3.5,\"currency\":\"USD\"}}"
        )
    };
    let avro = format!("{SCHEMA}{}{}{}", event(1), event(2), event(3));
    let columns = "parquet.schema id string, user_id string, time int64, product_id string, price float, currency string";
    let table = format!("{columns}{}{}{}", event(1), event(2), event(3));
    let track = format!("{{\"purchases\":[{one},{one},{one}]}}");
    let mixed = format!("[{one},{one}]\n{{\"purchases\":[{one}]}}\n");
    let csv = format!("{HEADER}\n{ROW}\n{ROW}\n{ROW}\n");
    vec![
        ("lines.ndjson", format!("{one}\n\n{one}\n{one}\n\n").into()),
        ("array.json", format!("[{one},{one},{one}]").into()),
        ("track.json", track.into()),
        ("mixed.ndjson", mixed.into()),
        ("rows.csv", csv.into()),
        ("events.avro", avro_file(&avro)),
        ("events.parquet", parquet_file(&table)),
    ]
}

const NOTE: &str = "records were read; nothing is known of the rest";

#[test]
fn a_limit_reads_that_many_records_and_an_input_of_as_many_is_whole() {
    let workdir = Workdir::new();
    for (name, bytes) in three_records() {
        workdir.write(name, bytes);
        for (limit, read) in [("1", 1), ("2", 2), ("3", 3), ("4", 3)] {
            let output = check(&workdir, &["--limit", limit, name]);
            let counts = format!("{name}: {read} records, {read} would be accepted");
            output.assert_code(0).assert_stdout_contains(&[&counts]);
            let is_partial = output.stdout().contains(NOTE);
            assert_eq!(is_partial, read < 3, "{}", output.transcript());
        }
    }
}

#[test]
fn elements_beside_the_records_do_not_count() {
    let workdir = Workdir::new();
    let one = PurchaseFixture::default().json();
    let text = format!("{{\"events\":[{{}},{{}},{{}}],\"purchases\":[{one},{one}]}}");
    workdir.write("track.json", text);
    let output = check(&workdir, &["--limit", "1", "track.json"]);
    output.assert_code(0).assert_stdout_contains(&[
        "track.json: 4 records, 1 would be accepted, 0 rejected, 0 duplicate, 0 superseded, 3 skipped",
        "only the first 1 records",
    ]);
}

/// What follows the records that are read is neither rejected nor a reason to refuse the input.
#[test]
fn the_rest_is_not_validated() {
    let workdir = Workdir::new();
    let one = PurchaseFixture::default().json();
    workdir.write("broken.ndjson", format!("{one}\n{{\"external_id\"\n"));
    workdir.write("broken.json", format!("[{one}, nonsense]"));
    workdir.write("broken.csv", format!("{HEADER}\n{ROW}\nu,pen\n"));
    for name in ["broken.ndjson", "broken.json", "broken.csv"] {
        check(&workdir, &["--limit", "1", name]).assert_code(0);
        check(&workdir, &["--limit", "2", name]).assert_code(3);
    }
}

/// Two inputs that begin with the same records may be different.
#[test]
fn the_beginning_of_an_input_is_no_duplicate_of_another() {
    let workdir = Workdir::new();
    let one = PurchaseFixture::default().json();
    let files = ["a.ndjson", "b.ndjson"];
    for name in files {
        workdir.write(name, format!("{one}\n{one}\n"));
    }
    let whole = check(&workdir, &files);
    let duplicate = "duplicate of an earlier input";
    whole.assert_code(0).assert_stdout_contains(&[duplicate]);
    let part = check(&workdir, &[&["--limit", "1"][..], &files].concat());
    let counts = "b.ndjson: 1 records, 1 would be accepted";
    part.assert_code(0).assert_stdout_contains(&[counts]);
    let json = check(&workdir, &["--format", "json", "--limit", "1", "a.ndjson"]);
    assert!(json.stdout().contains(NOTE), "{}", json.transcript());
    let response = ["--format", "response", "--limit", "1", "a.ndjson"];
    let response = check(&workdir, &response);
    response.assert_code(0).assert_stderr_contains(&[NOTE]);
}

#[test]
fn an_ingest_takes_a_limit_only_if_it_writes_nothing() {
    let workdir = Workdir::new();
    let one = PurchaseFixture::default().json();
    workdir.write("a.ndjson", format!("{one}\nbroken\n"));
    let options = ["--limit", "1", "--now", NOW, "--lake", "lake"];
    let ingest = [&["ingest", "a.ndjson"], &options[..]].concat();
    let refused = workdir.run(&ingest);
    let sentence = "a part of an input must never be published";
    refused.assert_code(2).assert_stderr_contains(&[sentence]);
    let dry_run = [&ingest[..], &["--dry-run"]].concat();
    let planned = workdir.run(&dry_run);
    planned.assert_code(0).assert_stdout_contains(&[
        "1 of 1 inputs would be read; nothing was written",
        "a.ndjson: 1 records, 1 would be accepted",
        "only the first 1 records were read",
    ]);
    assert!(!workdir.lake().exists());
    let all = ["a.ndjson", "--reject-limit", "100%"];
    workdir.ingest(all).assert_code(0);
    let known = workdir.run(&dry_run);
    let listed = "already ingested";
    known.assert_code(0).assert_stdout_contains(&[listed]);
    let is_read = known.stdout().contains("would be accepted");
    assert!(!is_read, "{}", known.transcript());
    let none = check(&workdir, &["--limit", "0", "a.ndjson"]);
    none.assert_code(2);
}
