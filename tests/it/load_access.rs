//! `load`: passwords and TLS, against a real PostgreSQL.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::killed_runs::signal;
use crate::postgres_server::PostgresServer;
use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir};

fn lake() -> Workdir {
    let workdir = Workdir::new();
    workdir.write("a.ndjson", numbered(0, 5));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    workdir
}

fn load_command(workdir: &Workdir, url: &str) -> Command {
    let mut command = workdir.program();
    let to = [
        "load",
        "--lake",
        "lake",
        "--schema",
        "purchases",
        "--to",
        url,
    ];
    command.args(to);
    command
}

/// Loads with these environment variables.
fn load(workdir: &Workdir, url: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = load_command(workdir, url);
    command.envs(variables.iter().copied());
    let output = Output::of(command);
    assert!(!output.stderr().contains("hush"), "{}", output.transcript());
    output
}

#[test]
fn a_password_comes_from_the_environment_or_a_file_that_nobody_else_reads() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = lake();
    for sql in [
        r"CREATE ROLE guarded LOGIN PASSWORD 'hush:\'",
        "GRANT CREATE ON DATABASE postgres TO guarded",
    ] {
        server.client().batch_execute(sql).expect("a role");
    }
    let url = server.url().replace("etl@", "guarded@");
    let load = |variables: &[(&str, &str)]| load(&workdir, &url, variables);
    let without = load(&[]);
    without
        .assert_code(1)
        .assert_stderr_contains(&["PGPASSWORD"]);
    let wrong = load(&[("PGPASSWORD", "hush")]);
    wrong
        .assert_code(1)
        .assert_stderr_contains(&["password authentication failed"]);
    load(&[("PGPASSWORD", r"hush:\")]).assert_code(0);

    let line = r"127.0.0.1:*:postgres:guarded:hush\:\\";
    workdir.write("pass", line);
    workdir.write(".pgpass", line);
    let file = workdir.path("pass");
    let named = [("PGPASSFILE", file.to_str().expect("UTF-8"))];
    std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    let ignored = load(&named);
    ignored
        .assert_code(1)
        .assert_stderr_contains(&["other users may read it", "chmod 600"]);
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    load(&named).assert_code(0);
    let home = workdir.path(".pgpass");
    std::fs::set_permissions(&home, Permissions::from_mode(0o600)).unwrap();
    load(&[]).assert_code(0);
}

#[test]
fn tls_verifies_the_authority_and_the_name_of_the_server() {
    let Some(server) = PostgresServer::start_with_tls() else {
        return;
    };
    let workdir = lake();
    let authority = server.file("ca.pem");
    let authority = authority.to_str().expect("UTF-8");
    let of_name = server.url().replace("127.0.0.1", "localhost");
    let verified = format!("{of_name}?sslmode=require");
    let root = [("PGSSLROOTCERT", authority)];
    load(&workdir, &verified, &root).assert_code(0);
    // A user whom the server accepts without a password over TLS, and only there.
    for sql in [
        "CREATE ROLE encrypted LOGIN",
        "GRANT CREATE ON DATABASE postgres TO encrypted",
        "DROP SCHEMA purchases CASCADE",
    ] {
        server.client().batch_execute(sql).expect("a role");
    }
    let of_role = verified.replace("etl@", "encrypted@");
    let plain = of_role.replace("sslmode=require", "sslmode=disable");
    let refused = load(&workdir, &plain, &root);
    refused
        .assert_code(1)
        .assert_stderr_contains(&["PGPASSWORD"]);
    load(&workdir, &of_role, &root).assert_code(0);
    server
        .client()
        .batch_execute("DROP SCHEMA purchases CASCADE")
        .expect("a schema");
    let in_url = format!("{verified}&sslrootcert={authority}");
    load(&workdir, &in_url, &[]).assert_code(0);

    let unknown = load(&workdir, &verified, &[]);
    unknown
        .assert_code(1)
        .assert_stderr_contains(&["UnknownIssuer", "PGSSLROOTCERT"]);
    let by_address = format!("{}?sslmode=verify-full", server.url());
    let other_name = load(&workdir, &by_address, &root);
    other_name
        .assert_code(1)
        .assert_stderr_contains(&["not valid for name"]);
    workdir.write("empty.pem", "");
    for file in ["empty.pem", "missing.pem"] {
        let output = load(&workdir, &verified, &[("PGSSLROOTCERT", file)]);
        output.assert_code(2).assert_stderr_contains(&[file, "PEM"]);
    }
    let plain = PostgresServer::start().expect("there is PostgreSQL");
    let plain = plain.url() + "?sslmode=require";
    let output = load(&workdir, &plain, &root);
    output.assert_code(1).assert_stderr_contains(&["TLS"]);
}

#[test]
fn a_load_that_waits_for_another_one_can_be_interrupted() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = lake();
    let mut other = server.client();
    let lock = "SELECT pg_advisory_lock(1885697132, hashtext('purchases'))";
    other.execute(lock, &[]).expect("a lock");
    let mut command = load_command(&workdir, &server.url());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let shown = format!("{command:?}, kill -INT");
    let child = command.spawn().expect("the program starts");
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    let deadline = Instant::now() + Duration::from_mins(1);
    while server
        .client()
        .query_one(waiting, &[])
        .expect("a row")
        .get::<_, i64>(0)
        == 0
    {
        assert!(Instant::now() < deadline, "the load does not wait");
    }
    signal(&child, "INT");
    let output = Output::new(shown, child.wait_with_output().expect("its end"));
    output
        .assert_code(130)
        .assert_stderr_contains(&["nothing was loaded"]);
    drop(other);
    load(&workdir, &server.url(), &[]).assert_code(0);
}

#[test]
fn the_lineage_of_a_load_names_the_tables_of_the_database() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = lake();
    let table = ["load", "--lake", "lake", "--table", "purchases", "--to"];
    let url = server.url();
    let file = [&url, "--lineage-file", "events.ndjson"];
    workdir.run(table.iter().chain(&file)).assert_code(0);
    let events = std::fs::read_to_string(workdir.path("events.ndjson")).expect("events");
    let last = events.lines().last().expect("an event");
    let event: Value = serde_json::from_str(last).expect("JSON");
    let namespace = url.replace("postgresql://etl@", "postgres://");
    let namespace = namespace.trim_end_matches("/postgres");
    assert_eq!(event["eventType"], "COMPLETE");
    assert_eq!(event["outputs"][0]["namespace"], namespace);
    assert_eq!(event["outputs"][0]["name"], "postgres.public.purchases");
}
