//! Cells of delimited text: valid, ambiguous and arbitrary ones.

use proptest::prelude::*;

use super::fixture::TestReader;
use crate::input::csv::columns::ColumnAliases;
use crate::purchase::PurchaseCsvColumns;
use crate::rules::RuleId;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_cell_in_any_column_of_a_purchase_is_accepted_rejected_or_refused(
        cell in "\\PC{0,12}|[0-9,R$ ]{0,9}[^a]|(?s:.){0,9}",
    ) {
        let columns: Vec<&str> = PurchaseCsvColumns.roles().iter().map(|role| role.name).collect();
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        for column in &columns {
            let row = |own: &str| -> String {
                let cells = columns.iter().map(|name| if name == column { own } else { "1" });
                cells.collect::<Vec<_>>().join(";")
            };
            let text = format!("{}\n{}\n{}\n", columns.join(";"), row("1,5"), row(&quoted));
            let outcome = TestReader::new().validate(text.as_bytes());
            prop_assert!(outcome.refusal.is_some() || outcome.read == 2);
        }
    }
}
#[test]
fn a_lone_group_of_three_decimals_is_refused_but_in_tables_that_only_programs_write() {
    for (header, cells, rule) in [
        ("external_id,price", "u,1.234", Some(RuleId::FileCsvAmbig)),
        (
            "external_user_id,price",
            "u,1.234",
            Some(RuleId::FileCsvAmbig),
        ),
        ("external_user_id,id,price", "u,e1,1.234", None),
    ] {
        let text = format!("product_id,currency,time,{header}\np,USD,1712068448,{cells}\n");
        let refusal = TestReader::new().validate(text.as_bytes()).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), rule, "{header}");
    }
}

/// The rules that reject one row, or its price and currency.
fn price_of(header: &str, row: &str) -> Result<(String, String), Vec<RuleId>> {
    let text = format!("external_id;product_id;time;{header}\nu;p;2024-01-31T10:00:00Z;{row}\n");
    let outcome = TestReader::new().validate(text.as_bytes());
    let first = |name: &str| outcome.column(name).into_iter().flatten().next();
    match (first("price"), first("currency")) {
        (Some(price), Some(currency)) => Ok((price, currency)),
        _ => Err(outcome.broken()),
    }
}

#[test]
fn the_sign_of_the_real_is_read_in_a_price_and_as_a_currency() {
    let half = Ok(("0.500000000".to_owned(), "BRL".to_owned()));
    for (header, row) in [
        ("price;currency", "R$ 0,50;BRL"),
        ("price;currency", "R$ 0,50;R$"),
        ("price;currency", "0,50; R$ "),
        ("price;currency", "R$\u{a0}0,50;"),
        ("valor", "R$ 0,50"),
    ] {
        assert_eq!(price_of(header, row), half, "{header} {row}");
    }
    let euro = Ok(("0.500000000".to_owned(), "EUR".to_owned()));
    assert_eq!(price_of("price;currency", "0,50;EUR"), euro);
    for (header, row, rule) in [
        ("valor", "0,50", RuleId::BrzCurRequired),
        ("valor", "R$", RuleId::BrzCurRequired),
        ("price;currency", "0,50;R$ 1", RuleId::BrzCurUnknown),
    ] {
        let broken = price_of(header, row).unwrap_err();
        assert!(broken.contains(&rule), "{header} {row}: {broken:?}");
    }
}
