//! Backfills: interrupted and continued, several days in parallel, late files, failed days.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::killed_runs::{kill_after, signal};
use crate::purchase_fixtures::{PurchaseFixture, quantity_series, series_digits};
use crate::python::python;
use crate::rounds::{Instants, rounds};
use crate::supplier_fixtures::{SupplierPurchaseFixture, single_page};
use crate::workdir::{NOW, Output, Workdir, project, read_json};

/// Ingests customer and supplier purchases of a day and writes its reports.
const JOB: &str = r#"
lake = "lake"
[variables]
dumps = "dumps"
[[steps]]
name = "purchases"
days_in_parallel = true
ingest = { inputs = ["{dumps}/{date}/purchases"], reject_limit = "100%", on_refused = "continue", summary = "out/{date}/run.json" }
[[steps]]
name = "quantity"
report = { type = "quantity-series", length = 31, ending_at = "{date}", output = "out/{date}/quantity.json" }
[[steps]]
name = "suppliers"
ingest = { inputs = ["{dumps}/{date}/suppliers"], kind = "supplier-purchases", company_id = 12, full_snapshot = true, on_refused = "continue" }
[[steps]]
name = "summary"
report = { type = "supplier-summary", company_id = 12, output = "out/{date}/summary.json" }
"#;

fn date(day: usize) -> String {
    format!("2026-10-{day:02}")
}

/// Purchases of a day: `rows` valid ones and a rejected one.
fn purchases(day: usize, rows: usize) -> String {
    let mut text = String::new();
    for number in 0..rows {
        let (who, time) = (
            format!("\"cli-{day}-{number}\""),
            format!("\"{}T{:02}:00:00Z\"", date(day), number % 24),
        );
        let record = PurchaseFixture {
            external_id: &who,
            time: &time,
            ..PurchaseFixture::default()
        };
        text += &(record.json() + "\n");
    }
    let wrong = PurchaseFixture {
        quantity: "0",
        ..PurchaseFixture::default()
    };
    text + &wrong.json() + "\n"
}

/// The supplier list of a day: some purchases change, and one is missing.
fn supplier_dump(day: usize) -> String {
    let (updated_at, notes) = (
        format!("{}T09:00:00-03:00", date(day)),
        format!("day {day}"),
    );
    let purchases = (0..6).filter(|id| *id != day % 6).map(|id| {
        let changed = id % 3 == day % 3;
        SupplierPurchaseFixture {
            id: id as u64 + 1,
            updated_at: if changed {
                &updated_at
            } else {
                "2026-10-01T08:00:00-03:00"
            },
            notes: if changed { &notes } else { "first" },
            ..SupplierPurchaseFixture::default()
        }
        .json()
    });
    single_page(&purchases.collect::<Vec<_>>())
}

/// Writes the dumps of these days.
pub(crate) fn write_dumps(workdir: &Workdir, days: impl IntoIterator<Item = usize>, rows: usize) {
    for day in days {
        let folder = format!("dumps/{}", date(day));
        workdir.write(
            &format!("{folder}/purchases/a.ndjson"),
            purchases(day, rows),
        );
        workdir.write(&format!("{folder}/suppliers/list.json"), supplier_dump(day));
    }
}

