//! Generated dumps in every shape against their truth files, and against each other.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::dump_generator::Dump;
use crate::purchase_fixtures::series_digits;
use crate::python::{assert_once, row_digests, summary};
use crate::workdir::{Output, Workdir};

/// What every shape of a dump says about a purchase, and what follows from it. Keys that no
/// document knows do not fit into delimited text.
pub(crate) const CONTENT: &str = "external_id,alias_name,alias_label,braze_id,email,phone,app_id,product_id,currency,price,\
                       quantity,time,time_raw,utc_offset_minutes,properties,update_existing_only,revenue,is_refund,\
                       purchase_date";

/// Content and place: what must not depend on how a run is carried out.
const CONTENT_AND_PLACE: &str = "external_id,alias_name,alias_label,braze_id,email,phone,app_id,product_id,currency,\
                                 price,quantity,time,time_raw,utc_offset_minutes,properties,update_existing_only,\
                                 revenue,is_refund,extra,purchase_date,source_file,source_row";

const ALL_RECORDS: [&str; 2] = ["--reject-limit", "100%"];

fn ingest(workdir: &Workdir, dump: &Dump, more: &[&str]) -> Output {
    let options = ALL_RECORDS.iter().chain(more).map(Into::into);
    let files = dump.files.iter().map(|file| file.as_os_str().to_owned());
    workdir.ingest(options.chain(files))
}

/// The days of a truth file on which something was bought.
fn sold(truth: &Value) -> Value {
    let days = truth["quantity_per_utc_day"]
        .as_object()
        .expect("quantities by day");
    let sold = days.iter().filter(|(_, quantity)| *quantity != 0);
    Value::Object(
        sold.map(|(day, quantity)| (day.clone(), quantity.clone()))
            .collect(),
    )
}

#[track_caller]
fn assert_truth(workdir: &Workdir, dump: &Dump, output: &Output) {
    output.assert_code(0);
    let (report, truth) = (output.json(), &dump.truth);
    assert_eq!(
        report["counts"]["read"]
            .as_u64()
            .zip(report["counts"]["skipped"].as_u64())
            .map(|(read, skipped)| read - skipped),
        Some(dump.count("rows")),
        "{}",
        output.transcript()
    );
    for count in ["accepted", "rejected", "duplicate"] {
        assert_eq!(
            report["counts"][count],
            truth[count],
            "{count}: {}",
            output.transcript()
        );
    }
    assert_eq!(report["rejected_by_rule"], truth["rejected_by_rule"]);
    // Others may be there: what nobody planted can still be odd, such as an exact repeat.
    let planted = truth["warned_by_rule"].as_object().expect("counts by rule");
    let warned: Map<String, Value> = planted
        .keys()
        .map(|rule| (rule.clone(), report["warned_by_rule"][rule].clone()))
        .collect();
    assert_eq!(&warned, planted);
    let found = summary(&workdir.lake());
    assert_once(&found, truth);
    let rows = &found["purchases"];
    assert_eq!(rows["quantity_per_utc_day"], sold(truth));
    assert_eq!(
        rows["misplaced"], 0,
        "rows outside the partition of their day"
    );
    for sums in [
        "revenue_by_currency",
        "rows_by_currency",
        "quantity_by_app_id",
    ] {
        assert_eq!(rows[sums], truth[sums], "{sums}");
    }
    assert_eq!(
        rows["quantity_without_app_id"],
        truth["quantity_without_app_id"]
    );
}

