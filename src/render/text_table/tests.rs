//! Text tables, compared with tables written by hand.

use super::*;
use crate::render::answer_table::TableColumn;
use crate::values::money::Amount;

/// A table of a label and a count in each row, with their total.
fn counts(rows: &[(&str, i64)]) -> TextAnswer {
    let row =
        |(label, count): &(&str, i64)| vec![TableCell::text(Some(label)), TableCell::count(*count)];
    let total = rows.iter().map(|(_, count)| count).sum();
    TextAnswer {
        table: AnswerTable {
            caption: "Items by day, UTC".to_owned(),
            columns: vec![TableColumn::text("Day"), TableColumn::number("Items")],
            rows: rows.iter().map(row).collect(),
        },
        bar_column: Some(1),
        detail_columns: &[],
        totals: vec![vec![
            TableCell::text(Some("Total")),
            TableCell::count(total),
        ]],
        notes: vec!["Source: table purchases, version 3.".to_owned()],
    }
}

fn screen(width: usize, height: usize) -> Screen {
    Screen {
        width,
        height,
        has_colours: false,
    }
}

fn text(answer: &TextAnswer, screen: Option<Screen>) -> String {
    String::from_utf8(text_bytes(answer, screen.as_ref())).expect("UTF-8")
}

#[test]
fn a_series_has_a_title_bars_a_total_and_notes() {
    let answer = counts(&[("2026-10-01", 4), ("2026-10-02", 0), ("2026-10-03", 16)]);
    let expected = "\
Items by day, UTC

Day         Items
───────────────────────────────────────────────────────────
2026-10-01      4  ██████████
2026-10-02      0
2026-10-03     16  ████████████████████████████████████████
───────────────────────────────────────────────────────────
Total          20

Source: table purchases, version 3.
";
    assert_eq!(text(&answer, None), expected);
    // 10 + 2 + 5 + 2 + 40 columns; one column less is one block less.
    assert_eq!(text(&answer, Some(screen(59, 11))), expected);
    let narrower = text(&answer, Some(screen(58, 11)));
    assert!(
        narrower.contains(&format!("     16  {}\n", "█".repeat(39))),
        "{narrower}"
    );
}

#[test]
fn without_room_for_bars_or_anything_to_draw_there_are_none() {
    let plain = |rule: &str| {
        format!(
            "Items by day, UTC\n\nDay         Items\n{rule}\n2026-10-01      4\n{rule}\nTotal           4\n\nSource: table purchases, version 3.\n"
        )
    };
    let answer = counts(&[("2026-10-01", 4)]);
    // 10 + 2 + 5 + 2 columns leave 5, and 6 are the least.
    assert_eq!(text(&answer, Some(screen(24, 99))), plain(&"─".repeat(17)));
    let with_bar = text(&answer, Some(screen(25, 99)));
    assert!(with_bar.contains("      4  ██████\n"), "{with_bar}");
    let zero = text(&counts(&[("2026-10-01", 0)]), None);
    assert_eq!(zero, plain(&"─".repeat(17)).replace("  4\n", "  0\n"));
}

#[test]
fn negative_values_are_drawn_to_the_other_side() {
    let answer = counts(&[("2026-10-01", 30), ("2026-10-02", -10)]);
    let drawn = text(&answer, None);
    let lines: Vec<&str> = drawn.lines().collect();
    let (left, right) = (" ".repeat(10), "█".repeat(30));
    assert_eq!(lines[4], format!("2026-10-01     30  {left}{right}"));
    assert_eq!(lines[5], format!("2026-10-02    -10  {}", "█".repeat(10)));
}

#[test]
fn a_series_longer_than_the_window_has_a_sparkline_in_its_title() {
    let answer = counts(&[("2026-10-01", 0), ("2026-10-02", 7), ("2026-10-03", 14)]);
    let title = |height| {
        let text = text(&answer, Some(screen(80, height)));
        text.lines().next().map(str::to_owned)
    };
    // The text has eleven lines.
    assert_eq!(title(11).as_deref(), Some("Items by day, UTC"));
    assert_eq!(title(12).as_deref(), Some("Items by day, UTC"));
    assert_eq!(title(10).as_deref(), Some("Items by day, UTC  ▁▅█"));
    let below = text(&answer, Some(screen(24, 10)));
    assert!(
        below.starts_with("Items by day, UTC\n▁▅█\n\nDay"),
        "{below}"
    );
    let plain = text(&answer, None);
    assert!(!plain.contains('▁'), "{plain}");
}

#[test]
fn amounts_keep_every_digit_and_have_a_decimal_as_in_csv() {
    let amount = |nanos, decimals| {
        let amount = Amount::from_nanos(nanos).expect("in range");
        vec![TableCell::Number(ExactNumber::Money { amount, decimals })]
    };
    let answer = TextAnswer {
        table: AnswerTable {
            caption: "Amounts".to_owned(),
            columns: vec![TableColumn::number("Total")],
            rows: vec![
                amount(99_999_999_999_999_999_999_999_999_999_999_999_999, 2),
                amount(-500_000_000_000, 0),
                amount(1_500_000_000, 2),
                vec![TableCell::Absent],
            ],
        },
        bar_column: None,
        detail_columns: &[],
        totals: Vec::new(),
        notes: Vec::new(),
    };
    let expected = "\
Amounts

                                  Total
───────────────────────────────────────
99999999999999999999999999999.999999999
                                 -500.0
                                   1.50
                                      –
";
    assert_eq!(text(&answer, None), expected);
    // A number is never cut.
    assert_eq!(text(&answer, Some(screen(20, 24))), expected);
}