/// `run` of the job for the days up to `last`, with the dumps in another folder.
pub(crate) fn command(workdir: &Workdir, dumps: &Path, last: usize, more: &[&str]) -> Command {
    workdir.write("job.toml", JOB);
    let mut command = workdir.program();
    command.args([
        "run",
        "job.toml",
        "--now",
        NOW,
        "--from",
        &date(1),
        "--to",
        &date(last),
    ]);
    command
        .arg("--set")
        .arg(format!("dumps={}", dumps.display()));
    command.args(more);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn end(mut command: Command) -> Output {
    let shown = format!("{command:?}");
    Output::new(shown, command.output().expect("the program starts"))
}

/// Starts the run and waits until the report of a day exists.
fn start_until(workdir: &Workdir, dumps: &Path, day: usize) -> Child {
    let child = command(workdir, dumps, 30, &["--quiet"]).spawn();
    let mut child = child.expect("the program starts");
    let deadline = Instant::now() + Duration::from_mins(2);
    while !workdir
        .path(&format!("out/{}/quantity.json", date(day)))
        .exists()
    {
        assert!(Instant::now() < deadline, "no report of day {day}");
        assert!(
            child.try_wait().expect("our own child").is_none(),
            "the run ended before day {day}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

/// The reports by name, without the run reports, which differ between runs.
fn answers(workdir: &Workdir) -> BTreeMap<PathBuf, String> {
    let files = workdir.files().into_iter();
    let answers = files.filter(|path| path.starts_with("out") && !path.ends_with("run.json"));
    answers
        .map(|path| {
            let text = fs::read_to_string(workdir.path(path.to_str().expect("letters")));
            (path, text.expect("an answer"))
        })
        .collect()
}

/// What deltalake for Python finds in all tables of each lake.
fn tables(workdirs: &[&Workdir]) -> Vec<Value> {
    let found = python(
        "table_digests.py",
        workdirs.iter().map(|workdir| workdir.lake()),
    );
    found.as_array().expect("a list").clone()
}

/// Interrupts a run soon after the report of a day exists.
fn interrupt(workdir: &Workdir, dumps: &Path, day: usize, signal_name: &str, instant: f64) {
    let child = start_until(workdir, dumps, day);
    // About as long as a day takes.
    let delay = Duration::from_millis(120).mul_f64(instant);
    if signal_name == "KILL" {
        let is_hit = kill_after(child, delay);
        assert!(is_hit, "{instant}: the kill of day {day} came too late");
        return;
    }
    std::thread::sleep(delay);
    signal(&child, signal_name);
    let ended = child.wait_with_output().expect("the end of our own child");
    Output::new(format!("kill -{signal_name}"), ended)
        .assert_code(130)
        .assert_stderr_contains(&["interrupted", "days not run"]);
}

/// The days before the first one that a plan does not list as finished.
fn finished_days(workdir: &Workdir, dumps: &Path) -> usize {
    let plan = ["--dry-run", "--plan-format", "json"];
    let planned = end(command(workdir, dumps, 30, &plan));
    let days = planned.json()["days"].clone();
    let days = days.as_array().expect("days").iter();
    days.take_while(|day| day["finished"] == true).count()
}

/// Interrupts the run several times, then lets it end. Returns the seed of the instants.
fn broken_several_times(workdir: &Workdir, dumps: &Path) -> u64 {
    let (seed, mut instants) = Instants::seeded();
    let mut finished = 0;
    let rounds = rounds(3);
    for round in 1..=rounds {
        let day = 28 * round / (rounds + 1);
        let ends_by = ["TERM", "KILL"][round % 2];
        interrupt(workdir, dumps, day, ends_by, instants.next());
        let done = finished_days(workdir, dumps);
        let is_fine = done >= finished && done + 1 >= day;
        assert!(is_fine, "seed {seed}: {done} days, interrupted at {day}");
        finished = done;
    }
    let last = end(command(workdir, dumps, 30, &[]));
    let before = last.assert_code(0).summary_count("days already complete");
    assert_eq!(before, finished as u64, "{}", last.transcript());
    seed
}

#[test]
fn a_backfill_of_thirty_days_that_is_interrupted_again_and_again_ends_like_one_that_was_not() {
    let dumps = Workdir::new();
    write_dumps(&dumps, 1..=30, 40);
    let dumps = dumps.path("dumps");
    let (whole, broken) = (Workdir::new(), Workdir::new());
    // The two runs share only the dumps, so they can run in parallel.
    let seed = std::thread::scope(|scope| {
        scope.spawn(|| {
            end(command(&whole, &dumps, 30, &[])).assert_code(0);
        });
        broken_several_times(&broken, &dumps)
    });
    let found = tables(&[&whole, &broken]);
    assert_eq!(found[0], found[1], "seed {seed}");
    // 30 days of 40 valid purchases and a rejected one.
    assert_eq!(found[0]["purchases"]["rows"], 1200);
    assert_eq!(found[0]["rejects"]["rows"], 30);
    assert_eq!(found[0]["inputs"]["rows"], 60);
    assert_eq!(found[0]["supplier_purchases"]["rows"], 6);
    let (wanted, found) = (answers(&whole), answers(&broken));
    assert_eq!(wanted.len(), 60);
    assert_eq!(wanted, found, "seed {seed}");
    // The reports: 40 a day, from the first day on.
    let day_20 = &wanted[Path::new("out/2026-10-20/quantity.json")];
    let series = series_digits(day_20, "purchase_quantity");
    let full = series.iter().filter(|(_, quantity)| quantity == "40");
    assert_eq!(full.count(), 20);
}

#[test]
fn days_at_the_same_time_give_the_same_tables_and_answers() {
    let dumps = Workdir::new();
    write_dumps(&dumps, 1..=7, 20);
    let dumps = dumps.path("dumps");
    let (one, four) = (Workdir::new(), Workdir::new());
    end(command(&one, &dumps, 7, &[])).assert_code(0);
    let ran = end(command(&four, &dumps, 7, &["--parallel", "4"]));
    let completed = ran.assert_code(0).summary_count("days completed");
    assert_eq!(completed, 7, "{}", ran.transcript());
    let found = tables(&[&one, &four]);
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0]["purchases"]["rows"], 140);
    assert_eq!(answers(&one), answers(&four));
    let run = read_json(&four.path("out/2026-10-03/run.json"));
    assert_eq!(run["counts"]["accepted"], 20);
    assert_eq!(
        (&run["step"], &run["data_date"]),
        (&"purchases".into(), &"2026-10-03".into())
    );
}

#[test]
fn completed_days_are_skipped_until_one_of_their_inputs_changes() {
    let workdir = Workdir::new();
    write_dumps(&workdir, 1..=4, 3);
    let dumps = workdir.path("dumps");
    let run = |more: &[&str]| {
        let ran = end(command(&workdir, &dumps, 4, more));
        ran.assert_code(0);
        (
            ran.summary_count("days already complete"),
            ran.summary_count("days completed"),
        )
    };
    let quantity = |day: usize| {
        let path = workdir.path(&format!("out/{}/quantity.json", date(day)));
        let text = fs::read_to_string(path).expect("an answer");
        series_digits(&text, "purchase_quantity")
            .pop()
            .expect("a day")
            .1
    };
    assert_eq!(run(&[]), (0, 4));
    assert_eq!(run(&[]), (4, 0));
    assert_eq!(run(&["--redo"]), (0, 4));

    // A late file of the third day: that day runs again, and the day whose series includes it.
    workdir.write("dumps/2026-10-03/purchases/late.ndjson", purchases(3, 2));
    assert_eq!(run(&[]), (2, 2));
    assert_eq!(quantity(3), "5");
    assert_eq!(run(&[]), (4, 0));

    // A deleted report.
    fs::remove_file(workdir.path("out/2026-10-02/summary.json")).expect("an answer");
    assert_eq!(run(&[]), (1, 3));
    assert!(workdir.path("out/2026-10-02/summary.json").exists());

    // Another job file or another lake has no completed days.
    assert_eq!(run(&["--set", "lake=other"]), (0, 4));
    // Neither do other steps.
    assert_eq!(run(&["--only", "quantity"]), (0, 4));
    fs::remove_dir_all(workdir.lake()).expect("the lake");
    assert_eq!(run(&[]), (0, 4));
    assert_eq!(quantity(3), "5");
}

#[test]
fn a_day_that_fails_stops_the_backfill_unless_it_is_to_keep_going() {
    let workdir = Workdir::new();
    write_dumps(&workdir, [1, 2, 4], 3);
    let dumps = workdir.path("dumps");
    let ran = end(command(&workdir, &dumps, 4, &[]));
    ran.assert_code(2).assert_stderr_contains(&[
        "2026-10-03/purchases",
        "2026-10-03 (exit code 2)",
        "not run: from 2026-10-04",
    ]);
    assert_eq!(ran.summary_count("days failed"), 1);
    assert!(!workdir.path("out/2026-10-04").exists());
    let ran = end(command(&workdir, &dumps, 4, &["--keep-going"]));
    ran.assert_code(2);
    assert_eq!(
        (
            ran.summary_count("days already complete"),
            ran.summary_count("days failed")
        ),
        (2, 1)
    );
    assert!(workdir.path("out/2026-10-04/summary.json").exists());
    // The missing day arrives: it runs, and the days after it run again. Its full snapshot is older
    // than that of the fourth day and is refused.
    write_dumps(&workdir, [3], 3);
    let ran = end(command(&workdir, &dumps, 4, &[]));
    ran.assert_code(3)
        .assert_stderr_contains(&["CPL-SNAPSHOT-OLDER"]);
    assert_eq!(
        (
            ran.summary_count("days already complete"),
            ran.summary_count("days completed")
        ),
        (2, 2)
    );
    // A day with a refused input is done; each run ends with its exit code.
    workdir.write("dumps/2026-10-01/purchases/half.json", "{\"purchases\":[{");
    for before in [0, 4] {
        let ran = end(command(&workdir, &dumps, 4, &[]));
        ran.assert_code(3);
        assert_eq!(
            ran.summary_count("days already complete"),
            before,
            "{}",
            ran.transcript()
        );
    }
}

#[test]
fn the_backfill_job_runs_unchanged() {
    let workdir = Workdir::new();
    workdir.write("dumps/2026/10/05/a.ndjson", purchases(5, 3));
    workdir.write("dumps/2026/10/06/a.ndjson", purchases(6, 4));
    let job = project().join("jobs/backfill.toml");
    let words = [
        "--from",
        "2026-10-05",
        "--to",
        "2026-10-06",
        "--parallel",
        "2",
        "--set",
        "zone=UTC",
    ];
    let mut command = workdir.program();
    command.arg("run").arg(&job).args(words);
    // One reject in four is more than 5 %: both inputs are refused, so that the days have no purchases.
    end(command)
        .assert_code(6)
        .assert_stderr_contains(&["held back: 2026-10-05"]);
    let mut text = purchases(5, 30);
    text.truncate(text.trim_end().rfind('\n').expect("lines") + 1);
    workdir.write("dumps/2026/10/05/a.ndjson", &text);
    workdir.write(
        "dumps/2026/10/06/a.ndjson",
        text.replace("10-05T", "10-06T"),
    );
    let mut command = workdir.program();
    command.arg("run").arg(&job).args(words);
    end(command).assert_code(0);
    let path = workdir.path("reports/2026-10-06/quantity_series.json");
    let series = fs::read_to_string(path).expect("the series");
    let wanted = quantity_series(&[("2026-10-05", 30), ("2026-10-06", 30)]);
    let days = |text: &str| series_digits(text, "purchase_quantity");
    assert!(days(&series).ends_with(&days(&wanted)), "{series}");
}
