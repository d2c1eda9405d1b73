//! The typed columns of a frame, each resolved once, and the row at an index.

use chrono::{DateTime, FixedOffset, NaiveDate};
use polars::prelude::*;

use super::{RowInvoice, RowMoney, RowParty, RowShipping, SupplierPurchaseRow};
use crate::report::ReportError;
use crate::report::supplier_table::{
    ID, REGISTRATION_DATE, STATUS, SUPPLIER_ID, UPDATED_AT, date_of,
};
use crate::values::money::Amount;

const CREATED_AT: &str = "created_at";

/// The columns of a row.
pub(in crate::report) fn columns() -> Vec<Expr> {
    [
        ID,
        REGISTRATION_DATE,
        SUPPLIER_ID,
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
        STATUS,
        "order_number",
        "has_stock_movement_out",
        "were_stock_movements_deleted",
        "is_deleted",
        CREATED_AT,
        "created_at_offset_minutes",
        UPDATED_AT,
        "updated_at_offset_minutes",
        "extra",
    ]
    .map(col)
    .to_vec()
}

/// The typed columns of a frame.
pub(super) struct SupplierRowColumns<'a> {
    id: &'a Int64Chunked,
    registration_date: &'a Int32Chunked,
    supplier: PartyColumns<'a>,
    invoice_serie: &'a StringChunked,
    invoice_number: &'a StringChunked,
    code: &'a Int64Chunked,
    value_of_items: MoneyColumns<'a>,
    discount: MoneyColumns<'a>,
    other_expenses_value: MoneyColumns<'a>,
    total: MoneyColumns<'a>,
    notes: &'a StringChunked,
    pay_shipping: &'a BooleanChunked,
    carrier: PartyColumns<'a>,
    shipping_value: MoneyColumns<'a>,
    status: &'a StringChunked,
    order_number: &'a StringChunked,
    has_stock_movement_out: &'a BooleanChunked,
    were_stock_movements_deleted: &'a BooleanChunked,
    is_deleted: &'a BooleanChunked,
    created_at: TimeColumns<'a>,
    updated_at: TimeColumns<'a>,
    extra: &'a StringChunked,
}

impl<'a> SupplierRowColumns<'a> {
    pub(super) fn of(frame: &'a DataFrame) -> PolarsResult<Self> {
        Ok(Self {
            id: frame.column(ID)?.i64()?,
            registration_date: frame.column(REGISTRATION_DATE)?.date()?.physical(),
            supplier: PartyColumns::of(frame, SUPPLIER_ID, "supplier_name")?,
            invoice_serie: frame.column("invoice_serie")?.str()?,
            invoice_number: frame.column("invoice_number")?.str()?,
            code: frame.column("code")?.i64()?,
            value_of_items: MoneyColumns::of(frame, "value_of_items", "value_of_items_currency")?,
            discount: MoneyColumns::of(frame, "discount", "discount_currency")?,
            other_expenses_value: MoneyColumns::of(
                frame,
                "other_expenses_value",
                "other_expenses_value_currency",
            )?,
            total: MoneyColumns::of(frame, "total", "total_currency")?,
            notes: frame.column("notes")?.str()?,
            pay_shipping: frame.column("pay_shipping")?.bool()?,
            carrier: PartyColumns::of(frame, "carrier_id", "carrier_name")?,
            shipping_value: MoneyColumns::of(frame, "shipping_value", "shipping_value_currency")?,
            status: frame.column(STATUS)?.str()?,
            order_number: frame.column("order_number")?.str()?,
            has_stock_movement_out: frame.column("has_stock_movement_out")?.bool()?,
            were_stock_movements_deleted: frame.column("were_stock_movements_deleted")?.bool()?,
            is_deleted: frame.column("is_deleted")?.bool()?,
            created_at: TimeColumns::of(frame, CREATED_AT, "created_at_offset_minutes")?,
            updated_at: TimeColumns::of(frame, UPDATED_AT, "updated_at_offset_minutes")?,
            extra: frame.column("extra")?.str()?,
        })
    }

