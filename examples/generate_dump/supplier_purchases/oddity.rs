//! Planted oddities: the fields of a clean version come in, fields that must still be accepted go out, with the rules that
//! they warn by. Some are edges that must warn of nothing.

use super::record_fields::{Key, RecordFields};
use super::version::Version;
use crate::cli::ShapeName;
use crate::field::Form;
use crate::rng::Rng;

/// What can be odd about a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    MoneyNegative,
    MoneyMixed,
    MoneyScale,
    MoneyRounded,
    TotalOff,
    InvoiceNumber,
    NoOffset,
    CreatedLater,
    CreatedFormat,
    UnknownKey,
    NoCurrency,
    EdgeExponent,
    EdgeCent,
    EdgeLarge,
    EdgeZeros,
}

const ALL: [Oddity; 15] = [
    Oddity::MoneyNegative,
    Oddity::MoneyMixed,
    Oddity::MoneyScale,
    Oddity::MoneyRounded,
    Oddity::TotalOff,
    Oddity::InvoiceNumber,
    Oddity::NoOffset,
    Oddity::CreatedLater,
    Oddity::CreatedFormat,
    Oddity::UnknownKey,
    Oddity::NoCurrency,
    Oddity::EdgeExponent,
    Oddity::EdgeCent,
    Oddity::EdgeLarge,
    Oddity::EdgeZeros,
];

impl Oddity {
    /// Any of them.
    pub(super) fn drawn(rng: &mut Rng) -> Self {
        ALL[rng.index(ALL.len())]
    }

    /// Makes the version such that it can show the oddity.
    pub(super) fn prepare(self, version: &mut Version) {
        match self {
            Self::NoOffset => {
                version.updated.offset_minutes = -180;
                if let Some(created) = &mut version.created {
                    created.offset_minutes = -180;
                }
            }
            Self::CreatedLater => {
                let mut later = version.updated;
                later.utc_micros += 1;
                version.created = Some(later);
            }
            Self::NoCurrency => version.currency = 0,
            Self::InvoiceNumber | Self::EdgeZeros => {
                version.invoice = Some(version.invoice.unwrap_or(77));
            }
            _ => {}
        }
    }

    /// The rules that a record of this shape warns by.
    pub(super) fn rules(self, shape: ShapeName) -> &'static [&'static str] {
        let csv = shape == ShapeName::Csv;
        match self {
            Self::MoneyNegative => &["CPL-MONEY-NEG"],
            Self::MoneyMixed => &["CPL-MONEY-MIXED"],
            Self::MoneyScale => &["CPL-MONEY-SCALE"],
            Self::MoneyRounded => &["CPL-MONEY-ROUNDED", "CPL-MONEY-SCALE"],
            Self::TotalOff => &["CPL-TOTAL-CHECK"],
            Self::InvoiceNumber if !csv => &["CPL-INVOICE-STRING"],
            Self::CreatedLater => &["CPL-TS-ORDER"],
            Self::CreatedFormat => &["CPL-TS-FORMAT"],
            Self::UnknownKey if !csv => &["CPL-KEY-UNKNOWN"],
            Self::NoCurrency if csv => &["CPL-MONEY-DEFAULT"],
            // A time without an offset is counted where it is written, because CSV has more of them.
            _ => &[],
        }
    }

    /// Changes the fields of a record.
    pub(super) fn write(self, fields: &mut RecordFields, version: &Version, shape: ShapeName) {
        let csv = shape == ShapeName::Csv;
        match self {
            Self::MoneyNegative => fields.bill("BRL", "-120.50", "-120.50"),
            Self::MoneyMixed => {
                fields.bill("BRL", "500.00", "500.00");
                fields.edit(Key::Shipping).raw("12.30");
                fields.edit(Key::ShippingCurrency).text("USD");
            }
            Self::MoneyScale => fields.bill("BRL", "10.125", "10.125"),
            Self::MoneyRounded => fields.bill("USD", "0.1234567885", "0.1234567885"),
            Self::TotalOff => fields.bill("BRL", "500.00", "505.00"),
            Self::InvoiceNumber if !csv => fields.edit(Key::InvoiceNumber).form = Form::Raw,
            Self::NoOffset => {
                for key in [Key::Created, Key::Updated] {
                    let bytes = &mut fields.edit(key).bytes;
                    bytes.truncate(bytes.len().saturating_sub("-03:00".len()));
                }
            }
            Self::CreatedFormat => fields.edit(Key::Created).text("ontem"),
            Self::UnknownKey if !csv => fields
                .edit(Key::Unknown)
                .raw(r#"{"name":"loja","n":[1,null]}"#),
            Self::NoCurrency => {
                fields.bill("BRL", "100.00", "100.00");
                fields.no_currency = csv;
            }
            Self::EdgeExponent if !csv => fields.bill("BRL", "1.25e2", "12500E-2"),
            Self::EdgeExponent => fields.bill("BRL", "125.00", "125.00"),
            Self::EdgeCent => fields.bill("BRL", "100.00", "99.99"),
            Self::EdgeLarge => {
                fields.bill("BRL", "12345678901234567890.12", "12345678901234567890.12");
            }
            Self::EdgeZeros => {
                let number = version.invoice.unwrap_or(77);
                fields
                    .edit(Key::InvoiceNumber)
                    .text(&format!("{number:09}"));
            }
            Self::InvoiceNumber | Self::UnknownKey | Self::CreatedLater => {}
        }
    }
}
