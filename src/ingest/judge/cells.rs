//! Cells of delimited text: what a column holds, and what it never should.

use proptest::prelude::*;

use super::fixture::Reading;
use crate::purchase::PurchaseCsvColumns;
use crate::source::csv::columns::Columns;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_cell_in_any_column_of_a_purchase_gets_a_verdict(
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
            let verdicts = Reading::new().judge(text.as_bytes());
            prop_assert!(verdicts.refusal.is_some() || verdicts.read == 2);
        }
    }
}
