//! A refused input holds back the answers about its table, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::purchase_fixtures::{numbered, quantity_series};
use crate::supplier_fixtures::{single_page, supplier_purchases};
use crate::workdir::{Output, Workdir, files_below, read_json};

/// Both halves of a night: customers, then suppliers, then a dashboard and a mark.
const NIGHT: &str = r#"
lake = "lake"
[[steps]]
name = "customers"
ingest = { inputs = ["customers"], default_timezone = "UTC" }
[[steps]]
name = "series"
report = { type = "quantity-series", length = 1, ending_at = "2026-10-05", output = "out/series.json" }
[[steps]]
name = "suppliers"
ingest = { inputs = ["suppliers"], kind = "supplier-purchases", company_id = 12 }
[[steps]]
name = "summary"
report = { type = "supplier-summary", company_id = 12, output = "out/summary.json" }
[[steps]]
name = "status"
lake = { do = "status" }
[[steps]]
name = "charts"
dashboard = { output = "out/charts" }
[[steps]]
name = "mark"
needs = ["series", "summary"]
report = { type = "supplier-purchases", company_id = 12, output = "out/mark.json" }
"#;

const HALF: &str = "{\"purchases\":[{\"external_id\":";

fn night(job: &str) -> Workdir {
    let workdir = Workdir::new();
    workdir.write("job.toml", job);
    workdir.write("customers/good.ndjson", numbered(0, 3));
    let page = single_page(&supplier_purchases([1, 2]));
    workdir.write("suppliers/page.json", page);
    workdir
}

fn run(workdir: &Workdir) -> Output {
    workdir.run(["run", "job.toml", "--date", "2026-10-05"])
}

/// The files below `out`.
fn written(workdir: &Workdir) -> BTreeSet<PathBuf> {
    let files = workdir.files().into_iter();
    files.filter(|path| path.starts_with("out")).collect()
}

fn paths(names: &[&str]) -> BTreeSet<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

/// The run report of a step in the lake.
fn report_of(workdir: &Workdir, step: &str) -> Value {
    let reports = files_below(&workdir.lake().join("_runs"), ".json");
    let mut reports = reports.iter().map(|path| read_json(Path::new(path)));
    let found = reports.find(|report: &Value| report["step"] == step);
    found.expect("a report of the step")
}

#[test]
fn a_refused_customer_input_holds_back_the_answers_about_customers_only() {
    let workdir = night(NIGHT);
    run(&workdir).assert_code(0);
    let all = paths(&[
        "out/series.json",
        "out/summary.json",
        "out/charts/index.html",
        "out/mark.json",
    ]);
    assert_eq!(written(&workdir), all);
    let report = report_of(&workdir, "customers");
    assert_eq!(report.get("held_back"), None);

    let workdir = night(NIGHT);
    workdir.write("customers/half.json", HALF);
    let ran = run(&workdir);
    ran.assert_code(3).assert_stderr_contains(&[
        "step=\"series\"",
        "held back: \"customers\" has refused an input; not written: out/series.json",
        "not written: out/charts/index.html",
        "not written: out/mark.json",
    ]);
    // The suppliers' half of the night and the lake step go on.
    ran.assert_stdout_contains(&["supplier_purchases"]);
    assert_eq!(written(&workdir), paths(&["out/summary.json"]));
    let held = json!([
        { "step": "series", "output": "out/series.json" },
        { "step": "charts", "output": "out/charts/index.html" },
        { "step": "mark", "output": "out/mark.json" },
    ]);
    assert_eq!(report_of(&workdir, "customers")["held_back"], held);
    assert_eq!(report_of(&workdir, "suppliers").get("held_back"), None);
    let listed = workdir.run(["runs", "list", "--lake", "lake", "--format", "json"]);
    let listed = listed.json();
    let mut runs = listed.as_array().expect("a list").iter();
    let refused = runs.find(|run| run["exit_code"] == 3).expect("a run");
    let id = refused["run_id"].as_str().expect("an id");
    let shown = workdir.run(["runs", "show", id, "--lake", "lake"]);
    shown.assert_stdout_contains(&["held back: series, not written: out/series.json"]);
}

/// The cells of the table of steps, without the time.
fn step_rows(ran: &Output) -> Vec<Vec<String>> {
    let lines = ran.stderr().lines();
    let mut rows = lines.skip_while(|line| !line.contains("steps of job for 2026-10-05"));
    rows.next();
    let cells = rows.map(|row| {
        let cells = row.split("  ").map(str::trim);
        let cells = cells.filter(|cell| !cell.is_empty() && cell.parse::<f64>().is_err());
        cells.map(str::to_owned).collect::<Vec<_>>()
    });
    cells.skip(1).collect()
}

