//! `load` into a real PostgreSQL: exact values, exactly once, after every change of the lake.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::postgres_server::PostgresServer;
use crate::purchase_fixtures::numbered;
use crate::python::python;
use crate::rounds::{Instants, rounds};
use crate::supplier_fixtures::{single_page, supplier_purchases};
use crate::workdir::{Output, Workdir, sample};

/// Purchases with every kind of value: nine decimals, a time with microseconds, properties.
const EXACT: &str = r#"{"external_id":"u1","product_id":"café ☕ \"x\"","currency":"USD","price":0.123456789,"quantity":1,"time":"2026-10-05T12:00:00.123456-03:00","properties":{"z":1.50,"a":["é",null,true],"u":"\\u0000"}}
{"external_id":"u2","product_id":"big","currency":"JPY","price":99999999999999999.000000001,"quantity":100,"time":"1999-12-31T23:59:59Z"}
{"external_id":"u3","product_id":"back","currency":"BRL","price":-10000.0001,"quantity":3,"time":"2026-10-05T12:00:00Z","_update_existing_only":true}
"#;

/// The option that loads the purchases only.
const PURCHASES: &[&str] = &["--table", "purchases"];

pub(crate) fn load(workdir: &Workdir, url: &str, more: &[&str]) -> Output {
    workdir.run(["load", "--lake", "lake", "--to", url].iter().chain(more))
}

/// Compares a table of the target with the lake; the number of rows.
#[track_caller]
fn assert_equal(workdir: &Workdir, server: &PostgresServer, schema: &str, table: &str) -> u64 {
    let path = workdir.path("target.csv");
    server.export(&format!("{schema}.{table}"), &path);
    let lake = workdir.lake();
    let compared = python(
        "load_rows.py",
        [lake.as_os_str(), table.as_ref(), path.as_os_str()],
    );
    assert_eq!(compared["different"], 0, "{compared}");
    compared["rows"].as_u64().expect("a number")
}

/// A number that a statement returns.
pub(crate) fn number(server: &PostgresServer, sql: &str) -> i64 {
    server.client().query_one(sql, &[]).expect("one row").get(0)
}

#[test]
fn values_of_both_tables_are_exact_and_a_second_load_does_nothing() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = Workdir::new();
    workdir.write("exact.ndjson", EXACT);
    workdir.ingest(["exact.ndjson"]);
    let zone = ["--default-timezone", "America/Sao_Paulo"].map(Into::into);
    let samples = [
        "web_2026-10.ndjson",
        "balcao_2026-10.csv",
        "track_log_2026-10.json",
    ];
    let samples = samples.map(|name| sample(name).into_os_string());
    workdir.ingest(zone.into_iter().chain(samples));
    let suppliers = sample("suppliers/2026-10-31").into_os_string();
    let kind = ["--kind", "supplier-purchases", "--company-id", "12"].map(Into::into);
    workdir.ingest(kind.into_iter().chain([suppliers]));

    load(&workdir, &server.url(), &["--schema", "b\"i"]).assert_code(0);
    assert!(assert_equal(&workdir, &server, "\"b\"\"i\"", "purchases") > 3);
    assert!(assert_equal(&workdir, &server, "\"b\"\"i\"", "supplier_purchases") > 3);
    assert!(assert_equal(&workdir, &server, "\"b\"\"i\"", "rejects") > 3);
    assert!(assert_equal(&workdir, &server, "\"b\"\"i\"", "inputs") > 3);
    let types = "SELECT string_agg(DISTINCT format_type(atttypid, atttypmod), ' ' \
                 ORDER BY format_type(atttypid, atttypmod)) FROM pg_attribute \
                 WHERE attrelid = '\"b\"\"i\".purchases'::regclass AND attnum > 0";
    let types: String = server.client().query_one(types, &[]).unwrap().get(0);
    let expected = "bigint boolean date jsonb numeric(38,9) smallint text timestamp with time zone";
    assert_eq!(types, expected);

    let xmin = "SELECT sum(xmin::text::bigint)::bigint FROM \"b\"\"i\".purchase_etl_loads";
    let before = number(&server, xmin);
    load(&workdir, &server.url(), &["--schema", "b\"i"])
        .assert_code(0)
        .assert_stderr_contains(&["table is up to date"]);
    assert_eq!(number(&server, xmin), before);
}