    pub(super) fn row(&self, at: usize) -> Result<SupplierPurchaseRow, ReportError> {
        Ok(SupplierPurchaseRow {
            id: self.id.get(at).ok_or_else(|| null_error(ID))?,
            registration_date: self.registration_date(at)?,
            supplier: self.supplier.get(at),
            invoice: RowInvoice {
                serie: text(self.invoice_serie, at),
                number: text(self.invoice_number, at),
            },
            code: self.code.get(at),
            value_of_items: self.value_of_items.get(at)?,
            discount: self.discount.get(at)?,
            other_expenses_value: self.other_expenses_value.get(at)?,
            total: self.total.get(at)?,
            notes: text(self.notes, at),
            shipping: RowShipping {
                pay_shipping: self.pay_shipping.get(at),
                carrier: self.carrier.get(at),
                shipping_value: self.shipping_value.get(at)?,
            },
            status: text(self.status, at),
            order_number: text(self.order_number, at),
            has_stock_movement_out: self.has_stock_movement_out.get(at),
            were_stock_movements_deleted: self.were_stock_movements_deleted.get(at),
            is_deleted: self.is_deleted.get(at).unwrap_or(false),
            created_at: self.created_at.get(at)?,
            updated_at: self
                .updated_at
                .get(at)?
                .ok_or_else(|| null_error(UPDATED_AT))?,
            extra: text(self.extra, at),
        })
    }

    fn registration_date(&self, at: usize) -> Result<NaiveDate, ReportError> {
        let days = self
            .registration_date
            .get(at)
            .ok_or_else(|| null_error(REGISTRATION_DATE))?;
        date_of(days).ok_or_else(|| ReportError::Value {
            column: REGISTRATION_DATE,
            value: days.to_string(),
        })
    }
}

/// The id and name columns of a supplier or carrier.
struct PartyColumns<'a> {
    id: &'a Int64Chunked,
    name: &'a StringChunked,
}

impl<'a> PartyColumns<'a> {
    fn of(frame: &'a DataFrame, id: &str, name: &str) -> PolarsResult<Self> {
        Ok(Self {
            id: frame.column(id)?.i64()?,
            name: frame.column(name)?.str()?,
        })
    }

    fn get(&self, at: usize) -> RowParty {
        RowParty {
            id: self.id.get(at),
            name: text(self.name, at),
        }
    }
}

/// The amount and currency columns of an amount.
struct MoneyColumns<'a> {
    column: &'static str,
    nanos: &'a Int128Chunked,
    currency: &'a StringChunked,
}

impl<'a> MoneyColumns<'a> {
    fn of(frame: &'a DataFrame, column: &'static str, currency: &str) -> PolarsResult<Self> {
        Ok(Self {
            column,
            nanos: frame.column(column)?.decimal()?.physical(),
            currency: frame.column(currency)?.str()?,
        })
    }

    fn get(&self, at: usize) -> Result<RowMoney, ReportError> {
        let amount = match self.nanos.get(at) {
            None => None,
            Some(nanos) => Some(Amount::from_nanos(nanos).ok_or_else(|| ReportError::Value {
                column: self.column,
                value: nanos.to_string(),
            })?),
        };
        Ok(RowMoney {
            amount,
            currency: text(self.currency, at),
        })
    }
}

/// The instant and offset columns of a time.
struct TimeColumns<'a> {
    column: &'static str,
    micros: &'a Int64Chunked,
    offset_minutes: &'a Int16Chunked,
}

impl<'a> TimeColumns<'a> {
    fn of(frame: &'a DataFrame, column: &'static str, offset: &str) -> PolarsResult<Self> {
        Ok(Self {
            column,
            micros: frame.column(column)?.datetime()?.physical(),
            offset_minutes: frame.column(offset)?.i16()?,
        })
    }

    fn get(&self, at: usize) -> Result<Option<DateTime<FixedOffset>>, ReportError> {
        let Some(micros) = self.micros.get(at) else {
            return Ok(None);
        };
        let offset_minutes = self.offset_minutes.get(at).unwrap_or(0);
        let offset = FixedOffset::east_opt(i32::from(offset_minutes) * 60);
        let time = DateTime::from_timestamp_micros(micros)
            .zip(offset)
            .map(|(time, offset)| time.with_timezone(&offset));
        time.map(Some).ok_or_else(|| ReportError::Value {
            column: self.column,
            value: format!("{micros} at {offset_minutes} minutes"),
        })
    }
}

fn text(column: &StringChunked, at: usize) -> Option<String> {
    column.get(at).map(str::to_owned)
}

fn null_error(column: &'static str) -> ReportError {
    ReportError::Value {
        column,
        value: "null".to_owned(),
    }
}
