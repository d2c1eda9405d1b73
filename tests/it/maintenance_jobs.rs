//! Lake maintenance as steps of a job: the example job, a damaged lake, a wrong clock; and a
//! backfill whose days were restored.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::backfill::{command, end, write_dumps};
use crate::emulators::{Cloud, Emulator};
use crate::lake_maintenance::{ingest_each, lake_command, live, status};
use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir, project};

/// A lake of three small files, in the folder that the example job uses.
fn three_small_files() -> Workdir {
    let workdir = Workdir::new();
    let files: Vec<PathBuf> = (0..3)
        .map(|at| workdir.write(&format!("{at}.ndjson"), numbered(at * 4, 4)))
        .collect();
    ingest_each(&workdir, &files);
    workdir
}

fn maintain(workdir: &Workdir, more: &[&str]) -> Output {
    let job = project().join("jobs/maintenance.toml");
    let more = more.iter().map(AsRef::as_ref);
    workdir.run(["run".as_ref(), job.as_os_str()].into_iter().chain(more))
}

/// An unreferenced file, as a killed run leaves one, `days` days old.
fn leave_file(workdir: &Workdir, name: &str, days: u64) -> PathBuf {
    let copied = &live(workdir, "purchases")[0];
    let path = copied.with_file_name(name);
    fs::copy(copied, &path).expect("a copy");
    let file = File::options().write(true).open(&path).expect("the copy");
    let age = Duration::from_hours(24 * days);
    let at = SystemTime::UNIX_EPOCH + since_1970().saturating_sub(age);
    file.set_modified(at).expect("a time of change");
    path
}

/// The number of data files of the purchases.
fn files(workdir: &Workdir) -> usize {
    live(workdir, "purchases").len()
}

/// The time of a file that was just written.
fn since_1970() -> Duration {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let modified = file.as_file().metadata().expect("its facts").modified();
    modified
        .expect("a time")
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("after 1970")
}

#[test]
fn the_weekly_job_verifies_compacts_and_vacuums() {
    let workdir = three_small_files();
    let old = leave_file(&workdir, "old.parquet", 8);
    let young = leave_file(&workdir, "young.parquet", 6);
    assert_eq!(files(&workdir), 3);
    let plan = maintain(&workdir, &["--dry-run", "--plan-format", "json"]);
    plan.assert_code(0);
    let steps = &plan.json()["days"][0]["steps"];
    assert_eq!(steps[1]["does"], "lake");
    assert!(
        steps[1]["tables"].to_string().contains("purchases"),
        "{steps}"
    );
    assert_eq!(files(&workdir), 3, "the command only planned it");

    let reported = [
        "--metrics-file",
        "m.prom",
        "--lineage-file",
        "events.ndjson",
    ];
    let ran = maintain(&workdir, &reported);
    ran.assert_code(0);
    assert_eq!(files(&workdir), 1);
    assert_eq!(status(&workdir, "purchases")["rows"], 12);
    assert!(!old.exists());
    assert!(young.exists());
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    let metrics = fs::read_to_string(workdir.path("m.prom")).expect("metrics");
    let series = "purchase_etl_runs_total{command=\"lake\",etl_job=\"maintenance\",\
                  outcome=\"done\",step=\"small files into large ones\"} 1";
    assert!(metrics.contains(series), "{metrics}");
    let events = fs::read_to_string(workdir.path("events.ndjson")).expect("events");
    // Four steps and the job, each with a start and an end.
    assert_eq!(events.lines().count(), 10, "{events}");
}

#[test]
fn a_damaged_lake_is_left_as_it_is() {
    let workdir = three_small_files();
    let old = leave_file(&workdir, "old.parquet", 8);
    fs::remove_file(&live(&workdir, "purchases")[0]).expect("a data file");
    let ran = maintain(&workdir, &[]);
    ran.assert_code(1)
        .assert_stderr_contains(&["not run: it needs \"files, logs and tables agree\""]);
    assert_eq!(files(&workdir), 3);
    assert!(old.exists());
}

