//! Columns that belong together: a party, an amount, an instant.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Builder, Int16Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;

use super::super::validate::Money;
use crate::values::instant::Instant;
use crate::values::money::Amount;

/// Digits an amount can have (Decimal128).
const PRECISION: u8 = 38;

pub(super) fn amount_type() -> DataType {
    // The scale is 9, which fits an i8.
    DataType::Decimal128(PRECISION, Amount::SCALE.try_into().unwrap_or(i8::MAX))
}

#[derive(Debug, Default)]
pub(super) struct PartyBuilder {
    id: Int64Builder,
    name: StringBuilder,
}

impl PartyBuilder {
    pub(super) fn push(&mut self, id: Option<i64>, name: Option<&str>) {
        self.id.append_option(id);
        self.name.append_option(name);
    }

    pub(super) fn finish(&mut self) -> [ArrayRef; 2] {
        [Arc::new(self.id.finish()), Arc::new(self.name.finish())]
    }
}

#[derive(Debug)]
pub(super) struct MoneyBuilder {
    amount: Decimal128Builder,
    currency: StringBuilder,
}

impl Default for MoneyBuilder {
    fn default() -> Self {
        Self {
            amount: Decimal128Builder::new().with_data_type(amount_type()),
            currency: StringBuilder::new(),
        }
    }
}

impl MoneyBuilder {
    pub(super) fn push(&mut self, money: Option<Money>) {
        self.amount
            .append_option(money.map(|money| money.amount.nanos()));
        self.currency
            .append_option(money.as_ref().map(|money| money.currency.as_str()));
    }

    pub(super) fn finish(&mut self) -> [ArrayRef; 2] {
        [
            Arc::new(self.amount.finish()),
            Arc::new(self.currency.finish()),
        ]
    }
}

#[derive(Debug, Default)]
pub(super) struct InstantBuilder {
    micros: TimestampMicrosecondBuilder,
    offset_minutes: Int16Builder,
}

impl InstantBuilder {
    pub(super) fn push(&mut self, instant: Option<Instant>) {
        self.micros
            .append_option(instant.map(|instant| instant.micros_utc));
        self.offset_minutes
            .append_option(instant.map(|instant| instant.offset_minutes.unwrap_or(0)));
    }

    pub(super) fn finish(&mut self) -> [ArrayRef; 2] {
        let micros = self.micros.finish().with_timezone("UTC");
        [Arc::new(micros), Arc::new(self.offset_minutes.finish())]
    }
}
