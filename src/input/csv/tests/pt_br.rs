//! Files of Brazilian programs, and similar ones.

use encoding_rs::WINDOWS_1252;

use super::{ParsedTable, decode, read, read_in};
use crate::input::csv::columns::tests::TestColumns;
use crate::input::csv::delimiter::Delimiter;
use crate::input::csv::dialect::{CsvSample, DialectOverrides, sniff};
use crate::input::csv::encoding::Charset;
use crate::input::csv::refusal::TextPosition;
use crate::rules::RuleId;
use crate::values::pt_br::{DateOrder, DecimalSign};

const ERP: &str = "Descrição;Produto;Preço;Quantidade;Data Hora;Moeda\r\n\
    Calça de algodão;calca-01;R$ 1.234,56;2;31/01/2024 10:00;BRL\r\n\
    \"Boné; \"\"São Paulo\"\"\";bone-7;19,90;1;01/02/2024 08:30;BRL\r\n";

fn assert_erp(table: &ParsedTable) {
    let ParsedTable { layout, rows, bad } = table;
    assert_eq!(layout.delimiter, Delimiter::SEMICOLON);
    let roles: Vec<_> = layout.columns.iter().map(|column| column.role).collect();
    assert_eq!(roles, [None, Some(0), Some(1), Some(2), Some(3), Some(4)]);
    assert_eq!(layout.columns[2].decimal, DecimalSign::Comma);
    assert!(layout.columns[2].decimal_is_proven);
    assert_eq!(layout.columns[4].date_order, DateOrder::DayFirst);
    assert_eq!(rows[0][0], "Calça de algodão");
    assert_eq!(rows[0][2], "R$ 1.234,56");
    assert_eq!(rows[1][0], "Boné; \"São Paulo\"");
    assert!(table.warns_of("unmapped column \"Descrição\""));
    assert!(bad.is_empty());
}

#[test]
fn an_erp_export_reads_the_same_in_every_encoding() {
    let utf16: Vec<u8> = format!("\u{feff}{ERP}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, charset) in [
        (ERP.as_bytes().to_vec(), Charset::Utf8),
        (format!("\u{feff}{ERP}").into_bytes(), Charset::Utf8),
        (
            WINDOWS_1252.encode(ERP).0.into_owned(),
            Charset::Windows1252,
        ),
        (utf16, Charset::Utf16Le),
    ] {
        let table = read(&bytes).unwrap();
        assert_eq!(table.layout.encoding.charset, charset);
        assert_erp(&table);
    }
}

#[test]
fn windows_1252_is_warned_of_with_the_first_byte_that_is_not_utf8() {
    let bytes = WINDOWS_1252.encode(ERP).0;
    let table = read(&bytes).unwrap();
    assert_eq!(table.layout.encoding.first_invalid_byte, Some(6));
    let encoding_warning = table.layout.encoding_warning();
    assert!(encoding_warning.is_some_and(|text| text.contains("offset 6")));
}

#[test]
fn each_decision_names_the_value_and_line_that_made_it() {
    let layout = read(ERP).unwrap().layout;
    let decisions: Vec<_> = layout
        .evidence
        .iter()
        .map(|it| {
            let because = it
                .because
                .as_ref()
                .map(|it| (it.value.as_str(), it.at.line));
            (it.what.as_str(), it.chosen.as_str(), because)
        })
        .collect();
    let header = ERP.lines().next().unwrap();
    assert_eq!(
        decisions,
        [
            ("encoding", "utf-8", None),
            ("delimiter", ";", Some((header, 1))),
            (
                "decimal sign of \"Preço\"",
                "comma",
                Some(("R$ 1.234,56", 2))
            ),
            (
                "date order of \"Data Hora\"",
                "day first",
                Some(("31/01/2024 10:00", 2))
            ),
        ]
    );
    assert_eq!(
        layout.body,
        TextPosition {
            byte_offset: header.len() as u64 + 2,
            line: 2
        }
    );
}

#[test]
fn a_month_first_file_is_read_month_first() {
    let table =
        read("product_id,price,time\nhat,19.99,01/02/2024\ncap,1234.5,01/31/2024\n").unwrap();
    assert_eq!(table.layout.delimiter, Delimiter::COMMA);
    assert_eq!(table.layout.columns[1].decimal, DecimalSign::Point);
    assert_eq!(table.layout.columns[2].date_order, DateOrder::MonthFirst);
}

