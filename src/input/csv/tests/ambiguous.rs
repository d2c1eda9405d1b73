//! Ambiguous files, and the options that resolve them.

use super::{ParsedTable, read, read_in};
use crate::input::csv::columns::tests::TestColumns;
use crate::input::csv::dialect::DialectOverrides;
use crate::input::csv::refusal::CsvRefusal;
use crate::rules::RuleId;
use crate::values::pt_br::{DateOrder, DecimalSign};

fn read_decided(text: &str, overrides: &DialectOverrides) -> ParsedTable {
    read_in(text.as_bytes(), 9, overrides).unwrap().unwrap()
}

fn refused(text: &str) -> CsvRefusal {
    let refusal = read(text).unwrap_err();
    assert_eq!(refusal.rule(), RuleId::FileCsvAmbig, "{text}: {refusal}");
    refusal
}

#[test]
fn a_column_of_thousands_or_fractions_is_refused_until_the_user_decides() {
    let text = "product_id;price\na;500\nb;1.234\nc;2.345\n";
    let refusal = refused(text);
    assert_eq!(
        refusal.to_string(),
        "the decimal sign of column \"price\" is ambiguous: \"1.234\" on line 3"
    );
    assert!(refusal.remedy().contains("--decimal"));
    let at = refusal.at().unwrap();
    assert_eq!((at.byte_offset, at.line), (23, 3));
    for sign in [DecimalSign::Comma, DecimalSign::Point] {
        let overrides = DialectOverrides {
            decimal: Some(sign),
            ..DialectOverrides::default()
        };
        assert_eq!(
            read_decided(text, &overrides).layout.columns[1].decimal,
            sign
        );
    }
}

#[test]
fn every_line_of_the_table_of_decimal_signs_holds() {
    use DecimalSign::{Comma, Point};
    // Header, delimiter, prices; then the sign and whether it is confirmed, or a refusal.
    for (header, delimiter, prices, sign) in [
        ("price", ';', "1.234,56 1.234", Some((Comma, true))),
        ("price", ',', "\"19,9\"", Some((Comma, true))),
        ("price", ';', "19.99 1.234", Some((Point, true))),
        ("price", ',', "\"1,234.56\"", Some((Point, true))),
        ("price", ',', "19.99 40", Some((Point, true))),
        ("price", ';', "19.99 19,9", Some((Comma, true))),
        ("price", ',', "19.99 \"19,9\"", Some((Point, true))),
        ("price", ';', "1.234", None),
        ("preco", ',', "1.234", None),
        ("price", ',', "1.234 7", None),
        ("price", ',', "1.234 19.99", Some((Point, true))),
        ("price", '\t', "1.234", None),
        ("price", ';', "1,234", Some((Comma, true))),
        ("price", ',', "\"1,234\"", None),
        ("price", ';', "1,234 1.234", None),
        ("price", ',', "\"1,234\" 1.234", None),
        ("price", ';', "40 7", Some((Comma, false))),
        ("price", ',', "40 x", Some((Point, false))),
    ] {
        let rows = prices.replace(' ', &format!("\np{delimiter}"));
        let text = format!("product_id{delimiter}{header}\np{delimiter}{rows}\n");
        match sign {
            None => assert!(refused(&text).to_string().contains(header)),
            Some(sign) => {
                let column = &read(&text).unwrap().layout.columns[1];
                assert_eq!((column.decimal, column.decimal_is_proven), sign, "{text}");
            }
        }
    }
}

#[test]
fn one_date_slip_in_a_hundred_is_warned_of_and_one_in_fifty_is_refused() {
    let slip = "product_id;price;time\nx;7.50;01/31/2024\n".to_owned();
    let right = "x;7,50;31/01/2024\n";
    let table = read(slip.clone() + &right.repeat(99)).unwrap();
    assert_eq!(table.layout.columns[1].decimal, DecimalSign::Comma);
    assert_eq!(table.layout.columns[2].date_order, DateOrder::DayFirst);
    assert!(table.warns_of("\"7.50\" on line 2: the comma is used"));
    assert!(table.warns_of("the first is \"01/31/2024\" on line 2"));
    let refusal = refused(&(slip + &right.repeat(49)));
    assert_eq!(refusal.at().unwrap().line, 3);
    assert!(
        refusal
            .to_string()
            .ends_with(", but \"01/31/2024\" on line 2")
    );
}

