//! The time zone of a lake: how it is set, which version has it, and when a warning says that none is
//! set.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::lake_maintenance::{lake_command, lake_command_json, status};
use crate::purchase_fixtures::{lines_of, numbered, quantity_series};
use crate::rounds::rounds;
use crate::workdir::{Output, Workdir, read_json};

/// Sets the zone of the lake, which is created if it is missing.
#[track_caller]
pub(crate) fn set(workdir: &Workdir, zone: &str) -> Value {
    lake_command_json(workdir, "set", &["--create", "--timezone", zone])
}

#[test]
fn a_check_reads_times_in_the_zone_of_the_lake_that_is_named() {
    let workdir = Workdir::new();
    set(&workdir, "America/Sao_Paulo");
    // Clocks of São Paulo skipped this time; those of UTC never do.
    workdir.write("dump.ndjson", lines_of(&[("2018-11-04T00:30:00", 1)]));
    let gap = workdir.run(["check", "dump.ndjson", "--lake", "lake"]);
    gap.assert_code(0).assert_stdout_contains(&["BRZ-TIME-GAP"]);
    for arguments in [["--lake", "no_lake"], ["--default-timezone", "UTC"]] {
        let none = workdir.run(["check", "dump.ndjson"].into_iter().chain(arguments));
        none.assert_code(0);
        assert!(
            !none.stdout().contains("BRZ-TIME-GAP"),
            "{}",
            none.transcript()
        );
    }
}

#[test]
fn an_old_version_is_answered_with_the_zone_that_it_had() {
    let workdir = Workdir::new();
    assert_eq!(set(&workdir, "America/Sao_Paulo")["committed_version"], 1);
    let dump = workdir.write("dump.ndjson", lines_of(&[("2026-10-06T02:30:00Z", 3)]));
    workdir.ingest([dump]).assert_code(0);
    assert_eq!(set(&workdir, "America/Noronha")["committed_version"], 3);
    let history = lake_command_json(&workdir, "history", &["--table", "purchases"]);
    assert_eq!(history["versions"][0]["operation"], "SET TBLPROPERTIES");
    let at_2 = history["versions"][1]["committed_at"]
        .as_str()
        .expect("a time")
        .to_owned();

    // 23:30 in São Paulo on the 5th, 00:30 in Noronha on the 6th.
    let (old, new) = (
        [("2026-10-05", 3), ("2026-10-06", 0)],
        [("2026-10-05", 0), ("2026-10-06", 3)],
    );
    for (version, rows) in [
        (["--lake-version", "2"], old),
        (["--as-of", &at_2], old),
        (["--lake-version", "3"], new),
    ] {
        let days = ["--length", "2", "--ending-at", "2026-10-06"]
            .into_iter()
            .chain(version);
        let answer = workdir.report("quantity-series", days);
        answer.assert_code(0).assert_stdout(&quantity_series(&rows));
    }
    let days = ["--length", "2", "--ending-at", "2026-10-06"];
    workdir
        .report("quantity-series", days)
        .assert_stdout(&quantity_series(&new));
}

#[test]
fn a_restore_changes_rows_and_not_the_zone() {
    let workdir = Workdir::new();
    set(&workdir, "America/Sao_Paulo");
    let first = workdir.write("first.ndjson", numbered(0, 1));
    workdir.ingest([first]).assert_code(0);
    set(&workdir, "America/Manaus");
    let second = workdir.write("second.ndjson", numbered(1, 2));
    workdir.ingest([second]).assert_code(0);
    let back = ["--table", "purchases", "--to-version", "2"];
    lake_command(&workdir, "restore", &back).assert_code(0);
    assert_eq!(status(&workdir, "purchases")["rows"], 1);
    let state = lake_command_json(&workdir, "status", &[]);
    assert_eq!(state["timezone"], "America/Manaus");
}

const WARNING: &str = "because no time zone is set, but";

