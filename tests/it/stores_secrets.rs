//! Secrets of stores: nothing that is told or kept holds one, whether a store takes them or not.

use std::net::SocketAddr;

use crate::emulators::{Cloud, Emulator, s3_variables};
use crate::faulty_network::{Fault, Faulty};
use crate::workdir::{NOW, Output, Workdir, sample};

/// What every secret of these tests has in it, plain and in Base64.
const CANARIES: [&str; 2] = ["hunter2hunter2", "aHVudGVyMmh1bnRlcjI"];

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

type Variables = Vec<(&'static str, String)>;

fn pairs(pairs: &[(&'static str, &str)]) -> Variables {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

/// Runs a command with everything that watches it, in both forms of the log, and looks for secrets.
#[track_caller]
fn run(workdir: &Workdir, variables: &Variables, secrets: &[&str], arguments: &[&str]) -> Vec<i32> {
    let forms = ["text", "json"].map(|form| {
        let mut command = workdir.program();
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.args(arguments).args(["--log-format", form]);
        command.args([
            "--metrics-file",
            "metrics.prom",
            "--lineage-file",
            "events.ndjson",
        ]);
        command.args(["--alert-command", "cat >> alerts.txt"]);
        command.args(["--store-retries", "1", "--store-deadline", "1s"]);
        let output = Output::of(command);
        assert_no_secrets(&format!("{}{}", output.stdout(), output.stderr()), secrets);
        assert!(
            !output.stderr().contains("panicked"),
            "{}",
            output.transcript()
        );
        output.code().expect("a code")
    });
    for file in workdir.files() {
        let bytes = std::fs::read(workdir.path("").join(&file)).expect("a file");
        assert_no_secrets(
            &format!("{}: {}", file.display(), String::from_utf8_lossy(&bytes)),
            secrets,
        );
    }
    forms.to_vec()
}

#[track_caller]
fn assert_no_secrets(text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// All objects of the store that the program may have written.
#[track_caller]
fn assert_no_secrets_in_store(store: &Emulator, secrets: &[&str]) {
    let keys = store.keys("lake", "");
    assert!(
        keys.iter().any(|key| key.contains("_delta_log")),
        "{keys:?}"
    );
    for key in keys {
        let bytes = store.get("lake", &key);
        assert_no_secrets(
            &format!("{key}: {}", String::from_utf8_lossy(&bytes)),
            secrets,
        );
    }
}

/// The commands that use a store, on a lake and an input.
fn commands<'a>(lake: &'a str, input: &'a str) -> Vec<Vec<&'a str>> {
    let report = "report.json";
    vec![
        vec![
            "ingest",
            "--now",
            NOW,
            "--summary",
            report,
            "--lake",
            lake,
            input,
        ],
        vec!["ingest", "--now", NOW, "--lake", "lake", input],
        vec![
            "report",
            "quantity-series",
            "--ending-at",
            "2026-10-06",
            "--length",
            "6",
            "--now",
            NOW,
            "--lake",
            lake,
        ],
        vec!["lake", "verify", "--lake", lake],
        vec!["runs", "list", "--lake", lake],
        vec!["ingest", "--explain-config=json", "--lake", lake, input],
    ]
}

fn s3(address: SocketAddr) -> Variables {
    let mut variables = s3_variables(address);
    variables.retain(|(name, _)| *name == "AWS_ENDPOINT_URL");
    variables.extend(pairs(&[
        ("AWS_ACCESS_KEY_ID", "AKIAKNOWN"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2hunter2"),
        ("AWS_SESSION_TOKEN", "aHVudGVyMmh1bnRlcjI"),
    ]));
    variables
}

#[test]
fn accepted_secrets_of_s3_are_never_printed_or_stored() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    let bytes = std::fs::read(sample("web_2026-10.ndjson")).expect("a sample");
    store.put("dumps", "web.ndjson", &bytes);
    let workdir = Workdir::new();
    for command in commands("s3://lake/l", "s3://dumps/web.ndjson") {
        let codes = run(&workdir, &s3(store.address), &CANARIES, &command);
        assert_eq!(codes, [0, 0], "{command:?}");
    }
    assert_no_secrets_in_store(&store, &CANARIES);
    let refusing = Faulty::before(store.address, |_| Fault::Expired);
    let down = Faulty::before(store.address, |_| Fault::Down);
    for network in [refusing, down] {
        for command in commands("s3://lake/l", "s3://dumps/web.ndjson")
            .iter()
            .take(5)
        {
            let codes = run(&workdir, &s3(network.address), &CANARIES, command);
            assert_eq!(codes, [1, 1], "{command:?}");
        }
    }
}

#[test]
fn accepted_secrets_of_azure_are_never_printed_or_stored() {
    let store = Emulator::start(Cloud::Azure, &["dumps", "lake"]);
    let bytes = std::fs::read(sample("web_2026-10.ndjson")).expect("a sample");
    store.put("dumps", "web.ndjson", &bytes);
    let workdir = Workdir::new();
    let variables = store.variables();
    let connection = &variables[0].1;
    let part = |name: &str| {
        let mut parts = connection.split(';');
        let value = parts
            .find_map(|part| part.strip_prefix(name))
            .expect("a part");
        value.to_owned()
    };
    let (key, endpoint) = (part("AccountKey="), part("BlobEndpoint="));
    for command in commands("az://lake/l", "az://dumps/web.ndjson") {
        let codes = run(&workdir, &variables, &[&key], &command);
        assert_eq!(codes, [0, 0], "{command:?}");
    }
    assert_no_secrets_in_store(&store, &[&key]);
    let sas = "sv=2024-08-04&ss=b&srt=sco&sp=rwdlac&se=2030-01-01T00:00:00Z&sig=hunter2hunter2%3D";
    let wrong = [
        ("AZURE_STORAGE_ACCOUNT_KEY", "aHVudGVyMmh1bnRlcjI="),
        ("AZURE_STORAGE_ACCOUNT_KEY", "not in base64: hunter2hunter2"),
        ("AZURE_STORAGE_SAS_TOKEN", sas),
        ("AZURE_STORAGE_TOKEN", "hunter2hunter2"),
    ];
    for (name, secret) in wrong {
        for place in [endpoint.as_str(), &format!("{NOWHERE}/devstoreaccount1")] {
            let variables = pairs(&[
                ("AZURE_STORAGE_ACCOUNT_NAME", "devstoreaccount1"),
                ("AZURE_STORAGE_ENDPOINT", place),
                (name, secret),
            ]);
            for command in commands("az://lake/l", "az://dumps/web.ndjson")
                .iter()
                .take(3)
            {
                let codes = run(&workdir, &variables, &CANARIES, command);
                assert_eq!(codes, [1, 1], "{name} {command:?}");
            }
        }
    }
}

/// No store of Google's runs here: only what goes wrong can be looked at.
#[test]
fn no_error_contains_the_secrets_of_google() {
    let workdir = Workdir::new();
    let input = sample("web_2026-10.ndjson");
    let input = input.to_string_lossy();
    let account = r#"{"type": "service_account", "client_email": "etl@shop.example",
        "private_key_id": "1", "private_key": "hunter2hunter2", "project_id": "shop",
        "token_uri": "http://127.0.0.1:1/token"}"#;
    let (short, none) = (r#"{"private_key": "hunter2hunter2"}"#, "hunter2hunter2");
    for name in [
        "GOOGLE_SERVICE_ACCOUNT_KEY",
        "GOOGLE_SERVICE_ACCOUNT",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ] {
        let broken = format!(" {account}\n");
        for secret in [account, &broken, short, none] {
            let is_path = name != "GOOGLE_SERVICE_ACCOUNT_KEY";
            if is_path && secret == none {
                continue;
            }
            let variables = pairs(&[(name, secret)]);
            for command in commands("gs://lake/l", &input).iter().take(3) {
                let with_endpoint = [&command[..], &["--gcs-endpoint", NOWHERE]].concat();
                let codes = run(&workdir, &variables, &CANARIES, &with_endpoint);
                assert!(
                    codes.iter().all(|code| [0, 1, 2].contains(code)),
                    "{codes:?}"
                );
            }
        }
    }
}

/// A line break at the end, as editors and `kubectl` leave it, is no part of a secret.
#[test]
fn secrets_with_a_line_break_are_refused_by_the_name_of_their_variable() {
    let workdir = Workdir::new();
    let input = sample("web_2026-10.ndjson");
    let input = input.to_string_lossy();
    let s3 = |name: &'static str, value: &str| {
        let mut variables = pairs(&[
            ("AWS_ACCESS_KEY_ID", "AKIAKNOWN"),
            ("AWS_SECRET_ACCESS_KEY", "hunter2hunter2"),
            ("AWS_ENDPOINT_URL", NOWHERE),
        ]);
        variables.retain(|(known, _)| *known != name);
        variables.push((name, value.to_owned()));
        variables
    };
    for (lake, name, variables) in [
        (
            "s3://lake/l",
            "AWS_SESSION_TOKEN",
            s3("AWS_SESSION_TOKEN", "hunter2hunter2\n"),
        ),
        (
            "s3://lake/l",
            "AWS_ACCESS_KEY_ID",
            s3("AWS_ACCESS_KEY_ID", "AKIA\r"),
        ),
        (
            "s3://lake/l",
            "AWS_SECRET_ACCESS_KEY",
            s3("AWS_SECRET_ACCESS_KEY", "hunter2hunter2\r\n"),
        ),
        (
            "az://lake/l",
            "AZURE_STORAGE_TOKEN",
            pairs(&[
                ("AZURE_STORAGE_ACCOUNT_NAME", "shop"),
                ("AZURE_STORAGE_TOKEN", "hunter2hunter2\n"),
            ]),
        ),
    ] {
        let mut command = workdir.program();
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.args(["ingest", "--lake", lake, &*input]);
        let output = Output::of(command);
        output
            .assert_code(2)
            .assert_stderr_contains(&[name, "line break"]);
        assert_no_secrets(output.stderr(), &CANARIES);
    }
}
