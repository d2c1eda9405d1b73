//! Answers as CSV tables: RFC 4180, a header line, lines ended by CR LF.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};

use super::amount_text::amount_text;
use super::{Answer, Format, RenderError, supplier_purchases, supplier_summary};
use crate::values::text::is_formula;

pub(super) fn write(answer: &Answer) -> Result<Vec<u8>, RenderError> {
    if let Answer::SupplierPurchases(page) = answer {
        return supplier_purchases::page_rows(page, Format::Csv);
    }
    let mut bytes = Vec::new();
    let mut table = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(&mut bytes);
    write_table(answer, &mut table)?;
    table.flush().map_err(csv::Error::from)?;
    drop(table);
    Ok(bytes)
}

fn write_table(answer: &Answer, table: &mut Writer<&mut Vec<u8>>) -> Result<(), csv::Error> {
    match answer {
        Answer::QuantitySeries(series) => {
            table.write_record(["time", "purchase_quantity"])?;
            for point in &series.points {
                let quantity = point.purchase_quantity.to_string();
                table.write_record([text_cell(&point.time).as_ref(), &quantity])?;
            }
        }
        Answer::RevenueSeries(series) => {
            let decimals = series.decimals();
            let currency = series.currency_code().unwrap_or_default();
            table.write_record(["time", "revenue", "currency"])?;
            for point in &series.points {
                let revenue = amount_text(point.revenue, decimals);
                table.write_record([text_cell(&point.time).as_ref(), &revenue, currency])?;
            }
        }
        Answer::ProductList(list) => {
            table.write_record(["product_id"])?;
            for product in &list.products {
                table.write_record([text_cell(product).as_ref()])?;
            }
        }
        // Written above, by the writer that also writes the whole list.
        Answer::SupplierPurchases(_) => {}
        Answer::SupplierSummary(summary) => supplier_summary::summary_table(summary, table)?,
    }
    Ok(())
}

/// A text as a CSV cell that a spreadsheet does not run as a formula: a text that begins like a
/// formula is prefixed with `'` (OWASP, "CSV Injection"), and so is a text that already looks
/// prefixed, so that a reader can remove the prefix again. Numbers are not passed through here.
pub(super) fn text_cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