/// Changes the lake, or tries to: an input or a version need not exist.
fn change(workdir: &Workdir, operation: usize, step: usize, pick: &mut impl FnMut(usize) -> usize) {
    let lake = ["--lake", "lake"];
    let name = format!("f{}.ndjson", pick(4));
    match operation {
        0 | 1 => {
            workdir.write(&name, numbered(pick(900), 1 + pick(20)));
            let output = workdir.ingest(["--changed-input", "replace", &name]);
            assert!(
                matches!(output.code(), Some(0 | 3)),
                "{}",
                output.transcript()
            );
            let pages = format!("page_{step}.json");
            let ids = [1 + step as u64, 50];
            workdir.write(&pages, single_page(&supplier_purchases(ids)));
            let kind = ["--kind", "supplier-purchases", "--company-id", "12"];
            workdir.ingest(kind.iter().chain(&[&*pages])).assert_code(0);
        }
        2 => {
            let remove = ["inputs", "remove", &name, "--yes"];
            workdir.run(remove.iter().chain(&lake));
        }
        3 => {
            let version = pick(3).to_string();
            let back = [
                "lake",
                "restore",
                "--table",
                "purchases",
                "--to-version",
                &version,
            ];
            workdir.run(back.iter().chain(&lake));
        }
        4 => {
            let compact = ["lake", "compact"];
            workdir.run(compact.iter().chain(&lake)).assert_code(0);
        }
        _ => {
            let vacuum = ["lake", "vacuum", "--execute", "--retention", "0s"];
            let forced = vacuum.iter().chain(&["--force-short-retention"]);
            workdir.run(forced.chain(&lake)).assert_code(0);
        }
    }
}

#[test]
fn after_any_sequence_of_changes_the_target_equals_the_lake() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let (seed, mut chance) = Instants::seeded();
    let mut pick = |count: usize| {
        let at = chance.next();
        let below = |i: &usize| {
            let i = u32::try_from(*i).expect("few");
            let count = u32::try_from(count).expect("few");
            f64::from(i) <= at * f64::from(count)
        };
        (0..count).rev().find(below).unwrap_or(0)
    };
    for case in 0..rounds(3) {
        let workdir = Workdir::new();
        let schema = format!("case_{case}");
        let mut done = Vec::new();
        for step in 0..10 {
            let operation = if step == 0 { 0 } else { pick(6) };
            done.push(operation);
            change(&workdir, operation, step, &mut pick);
            if step == 0 || pick(2) == 0 {
                let output = load(&workdir, &server.url(), &["--schema", &schema]);
                let context = format!("seed {seed}, {done:?}: {}", output.transcript());
                assert_eq!(output.code(), Some(0), "{context}");
                assert_equal(&workdir, &server, &schema, "purchases");
                assert_equal(&workdir, &server, &schema, "supplier_purchases");
            }
        }
    }
}

/// Waits for the end of a load, or kills it after the delay.
fn kill_after(mut child: Child, delay: Duration) {
    std::thread::sleep(delay);
    child.kill().expect("a signal to our own child");
    child.wait().expect("it ends");
}

#[test]
fn a_killed_load_leaves_nothing_and_the_next_one_loads_each_row_once() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = Workdir::new();
    workdir.write("a.ndjson", numbered(0, 900));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    let url = server.url();
    let start = Instant::now();
    load(
        &workdir,
        &url,
        &["--schema", "whole", "--table", "purchases"],
    )
    .assert_code(0);
    let whole = start.elapsed();
    let (_, mut chance) = Instants::seeded();
    for round in 0..rounds(8) {
        let schema = format!("killed_{}", round / 2);
        let mut command = workdir.program();
        command.args(["load", "--lake", "lake", "--to", &url, "--schema", &schema]);
        command.args(["--table", "purchases"]);
        let child = command.spawn().expect("the program starts");
        kill_after(child, whole.mul_f64(chance.next()));
        let exists = format!("SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'");
        // All or nothing: the table of versions and the table of purchases.
        let tables = number(&server, &exists);
        assert!(tables == 0 || tables == 2, "{tables} tables");
    }
    for round in 0..rounds(4) {
        let schema = format!("killed_{round}");
        load(&workdir, &url, &["--schema", &schema]).assert_code(0);
        assert_eq!(assert_equal(&workdir, &server, &schema, "purchases"), 900);
    }
}