#[test]
fn a_series_in_utc_of_inputs_read_elsewhere_warns_until_a_zone_is_set() {
    let workdir = Workdir::new();
    let zone = "--default-timezone=America/Sao_Paulo";
    let dump = workdir.write("dump.ndjson", lines_of(&[("2026-10-05T22:30:00", 3)]));
    workdir
        .ingest([zone.as_ref(), dump.as_os_str()])
        .assert_code(0);
    let days = ["--length", "1", "--ending-at", "2026-10-05"];
    let shifted = workdir.report("quantity-series", days);
    shifted
        .assert_code(0)
        .assert_stdout(&quantity_series(&[("2026-10-05", 0)]));
    shifted.assert_stderr_contains(&[
        "days are counted in UTC, because no time zone is set, but 1 input was read in America/Sao_Paulo",
        "lake set --lake file://",
        "--timezone America/Sao_Paulo",
    ]);
    let lake = workdir.lake();
    let lake = lake.to_str().expect("a path");
    let page = ["dashboard", "--lake", lake, "--output", "page"];
    workdir.run(page).assert_stderr_contains(&[WARNING]);

    let right = quantity_series(&[("2026-10-05", 3)]);
    let given = ["--timezone", "America/Sao_Paulo"];
    let answer = workdir.report("quantity-series", days.into_iter().chain(given));
    answer.assert_code(0).assert_stdout(&right);
    assert!(
        !answer.stderr().contains(WARNING),
        "{}",
        answer.transcript()
    );
    let utc = workdir.report(
        "quantity-series",
        days.into_iter().chain(["--timezone", "UTC"]),
    );
    assert!(!utc.stderr().contains(WARNING), "{}", utc.transcript());
    set(&workdir, "America/Sao_Paulo");
    let answer = workdir.report("quantity-series", days);
    answer.assert_code(0).assert_stdout(&right);
    assert!(
        !answer.stderr().contains(WARNING),
        "{}",
        answer.transcript()
    );
    assert!(!workdir.run(page).stderr().contains(WARNING));
    let old = workdir.report(
        "quantity-series",
        days.into_iter().chain(["--lake-version", "1"]),
    );
    old.assert_code(0)
        .assert_stdout(&quantity_series(&[("2026-10-05", 0)]))
        .assert_stderr_contains(&[
            "this version has no time zone, but 1 input",
            ": use --timezone",
        ]);
}

#[test]
fn a_run_that_reads_in_utc_beside_inputs_read_elsewhere_has_a_note() {
    let workdir = Workdir::new();
    let first = workdir.write("first.ndjson", lines_of(&[("2026-10-05T22:30:00", 3)]));
    let unset = workdir.ingest([&first]);
    unset.assert_code(0);
    assert_eq!(
        unset.json()["notes"],
        json!([]),
        "all inputs are read in UTC"
    );

    let second = workdir.write("second.ndjson", lines_of(&[("2026-10-05T22:31:00", 3)]));
    let given = workdir.ingest([
        "--default-timezone=America/Manaus".as_ref(),
        second.as_os_str(),
    ]);
    assert_eq!(given.json()["notes"], json!([]), "the zone is set");
    let third = workdir.write("third.ndjson", lines_of(&[("2026-10-05T22:32:00", 3)]));
    let unset = workdir.ingest([&third]);
    let notes = unset.assert_code(0).json()["notes"].clone();
    let note = notes[0].as_str().expect("a note").to_owned();
    assert!(
        note.starts_with("times without an offset are read in UTC"),
        "{note}"
    );
    assert!(
        note.contains("1 input was read in America/Manaus"),
        "{note}"
    );
    unset.assert_stderr_contains(&["--default-timezone"]);
    let report = read_json(&workdir.path(&format!(
        "lake/_runs/{}.json",
        unset.json()["run_id"].as_str().expect("an id")
    )));
    assert_eq!(report["notes"], notes);

    set(&workdir, "America/Manaus");
    let fourth = workdir.write("fourth.ndjson", lines_of(&[("2026-10-05T22:33:00", 3)]));
    let of_lake = workdir.ingest([&fourth]);
    assert_eq!(of_lake.assert_code(0).json()["notes"], json!([]));
    assert_eq!(
        of_lake.json()["settings"]["default_timezone"],
        "America/Manaus"
    );
}

