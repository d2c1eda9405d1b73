//! Whole charts with adversarial labels, extreme numbers and many values.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

use super::*;
use crate::values::money::Amount;

mod xml;

use xml::texts_of;

/// Hostile labels, as a dump may contain them.
const ADVERSARIAL: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"/><image href='http://example.com/x.png'/>",
    "]]><!-- & -->",
    "\u{202E}txt.exe\u{2066}",
    "a\u{0}b\u{8}\u{1B}[31m\n\r\t",
    "\u{FFFE}\u{FFFF}\u{2028}",
    "\u{0301}\u{0301}\u{0301}",
];

fn chart(chart_type: ChartType, labels: &[String], values: &[ExactNumber]) -> Chart {
    Chart {
        title: "Items purchased".to_owned(),
        subtitle: "Source: table purchases, version 3.".to_owned(),
        chart_type,
        label_title: "Day (UTC)".to_owned(),
        value_title: "Items".to_owned(),
        labels: labels.to_vec(),
        series: vec![ChartSeries {
            name: "Items".to_owned(),
            values: values.to_vec(),
        }],
        has_remainder: false,
        empty_text: "No purchases in this period.".to_owned(),
    }
}

fn counts(values: &[i64]) -> Vec<ExactNumber> {
    values
        .iter()
        .map(|value| ExactNumber::Count(*value))
        .collect()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("name {at}")).collect()
}

fn all_shapes() -> [ChartType; 3] {
    [ChartType::Columns, ChartType::Lines, ChartType::Bars]
}

#[test]
fn adversarial_labels_are_written_as_text() {
    let mut labels: Vec<String> = ADVERSARIAL.iter().map(|text| (*text).to_owned()).collect();
    labels.push("x".repeat(10_000));
    for chart_type in all_shapes() {
        let mut chart = chart(chart_type, &labels, &counts(&[8, 7, 6, 5, 4, 3, 2, 1]));
        chart.title = ADVERSARIAL.concat();
        chart.subtitle = ADVERSARIAL.join(" ");
        chart.value_title = ADVERSARIAL[0].to_owned();
        chart.label_title = ADVERSARIAL[1].to_owned();
        for svg in [
            svg(&chart),
            inline_svg(&chart, ChartWidth::Narrow),
            inline_svg(&chart, ChartWidth::Beside),
        ] {
            let texts = texts_of(&svg);
            assert!(!svg.contains("<script") && !svg.contains("<image"));
            assert!(texts.iter().all(|text| text.chars().count() < 1_000));
            assert!(!svg.contains(['\u{202E}', '\u{2066}', '\u{2028}']));
        }
        assert!(!png(&chart, 400, 300).is_empty());
    }
    let bars = texts_of(&svg(&chart(ChartType::Bars, &labels, &counts(&[1; 8]))));
    assert!(
        bars.iter().any(|text| text == "<script>alert(1)</script>"),
        "{bars:?}"
    );
    assert!(
        bars.iter().any(|text| text.starts_with("\\u{202e}txt.exe")),
        "{bars:?}"
    );
}

#[test]
fn an_empty_chart_shows_its_sentence() {
    for chart_type in all_shapes() {
        for (labels, values) in [
            (names(0), counts(&[])),
            (names(3), counts(&[0, 0, 0])),
            (names(3), counts(&[])),
        ] {
            let chart = chart(chart_type, &labels, &values);
            assert!(chart.is_blank());
            let texts = texts_of(&svg(&chart));
            assert!(
                texts.contains(&"No purchases in this period.".to_owned()),
                "{texts:?}"
            );
            assert_eq!(chart.to_string(), "No purchases in this period.");
            assert!(!png(&chart, 300, 200).is_empty());
        }
    }
}

#[test]
fn one_value_is_drawn_with_its_axis() {
    for chart_type in all_shapes() {
        let svg = svg(&chart(
            chart_type,
            &["2025-03-01".to_owned()],
            &counts(&[7]),
        ));
        assert!(svg.contains("fill=\"#0B5CAD\""), "{chart_type:?}");
        assert!(texts_of(&svg).contains(&"0".to_owned()), "{chart_type:?}");
    }
}

#[test]
fn bars_write_every_digit_that_leaves_them_room() {
    let amount = |nanos| ExactNumber::Money {
        amount: Amount::from_nanos(nanos).expect("in range"),
        decimals: 2,
    };
    let largest = 99_999_999_999_999_999_999_999_999_999_999_999_999;
    let values = [
        amount(largest),
        amount(1_234_567_890_000),
        amount(-12_345_678_901_250_000_000),
    ];
    let texts = texts_of(&svg(&chart(ChartType::Bars, &names(3), &values)));
    let spaced = |text: &str| text.replace(' ', "\u{202F}").replace('-', "\u{2212}");
    for shown in ["1 234.56789", "-12 345 678 901.25"] {
        assert!(texts.contains(&spaced(shown)), "{shown}: {texts:?}");
    }
    assert!(
        !texts.iter().any(|text| text.chars().count() > 40),
        "{texts:?}"
    );
}

#[test]
fn refunds_are_drawn_below_zero() {
    let svg = svg(&chart(ChartType::Columns, &names(2), &counts(&[10, -10])));
    let tops: Vec<(i32, i32)> = svg
        .lines()
        .filter(|line| line.starts_with("<rect") && line.contains("#0B5CAD"))
        .map(|line| (xml::number(line, "y"), xml::number(line, "height")))
        .collect();
    let [up, down] = tops.as_slice() else {
        panic!("two columns: {tops:?}");
    };
    // The first ends where the second begins, within the width of a line; both have the same
    // height.
    assert!((up.0 + up.1 - down.0).abs() <= 4, "{tops:?}");
    assert!((up.1 - down.1).abs() <= 4, "{tops:?}");
}