/// Makes a dump, ingests it and holds tables and series against its truth file.
#[track_caller]
fn ingest_shape(shape: &str) -> Workdir {
    let workdir = Workdir::new();
    let arguments = [
        "--rows", "20000", "--seed", "11", "--dirt", "0.02", "--shape", shape,
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    assert!(dump.count("rejected") > 200, "{shape}: {:#}", dump.truth);
    let output = ingest(&workdir, &dump, &[]);
    assert_truth(&workdir, &dump, &output);
    assert_series(&workdir, &dump);
    workdir
}

#[test]
fn lines_document_and_delimited_text_give_the_truth_and_the_same_table() {
    let workdirs = ["ndjson", "document", "csv"].map(ingest_shape);
    let lakes: Vec<PathBuf> = workdirs.iter().map(Workdir::lake).collect();
    let digests = row_digests(CONTENT, &lakes);
    assert_eq!(digests[0], digests[1], "lines and document");
    assert_eq!(digests[0], digests[2], "lines and delimited text");
}

#[test]
fn currents_events_give_the_truth() {
    ingest_shape("currents-ndjson");
}

#[test]
fn cloud_data_ingestion_gives_the_truth() {
    ingest_shape("cdi-ndjson");
}

/// The series over the whole month are the quantities of the truth file, day by day.
#[track_caller]
fn assert_series(workdir: &Workdir, dump: &Dump) {
    let answer = series(workdir, &["--ending-at", "2026-10-30", "--length", "30"]);
    let days = dump.truth["quantity_per_utc_day"]
        .as_object()
        .expect("quantities by day");
    let expected: Vec<(String, String)> = days
        .iter()
        .map(|(day, quantity)| (day.clone(), quantity.to_string()))
        .collect();
    assert_eq!(answer, expected);
}

fn series(workdir: &Workdir, arguments: &[&str]) -> Vec<(String, String)> {
    let answer = workdir.report("quantity-series", arguments);
    series_digits(answer.assert_code(0).stdout(), "purchase_quantity")
}

#[test]
fn threads_and_the_order_of_inputs_change_no_row_and_no_answer() {
    let dumps = Workdir::new();
    let dump = Dump::make(
        &dumps,
        "dump",
        &["--rows", "40000", "--files", "3", "--dirt", "0.02"],
    );
    let mut backwards = Dump {
        files: dump.files.clone(),
        truth: dump.truth.clone(),
    };
    backwards.files.reverse();
    let mut workdirs = Vec::new();
    let mut answers = Vec::new();
    for (dump, threads) in [(&dump, "1"), (&dump, "2"), (&dump, "8"), (&backwards, "8")] {
        let workdir = Workdir::new();
        let output = ingest(&workdir, dump, &["--threads", threads]);
        assert_eq!(
            output.assert_code(0).summary_count("accepted"),
            dump.count("accepted")
        );
        let whole = [
            "--ending-at",
            "2026-10-30",
            "--length",
            "30",
            "--timezone",
            "America/Sao_Paulo",
        ];
        let hours = [&whole[..], &["--unit", "hour"]].concat();
        answers.push([
            workdir.report("quantity-series", whole).stdout().to_owned(),
            workdir.report("quantity-series", hours).stdout().to_owned(),
            workdir.report("product-list", [""; 0]).stdout().to_owned(),
        ]);
        workdirs.push(workdir);
    }
    let lakes: Vec<PathBuf> = workdirs.iter().map(Workdir::lake).collect();
    let digests = row_digests(CONTENT_AND_PLACE, &lakes);
    for (digest, answer) in digests.iter().zip(&answers).skip(1) {
        assert_eq!(digest, &digests[0]);
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(digests[0]["rows"], dump.truth["accepted"]);
}

#[test]
fn the_hours_of_a_day_add_up_to_it_and_windows_add_up_to_everything() {
    let workdir = Workdir::new();
    // Around the two changes of the clock of one summer.
    let arguments = [
        "--rows",
        "20000",
        "--start-date",
        "2018-10-30",
        "--days",
        "115",
        "--dirt",
        "0.02",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    ingest(&workdir, &dump, &[]).assert_code(0);
    for zone in ["UTC", "America/Sao_Paulo", "Asia/Kathmandu"] {
        let mut total = 0;
        for ending_at in ["2018-12-31", "2019-03-31"] {
            let window = [
                "--ending-at",
                ending_at,
                "--length",
                "90",
                "--timezone",
                zone,
            ];
            let days = series(&workdir, &window);
            let hours = series(&workdir, &[&window[..], &["--unit", "hour"]].concat());
            for (day, quantity) in &days {
                let quantity: u64 = quantity.parse().expect("a number");
                let of_day = hours.iter().filter(|(time, _)| time.starts_with(day));
                let sum = of_day.map(|(_, quantity)| quantity.parse::<u64>().expect("a number"));
                assert_eq!(sum.sum::<u64>(), quantity, "{zone} {day}");
                total += quantity;
            }
        }
        assert_eq!(total, dump.count("quantity_total"), "{zone}");
    }
}