#[test]
fn the_zone_is_a_setting_of_the_table_of_customer_purchases() {
    let workdir = Workdir::new();
    let zone = ["--timezone", "America/Sao_Paulo"];
    let missing = lake_command(&workdir, "set", &zone);
    missing.assert_code(2);
    missing.assert_stderr_contains(&[
        "does not have",
        "--create",
        "ingest customer purchases first",
    ]);
    assert!(workdir.files().is_empty(), "{:?}", workdir.files());
    for wrong in [
        ["--timezone", "Brasilia"].as_slice(),
        &["--timezone", ""],
        &[],
        &["--timezone", "UTC", "--no-timezone"],
    ] {
        lake_command(&workdir, "set", wrong).assert_code(2);
    }
    let close = lake_command(&workdir, "set", &["--timezone", "america/sao_paulo"]);
    close.assert_stderr_contains(&["did you mean America/Sao_Paulo?"]);

    let created = lake_command(
        &workdir,
        "set",
        &["--create", "--timezone", "America/Sao_Paulo"],
    );
    created.assert_code(0).assert_stdout(
        "time zone: America/Sao_Paulo, in version 1 of purchases; before: not set (UTC)\n",
    );
    let dump = workdir.write("dump.ndjson", lines_of(&[("2026-10-05T22:30:00", 3)]));
    workdir.ingest([dump]).assert_code(0);
    let state = lake_command_json(&workdir, "status", &[]);
    assert_eq!(state["timezone"], "America/Sao_Paulo");
    lake_command(&workdir, "status", &[])
        .assert_stdout_contains(&["time zone: America/Sao_Paulo\n"]);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);

    let removed = lake_command(&workdir, "set", &["--no-timezone"]);
    removed
        .assert_code(0)
        .assert_stdout(
            "time zone: not set (UTC), in version 3 of purchases; before: America/Sao_Paulo\n",
        )
        .assert_stderr_contains(&["1 input was read in America/Sao_Paulo"]);
    assert_eq!(
        lake_command_json(&workdir, "status", &[])["timezone"],
        Value::Null
    );
    let again = lake_command(&workdir, "set", &["--no-timezone"]);
    again.assert_stdout("time zone: not set (UTC); nothing to do\n");
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn days_of_23_and_25_hours_are_those_of_the_lake() {
    let workdir = Workdir::new();
    set(&workdir, "America/Sao_Paulo");
    // 2018-11-04 is from 03:00 UTC to 02:00 UTC of the next day, 2019-02-16 from 02:00 to 03:00.
    let dump = lines_of(&[
        ("2018-11-04T02:59:59Z", 1),
        ("2018-11-04T03:00:00Z", 2),
        ("2018-11-05T01:59:59Z", 4),
        ("2018-11-05T02:00:00Z", 8),
        ("2019-02-16T01:59:59Z", 1),
        ("2019-02-16T02:00:00Z", 2),
        ("2019-02-17T01:30:00Z", 4),
        ("2019-02-17T02:30:00Z", 8),
        ("2019-02-17T03:00:00Z", 16),
    ]);
    let dump = workdir.write("dump.ndjson", dump);
    // Skipped: read as 01:30-02:00. Repeated: read as the first, 23:45-02:00.
    let local = lines_of(&[("2018-11-04T00:30:00", 32), ("2019-02-16T23:45:00", 32)]);
    let local = workdir.write("local.ndjson", local);
    workdir.ingest([dump, local]).assert_code(0);
    let series = |ending: &str, unit: &str, length: &str| {
        let options = ["--ending-at", ending, "--unit", unit, "--length", length];
        let answer = workdir.report("quantity-series", options);
        answer.assert_code(0).stdout().to_owned()
    };
    let short = [
        ("2018-11-03", 1),
        ("2018-11-04", 2 + 4 + 32),
        ("2018-11-05", 8),
    ];
    assert_eq!(series("2018-11-05", "day", "3"), quantity_series(&short));
    let long = [
        ("2019-02-15", 1),
        ("2019-02-16", 2 + 4 + 8 + 32),
        ("2019-02-17", 16),
    ];
    assert_eq!(series("2019-02-17", "day", "3"), quantity_series(&long));

    let mut hours: Vec<(String, u32)> = (1..24)
        .map(|hour| (format!("2018-11-04T{hour:02}:00:00-02:00"), 0))
        .collect();
    (hours[0].1, hours[22].1) = (2 + 32, 4);
    assert_eq!(series("2018-11-04", "hour", "1"), quantity_series(&hours));
    let mut hours: Vec<(String, u32)> = (0..24)
        .map(|hour| (format!("2019-02-16T{hour:02}:00:00-02:00"), 0))
        .collect();
    hours.push(("2019-02-16T23:00:00-03:00".to_owned(), 8));
    (hours[0].1, hours[23].1) = (2, 4 + 32);
    assert_eq!(series("2019-02-16", "hour", "1"), quantity_series(&hours));
}

#[test]
fn of_two_programs_that_set_a_zone_at_once_both_succeed_and_the_later_one_counts() {
    for round in 0..rounds(8) {
        let workdir = Workdir::new();
        let dump = workdir.write("dump.ndjson", numbered(0, 1));
        workdir.ingest([dump]).assert_code(0);
        let start = |zone: &str| {
            let mut command = workdir.program();
            command.args([
                "lake",
                "set",
                "--lake",
                "lake",
                "--format",
                "json",
                "--timezone",
                zone,
            ]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            (zone.to_owned(), command.spawn().expect("it starts"))
        };
        let both = ["America/Sao_Paulo", "America/Manaus"].map(start);
        let mut versions = both.map(|(zone, child)| {
            let ended = Output::new(zone.clone(), child.wait_with_output().expect("its end"));
            let version = ended.assert_code(0).json()["committed_version"].as_u64();
            (version.expect("each changes the zone"), zone)
        });
        versions.sort();
        let [(first, _), (last, zone)] = versions;
        assert_eq!((first, last), (2, 3), "round {round}");
        assert_eq!(
            lake_command_json(&workdir, "status", &[])["timezone"],
            json!(zone)
        );
        assert_eq!(status(&workdir, "purchases")["rows"], 1, "round {round}");
    }
}
