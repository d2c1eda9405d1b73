//! What the user says about delimited text.

use super::{JobError, invalid_option};
use crate::cli::{DateOrderArgument, DecimalArgument, ReadArguments};
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::DialectOverrides;
use crate::purchase::PurchaseCsvColumns;
use crate::supplier_purchase::SupplierPurchaseCsvColumns;
use crate::values::pt_br::{DateOrder, DecimalSign};

/// A header may be mapped to a field of either kind when the inputs may hold both.
pub(super) fn dialect(
    arguments: &ReadArguments,
    columns: &dyn ColumnAliases,
    is_only_kind: bool,
) -> Result<DialectOverrides, JobError> {
    let mut dialect = DialectOverrides {
        decimal: arguments.decimal.map(|sign| match sign {
            DecimalArgument::Point => DecimalSign::Point,
            DecimalArgument::Comma => DecimalSign::Comma,
        }),
        date_order: arguments.date_order.map(|order| match order {
            DateOrderArgument::Ymd => DateOrder::YearFirst,
            DateOrderArgument::Dmy => DateOrder::DayFirst,
            DateOrderArgument::Mdy => DateOrder::MonthFirst,
        }),
        ..DialectOverrides::default()
    };
    if let Some(text) = &arguments.delimiter {
        let parsed = text.parse();
        dialect.delimiter =
            Some(parsed.map_err(|_not| invalid_option("--delimiter", text, "one of ; , | tab"))?);
    }
    if let Some(text) = &arguments.encoding {
        let expected = "utf-8, utf-16le, utf-16be or windows-1252";
        let parsed = text.parse();
        dialect.encoding =
            Some(parsed.map_err(|_unknown| invalid_option("--encoding", text, expected))?);
    }
    for entry in &arguments.mapping {
        let (header, field) = entry
            .rsplit_once('=')
            .ok_or_else(|| invalid_option("--map", entry, "of the form HEADER=FIELD"))?;
        match dialect.mapping.add(columns, header, field) {
            Err(unknown) if is_only_kind || !is_field_of_any_kind(field) => {
                return Err(invalid_option("--map", entry, &unknown.to_string()));
            }
            _ => {}
        }
    }
    Ok(dialect)
}

fn is_field_of_any_kind(field: &str) -> bool {
    let tables: [&dyn ColumnAliases; 2] = [&PurchaseCsvColumns, &SupplierPurchaseCsvColumns];
    tables
        .iter()
        .flat_map(|columns| columns.roles())
        .any(|role| role.name == field)
}