#[test]
fn a_hundred_days_of_hours_are_one_line_of_2400_points() {
    let labels: Vec<String> = (0..2_400)
        .map(|hour| {
            format!(
                "2025-{:02}-{:02}T{:02}:00:00Z",
                hour / 720 + 1,
                hour / 24 % 30 + 1,
                hour % 24
            )
        })
        .collect();
    let values: Vec<i64> = (0..2_400).map(|hour| hour % 24).collect();
    let svg = svg(&chart(ChartType::Lines, &labels, &counts(&values)));
    let line = svg
        .lines()
        .find(|line| line.starts_with("<polyline") && line.contains("#0B5CAD"));
    let points = line.map_or(0, |line| line.matches(',').count());
    assert_eq!(points, 2_400);
    assert!(svg.len() < 120_000, "{}", svg.len());
}

#[test]
fn several_series_have_a_legend_and_one_has_none() {
    let mut chart = chart(ChartType::Columns, &names(2), &counts(&[3, 4]));
    chart.series[0].name = "Received".to_owned();
    assert!(!texts_of(&svg(&chart)).contains(&"Received".to_owned()));
    chart.series.push(ChartSeries {
        name: "Pending".to_owned(),
        values: counts(&[1]),
    });
    let texts = texts_of(&svg(&chart));
    assert!(texts.contains(&"Received".to_owned()) && texts.contains(&"Pending".to_owned()));
}

#[test]
fn an_svg_document_is_self_contained_and_follows_the_scheme() {
    let document = svg(&chart(ChartType::Columns, &names(3), &counts(&[1, 2, 3])));
    texts_of(&document);
    assert!(document.contains("role=\"img\"") && document.contains("<desc>"));
    assert!(document.contains("@media (prefers-color-scheme:dark)"));
    let outside = document.replace("http://www.w3.org/2000/svg", "");
    for reference in ["http", "url(", "href", "src=", "@import", "<script"] {
        assert!(!outside.contains(reference), "{reference}");
    }
}

#[test]
fn the_same_chart_is_the_same_bytes() {
    for chart_type in all_shapes() {
        let chart = chart(
            chart_type,
            &names(9),
            &counts(&[1, -2, 3, 0, 5, 6, 7, 80, 9]),
        );
        assert_eq!(svg(&chart), svg(&chart));
        assert_eq!(png(&chart, 500, 300), png(&chart, 500, 300));
    }
}

#[test]
fn a_png_has_the_requested_size_within_its_limits() {
    let chart = chart(ChartType::Columns, &names(3), &counts(&[1, 2, 3]));
    for (requested, given) in [((640, 360), (640, 360)), ((0, 9), (200, 200))] {
        let bytes = png(&chart, requested.0, requested.1);
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1A\n");
        assert_eq!(bytes[12..16], *b"IHDR");
        let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("4 bytes"));
        assert_eq!((word(16), word(20)), given);
        assert_eq!(bytes[bytes.len() - 12..], *b"\0\0\0\0IEND\xAE\x42\x60\x82");
    }
}

#[test]
fn a_png_is_opaque_and_has_the_light_colours() {
    for chart_type in all_shapes() {
        let chart = chart(chart_type, &names(3), &counts(&[1, 2, 3]));
        let drawn = Pixmap::decode_png(&png(&chart, 640, 360)).expect("a PNG");
        let mut pixels = drawn.pixels().iter();
        assert!(pixels.all(PremultipliedColorU8::is_opaque));
        // The background and the first series: areas. Lines and letters are anti-aliased.
        for (role, rgb) in [LIGHT[0], LIGHT[5]] {
            assert!(pixels_of(&drawn, rgb) > 0, "{chart_type:?}: {role:?}");
        }
    }
}

/// Characters that are not in Noto Sans are drawn as boxes.
#[test]
fn a_png_has_its_title_in_letters_of_the_program() {
    let ink = |title: &str| {
        let mut chart = chart(ChartType::Columns, &names(1), &counts(&[1]));
        chart.title = title.to_owned();
        chart.labels[0].clear();
        let drawn = Pixmap::decode_png(&png(&chart, 860, 480)).expect("a PNG");
        pixels_of(&drawn, LIGHT[1].1)
    };
    let (none, one, two) = (ink(""), ink("I"), ink("II"));
    assert_eq!(none, 0, "no other text has the colour of the title");
    // Noto Sans Bold: the capital I is 0.7 ems high, its stem more than 0.1 wide; an em is 17 pixels.
    assert!(one >= 12, "{one}");
    assert!(two > one, "{two}");
    assert!(ink("日本") > 0);
}

fn pixels_of(drawn: &Pixmap, rgb: (u8, u8, u8)) -> usize {
    let pixels = drawn.pixels().iter();
    pixels
        .filter(|pixel| (pixel.red(), pixel.green(), pixel.blue()) == rgb)
        .count()
}

#[test]
fn the_description_names_the_highest_value() {
    let days = ["2025-03-01", "2025-03-02", "2025-03-03"].map(str::to_owned);
    let chart = chart(ChartType::Columns, &days, &counts(&[4, 1_250, 7]));
    assert_eq!(
        chart.to_string(),
        "Items by Day (UTC): 3 values from 2025-03-01 to 2025-03-03; Items: highest value 1\u{202F}250 at 2025-03-02."
    );
}

#[test]
fn the_description_of_categories_names_no_range() {
    let chart = chart(ChartType::Bars, &names(2), &counts(&[4, 7]));
    let text = chart.to_string();
    assert!(text.contains(": 2 values; "), "{text}");
    assert!(text.contains("highest value 7 for "), "{text}");
}