#[test]
fn dates_of_either_order_are_day_first_beside_portuguese_and_warned_of() {
    for text in [
        "produto;valor;data\na;1,50;05/04/2024\n",
        "produto,price,time\na,1,05/04/2024\n",
        "product_id;price;time\na;19,99;05/04/2024\n",
    ] {
        let table = read(text).unwrap();
        assert_eq!(
            table.layout.columns[2].date_order,
            DateOrder::DayFirst,
            "{text}"
        );
        assert!(table.warns_of("read day first"), "{text}");
    }
}

#[test]
fn commas_in_numbers_do_not_make_the_delimiter() {
    let text = "product_id;price\na;1,5\nb;2,5\nc;3,5\n";
    assert_eq!(read(text).unwrap().layout.delimiter, Delimiter::SEMICOLON);
    let text = "product_id\tnote, short\nx\ta, b\ny\tc, d\n";
    assert_eq!(read(text).unwrap().layout.delimiter, Delimiter::TAB);
    let text = "product_id|price\nx|1,5\ny|z|2,5\n";
    assert_eq!(read(text).unwrap().layout.delimiter, Delimiter::PIPE);
    assert_eq!(read("product_id\na,b\nc\n").unwrap().bad.len(), 1);
}

#[test]
fn property_columns_keep_their_key() {
    let table = read("produto;properties.Cor;propriedades.Tamanho Único\na;azul;\n").unwrap();
    let properties: Vec<_> = table
        .layout
        .columns
        .iter()
        .map(|column| column.property.as_deref())
        .collect();
    assert_eq!(properties, [None, Some("Cor"), Some("Tamanho Único")]);
    assert!(table.layout.warnings.is_empty());
}

#[test]
fn ragged_rows_and_blank_lines_cost_only_themselves() {
    let table = read("product_id,price\na,1.5\n\nb\nc,2.5,x\n\"d\ne\",3.5\n").unwrap();
    assert_eq!(table.rows, [["a", "1.5"], ["d\ne", "3.5"]]);
    assert_eq!(
        table.bad,
        [
            "line 4: the row has 1 fields, the header has 2 <b>",
            "line 5: the row has 3 fields, the header has 2 <c,2.5,x>",
        ]
    );
    assert!(table.warns_of("2 of 4 rows"));
}

#[test]
fn an_unclosed_quote_ends_the_file_with_its_rule_and_place() {
    let refusal = read("product_id,price\na,1.5\n\"b,2.5\nc,3.5\n").unwrap_err();
    assert_eq!(refusal.rule(), RuleId::FileCsvQuote);
    let at = refusal.at().unwrap();
    assert_eq!((at.byte_offset, at.line), (23, 3));
    let refusal = read("\"product_id,price\na,1.5\n").unwrap_err();
    assert_eq!(
        (refusal.rule(), refusal.at().unwrap().line),
        (RuleId::FileCsvQuote, 1)
    );
}

#[test]
fn an_empty_file_and_a_bare_header_are_no_errors() {
    let overrides = DialectOverrides::default();
    for empty in ["", "\r\n\n", "\u{feff}"] {
        assert!(
            read_in(empty.as_bytes(), 5, &overrides).unwrap().is_none(),
            "{empty:?}"
        );
    }
    for header in ["product_id;price", "product_id;price\r\n\r\n"] {
        let table = read(header).unwrap();
        assert!(table.layout.is_header_only && table.rows.is_empty());
    }
    assert!(
        !read("product_id;price\na;1\n")
            .unwrap()
            .layout
            .is_header_only
    );
}

#[test]
fn a_torn_last_record_of_a_sample_decides_nothing() {
    let (encoding, text) = decode(
        b"product_id;price\na;1,50\nb;2.5",
        99,
        &DialectOverrides::default(),
    );
    let text = std::str::from_utf8(&text).unwrap();
    let overrides = DialectOverrides::default();
    let torn = CsvSample {
        text,
        complete: false,
        encoding,
    };
    let layout = sniff(&torn, &TestColumns, &overrides).unwrap().unwrap();
    assert_eq!(layout.columns[1].decimal, DecimalSign::Comma);
    let whole = CsvSample {
        complete: true,
        ..torn
    };
    let layout = sniff(&whole, &TestColumns, &overrides).unwrap().unwrap();
    assert!(
        layout
            .warnings
            .iter()
            .any(|warning| warning.contains("the comma is used"))
    );
}