#[test]
fn dates_of_either_order_are_refused_where_nothing_is_portuguese() {
    let text = "product_id,time\na,2024-01-01\nb,05/04/2024\n";
    let refusal = refused(text);
    assert_eq!(refusal.at().unwrap().line, 3);
    assert!(refusal.to_string().contains("\"05/04/2024\""));
    assert!(refusal.remedy().contains("--date-order"));
    for order in [DateOrder::DayFirst, DateOrder::MonthFirst] {
        let overrides = DialectOverrides {
            date_order: Some(order),
            ..DialectOverrides::default()
        };
        assert_eq!(
            read_decided(text, &overrides).layout.columns[1].date_order,
            order
        );
    }
    let iso = read("product_id,time\na,2024-01-01\n").unwrap();
    assert_eq!(iso.layout.columns[1].date_order, DateOrder::YearFirst);
}

#[test]
fn two_equal_delimiters_are_refused_until_the_user_decides() {
    let text = "price;time,quantity\n1;2,3\n4;5,6\n";
    let refusal = refused(text);
    assert!(refusal.to_string().contains("';' and ','"), "{refusal}");
    let delimiter = ",".parse().unwrap();
    let overrides = DialectOverrides {
        delimiter: Some(delimiter),
        ..DialectOverrides::default()
    };
    assert_eq!(read_decided(text, &overrides).rows[0], ["1;2", "3"]);
}

#[test]
fn two_columns_for_one_field_are_refused_until_the_mapping_chooses() {
    let text = "product_id;Preço;valor\na;1,50;2,50\n";
    let refusal = read(text).unwrap_err();
    assert_eq!(refusal.rule(), RuleId::FileHeaderDup);
    assert_eq!(
        refusal.to_string(),
        "columns \"Preço\" and \"valor\" are both mapped to field \"price\""
    );
    let mut overrides = DialectOverrides::default();
    overrides
        .mapping
        .add(&TestColumns, "VALOR", "price")
        .unwrap();
    let layout = read_decided(text, &overrides).layout;
    assert_eq!(
        layout.columns.iter().map(|it| it.role).collect::<Vec<_>>(),
        [Some(0), None, Some(1)]
    );
    let twice = read("product_id,properties.a,propriedades.a\n1,2,3\n").unwrap_err();
    assert_eq!(twice.rule(), RuleId::FileHeaderDup);
}

#[test]
fn the_mapping_wins_over_the_aliases() {
    let mut overrides = DialectOverrides::default();
    overrides
        .mapping
        .add(&TestColumns, "SKU", "product_id")
        .unwrap();
    overrides
        .mapping
        .add(&TestColumns, "price", "quantity")
        .unwrap();
    overrides.mapping.add(&TestColumns, "gone", "time").unwrap();
    let table = read_decided("sku;price\na;1\n", &overrides);
    let roles: Vec<_> = table
        .layout
        .columns
        .iter()
        .map(|column| column.role)
        .collect();
    assert_eq!(roles, [Some(0), Some(2)]);
    assert!(table.warns_of("no column \"gone\""));
    let unknown = overrides
        .mapping
        .add(&TestColumns, "sku", "prise")
        .unwrap_err();
    assert!(unknown.to_string().contains("product_id, price"));
}

#[test]
fn a_file_without_a_known_header_is_refused_with_what_was_found() {
    let refusal = read("1,shirt,9.99\n2,hat,7.50\n").unwrap_err();
    assert_eq!(refusal.rule(), RuleId::FileWrongKind);
    assert!(
        refusal
            .to_string()
            .ends_with("found \"1\", \"shirt\", \"9.99\"")
    );
    assert!(refusal.remedy().contains("product_id, price, quantity"));
}

#[test]
fn a_header_of_too_many_columns_is_refused() {
    let text = "product_id".to_owned() + &",x".repeat(2000);
    assert_eq!(read(text).unwrap_err().rule(), RuleId::FileLimit);
}
