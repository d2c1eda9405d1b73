use proptest::prelude::*;

use super::*;

fn shape(columns: usize) -> RowShape {
    RowShape {
        delimiter: Delimiter::SEMICOLON,
        columns,
        max_field_bytes: 20,
    }
}

/// Rows as `line: field|field` or `line! fault`, followed by the verbatim text.
fn read(text: &str, columns: usize) -> Vec<String> {
    let mut rows = CsvRowReader::new(text.as_bytes(), TextPosition::START, shape(columns)).unwrap();
    let mut out = Vec::new();
    while let Some(row) = rows.next_row() {
        out.push(match row {
            Ok(row) => {
                let fields: Vec<_> = row.fields().collect();
                format!("{}: {} <{}>", row.at().line, fields.join("|"), row.raw())
            }
            Err(bad) => format!("{}! {bad} <{}>", bad.at.line, bad.raw),
        });
    }
    out
}

#[test]
fn quotes_are_removed_or_kept_as_the_table_defines() {
    assert_eq!(
        read(
            "\"a;b\";\"a\"\"b\"\na\"b; \"a\"\n\"a\"b;\"a\"\"\"\"b\"c\"\n;\"\"",
            2
        ),
        [
            "1: a;b|a\"b <\"a;b\";\"a\"\"b\">",
            "2: a\"b| \"a\" <a\"b; \"a\">",
            "3: ab|a\"\"bc\" <\"a\"b;\"a\"\"\"\"b\"c\">",
            "4: | <;\"\">",
        ]
    );
}

#[test]
fn lines_are_counted_through_blank_lines_and_quoted_line_ends() {
    assert_eq!(
        read("\n\r\na;1\r\r\n\n\"x\r\ny\";2\r\nz;3\n", 2),
        ["3: a|1 <a;1>", "6: x\r\ny|2 <\"x\r\ny\";2>", "8: z|3 <z;3>"]
    );
}

#[test]
fn a_ragged_row_is_reported_and_the_rest_is_read() {
    assert_eq!(
        read("a;b\nc\nd;e;f;g\nh;i", 2),
        [
            "1: a|b <a;b>",
            "2! the row has 1 fields, the header has 2 <c>",
            "3! the row has 4 fields, the header has 2 <d;e;f;g>",
            "4: h|i <h;i>",
        ]
    );
}

#[test]
fn an_unclosed_quote_takes_the_rest_and_is_reported() {
    let fault = "2! the row has an unclosed quote";
    assert_eq!(
        read("a;b\nc;\"d\ne;f\n", 2),
        ["1: a|b <a;b>".to_owned(), format!("{fault} <c;\"d\ne;f\n>")]
    );
    assert_eq!(read("a;b\nc;\"d\"\"", 2)[1], format!("{fault} <c;\"d\"\">"));
}

#[test]
fn a_field_over_the_limit_is_reported_with_its_place() {
    let long = "x".repeat(21);
    let text = format!("{};b\na;{long}\n", &long[..20]);
    let mut rows = CsvRowReader::new(
        text.as_bytes(),
        TextPosition {
            byte_offset: 7,
            line: 3,
        },
        shape(2),
    )
    .unwrap();
    assert!(rows.next_row().unwrap().is_ok());
    let bad = rows.next_row().unwrap().unwrap_err();
    assert_eq!(
        bad.fault,
        RowFault::FieldTooLong {
            column: 1,
            bytes: 21,
            limit: 20
        }
    );
    assert_eq!(
        bad.at,
        TextPosition {
            byte_offset: 30,
            line: 4
        }
    );
    assert_eq!(bad.fault.rule(), RuleId::FileLimit);
}

#[test]
fn a_chunk_that_is_no_utf8_is_refused_at_the_byte() {
    let start = TextPosition {
        byte_offset: 10,
        line: 2,
    };
    let refusal = CsvRowReader::new(b"a;\xe7\n", start, shape(2)).unwrap_err();
    assert_eq!(refusal.rule(), RuleId::FileEncoding);
    let bad = InvalidBytes {
        charset: Charset::Utf8,
        byte_offset: 12,
    };
    assert_eq!(refusal, CsvRefusal::Encoding(bad));
}

proptest! {
    #[test]
    fn any_text_is_read_as_the_csv_crate_reads_it(text in "[aç;\"\r\n]{0,40}") {
        let mut rows = CsvRowReader::of_any_width(&text, TextPosition::START, Delimiter::SEMICOLON);
        let mut found: Vec<Vec<String>> = Vec::new();
        let mut is_open = false;
        while let Some(row) = rows.next_row() {
            match row {
                Ok(row) => found.push(row.fields().map(str::to_owned).collect()),
                Err(bad) => is_open = bad.fault == RowFault::Quote,
            }
        }
        let mut expected: Vec<Vec<String>> = csv::ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        if is_open {
            // The csv crate closes the last quote itself.
            expected.pop();
        }
        prop_assert_eq!(found, expected);
    }
}
