//! Which time zone a command uses: that of its option, its step, its job or its lake, or UTC.

use serde_json::json;

use crate::lake_timezone::set;
use crate::purchase_fixtures::{lines_of, numbered, quantity_series};
use crate::workdir::{NOW, Output, Workdir, read_json};

/// Offsets of zones without summer time, in October 2026.
const NORONHA: (&str, &str) = ("America/Noronha", "-02:00");
const SAO_PAULO: (&str, &str) = ("America/Sao_Paulo", "-03:00");
const MANAUS: (&str, &str) = ("America/Manaus", "-04:00");
const RIO_BRANCO: (&str, &str) = ("America/Rio_Branco", "-05:00");

/// The options of a level and the levels below it: of the command line, the step, the job and the
/// lake; each with the offset of its zone.
const LEVELS: [(Option<(&str, &str)>, &str); 5] = [
    (Some(NORONHA), "option"),
    (Some(SAO_PAULO), "step"),
    (Some(MANAUS), "job"),
    (Some(RIO_BRANCO), "lake"),
    (None, "none"),
];

/// A job with a step that may set a zone with this key.
fn job(action: &str, key: &str, of_step: Option<&str>, of_job: Option<&str>) -> String {
    let line = |key: &str, zone: Option<&str>| {
        zone.map(|zone| format!("{key} = \"{zone}\"\n"))
            .unwrap_or_default()
    };
    format!(
        "lake = \"lake\"\n{}[[steps]]\nname = \"a\"\n[steps.{action}\n{}",
        line("timezone", of_job),
        line(key, of_step)
    )
}

/// Runs a command in which the levels from `first` on set a zone: as a command line if that level is
/// an option or the lake, else as a job.
fn run_from(workdir: &Workdir, first: usize, command: &[&str], action: &str, key: &str) -> Output {
    let zone = |level: usize| {
        LEVELS[level]
            .0
            .filter(|_| level >= first)
            .map(|(zone, _)| zone)
    };
    if let Some(lake) = zone(3) {
        set(workdir, lake);
    }
    if first == 0 || first > 2 {
        let option = format!(
            "--{}={}",
            key.replace('_', "-"),
            zone(0).unwrap_or_default()
        );
        let given = (first == 0).then_some(option.as_str());
        let arguments = command
            .iter()
            .copied()
            .chain(["--lake", "lake"])
            .chain(given);
        return workdir.run(arguments);
    }
    workdir.write("job.toml", job(action, key, zone(1), zone(2)));
    workdir.run(["run", "job.toml", "--date", "2026-10-05", "--now", NOW])
}

#[test]
fn option_step_job_lake_and_utc_in_this_order_read_times_without_an_offset() {
    // 22:30 of these zones, by hand.
    let instants = [
        "2026-10-06T00",
        "2026-10-06T01",
        "2026-10-06T02",
        "2026-10-06T03",
        "2026-10-05T22",
    ];
    for (first, instant) in instants.iter().enumerate() {
        let workdir = Workdir::new();
        workdir.write("dump.ndjson", lines_of(&[("2026-10-05T22:30:00", 7)]));
        let command = [
            "ingest",
            "dump.ndjson",
            "--now",
            NOW,
            "--summary",
            "run.json",
        ];
        let action = "ingest]\ninputs = [\"dump.ndjson\"]\nsummary = \"run.json\"";
        let ran = run_from(&workdir, first, &command, action, "default_timezone");
        ran.assert_code(0);
        let level = LEVELS[first];
        let zone = level.0.map_or("UTC", |(zone, _)| zone);
        let report = read_json(&workdir.path("run.json"));
        assert_eq!(report["settings"]["default_timezone"], zone, "{level:?}");
        let hours = [
            "--unit",
            "hour",
            "--hour-length",
            "units",
            "--length",
            "1",
            "--timezone",
            "UTC",
        ];
        let ending = format!("{instant}:59:59Z");
        let answer = workdir.report(
            "quantity-series",
            hours.iter().copied().chain(["--ending-at", &ending]),
        );
        let expected = quantity_series(&[(format!("{instant}:00:00Z"), 7)]);
        answer.assert_code(0).assert_stdout(&expected);
    }
}

#[test]
fn option_step_job_lake_and_utc_in_this_order_count_the_days_of_series() {
    for report in ["quantity-series", "revenue-series"] {
        for (first, level) in LEVELS.iter().enumerate() {
            let workdir = Workdir::new();
            let dump = workdir.write("dump.ndjson", numbered(0, 1));
            workdir.ingest([dump]).assert_code(0);
            let command = [
                "report",
                report,
                "--unit",
                "hour",
                "--length",
                "1",
                "--ending-at",
                "2026-10-05",
                "--now",
                NOW,
            ];
            let action = format!(
                "report]\ntype = \"{report}\"\nunit = \"hour\"\nlength = 1\nending_at = \"2026-10-05\""
            );
            let answer = run_from(&workdir, first, &command, &action, "timezone");
            answer.assert_code(0);
            let offset = level.0.map_or("Z", |(_, offset)| offset);
            let first_hour = answer.json()["data"][0]["time"].clone();
            assert_eq!(
                first_hour,
                json!(format!("2026-10-05T00:00:00{offset}")),
                "{report}"
            );
        }
    }
}

#[test]
fn option_step_job_lake_and_utc_in_this_order_count_the_days_of_the_dashboard() {
    for (first, level) in LEVELS.iter().enumerate() {
        let workdir = Workdir::new();
        let dump = workdir.write("dump.ndjson", numbered(0, 1));
        workdir.ingest([dump]).assert_code(0);
        let command = ["dashboard", "--output", "page", "--now", NOW];
        let ran = run_from(
            &workdir,
            first,
            &command,
            "dashboard]\noutput = \"page\"",
            "timezone",
        );
        ran.assert_code(0);
        let page = std::fs::read_to_string(workdir.path("page/index.html")).expect("a page");
        let zone = level.0.map_or("UTC", |(zone, _)| zone);
        assert!(page.contains(&format!("Time zone: {zone}.")), "{level:?}");
        for other in LEVELS
            .iter()
            .filter_map(|level| level.0)
            .filter(|other| other.0 != zone)
        {
            assert!(!page.contains(other.0), "{level:?} {other:?}");
        }
    }
}
