//! Any table, written by the csv crate in any dialect, is read back unchanged.

use proptest::prelude::*;

use super::read_in;
use crate::input::csv::dialect::DialectOverrides;

const HEADERS: [&str; 5] = [
    "product_id",
    "quantity",
    "Moeda",
    "external_id",
    "Observação",
];

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zçã0-9 ]{1,8}",
        2 => "[a,;|\t\"\r\n. ]{0,8}",
        1 => Just(String::new()),
    ]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (2..=HEADERS.len())
        .prop_flat_map(|width| prop::collection::vec(prop::collection::vec(cell(), width), 0..12))
}

fn written(rows: &[Vec<String>], width: usize, dialect: &Dialect) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(dialect.delimiter)
        .terminator(dialect.terminator)
        .quote_style(dialect.quotes)
        .from_writer(Vec::new());
    writer.write_record(&HEADERS[..width]).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

#[derive(Clone, Debug)]
struct Dialect {
    delimiter: u8,
    terminator: csv::Terminator,
    quotes: csv::QuoteStyle,
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let terminators = [
        csv::Terminator::CRLF,
        csv::Terminator::Any(b'\n'),
        csv::Terminator::Any(b'\r'),
    ];
    let quotes = [csv::QuoteStyle::Necessary, csv::QuoteStyle::Always];
    (
        prop::sample::select(&b";,\t|"[..]),
        prop::sample::select(terminators.to_vec()),
        prop::sample::select(quotes.to_vec()),
    )
        .prop_map(|(delimiter, terminator, quotes)| Dialect {
            delimiter,
            terminator,
            quotes,
        })
}

proptest! {
    #[test]
    fn sniffing_and_reading_give_the_table_back(
        rows in table(),
        dialect in dialect(),
        size in 1..200_usize,
    ) {
        let width = rows.first().map_or(2, Vec::len);
        let bytes = written(&rows, width, &dialect);
        let table = read_in(&bytes, size, &DialectOverrides::default()).unwrap().unwrap();
        prop_assert_eq!(table.layout.delimiter.as_byte(), dialect.delimiter);
        let header: Vec<_> = table.layout.header().collect();
        prop_assert_eq!(header, &HEADERS[..width]);
        prop_assert_eq!(table.rows, rows);
        prop_assert!(table.bad.is_empty());
    }
}