#[test]
fn of_several_loads_at_once_one_applies_a_version() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = Workdir::new();
    for (round, file) in ["a.ndjson", "b.ndjson"].into_iter().enumerate() {
        workdir.write(file, numbered(round * 500, 300));
        workdir.ingest([file]).assert_code(0);
        let url = server.url();
        let loads: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| load(&workdir, &url, &[])))
                .collect();
            started
                .into_iter()
                .map(|load| load.join().expect("an end"))
                .collect()
        });
        let applied = |output: &&Output| output.stderr().contains("table loaded");
        for output in &loads {
            output.assert_code(0);
        }
        assert_eq!(loads.iter().filter(applied).count(), 1);
        let rows = assert_equal(&workdir, &server, "public", "purchases");
        assert_eq!(rows, 300 * (round as u64 + 1));
    }
}

#[test]
fn a_missing_column_is_added_and_every_bad_target_is_one_error() {
    let Some(mut server) = PostgresServer::start() else {
        return;
    };
    let workdir = Workdir::new();
    workdir.write("a.ndjson", numbered(0, 5));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    let url = server.url();
    let run = |sql: &str| server.client().batch_execute(sql).expect(sql);
    load(&workdir, &url, PURCHASES).assert_code(0);
    // A column with values: a later version of the lake does not write the old rows again.
    run("ALTER TABLE purchases DROP COLUMN external_id");
    load(&workdir, &url, PURCHASES).assert_code(0);
    assert_equal(&workdir, &server, "public", "purchases");

    let refused = |reasons: &[&str]| {
        load(&workdir, &url, PURCHASES)
            .assert_code(1)
            .assert_stderr_contains(reasons);
    };
    run("UPDATE purchase_etl_loads SET version = 9");
    refused(&["has version 9", "drop the table"]);
    run("UPDATE purchase_etl_loads SET version = 0, table_id = 'x'");
    refused(&["another lake", "--schema"]);
    run("DELETE FROM purchase_etl_loads");
    refused(&["not created by a load"]);
    run("ALTER TABLE purchases ALTER COLUMN price TYPE text");
    refused(&["price", "text", "numeric(38,9)"]);
    run("DROP TABLE purchases");
    run("ALTER DATABASE postgres SET default_transaction_read_only = on");
    refused(&["read-only"]);
    assert_eq!(
        number(&server, "SELECT count(*) FROM purchase_etl_loads"),
        0
    );
    let mut writer = server.client();
    for sql in [
        "SET default_transaction_read_only = off",
        "ALTER DATABASE postgres RESET ALL",
    ] {
        writer.batch_execute(sql).expect(sql);
    }
    load(&workdir, &url, PURCHASES).assert_code(0);
    let password = url.replace("etl@", "etl:hush@");
    let output = load(&workdir, &password, PURCHASES);
    output
        .assert_code(2)
        .assert_stderr_contains(&["PGPASSWORD"]);
    assert!(!output.transcript().replace(&password, "").contains("hush"));
    let nowhere = url.replace("/postgres", "/nowhere");
    let unknown = load(&workdir, &nowhere, PURCHASES);
    unknown
        .assert_code(1)
        .assert_stderr_contains(&["nowhere", "create the database"]);
    server.stop();
    load(&workdir, &url, PURCHASES)
        .assert_code(1)
        .assert_stderr_contains(&["start the server"]);
}

#[test]
fn a_refused_input_holds_back_the_load_of_its_table() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = Workdir::new();
    let job = format!(
        "lake = \"lake\"\n[[steps]]\nname = \"customers\"\ningest = {{ inputs = [\"in\"] }}\n\
         [[steps]]\nname = \"warehouse\"\nload = {{ to = \"{}\", table = [\"purchases\"] }}\n",
        server.url()
    );
    workdir.write("job.toml", job);
    workdir.write("in/a.ndjson", numbered(0, 3));
    let run = || workdir.run(["run", "job.toml", "--date", "2026-10-05"]);
    run().assert_code(0);
    assert_eq!(number(&server, "SELECT count(*) FROM purchases"), 3);
    workdir.write("in/b.ndjson", numbered(3, 3));
    workdir.write("in/c.ndjson", "{\"purchases\":[{\"external_id\":");
    run().assert_code(3).assert_stderr_contains(&["warehouse"]);
    assert_eq!(number(&server, "SELECT count(*) FROM purchases"), 3);
}