#[test]
fn a_vacuum_goes_by_the_clock_of_the_machine() {
    let workdir = three_small_files();
    let young = leave_file(&workdir, "young.parquet", 1);
    maintain(&workdir, &["--now", "2099-01-01T00:00:00Z"]).assert_code(0);
    assert!(young.exists());
}

#[test]
fn what_a_step_may_not_do_with_the_lake_is_refused_with_what_it_may() {
    let workdir = Workdir::new();
    for (lake, message) in [
        (
            "do = \"restore\", all = true",
            "`compact`, `vacuum`, `verify`",
        ),
        ("table = \"all\"", "the step has no lake command"),
        (
            "do = \"verify\", execute = true",
            "not a parameter of verify",
        ),
        ("do = \"vacuum\", retention = \"1h\"", "24h or more"),
        ("do = \"compact\", target_size = \"big\"", "target_size"),
        ("do = \"compact\", dry_run = true", "use `run --dry-run`"),
    ] {
        let job = format!("lake = \"lake\"\n[[steps]]\nname = \"maintain\"\nlake = {{ {lake} }}\n");
        workdir.write("job.toml", job);
        let checked = workdir.run(["jobs", "check", "job.toml"]);
        checked
            .assert_code(2)
            .assert_stdout_contains(&["job.toml:4:", message]);
    }
}

#[test]
fn a_backfill_ingests_again_what_a_restore_has_removed() {
    let workdir = Workdir::new();
    write_dumps(&workdir, 1..=3, 4);
    let dumps = workdir.path("dumps");
    let run = || {
        let ran = end(command(&workdir, &dumps, 3, &[]));
        ran.assert_code(0);
        (
            ran.summary_count("days already complete"),
            ran.summary_count("days completed"),
        )
    };
    let quantity = |day: &str| {
        let path = format!("out/2026-10-{day}/quantity.json");
        fs::read_to_string(workdir.path(Path::new(&path).to_str().expect("letters")))
    };
    assert_eq!(run(), (0, 3));
    let answer = quantity("03").expect("an answer");
    let back = ["--table", "purchases", "--to-version", "1"];
    lake_command(&workdir, "restore", &[&back[..], &["--dry-run"]].concat()).assert_code(0);
    assert_eq!(run(), (3, 0), "the command only planned it");
    lake_command(&workdir, "restore", &back).assert_code(0);
    assert_eq!(status(&workdir, "purchases")["rows"], 4);
    assert_eq!(run(), (0, 3));
    assert_eq!(status(&workdir, "purchases")["rows"], 12);
    assert_eq!(status(&workdir, "inputs")["rows"], 6);
    assert_eq!(quantity("03").expect("an answer"), answer);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    assert_eq!(run(), (3, 0));
    // A restore without changes removes nothing.
    let newest = status(&workdir, "purchases")["version"].to_string();
    let same = ["--table", "purchases", "--to-version", &newest];
    lake_command(&workdir, "restore", &same).assert_code(0);
    assert_eq!(run(), (3, 0));
}

#[test]
fn completion_markers_in_a_store_are_removed_by_a_restore_too() {
    let workdir = Workdir::new();
    write_dumps(&workdir, 1..=2, 4);
    let dumps = workdir.path("dumps");
    let store = Emulator::start(Cloud::S3, &["lakes"]);
    let lake = store.url("lakes", "shop");
    let set = format!("lake={lake}");
    let run = || {
        let mut command = command(&workdir, &dumps, 2, &["--set", &set]);
        command.envs(store.variables());
        let ran = end(command);
        ran.assert_code(0);
        (
            ran.summary_count("days already complete"),
            ran.summary_count("days completed"),
        )
    };
    assert_eq!((run(), run()), ((0, 2), (2, 0)));
    assert_eq!(store.keys("lakes", "shop/_jobs").len(), 2);
    let mut restore = workdir.program();
    let to = [
        "lake",
        "restore",
        "--table",
        "purchases",
        "--to-version",
        "1",
    ];
    restore
        .args(to)
        .args(["--lake", &lake])
        .envs(store.variables());
    end(restore).assert_code(0);
    assert!(store.keys("lakes", "shop/_jobs").is_empty());
    assert_eq!((run(), run()), ((0, 2), (2, 0)));
}
