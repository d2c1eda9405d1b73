//! The fields of one record about to be written: a version and a style come in, named fields come out, in which oddities and
//! defects are planted. The sheet knows no shape.

use chrono::{DateTime, Datelike, Timelike};

use super::catalogue::{CARRIERS, CURRENCIES, NOTES, supplier_name};
use super::version::{DAY, Moment, SECOND, Status, Version};
use crate::digits::{push_amount, push_padded, push_u64};
use crate::field::{Field, Form};
use crate::rng::Rng;

/// The fields of a supplier purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Id,
    Date,
    SupplierId,
    SupplierName,
    InvoiceSerie,
    InvoiceNumber,
    Code,
    Items,
    ItemsCurrency,
    Discount,
    DiscountCurrency,
    Other,
    OtherCurrency,
    Total,
    TotalCurrency,
    Notes,
    PayShipping,
    CarrierId,
    CarrierName,
    Shipping,
    ShippingCurrency,
    Status,
    OrderNumber,
    MovementOut,
    Deleted,
    Created,
    Updated,
    /// A key that no document knows.
    Unknown,
}

const COUNT: usize = 28;

/// The amounts, each with its currency.
pub(super) const MONEY: [(Key, Key); 5] = [
    (Key::Items, Key::ItemsCurrency),
    (Key::Discount, Key::DiscountCurrency),
    (Key::Other, Key::OtherCurrency),
    (Key::Total, Key::TotalCurrency),
    (Key::Shipping, Key::ShippingCurrency),
];

/// What is done to a record as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// The line ends in the middle.
    Cut,
    /// The whole record is this JSON value instead.
    Whole(&'static str),
    /// The object of this name is this JSON value instead.
    Object(&'static str, &'static str),
    /// This key stands twice.
    Repeat(Key),
    /// One CSV field more than the header has.
    ExtraColumn,
    /// The company of the row is another one.
    OtherCompany,
}

/// How a record is written; nothing of it changes the content.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent habits of writers, each drawn on its own"
)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    /// Blanks between the JSON tokens.
    pub(super) spaced: bool,
    /// Letters beyond ASCII as `\u` escapes.
    pub(super) escaped: bool,
    /// Keys without a value are written as `null`.
    pub(super) nulls: bool,
    /// Amounts without zeros at their end.
    pub(super) trimmed: bool,
    /// Amounts with their sign in CSV, and short words for yes and no.
    pub(super) signed: bool,
}

impl Style {
    /// The style of one copy of a record.
    pub(super) fn drawn(rng: &mut Rng) -> Self {
        Self {
            spaced: rng.chance(4),
            escaped: rng.chance(3),
            nulls: rng.chance(80),
            trimmed: rng.chance(15),
            signed: rng.chance(20),
        }
    }
}

/// One record about to be written.
#[derive(Debug, Default)]
pub(super) struct RecordFields {
    fields: [Field; COUNT],
    pub(super) style: Style,
    pub(super) damage: Option<Damage>,
    /// The CSV row names no currency.
    pub(super) no_currency: bool,
}

impl RecordFields {
    /// A field.
    pub(super) fn field(&self, key: Key) -> &Field {
        &self.fields[key as usize]
    }

    /// A field, to be changed.
    pub(super) fn edit(&mut self, key: Key) -> &mut Field {
        &mut self.fields[key as usize]
    }

    /// Replaces all money by items and a total.
    pub(super) fn bill(&mut self, currency: &str, items: &str, total: &str) {
        self.no_currency = false;
        for (amount, code) in MONEY {
            self.edit(amount).remove();
            self.edit(code).remove();
        }
        for (amount, code, digits) in [
            (Key::Items, Key::ItemsCurrency, items),
            (Key::Total, Key::TotalCurrency, total),
        ] {
            self.edit(amount).raw(digits);
            self.edit(code).text(currency);
        }
    }

    /// Whether a time is written without an offset.
    pub(super) fn lacks_offset(&self) -> bool {
        [Key::Created, Key::Updated].iter().any(|&key| {
            let field = self.field(key);
            let clock = field.bytes.get(11..).unwrap_or_default();
            field.form == Form::Text
                && clock.contains(&b':')
                && !clock.iter().any(|byte| matches!(byte, b'Z' | b'+' | b'-'))
        })
    }

