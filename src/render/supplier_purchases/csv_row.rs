//! Supplier purchases as rows of a CSV table.

use std::borrow::Cow;
use std::io::Write;

use chrono::{DateTime, FixedOffset};

use super::purchase_json::time_text;
use crate::render::amount_text::money_text;
use crate::render::csv::text_cell;
use crate::report::{RowInvoice, RowMoney, RowParty, RowShipping, SupplierPurchaseRow};

/// The columns of a file of supplier purchases, CSV or Parquet: the company, then the columns of
/// the table in their order, without `version_hash` and the lineage columns.
pub(super) const COLUMNS: [&str; 32] = [
    "company_id",
    "id",
    "registration_date",
    "supplier_id",
    "supplier_name",
    "invoice_serie",
    "invoice_number",
    "code",
    "value_of_items",
    "value_of_items_currency",
    "discount",
    "discount_currency",
    "other_expenses_value",
    "other_expenses_value_currency",
    "total",
    "total_currency",
    "notes",
    "pay_shipping",
    "carrier_id",
    "carrier_name",
    "shipping_value",
    "shipping_value_currency",
    "status",
    "order_number",
    "has_stock_movement_out",
    "were_stock_movements_deleted",
    "is_deleted",
    "created_at",
    "created_at_offset_minutes",
    "updated_at",
    "updated_at_offset_minutes",
    "extra",
];

/// Writes a purchase; unknown values are empty cells.
pub(super) fn write_row(
    company_id: i64,
    row: &SupplierPurchaseRow,
    table: &mut csv::Writer<impl Write>,
) -> Result<(), csv::Error> {
    let mut cells = PurchaseCsvRow { table };
    cells.number(Some(company_id))?;
    cells.number(Some(row.id))?;
    cells.plain(&row.registration_date.to_string())?;
    cells.party(&row.supplier)?;
    let RowInvoice { serie, number } = &row.invoice;
    cells.text(serie.as_deref())?;
    cells.text(number.as_deref())?;
    cells.number(row.code)?;
    for money in [
        &row.value_of_items,
        &row.discount,
        &row.other_expenses_value,
        &row.total,
    ] {
        cells.money(money)?;
    }
    cells.text(row.notes.as_deref())?;
    let RowShipping {
        pay_shipping,
        carrier,
        shipping_value,
    } = &row.shipping;
    cells.flag(*pay_shipping)?;
    cells.party(carrier)?;
    cells.money(shipping_value)?;
    cells.text(row.status.as_deref())?;
    cells.text(row.order_number.as_deref())?;
    cells.flag(row.has_stock_movement_out)?;
    cells.flag(row.were_stock_movements_deleted)?;
    cells.flag(Some(row.is_deleted))?;
    cells.time(row.created_at.as_ref())?;
    cells.time(Some(&row.updated_at))?;
    cells.text(row.extra.as_deref())?;
    table.write_record(None::<&[u8]>)
}

/// Minutes east of UTC.
pub(super) fn offset_minutes(time: &DateTime<FixedOffset>) -> i32 {
    time.offset().local_minus_utc() / 60
}

/// A CSV row, written cell by cell.
struct PurchaseCsvRow<'a, W: Write> {
    table: &'a mut csv::Writer<W>,
}

impl<W: Write> PurchaseCsvRow<'_, W> {
    fn plain(&mut self, text: &str) -> Result<(), csv::Error> {
        self.table.write_field(text)
    }

    fn text(&mut self, text: Option<&str>) -> Result<(), csv::Error> {
        let text = text.map_or(Cow::Borrowed(""), text_cell);
        self.plain(&text)
    }

    fn number(&mut self, number: Option<i64>) -> Result<(), csv::Error> {
        self.plain(&number.map_or_else(String::new, |number| number.to_string()))
    }

    fn flag(&mut self, flag: Option<bool>) -> Result<(), csv::Error> {
        self.plain(match flag {
            Some(true) => "true",
            Some(false) => "false",
            None => "",
        })
    }

    fn party(&mut self, party: &RowParty) -> Result<(), csv::Error> {
        let RowParty { id, name } = party;
        self.number(*id)?;
        self.text(name.as_deref())
    }

    fn money(&mut self, money: &RowMoney) -> Result<(), csv::Error> {
        let RowMoney { amount, currency } = money;
        let currency = currency.as_deref();
        let amount = amount.map(|amount| money_text(amount, currency));
        self.plain(&amount.unwrap_or_default())?;
        self.text(currency)
    }

    fn time(&mut self, time: Option<&DateTime<FixedOffset>>) -> Result<(), csv::Error> {
        self.plain(&time.map(time_text).unwrap_or_default())?;
        self.number(time.map(|time| i64::from(offset_minutes(time))))
    }
}
