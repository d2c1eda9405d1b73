//! A month of nights through the nightly job: late purchases, corrections, a refused dump, a missing
//! day, and full snapshots of which one is out of order. What is published each morning is compared
//! with a plain model of the accepted dumps; what is not published has an exit code that says why.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::purchase_fixtures::{lines_of, series_digits};
use crate::supplier_fixtures::{single_page, supplier_purchases};
use crate::workdir::{Output, Workdir, project};

/// The purchases of a dump: day of October and quantity.
type Purchases = Vec<(u32, u32)>;

/// The dumps that the lake should hold, by their names.
#[derive(Default)]
struct Model(BTreeMap<String, Purchases>);

impl Model {
    /// The quantity of each day from 1 October to `last`.
    fn series(&self, last: u32) -> Vec<(String, String)> {
        let of = |day: u32| -> u32 {
            let purchases = self.0.values().flatten();
            let of_day = purchases.filter(|(of, _)| *of == day);
            of_day.map(|(_, quantity)| quantity).sum()
        };
        let days = 1..=last;
        days.map(|day| (date(day), of(day).to_string())).collect()
    }
}

fn date(day: u32) -> String {
    format!("2026-10-{day:02}")
}

/// The dump of a night: purchases of noon in São Paulo, and one late in its evening, which is the
/// next day in UTC.
fn dump(purchases: &Purchases) -> String {
    let times = purchases.iter().enumerate().map(|(at, (day, quantity))| {
        let hour = if at % 2 == 0 { 12 } else { 23 };
        (format!("{}T{hour}:00:00-03:00", date(*day)), *quantity)
    });
    let times: Vec<(String, u32)> = times.collect();
    let events: Vec<(&str, u32)> = times
        .iter()
        .map(|(time, of)| (time.as_str(), *of))
        .collect();
    lines_of(&events)
}

struct Nights {
    workdir: Workdir,
    model: Model,
}

impl Nights {
    fn write(&self, day: u32, name: &str, text: &str) {
        let path = format!("dumps/2026/10/{day:02}/{name}");
        self.workdir.write(&path, text);
    }

    /// Adds a dump to the folder of a night, and to the model.
    fn add(&mut self, day: u32, name: &str, purchases: Purchases) {
        self.write(day, name, &dump(&purchases));
        self.model.0.insert(format!("{day}/{name}"), purchases);
    }

    fn run(&self, day: u32) -> Output {
        let job = project().join("jobs/nightly.toml").display().to_string();
        let night = date(day);
        let words = ["run", &job, "--date", &night, "--set", "settled=0s"];
        self.workdir.run(words)
    }

    /// The published series of a night, from 1 October on; `None` if there is none.
    fn published(&self, day: u32) -> Option<Vec<(String, String)>> {
        let name = format!("reports/{}/quantity_series.json", date(day));
        let answer = fs::read_to_string(self.workdir.path(&name)).ok()?;
        let mut series = series_digits(&answer, "purchase_quantity");
        series.retain(|(day, _)| day.starts_with("2026-10"));
        Some(series)
    }

    /// Fails unless the night publishes what the model says.
    #[track_caller]
    fn assert_published(&self, day: u32) {
        let ran = self.run(day);
        ran.assert_code(0);
        let published = self.published(day).expect("an answer");
        assert_eq!(published, self.model.series(day), "{}", ran.transcript());
    }
}