#[test]
fn a_job_ends_with_a_table_of_its_steps() {
    let workdir = night(NIGHT);
    workdir.write("customers/half.json", HALF);
    let rows = step_rows(&run(&workdir));
    let expected = [
        vec!["customers", "refused"],
        vec!["series", "held back", "out/series.json (not written)"],
        vec!["suppliers", "ok"],
        vec!["summary", "ok", "out/summary.json"],
        vec!["status", "ok", "stdout"],
        vec!["charts", "held back", "out/charts/index.html (not written)"],
        vec!["mark", "held back", "out/mark.json (not written)"],
    ];
    assert_eq!(rows, expected);
    let quiet = workdir.run(["--quiet", "run", "job.toml", "--date", "2026-10-05"]);
    assert!(step_rows(&quiet).is_empty(), "{}", quiet.transcript());
    // What is held back is a warning.
    quiet.assert_stderr_contains(&["not written: out/series.json"]);
    let workdir = night(NIGHT);
    workdir.write("customers/half.json", HALF);
    let json = [
        "--log-format",
        "json",
        "run",
        "job.toml",
        "--date",
        "2026-10-05",
    ];
    let json = workdir.run(json);
    let lines = json.stderr().lines().map(serde_json::from_str::<Value>);
    let ended = lines.filter_map(Result::ok);
    let mut ended = ended.filter(|line| line["message"] == "step ended");
    let first = ended.next().expect("a line");
    assert_eq!(first["outcome"], "refused");
    assert_eq!((&first["attempts"], &first["read"]), (&json!(1), &json!(3)));
    assert_eq!(ended.count(), 6);

    // A failed step, and one that needs it.
    workdir.write(
        "job.toml",
        NIGHT.replace("[\"suppliers\"]", "[\"nothing\"]"),
    );
    let rows = step_rows(&run(&workdir));
    assert_eq!(rows[2], ["suppliers", "usage"]);
    assert_eq!(
        rows[3],
        ["summary", "skipped", "out/summary.json (not written)"]
    );
}

#[test]
fn runs_are_listed_with_their_job_step_and_data_date() {
    let workdir = night(NIGHT);
    run(&workdir).assert_code(0);
    workdir.ingest(["customers/good.ndjson"]).assert_code(0);
    let list = |format: &str| {
        let words = ["runs", "list", "--lake", "lake", "--format", format];
        workdir.run(words)
    };
    list("text").assert_stdout_contains(&["  job 2026-10-05: customers\n", "  -\n"]);
    let runs = list("json").json();
    assert_eq!(runs[0]["job"], Value::Null);
    assert_eq!(runs[0]["command"], "ingest");
    assert_eq!(runs[1]["job"], "job");
    assert_eq!(runs[1]["step"], "suppliers");
    assert_eq!(runs[1]["data_date"], "2026-10-05");
    list("csv").assert_stdout_contains(&[",ingest,job,2026-10-05,suppliers\n"]);
}

#[test]
fn a_refused_supplier_input_holds_back_the_answers_about_suppliers_only() {
    let workdir = night(NIGHT);
    workdir.write("suppliers/half.json", HALF);
    run(&workdir).assert_code(3);
    // The mark names the summary, which is held back.
    assert_eq!(written(&workdir), paths(&["out/series.json"]));
}

#[test]
fn an_ingest_may_continue_and_the_job_still_ends_with_3() {
    let job = NIGHT.replace(
        "default_timezone = \"UTC\"",
        "on_refused = \"continue\", reject_limit = \"0%\"",
    );
    let workdir = night(&job);
    workdir.write("customers/half.json", HALF);
    let ran = run(&workdir);
    ran.assert_code(3);
    assert!(!ran.stderr().contains("held back"), "{}", ran.transcript());
    assert_eq!(written(&workdir).len(), 4);
    let series = std::fs::read_to_string(workdir.path("out/series.json"));
    assert_eq!(series.expect("it"), quantity_series(&[("2026-10-05", 3)]));
    let wrong = NIGHT.replace("default_timezone = \"UTC\"", "on_refused = \"go on\"");
    workdir.write("job.toml", wrong);
    run(&workdir)
        .assert_code(2)
        .assert_stderr_contains(&["on_refused", "hold", "continue"]);
}

#[test]
fn an_input_of_unknown_kind_holds_back_both_halves_and_one_of_a_known_kind_its_own() {
    let job = NIGHT.replace(
        "inputs = [\"customers\"], default_timezone = \"UTC\"",
        "inputs = [\"customers\"], kind = \"auto\", company_id = 12",
    );
    for (bad, expected) in [
        ("{\"what\": 1", &[][..]),
        // Every record is rejected, so it is refused by the limit of rejects.
        (
            &numbered(0, 3).replace("\"quantity\":1", "\"quantity\":0"),
            &["out/summary.json"],
        ),
    ] {
        let workdir = night(&job);
        workdir.write("customers/bad.json", bad);
        run(&workdir).assert_code(3);
        assert_eq!(written(&workdir), paths(expected), "{bad}");
    }
}