/// A table with one name in its only row.
fn name(name: &str) -> TextAnswer {
    TextAnswer {
        table: AnswerTable {
            caption: "Names".to_owned(),
            columns: vec![TableColumn::text("Name"), TableColumn::number("N")],
            rows: vec![vec![TableCell::text(Some(name)), TableCell::count(7)]],
        },
        bar_column: None,
        detail_columns: &[],
        totals: Vec::new(),
        notes: Vec::new(),
    }
}

/// The line of the name.
fn name_line(answer: &TextAnswer, screen: Option<Screen>) -> String {
    let text = text(answer, screen);
    text.lines().nth(4).expect("a row").to_owned()
}

#[test]
fn long_texts_are_cut_at_the_width_of_a_terminal_only() {
    let long = "a".repeat(18);
    let answer = name(&long);
    assert_eq!(name_line(&answer, None), format!("{long}  7"));
    assert_eq!(
        name_line(&answer, Some(screen(22, 24))),
        format!("{long}  7")
    );
    assert_eq!(
        name_line(&answer, Some(screen(21, 24))),
        format!("{long}  7")
    );
    let cut = format!("{}…  7", "a".repeat(16));
    assert_eq!(name_line(&answer, Some(screen(20, 24))), cut);
    // A column of texts has at least the width of a date.
    let shortest = format!("{}…  7", "a".repeat(9));
    assert_eq!(name_line(&answer, Some(screen(1, 24))), shortest);
    // Wide characters take two columns.
    let wide = name(&"茶".repeat(9));
    assert_eq!(
        name_line(&wide, Some(screen(20, 24))),
        format!("{}…  7", "茶".repeat(8))
    );
}

#[test]
fn details_that_do_not_fit_are_left_out_and_named() {
    let cells = |cells: [&str; 2], counts: [i64; 3]| {
        let texts = cells.map(|cell| TableCell::text(Some(cell)));
        texts
            .into_iter()
            .chain(counts.map(TableCell::count))
            .collect()
    };
    let answer = TextAnswer {
        table: AnswerTable {
            caption: "Purchases".to_owned(),
            columns: vec![
                TableColumn::text("Supplier"),
                TableColumn::text("Month"),
                TableColumn::number("Purchases"),
                TableColumn::number("Received"),
                TableColumn::number("Total"),
            ],
            rows: vec![cells(["Northwind Paper Supply", "2026-10"], [5, 3, 24206])],
        },
        bar_column: None,
        detail_columns: &["Received", "Purchases"],
        totals: vec![cells(["Total", ""], [5, 3, 24206])],
        notes: Vec::new(),
    };
    // 20 + 2 + 7 + 2 + 9 + 2 + 8 + 2 + 5 columns.
    for width in [58, 57] {
        let all = text(&answer, Some(screen(width, 24)));
        assert!(
            all.contains("  2026-10          5         3  24206\n"),
            "{all}"
        );
        assert!(!all.contains("Not shown"), "{all}");
    }
    let expected = "\
Purchases

Supplier                Month    Purchases  Total
─────────────────────────────────────────────────
Northwind Paper Supply  2026-10          5  24206
─────────────────────────────────────────────────
Total                                    5  24206

Not shown at this width: Received. A wider terminal and --format csv have all columns.
";
    assert_eq!(text(&answer, Some(screen(56, 24))), expected);
    // Without both details, 20 + 2 + 7 + 2 + 5 columns; a narrower terminal only cuts more.
    for (width, cut) in [(36, "Northwind Paper Sup…"), (35, "Northwind Paper Su…")] {
        let narrow = text(&answer, Some(screen(width, 24)));
        assert!(
            narrow.contains(&format!("{cut}  2026-10  24206\n")),
            "{narrow}"
        );
        let note = "Not shown at this width: Received, Purchases.";
        assert!(narrow.contains(note), "{narrow}");
    }
    assert!(!text(&answer, None).contains("Not shown"));
}

#[test]
fn a_text_that_is_wider_than_the_layout_is_cut_everywhere() {
    for (length, is_cut) in [
        (9_999, false),
        (10_000, false),
        (10_001, true),
        (100_000, true),
    ] {
        let line = name_line(&name(&"a".repeat(length)), None);
        let shown = length.min(10_000);
        assert_eq!(line.chars().count(), shown + 3, "{length}");
        assert_eq!(line.contains('…'), is_cut, "{length}");
    }
}

#[test]
fn data_cannot_control_the_terminal() {
    let mut answer = name("a\u{1b}[2J\nb\tc\u{202e}d");
    answer.table.caption = "Title\u{1b}c".to_owned();
    answer.notes = vec!["product = \u{9b}1m\r".to_owned()];
    let expected = r"Title\u{1b}c

Name                       N
────────────────────────────
a\u{1b}[2J\nb\tc\u{202e}d  7

product = \u{9b}1m\r
";
    assert_eq!(text(&answer, None), expected);
}

#[test]
fn colours_are_for_headings_negative_numbers_and_bars() {
    let answer = counts(&[("2026-10-01", 9), ("2026-10-02", -9)]);
    let coloured = Screen {
        has_colours: true,
        ..screen(30, 24)
    };
    let text = text(&answer, Some(coloured));
    let expected = "\
<b>Items by day, UTC</>

<b>Day         Items</>
──────────────────────────────
2026-10-01      9  <c>      █████</>
2026-10-02     <r>-9</>  <c>▐█████</>
──────────────────────────────
Total           0

Source: table purchases, version 3.
";
    let marked = text
        .replace("\u{1b}[1m", "<b>")
        .replace("\u{1b}[31m", "<r>")
        .replace("\u{1b}[36m", "<c>")
        .replace("\u{1b}[0m", "</>");
    assert_eq!(marked, expected);
}