    /// Writes a version over whatever stood there.
    pub(super) fn fill(&mut self, version: &Version, style: Style) {
        self.fields.iter_mut().for_each(Field::remove);
        self.damage = None;
        self.no_currency = false;
        self.style = style;
        self.number(Key::Id, Some(version.id));
        push_day(
            self.edit(Key::Date).begin(Form::Text),
            version.registration_day,
        );
        if let Some((supplier, renamed)) = version.supplier {
            self.number(Key::SupplierId, Some(supplier));
            self.edit(Key::SupplierName)
                .text(&supplier_name(supplier, renamed));
        }
        if let Some(number) = version.invoice {
            self.edit(Key::InvoiceSerie).text("1");
            push_u64(self.edit(Key::InvoiceNumber).begin(Form::Text), number);
        }
        self.number(Key::Code, version.code);
        self.money(version);
        if let Some(note) = version.note {
            self.edit(Key::Notes).text(NOTES[note]);
        }
        self.flag(Key::PayShipping, version.pay_shipping);
        if let Some(carrier) = version.carrier {
            let id = u64::try_from(carrier).expect("a small number") + 1;
            self.number(Key::CarrierId, Some(id));
            self.edit(Key::CarrierName).text(CARRIERS[carrier]);
        }
        match version.status {
            None => {}
            Some(Status::Pending) => self.edit(Key::Status).text("pending"),
            Some(Status::Received) => self.edit(Key::Status).text("received"),
        }
        if let Some(number) = version.order_number {
            let order = self.edit(Key::OrderNumber).begin(Form::Text);
            order.extend_from_slice(b"PC-");
            push_padded(order, number, 6);
        }
        self.flag(Key::MovementOut, version.movement_out);
        self.flag(Key::Deleted, version.deleted);
        if let Some(created) = version.created {
            push_moment(self.edit(Key::Created).begin(Form::Text), created);
        }
        push_moment(self.edit(Key::Updated).begin(Form::Text), version.updated);
    }

    fn money(&mut self, version: &Version) {
        let (amounts, trimmed) = (version.amounts, self.style.trimmed);
        let amounts = [
            amounts.items,
            amounts.discount,
            amounts.other,
            amounts.total,
            amounts.shipping,
        ];
        let currency = CURRENCIES[version.currency];
        for ((amount, code), minor) in MONEY.into_iter().zip(amounts) {
            if let Some(minor) = minor {
                let digits = self.edit(amount).begin(Form::Raw);
                push_amount(digits, minor, currency.decimals, trimmed);
                self.edit(code).text(currency.code);
            }
        }
    }

    fn number(&mut self, key: Key, value: Option<u64>) {
        if let Some(value) = value {
            push_u64(self.edit(key).begin(Form::Raw), value);
        }
    }

    fn flag(&mut self, key: Key, value: Option<bool>) {
        if let Some(value) = value {
            self.edit(key).raw(if value { "true" } else { "false" });
        }
    }
}

fn push_day(out: &mut Vec<u8>, day: i64) {
    let moment = DateTime::from_timestamp_micros(day * DAY).expect("a day of this era");
    push_padded(out, u64::from(moment.year().unsigned_abs()), 4);
    out.push(b'-');
    push_padded(out, u64::from(moment.month()), 2);
    out.push(b'-');
    push_padded(out, u64::from(moment.day()), 2);
}

/// A moment as the documents write it: to the second or the microsecond, at its offset.
fn push_moment(out: &mut Vec<u8>, moment: Moment) {
    let local = moment.utc_micros + moment.offset_minutes * 60 * SECOND;
    push_day(out, local.div_euclid(DAY));
    let clock = DateTime::from_timestamp_micros(local).expect("a moment of this era");
    for (before, part) in [
        (b'T', clock.hour()),
        (b':', clock.minute()),
        (b':', clock.second()),
    ] {
        out.push(before);
        push_padded(out, u64::from(part), 2);
    }
    let micros = local.rem_euclid(SECOND).unsigned_abs();
    if micros > 0 {
        out.push(b'.');
        push_padded(out, micros, 6);
    }
    if moment.offset_minutes == 0 {
        out.push(b'Z');
        return;
    }
    out.push(if moment.offset_minutes < 0 {
        b'-'
    } else {
        b'+'
    });
    let minutes = moment.offset_minutes.unsigned_abs();
    push_padded(out, minutes / 60, 2);
    out.push(b':');
    push_padded(out, minutes % 60, 2);
}
