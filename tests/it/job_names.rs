//! Job files by their names: `run NAME` is `jobs/NAME.toml`, unless a path is called `NAME`.

use crate::purchase_fixtures::numbered;
use crate::workdir::Workdir;

/// A job with the only step `step`.
fn job(step: &str) -> String {
    format!(
        "lake = \"lake\"\n[[steps]]\nname = \"{step}\"\n[steps.ingest]\ninputs = [\"dump.ndjson\"]\n"
    )
}

/// A folder with a dump and these jobs, each with a step called as its file.
fn workdir(jobs: &[&str]) -> Workdir {
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", numbered(0, 3));
    for path in jobs {
        workdir.write(path, job(path));
    }
    workdir
}

#[test]
fn a_name_is_the_job_in_the_folder_of_jobs() {
    let workdir = workdir(&["jobs/nightly.toml", "jobs/v1.nightly.toml"]);
    for name in ["nightly", "v1.nightly"] {
        let run = workdir.run(["run", name, "--dry-run", "--plan-format", "json"]);
        run.assert_code(0);
        assert_eq!(
            run.json()["days"][0]["steps"][0]["name"],
            format!("jobs/{name}.toml")
        );
    }
    workdir.run(["run", "nightly"]).assert_code(0);
    assert!(workdir.lake().join("purchases").is_dir());
    let settings = workdir.run(["run", "nightly", "--explain-config"]);
    settings
        .assert_code(0)
        .assert_stdout_contains(&["jobs/nightly.toml"]);
}

#[test]
fn a_path_that_exists_wins() {
    let workdir = workdir(&[
        "jobs/nightly.toml",
        "nightly",
        "jobs/other.toml.toml",
        "other.toml",
    ]);
    for path in ["nightly", "other.toml"] {
        let run = workdir.run(["run", path, "--dry-run", "--plan-format", "json"]);
        run.assert_code(0);
        assert_eq!(run.json()["days"][0]["steps"][0]["name"], path);
    }
    // A folder is no job file, and hides the name: nothing is chosen silently.
    workdir.write("folder/file", "");
    workdir.write("jobs/folder.toml", job("of the name"));
    let folder = workdir.run(["run", "folder"]);
    folder.assert_code(2);
    folder.assert_stderr_contains(&["cannot read the job file folder"]);
}

#[test]
fn an_unknown_name_is_answered_with_the_jobs_there_are() {
    let workdir = workdir(&["jobs/nightly.toml", "jobs/monthly.toml", "jobs/notes.txt"]);
    for named in ["nihgtly", "nihgtly.toml", "jobs/nihgtly.toml"] {
        for command in [&["run", named][..], &["jobs", "check", named]] {
            let unknown = workdir.run(command);
            unknown.assert_code(2);
            let said = format!("{}{}", unknown.stdout(), unknown.stderr());
            for text in [
                &format!("there is no job file {named}; did you mean `nightly`?"),
                "jobs in jobs/: `monthly`, `nightly`",
            ] {
                assert!(said.contains(text), "{}", unknown.transcript());
            }
            assert!(!said.contains("notes"), "{said}");
        }
    }
    let far = workdir.run(["run", "x"]);
    far.assert_code(2)
        .assert_stderr_contains(&["jobs in jobs/: `monthly`"]);
    assert!(!far.stderr().contains("did you mean"), "{}", far.stderr());
    let empty = Workdir::new().run(["run", "nightly"]);
    empty.assert_code(2);
    empty.assert_stderr_contains(&["jobs/ has no job files", "purchase-etl init DUMP"]);
}

#[test]
fn a_check_of_names_lists_the_problems_by_file() {
    let workdir = workdir(&["jobs/nightly.toml"]);
    workdir.write("jobs/wrong.toml", job("wrong").replace("inputs", "input"));
    let checked = workdir.run(["jobs", "check", "nightly", "wrong"]);
    checked.assert_code(2);
    checked.assert_stdout_contains(&["jobs/nightly.toml: ok\n", "jobs/wrong.toml:5:1: steps"]);
}

#[test]
fn telemetry_has_the_name_of_the_job() {
    let workdir = workdir(&["jobs/v1.nightly.toml"]);
    for arguments in [
        &["run", "v1.nightly"][..],
        &["run", "v1.nightly", "--now", "x"],
    ] {
        workdir.run(["--metrics-file", "metrics.prom"].iter().chain(arguments));
        let metrics = std::fs::read_to_string(workdir.path("metrics.prom")).expect("the metrics");
        assert!(metrics.contains("job=\"v1.nightly\""), "{metrics}");
    }
}
