//! HTML documents of one answer.

use super::*;
use crate::render::answer_table::TableColumn;
use crate::values::money::Amount;

fn table(rows: usize) -> AnswerTable {
    AnswerTable {
        caption: "Revenue in BRL".to_owned(),
        columns: vec![TableColumn::text("Day"), TableColumn::number("BRL")],
        rows: (0..rows)
            .map(|at| {
                let nanos = 1_234_500_000_000 + i128::try_from(at).expect("a few rows");
                let amount = Amount::from_nanos(nanos).expect("in range");
                vec![
                    TableCell::Text(format!("2025-01-{:02}", at + 1)),
                    TableCell::Number(ExactNumber::Money {
                        amount,
                        decimals: 2,
                    }),
                ]
            })
            .collect(),
    }
}

/// Everything that makes a browser load something; the SVG namespace does not.
fn references(page: &str) -> Vec<&'static str> {
    let page = page.replace("http://www.w3.org/2000/svg", "");
    [
        "http:",
        "https:",
        "url(",
        " src=",
        "<script",
        "@import",
        "<iframe",
        "<img",
        "<link rel=\"stylesheet",
    ]
    .into_iter()
    .filter(|reference| page.contains(reference))
    .collect()
}

#[test]
fn a_report_has_its_title_and_loads_nothing() {
    let context = [("Lake".to_owned(), "file:///lake".to_owned())];
    let page = html_report("Revenue series", None, &table(2), &context);
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    assert!(page.contains("<h1><bdi>Revenue series</bdi></h1>"));
    assert!(page.contains("<dt>Lake</dt><dd><bdi>file:///lake</bdi></dd>"));
    assert_eq!(references(&page), [""; 0]);
}

#[test]
fn numbers_of_tables_are_exact_and_have_their_plain_digits() {
    let page = html_report("Revenue series", None, &table(2), &[]);
    assert!(page.contains("<data value=\"1234.50\">1\u{202F}234.50</data>"));
    assert!(page.contains("<data value=\"1234.500000001\">1\u{202F}234.500000001</data>"));
    assert!(page.contains("<th class=\"number\" scope=\"col\">BRL</th>"));
    assert!(page.contains("<th scope=\"row\"><bdi>2025-01-01</bdi></th>"));
}

#[test]
fn long_tables_are_folded_and_short_ones_are_not() {
    let folded =
        |rows| html_report("Revenue series", None, &table(rows), &[]).contains("<details>");
    assert!(!folded(14));
    assert!(folded(15));
}

#[test]
fn adversarial_texts_are_written_as_text() {
    let nasty = "</title></style><script>alert('1')</script>\u{202E}\u{0}<img src=https://example.com onerror=x>\"";
    let mut table = table(1);
    table.caption = nasty.to_owned();
    table.columns[0].heading = nasty.to_owned();
    table.rows[0] = vec![TableCell::Text(nasty.to_owned()), TableCell::Absent];
    let page = html_report(nasty, None, &table, &[(nasty.to_owned(), nasty.to_owned())]);
    for found in ["<script", "<img", "\u{202E}", "\u{0}"] {
        assert!(!page.contains(found), "{found:?}");
    }
    assert_eq!(page.matches("</title>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn very_long_names_are_cut() {
    let mut table = table(1);
    table.rows[0][0] = TableCell::Text("x".repeat(10_000));
    let page = html_report("Revenue series", None, &table, &[]);
    assert!(!page.contains(&"x".repeat(161)) && page.contains(&format!("{}…", "x".repeat(160))));
}
