//! The documents' golden vectors through `ingest` and `report`, to the byte; and refused
//! parameters.

use crate::purchase_fixtures::{PurchaseFixture, lines_of, quantity_series, series_digits};
use crate::workdir::{NOW, Output, Workdir, sample};

const SAO_PAULO: &str = "America/Sao_Paulo";

/// A lake with these events.
fn lake_of(events: &[(&str, u32)]) -> Workdir {
    let workdir = Workdir::new();
    let dump = workdir.write("events.ndjson", lines_of(events));
    let ingested = workdir.ingest([dump]);
    ingested.assert_code(0);
    assert_eq!(
        ingested.summary_count("accepted"),
        events.len() as u64,
        "{}",
        ingested.transcript()
    );
    workdir
}

fn series(workdir: &Workdir, ending_at: &str, length: &str, more: &[&str]) -> Output {
    let fixed = ["--ending-at", ending_at, "--length", length];
    workdir.report("quantity-series", fixed.iter().chain(more))
}

/// The events of the vectors on the day without a midnight.
const MISSING_MIDNIGHT: [(&str, u32); 4] = [
    ("2018-11-03T23:30:00-03:00", 2),
    ("2018-11-04T01:10:00-02:00", 3),
    ("2018-11-04T23:59:59-02:00", 4),
    ("2018-11-05T00:00:00-02:00", 5),
];

/// The events of the vectors on the night that the clocks went back.
const REPEATED_HOUR: [(&str, u32); 3] = [
    ("2019-02-16T23:15:00-02:00", 1),
    ("2019-02-16T23:15:00-03:00", 2),
    ("2019-02-17T00:00:00-03:00", 4),
];

#[test]
fn the_example_of_the_document_gives_the_series_of_vector_1() {
    let workdir = Workdir::new();
    let example = sample("documents/braze_purchase_object_example.json");
    workdir.ingest(["--lenient".into(), example]).assert_code(0);
    let expected = r#"{
  "message": "success",
  "data": [
    {
      "time": "2013-07-16",
      "purchase_quantity": 1
    },
    {
      "time": "2013-07-17",
      "purchase_quantity": 2
    },
    {
      "time": "2013-07-18",
      "purchase_quantity": 0
    }
  ]
}
"#;
    let answer = series(&workdir, "2013-07-18T12:00:00Z", "3", &["--unit", "day"]);
    answer.assert_code(0).assert_stdout(expected);
}

#[test]
fn a_day_without_midnight_is_counted_whole_in_vector_2() {
    let workdir = lake_of(&MISSING_MIDNIGHT);
    let ending_at = "2018-11-05T12:00:00-02:00";
    let utc = quantity_series(&[("2018-11-03", 0), ("2018-11-04", 5), ("2018-11-05", 9)]);
    series(&workdir, ending_at, "3", &[])
        .assert_code(0)
        .assert_stdout(&utc);
    series(&workdir, ending_at, "3", &["--timezone", "UTC"]).assert_stdout(&utc);
    let local = quantity_series(&[("2018-11-03", 2), ("2018-11-04", 7), ("2018-11-05", 5)]);
    series(&workdir, ending_at, "3", &["--timezone", SAO_PAULO])
        .assert_code(0)
        .assert_stdout(&local);
}

#[test]
fn a_day_of_23_hours_has_23_rows_in_vector_3() {
    let workdir = lake_of(&MISSING_MIDNIGHT);
    let rows: Vec<(String, u32)> = (1..=23)
        .map(|hour| {
            let quantity = match hour {
                1 => 3,
                23 => 4,
                _ => 0,
            };
            (format!("2018-11-04T{hour:02}:00:00-02:00"), quantity)
        })
        .collect();
    let more = ["--unit", "hour", "--timezone", SAO_PAULO];
    let answer = series(&workdir, "2018-11-04T23:59:59-02:00", "1", &more);
    answer.assert_code(0).assert_stdout(&quantity_series(&rows));
}

#[test]
fn a_day_of_25_hours_has_25_rows_in_vector_4() {
    let workdir = lake_of(&REPEATED_HOUR);
    let zone = ["--timezone", SAO_PAULO];
    let days = quantity_series(&[("2019-02-16", 3), ("2019-02-17", 4)]);
    series(&workdir, "2019-02-17T00:00:00-03:00", "2", &zone)
        .assert_code(0)
        .assert_stdout(&days);

    let mut rows: Vec<(String, u32)> = (0..23)
        .map(|hour| (format!("2019-02-16T{hour:02}:00:00-02:00"), 0))
        .collect();
    rows.push(("2019-02-16T23:00:00-02:00".to_owned(), 1));
    rows.push(("2019-02-16T23:00:00-03:00".to_owned(), 2));
    let more = [&zone[..], &["--unit", "hour"]].concat();
    let answer = series(&workdir, "2019-02-16T23:59:59-03:00", "1", &more);
    answer.assert_code(0).assert_stdout(&quantity_series(&rows));
}

