//! The examples in `docs/deploy` in the programs they are written for: Airflow, Dagster, systemd,
//! the schemas of Kubernetes, a shell.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::python::python_of;
use crate::workdir::{Output, Workdir, project, sample};

fn deploy(name: &str) -> PathBuf {
    project().join("docs/deploy").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(deploy(name)).expect("an example")
}

/// The exit codes that a retry may change, and those that need a person.
const TRIED_AGAIN: [&str; 3] = ["1", "5", "130"];
const FAIL: [&str; 4] = ["2", "3", "4", "6"];

/// A folder as the examples expect one: a job that ingests the sample dump.
fn shop() -> Workdir {
    let workdir = Workdir::new();
    let dump = fs::read(sample("web_2026-10.ndjson")).expect("a sample");
    workdir.write("dumps/2026/10/05/web.ndjson", dump);
    let job = "lake = \"lake\"\n[[steps]]\nname = \"dumps\"\n\
        ingest = { inputs = [\"dumps/{date:%Y/%m/%d}/*\"], summary = \"run.json\" }\n";
    workdir.write("jobs/nightly.toml", job);
    workdir
}

/// The counts of the only run in the lake of the folder.
fn report(workdir: &Workdir) -> Value {
    let reports = fs::read_dir(workdir.lake().join("_runs")).expect("the history");
    assert_eq!(reports.count(), 1);
    crate::workdir::read_json(&workdir.path("run.json"))
}

#[test]
fn airflow_loads_the_dag_and_runs_its_task() {
    let workdir = shop();
    let program = env!("CARGO_BIN_EXE_purchase-etl");
    let arguments = [
        deploy("").into_os_string(),
        program.into(),
        workdir.path("").into_os_string(),
    ];
    let found = python_of("PURCHASE_ETL_AIRFLOW_PYTHON", "airflow_dag.py", arguments);
    assert_eq!(found["errors"], json!({}));
    let dags = json!({ "purchases_nightly": { "nightly": "PurchaseEtlOperator" } });
    assert_eq!(found["dags"], dags);
    assert_eq!(found["retries"], 3);
    let command = format!("exec {program} run jobs/nightly.toml --date 2026-10-05");
    assert_eq!(found["rendered"], command);
    assert_eq!(found["run"], "succeeds");
    assert_eq!(report(&workdir)["counts"]["read"], 400);
    assert_eq!(found["0"], "succeeds");
    for code in TRIED_AGAIN {
        assert_eq!(found[code], "is tried again: AirflowException", "{code}");
    }
    for code in FAIL {
        assert_eq!(found[code], "fails", "{code}");
    }
}

#[test]
fn dagster_materialises_a_day() {
    let workdir = shop();
    let arguments = [
        deploy("dagster_asset.py").into_os_string(),
        env!("CARGO_BIN_EXE_purchase-etl").into(),
        workdir.path("").into_os_string(),
        "jobs/nightly.toml".into(),
    ];
    let found = python_of("PURCHASE_ETL_DAGSTER_PYTHON", "dagster_run.py", arguments);
    assert_eq!(found["success"], true);
    assert_eq!(found["partition"], "2026-10-05");
    let report = report(&workdir);
    let expected = json!({
        "run_ids": [report["run_id"]],
        "inputs": 1,
        "accepted": report["counts"]["accepted"],
        "rejected": report["counts"]["rejected"],
    });
    assert_eq!(found["metadata"], expected);
    for code in TRIED_AGAIN {
        assert_eq!(found[code], "is tried again", "{code}");
    }
    for code in FAIL {
        assert_eq!(found[code], "fails", "{code}");
    }
}