#[test]
fn each_morning_has_right_numbers_or_none_and_the_exit_code_says_why() {
    let mut nights = Nights {
        workdir: Workdir::new(),
        model: Model::default(),
    };
    for day in 1..=30 {
        if day == 12 {
            // The exporter failed: there is no folder.
            nights.run(day).assert_code(2);
            assert_eq!(nights.published(day), None);
            continue;
        }
        nights.add(day, "shop.ndjson", vec![(day, 10 + day), (day, 3)]);
        if day == 1 {
            let list = single_page(&supplier_purchases([1, 2]));
            let path = "supplier_dumps/2026/10/01/company=12/page-1.json";
            nights.workdir.write(path, list);
        }
        match day {
            // Purchases of the days before arrive late.
            5 => nights.add(day, "late.ndjson", vec![(3, 7), (4, 2)]),
            8 => nights.write(day, "broken.ndjson", "{\"external_id\":\"x\"}\n"),
            // The missing day arrives with the next one.
            13 => nights.add(day, "of_the_12th.ndjson", vec![(12, 22), (12, 3)]),
            _ => {}
        }
        if day == 8 {
            let ran = nights.run(day);
            ran.assert_code(3)
                .assert_stderr_contains(&["broken.ndjson", "held back"]);
            assert_eq!(nights.published(day), None, "{}", ran.transcript());
            continue;
        }
        nights.assert_published(day);
        if day == 9 {
            // The refused dump of the night before is corrected, and that night runs again.
            nights.add(8, "broken.ndjson", vec![(8, 5)]);
            nights.assert_published(8);
        }
        if day == 16 {
            assert_correction(&mut nights, 15);
        }
    }
    let lake = nights.workdir.lake().display().to_string();
    let verified = nights
        .workdir
        .run(["lake", "verify", "--deep", "--lake", &lake]);
    verified.assert_code(0);
}

/// The dump of a past night is corrected: the night is refused until the correction is confirmed,
/// and keeps what it has published.
#[track_caller]
fn assert_correction(nights: &mut Nights, day: u32) {
    let before = nights.published(day);
    let corrected = vec![(day, 40), (day, 3), (day, 1)];
    nights.write(day, "shop.ndjson", &dump(&corrected));
    let refused = nights.run(day);
    refused
        .assert_code(3)
        .assert_stderr_contains(&["FILE-CHANGED"]);
    assert_eq!(nights.published(day), before);
    let path = format!("dumps/2026/10/{day:02}/shop.ndjson");
    let confirm = [
        "--changed-input",
        "replace",
        "--default-timezone",
        "America/Sao_Paulo",
    ];
    let confirmed = nights
        .workdir
        .ingest(confirm.iter().chain(&[path.as_str()]));
    confirmed.assert_code(0);
    nights
        .model
        .0
        .insert(format!("{day}/shop.ndjson"), corrected);
    nights.assert_published(day);
}

/// A job that applies the full snapshot of its date and publishes the list.
const SNAPSHOTS: &str = r#"
lake = "lake"

[[steps]]
name = "the list of the day"
[steps.ingest]
inputs = ["lists/{date}.json"]
kind = "supplier-purchases"
company_id = 7
full_snapshot = true

[[steps]]
name = "the purchases that exist"
[steps.report]
type = "supplier-purchases"
company_id = 7
per_page = 500
output = "reports/{date}.json"
"#;

#[test]
fn each_list_is_published_as_of_its_date_and_an_older_one_is_not() {
    let workdir = Workdir::new();
    workdir.write("lists.toml", SNAPSHOTS);
    let run = |day: u32| workdir.run(["run", "lists.toml", "--date", &date(day)]);
    let published = |day: u32| -> Option<Vec<u64>> {
        let path = workdir.path(&format!("reports/{}.json", date(day)));
        let answer: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
        let purchases = answer["data"]["purchases"].as_array()?.iter();
        let mut ids: Vec<u64> = purchases.filter_map(|of| of["id"].as_u64()).collect();
        ids.sort_unstable();
        Some(ids)
    };
    for day in 1..=30_u32 {
        // The list changes every third day and returns to what it was.
        let ids: Vec<u64> = match day / 3 % 3 {
            0 => vec![1, 2, 3],
            1 => vec![1, 2],
            _ => vec![2, 3, 4],
        };
        let list = single_page(&supplier_purchases(ids.iter().copied()));
        workdir.write(&format!("lists/{}.json", date(day)), list);
        if day == 18 {
            // It arrives a day late.
            continue;
        }
        run(day).assert_code(0);
        assert_eq!(published(day), Some(ids), "{day}");
        if day == 19 {
            let late = run(18);
            late.assert_code(3)
                .assert_stderr_contains(&["CPL-SNAPSHOT-OLDER"]);
            assert_eq!(published(18), None, "{}", late.transcript());
        }
    }
    let runs = workdir.run([
        "runs", "list", "--lake", "lake", "--format", "json", "--limit", "40",
    ]);
    let exits = runs.assert_code(0).json();
    let refused = exits.as_array().expect("runs").iter();
    let refused = refused.filter(|run| run["exit_code"] != json!(0)).count();
    assert_eq!(refused, 1);
}