#[test]
fn the_odd_values_of_vector_6_are_read_as_documented() {
    let workdir = Workdir::new();
    let mut dump = String::new();
    for (time, price) in [
        ("2018-06-28T23:59:59-5:00", "1.00"),
        ("2024-04-02T14:34:08", "8.511527858335066"),
        ("2020-01-01T09:00:00:123-0300", "1.00"),
    ] {
        let time = format!("\"{time}\"");
        dump += &PurchaseFixture {
            time: &time,
            price,
            ..PurchaseFixture::default()
        }
        .json();
        dump.push('\n');
    }
    let ingested = workdir.ingest([workdir.write("odd.ndjson", dump)]);
    ingested.assert_code(0);
    let report = ingested.json();
    assert_eq!(report["counts"]["accepted"], 3, "{report:#}");
    for (rule, count) in [
        ("BRZ-TIME-NOOFFSET", 1),
        // The offset of the third purchase is part of the documented pattern.
        ("BRZ-TIME-OFFSETFORM", 1),
        ("BRZ-PRICE-ROUNDED", 1),
    ] {
        assert_eq!(report["warned_by_rule"][rule], count, "{rule}: {report:#}");
    }
    // 23:59:59 at UTC-5 is early the next day in UTC.
    let rows = [("2018-06-28", 0), ("2018-06-29", 1)];
    series(&workdir, "2018-06-29", "2", &[]).assert_stdout(&quantity_series(&rows));
    let revenue = ["--ending-at", "2024-04-02", "--length", "1"];
    let revenue = workdir.report("revenue-series", revenue);
    let digits = series_digits(revenue.stdout(), "revenue");
    assert_eq!(
        digits,
        [("2024-04-02".to_owned(), "8.511527858".to_owned())]
    );
}

#[test]
fn the_last_instant_counts_and_what_comes_after_it_on_that_day_does_not() {
    let workdir = lake_of(&[
        ("2024-01-31T11:59:59.999999Z", 1),
        ("2024-01-31T12:00:00Z", 2),
        ("2024-01-31T12:00:00.000001Z", 4),
        ("2024-01-31T23:59:59.999999Z", 8),
        ("2024-02-01T00:00:00Z", 16),
    ]);
    let cut = quantity_series(&[("2024-01-31", 3)]);
    series(&workdir, "2024-01-31T12:00:00Z", "1", &[]).assert_stdout(&cut);
    // A date means the whole day; one message reports that.
    let whole = series(&workdir, "2024-01-31", "1", &[]);
    whole
        .assert_stdout(&quantity_series(&[("2024-01-31", 15)]))
        .assert_stderr_contains(&["ending_at"]);
}

#[test]
fn without_an_end_the_series_ends_at_the_clock_of_the_run() {
    let workdir = lake_of(&[("2024-02-10T14:00:00Z", 1), ("2024-02-10T16:00:00Z", 2)]);
    let question = |now: &str| {
        let lake = workdir.lake();
        let lake = lake.to_str().expect("a path of letters");
        let fixed = ["report", "quantity-series", "--lake", lake, "--length", "1"];
        workdir.run(fixed.into_iter().chain(["--now", now]))
    };
    let rows = |quantity| quantity_series(&[("2024-02-10", quantity)]);
    question("2024-02-10T15:00:00Z")
        .assert_code(0)
        .assert_stdout(&rows(1));
    question("2024-02-10T16:00:00Z")
        .assert_code(0)
        .assert_stdout(&rows(3));
}

#[test]
fn a_wrong_parameter_is_answered_in_the_documented_error_shape() {
    let workdir = lake_of(&[("2026-10-05T10:00:00Z", 1)]);
    let cases: [(&str, &[&str]); 10] = [
        ("length", &[]),
        ("length", &["--length", "0"]),
        ("length", &["--length", "101"]),
        ("length", &["--length", "sete"]),
        ("unit", &["--length", "7", "--unit", "week"]),
        ("use day", &["--length", "7", "--unit", "dia"]),
        ("use hour", &["--length", "7", "--unit", "hora"]),
        ("ending_at", &["--length", "7", "--ending-at", "yesterday"]),
        ("timezone", &["--length", "7", "--timezone", "Brasilia"]),
        (
            "hour_length",
            &["--length", "7", "--unit", "hour", "--hour-length", "rows"],
        ),
    ];
    for (named, arguments) in cases {
        let answer = workdir.report("quantity-series", arguments);
        assert_error_shape(&answer, named);
    }
}