#[test]
fn kubernetes_and_docker_take_their_files() {
    let arguments = [
        deploy("kubernetes_cronjob.yaml"),
        project().join("Dockerfile"),
    ];
    let manifest = python_of("PURCHASE_ETL_WATCHING_PYTHON", "deploy_files.py", arguments);
    let job = &manifest["spec"]["jobTemplate"]["spec"];
    let fail_rule = &job["podFailurePolicy"]["rules"][0];
    assert_eq!(fail_rule["action"], "FailJob");
    assert_eq!(fail_rule["onExitCodes"]["values"], json!([2, 3, 4, 6]));
    // A pod failure policy requires pods that are not restarted in place.
    let pod = &job["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never");
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let container = &pod["containers"][0];
    assert_eq!(fail_rule["onExitCodes"]["containerName"], container["name"]);
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    let shell = container["args"][0].as_str().expect("a line of shell");
    assert_shell(shell);
}

/// Fails unless a line is valid shell and its arguments for the program parse.
#[track_caller]
fn assert_shell(line: &str) {
    let checked = Command::new("sh").args(["-n", "-c", line]).output();
    let output = Output::new(line.to_owned(), checked.expect("a shell"));
    output.assert_code(0);
    assert!(line.contains("purchase-etl"), "{line}");
}

#[test]
fn systemd_takes_the_units() {
    let units = ["purchase-etl.service", "purchase-etl.timer"];
    for code_without_retry in FAIL {
        let line = text(units[0]);
        let line = line
            .lines()
            .find_map(|line| line.strip_prefix("RestartPreventExitStatus="));
        assert!(
            line.expect("a line")
                .split(' ')
                .any(|code| code == code_without_retry),
            "{code_without_retry}"
        );
    }
    let shell = text(units[0]);
    let shell = shell
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/bin/sh -c "));
    let shell = shell.expect("a line of shell").trim_matches('\'');
    assert_shell(&shell.replace("%%", "%"));
    let mut command = Command::new("systemd-analyze");
    command.arg("verify").args(units.map(deploy));
    match command.output() {
        Ok(ended) => {
            let output = Output::new(format!("{command:?}"), ended);
            output.assert_code(0);
            assert!(
                !output.stderr().contains("purchase-etl"),
                "{}",
                output.transcript()
            );
        }
        // Without systemd the units cannot be verified.
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}"),
    }
}

#[test]
fn the_lines_of_the_crontab_run_the_job_of_yesterday() {
    let workdir = shop();
    let bin = workdir.path("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let yesterday = workdir.path("dumps/2026/10/05");
    // `date -d yesterday` changes every day.
    let date = "#!/bin/sh\n[ \"$*\" = '-d yesterday +%F' ] && echo 2026-10-05\n";
    for (name, script) in [
        ("date", date.to_owned()),
        (
            "purchase-etl",
            format!(
                "#!/bin/sh\nexec {} \"$@\"\n",
                env!("CARGO_BIN_EXE_purchase-etl")
            ),
        ),
    ] {
        let path = workdir.write(&format!("bin/{name}"), script);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(path, mode).expect("a mode");
    }
    assert!(yesterday.exists());
    let crontab = text("crontab");
    let jobs: Vec<_> = crontab
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_digit() || first == '*'))
        .collect();
    assert_eq!(jobs.len(), 2);
    for line in jobs {
        let fields: Vec<_> = line.splitn(6, ' ').collect();
        assert!(
            fields[..5]
                .iter()
                .all(|field| field.chars().all(|c| c.is_ascii_digit() || c == '*')),
            "{line}"
        );
        // Cron treats a percent sign as the end of the line.
        assert!(!line.replace("\\%", "").contains('%'), "{line}");
        let here = workdir.path("").display().to_string();
        let command = fields[5]
            .trim()
            .replace("\\%", "%")
            .replace("/srv/purchases", &here);
        let path = format!(
            "{}:{}",
            bin.display(),
            std::env::var("PATH").expect("a path")
        );
        let ran = Command::new("sh")
            .args(["-c", &command])
            .env("PATH", path)
            .output();
        let output = Output::new(command, ran.expect("a shell"));
        output.assert_code(0).assert_stdout("");
    }
    // The second line finds everything already ingested.
    let report = crate::workdir::read_json(&workdir.path("run.json"));
    assert_eq!(report["inputs"][0]["outcome"], "already_ingested");
}
