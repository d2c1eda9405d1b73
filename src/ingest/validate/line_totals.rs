//! Purchases with the total of their items. The expected prices are computed by hand.

use super::fixture::TestReader;
use crate::input::mapping::Mapping;
use crate::purchase::PurchaseCsvColumns;
use crate::rules::RuleId;

/// A reader in which `total` is the total.
fn reader() -> TestReader {
    let mut reader = TestReader::new();
    let mapping: &mut Mapping = &mut reader.options.dialect.mapping;
    mapping
        .add(&PurchaseCsvColumns, "total", "total_price")
        .unwrap();
    reader
}

fn json(more: &str) -> String {
    format!(
        r#"{{"external_id":"u","product_id":"p","currency":"BRL","time":"2025-04-05T19:20:00Z",{more}}}"#
    )
}

const AMOUNTS: [&str; 4] = ["price", "total_price", "revenue", "is_refund"];

#[test]
fn the_price_follows_from_the_total_and_the_revenue_is_the_total() {
    use RuleId::{BrzPriceNeg, BrzPriceRounded, BrzPriceScale, BrzTotalRemainder};
    for (more, expected, warned) in [
        (
            r#""total":10.00,"quantity":4"#,
            ["2.500000000", "10.000000000", "10.000000000", "false"],
            &[][..],
        ),
        (
            r#""total":10,"quantity":3"#,
            ["3.333333333", "10.000000000", "10.000000000", "false"],
            &[BrzTotalRemainder],
        ),
        (
            r#""total":7.77"#,
            ["7.770000000", "7.770000000", "7.770000000", "false"],
            &[],
        ),
        (
            r#""total":-20,"quantity":3"#,
            ["-6.666666667", "-20.000000000", "-20.000000000", "true"],
            &[BrzPriceNeg, BrzTotalRemainder],
        ),
        // Too small for a price of nine decimals, and still a refund.
        (
            r#""total":-0.000000001,"quantity":3"#,
            ["0.000000000", "-0.000000001", "-0.000000001", "true"],
            &[BrzPriceScale, BrzPriceNeg, BrzTotalRemainder],
        ),
        // Half of a billionth to even.
        (
            r#""total":1.0000000005,"quantity":2"#,
            ["0.500000000", "1.000000000", "1.000000000", "false"],
            &[BrzPriceRounded, BrzPriceScale],
        ),
    ] {
        let found = reader().validate(json(more).as_bytes());
        assert_eq!(found.broken(), [], "{more}");
        let amounts = AMOUNTS.map(|name| found.column(name)[0].clone().unwrap_or_default());
        assert_eq!(amounts, expected, "{more}");
        assert_eq!(found.warned, warned, "{more}");
    }
}

#[test]
fn a_price_beside_the_total_must_agree_with_it() {
    for (more, expected) in [
        (r#""price":2.50,"total":10.00,"quantity":4"#, None),
        (r#""price":3.333333333,"total":10,"quantity":3"#, None),
        (
            r#""price":2.50,"total":9.00,"quantity":4"#,
            Some(RuleId::BrzTotalConflict),
        ),
        (
            r#""price":3.33,"total":10,"quantity":3"#,
            Some(RuleId::BrzTotalConflict),
        ),
        (r#""price":"x","total":10"#, Some(RuleId::BrzPriceType)),
        (r#""total":"10""#, Some(RuleId::BrzPriceType)),
        (r#""total":null"#, Some(RuleId::BrzPriceRequired)),
        (r#""total":10,"quantity":0"#, Some(RuleId::BrzQtyRange)),
    ] {
        let found = reader().validate(json(more).as_bytes());
        assert_eq!(found.broken(), Vec::from_iter(expected), "{more}");
    }
}

#[test]
fn the_total_of_a_table_is_read_where_it_is_mapped_or_there_is_no_price() {
    let head = "external_id;product_id;currency;time;quantity;";
    let row = "u;p;BRL;2025-04-05T19:20:00Z;3;";
    for (columns, cells, is_mapped, price, total) in [
        (
            "total_price",
            "1.250,50",
            false,
            "416.833333333",
            Some("1250.500000000"),
        ),
        (
            "Total",
            "1.250,50",
            true,
            "416.833333333",
            Some("1250.500000000"),
        ),
        // Beside a price an unmapped total is an undocumented column, whatever it is the total of.
        (
            "price;total_price",
            "5,00;99,00",
            false,
            "5.000000000",
            None,
        ),
        (
            "price;total_price",
            "5,00;1.234",
            false,
            "5.000000000",
            None,
        ),
    ] {
        let text = format!("{head}{columns}\n{row}{cells}\n");
        let reader = if is_mapped {
            reader()
        } else {
            TestReader::new()
        };
        let found = reader.validate(text.as_bytes());
        assert_eq!(found.broken(), [], "{text}");
        assert_eq!(found.column("price"), [Some(price.to_owned())], "{text}");
        let expected = total.map(str::to_owned);
        assert_eq!(found.column("total_price"), [expected], "{text}");
    }
}

#[test]
fn a_total_without_a_price_is_read_from_json_as_well() {
    let found = TestReader::new().validate(json(r#""total_price":9,"quantity":2"#).as_bytes());
    assert_eq!(found.column("price"), [Some("4.500000000".to_owned())]);
    let both = json(r#""price":4,"total_price":9,"quantity":2"#);
    let found = TestReader::new().validate(both.as_bytes());
    assert_eq!(found.column("revenue"), [Some("8.000000000".to_owned())]);
    assert_eq!(found.extras, [r#"{"total_price":9}"#]);
    assert_eq!(found.warned, [RuleId::BrzKeyUnknown]);
}