#[track_caller]
fn assert_error_shape(answer: &Output, named: &str) {
    answer.assert_code(2);
    let shape = answer.json();
    let members = shape.as_object().expect("an object");
    assert_eq!(
        members.keys().collect::<Vec<_>>(),
        ["message"],
        "{}",
        answer.transcript()
    );
    let message = shape["message"].as_str().expect("a text");
    assert!(message.contains(named), "{named}: {message}");
    answer.assert_stderr_contains(&[message]);
}

#[test]
fn an_end_in_the_future_is_refused_unless_it_is_allowed() {
    let workdir = lake_of(&[("2026-11-20T11:00:00Z", 3)]);
    assert_eq!(NOW, "2026-11-20T12:00:00Z", "the dates below are around it");
    for future in ["2026-11-20T12:00:01Z", "2026-11-21"] {
        assert_error_shape(&series(&workdir, future, "1", &[]), "future");
        series(&workdir, future, "1", &["--allow-future"]).assert_code(0);
    }
    // Today's date is not in the future: it means the time of the run.
    let today = series(&workdir, "2026-11-20", "1", &[]);
    today
        .assert_code(0)
        .assert_stdout(&quantity_series(&[("2026-11-20", 3)]));
}

#[test]
fn a_series_without_purchases_is_zeros_with_a_warning() {
    let workdir = lake_of(&[("2024-01-31T12:00:00Z", 1)]);
    let answer = series(&workdir, "2020-02-29", "2", &[]);
    answer
        .assert_code(0)
        .assert_stderr_contains(&["no purchases"]);
    answer.assert_stdout(&quantity_series(&[("2020-02-28", 0), ("2020-02-29", 0)]));
}

#[test]
fn revenue_in_several_currencies_requires_one() {
    let workdir = Workdir::new();
    let mut dump = String::new();
    for (currency, price, quantity) in [
        ("BRL", "19.99", "3"),
        ("JPY", "1250", "2"),
        ("BRL", "-0.07", "1"),
        ("USD", "0", "1"),
    ] {
        let currency = format!("\"{currency}\"");
        let record = PurchaseFixture {
            currency: &currency,
            price,
            quantity,
            ..PurchaseFixture::default()
        };
        dump += &record.json();
        dump.push('\n');
    }
    workdir
        .ingest([workdir.write("three.ndjson", dump)])
        .assert_code(0);
    let question = ["--ending-at", "2026-10-05", "--length", "1"];
    let ask = |more: &[&str]| workdir.report("revenue-series", question.iter().chain(more));

    let refused = ask(&[]);
    assert_error_shape(&refused, "BRL, JPY, USD");
    for (currency, revenue) in [("BRL", "59.90"), ("JPY", "2500.0"), ("USD", "0.00")] {
        let answer = ask(&["--currency", currency]);
        answer.assert_code(0);
        assert_eq!(answer.json()["message"], "success");
        let digits = series_digits(answer.stdout(), "revenue");
        assert_eq!(
            digits,
            [("2026-10-05".to_owned(), revenue.to_owned())],
            "{currency}"
        );
    }
    let without_refund = ask(&["--currency", "BRL", "--exclude-refunds"]);
    assert!(
        without_refund.stdout().contains("59.97"),
        "{}",
        without_refund.transcript()
    );
    assert_error_shape(&ask(&["--currency", "XXX"]), "currency");
}

#[test]
fn the_product_list_has_every_name_once_and_pages_of_100() {
    let workdir = Workdir::new();
    let names: Vec<String> = (0..150)
        .map(|number| format!("produto {number:03}"))
        .collect();
    let lines = names.iter().chain(&names).map(|name| {
        let product_id = format!("\"{name}\"");
        PurchaseFixture {
            product_id: &product_id,
            ..PurchaseFixture::default()
        }
        .json()
            + "\n"
    });
    workdir
        .ingest([workdir.write("list.ndjson", lines.collect::<String>())])
        .assert_code(0);
    let all = workdir.report("product-list", [""; 0]);
    assert_eq!(
        all.json()["products"],
        serde_json::json!(names),
        "{}",
        all.transcript()
    );
    assert!(
        all.stdout()
            .trim_end()
            .ends_with("\"message\": \"success\"\n}"),
        "{}",
        all.transcript()
    );
    let page = |number: &str| workdir.report("product-list", ["--page", number]).json();
    assert_eq!(page("0")["products"], serde_json::json!(names[..100]));
    assert_eq!(page("1")["products"], serde_json::json!(names[100..]));
    assert_eq!(page("2")["products"], serde_json::json!([]));
}