#[test]
fn a_report_that_does_not_need_the_ingest_is_not_held_back() {
    // With `needs = []` the series is not after the ingest.
    let job = NIGHT.replace("name = \"series\"", "name = \"series\"\nneeds = []");
    let workdir = night(&job);
    workdir.write("customers/half.json", HALF);
    run(&workdir).assert_code(3);
    assert!(written(&workdir).contains(Path::new("out/series.json")));
    // Through another step it is, even if that step is not selected.
    let chain = NIGHT.replace(
        "[[steps]]\nname = \"series\"",
        "[[steps]]\nname = \"first\"\nreport = { type = \"product-list\" }\n[[steps]]\nname = \"series\"",
    );
    let workdir = night(&chain);
    workdir.write("customers/half.json", HALF);
    let only = ["run", "job.toml", "--only", "customers", "--only", "series"];
    workdir.run(only).assert_code(3).assert_stdout("");
    assert!(written(&workdir).is_empty());
}

#[test]
fn an_optional_input_that_is_missing_holds_nothing_back() {
    let optional = NIGHT.replace(
        "inputs = [\"customers\"], default",
        "inputs = [\"customers\", \"online\"], optional = true, default",
    );
    let workdir = night(&optional);
    let note = "no input found at online; it is optional, so no answer is held back";
    run(&workdir).assert_code(0).assert_stderr_contains(&[note]);
    assert_eq!(written(&workdir).len(), 4);
    let required = NIGHT.replace(
        "[\"customers\"], default",
        "[\"customers\", \"online\"], default",
    );
    workdir.write("job.toml", required);
    run(&workdir)
        .assert_code(2)
        .assert_stderr_contains(&["no input found at online"]);
}

#[test]
fn a_check_accepts_a_missing_input_that_is_optional() {
    let workdir = night(
        "lake = \"lake\"\n[[steps]]\nname = \"gate\"\ncheck = { inputs = [\"online\"], optional = true }\n\
         [[steps]]\nname = \"in\"\ningest = { inputs = [\"customers\"] }\n",
    );
    run(&workdir)
        .assert_code(0)
        .assert_stderr_contains(&["no input found at online; it is optional"]);
    assert!(workdir.lake().exists());
    workdir
        .run(["check", "online"])
        .assert_code(2)
        .assert_stderr_contains(&["no input found at online"]);
}

#[test]
fn a_day_with_answers_held_back_is_not_complete_and_stops_a_backfill() {
    let job = "lake = \"lake\"\n[[steps]]\nname = \"in\"\n[steps.ingest]\ninputs = [\"dumps/{date}\"]\n\
        summary = \"out/{date}/run.json\"\n[[steps]]\nname = \"series\"\n[steps.report]\n\
        type = \"quantity-series\"\nlength = 2\nending_at = \"{date}\"\noutput = \"out/{date}/series.json\"\n";
    let workdir = Workdir::new();
    workdir.write("job.toml", job);
    for day in ["04", "05", "06"] {
        let dump = numbered(0, 2).replace("10-05T", &format!("10-{day}T"));
        workdir.write(&format!("dumps/2026-10-{day}/a.ndjson"), dump);
    }
    workdir.write("dumps/2026-10-05/half.json", HALF);
    let backfill = |more: &[&str]| {
        let words = [
            "run",
            "job.toml",
            "--from",
            "2026-10-04",
            "--to",
            "2026-10-06",
        ];
        workdir.run(words.iter().chain(more))
    };
    let counts = |ran: &Output| {
        ["already complete", "completed", "held back", "not run"]
            .map(|state| ran.summary_count(&format!("days {state}")))
    };
    let ran = backfill(&[]);
    ran.assert_code(3)
        .assert_stderr_contains(&["held back: 2026-10-05", "not run: from 2026-10-06"]);
    assert_eq!(counts(&ran), [0, 1, 1, 1], "{}", ran.transcript());
    let ran = backfill(&["--keep-going"]);
    ran.assert_code(3);
    assert_eq!(counts(&ran), [1, 1, 1, 0], "{}", ran.transcript());
    assert!(!workdir.path("out/2026-10-05/series.json").exists());
    assert!(workdir.path("out/2026-10-06/series.json").exists());
    std::fs::remove_file(workdir.path("dumps/2026-10-05/half.json")).expect("the file");
    let ran = backfill(&[]);
    ran.assert_code(0);
    assert_eq!(counts(&ran), [1, 2, 0, 0], "{}", ran.transcript());
    assert_eq!(counts(&backfill(&[])), [3, 0, 0, 0]);
}
