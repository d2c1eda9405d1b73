//! The version of a supplier purchase: which of two states is the later.

use chrono::Datelike;

use super::field::{SupplierFieldSpec, SupplierFieldType};
use super::fields::FIELDS;
use super::registration_month::RegistrationMonth;
use super::values::{SupplierPurchase, SupplierPurchaseKey, SupplierValue};
use crate::values::instant::Instant;

/// One state of a purchase.
///
/// Of two states the one with the greater `updated_at_micros` is the later. Two states of the same
/// instant are equal when their hashes are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SupplierPurchaseVersion {
    /// The purchase.
    pub key: SupplierPurchaseKey,
    /// The month of its partition.
    pub month: RegistrationMonth,
    /// Time of the last change, µs UTC.
    pub updated_at_micros: i64,
    /// Hash of all values of the purchase.
    pub version_hash: i64,
    /// Whether the purchase is deleted in this state.
    pub is_deleted: bool,
}

impl SupplierPurchaseVersion {
    /// The version of a purchase.
    pub fn of(purchase: &SupplierPurchase<'_>) -> Self {
        Self {
            key: purchase.key,
            month: RegistrationMonth::from(purchase.registration_date),
            updated_at_micros: purchase.updated_at.micros_utc,
            version_hash: hash(&FIELDS, purchase),
            is_deleted: purchase.values.is_deleted(),
        }
    }
}

/// The first eight bytes, little endian, of BLAKE3 over the company and the values in the order of
/// the columns, then `extra`, then, of each added field with a value, the name of its column as text
/// and the value.
///
/// Every value begins with a byte, 1 when present and 0 when null; when present, it is followed by:
///
/// | value | bytes |
/// |---|---|
/// | whole number | 8, little endian |
/// | `true`, `false` | as the numbers 1 and 0 |
/// | date | as the number of its day; 0001-01-01 is 1 |
/// | text | its length as a number, then its bytes |
/// | amount | its billionths, 16 bytes, little endian; then the code of its currency as text |
/// | time | µs since 1970 in UTC as a number; then the minutes of its offset as a number |
///
/// So different purchases never give the same bytes. The hash is stored: it must not change, also
/// when a field is added.
pub(super) fn hash(fields: &[SupplierFieldSpec], purchase: &SupplierPurchase<'_>) -> i64 {
    let values = &purchase.values;
    let stored = |is_added: bool| {
        let fields = fields.iter().filter(move |spec| spec.is_added == is_added);
        fields.filter_map(|spec| Some((spec.column?, spec, values.get(spec.field))))
    };
    let mut hasher = VersionHasher(Vec::with_capacity(TYPICAL_BYTES));
    hasher.number(Some(purchase.key.company_id));
    for (_, spec, value) in stored(false) {
        hasher.value(spec.field_type, value);
    }
    hasher.text(values.extra.as_deref());
    for (column, spec, value) in stored(true).filter(|(_, _, value)| value.is_some()) {
        hasher.text(Some(column));
        hasher.value(spec.field_type, value);
    }
    let digest = blake3::hash(&hasher.0);
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    i64::from_le_bytes(first)
}

/// Enough for most purchases.
const TYPICAL_BYTES: usize = 1024;

/// Collects the bytes, because BLAKE3 is faster with all of them at once.
struct VersionHasher(Vec<u8>);

impl VersionHasher {
    fn value(&mut self, field_type: SupplierFieldType, value: Option<&SupplierValue<'_>>) {
        match value {
            // The second byte is that of the offset.
            None if field_type == SupplierFieldType::Time => self.instant(None),
            None => self.present(None),
            Some(SupplierValue::Integer(number)) => self.number(Some(*number)),
            Some(SupplierValue::Text(text)) => self.text(Some(text)),
            Some(SupplierValue::Boolean(flag)) => self.number(Some(i64::from(*flag))),
            Some(SupplierValue::Date(date)) => self.number(Some(date.num_days_from_ce().into())),
            Some(SupplierValue::Amount(amount)) => {
                self.present(Some(&amount.nanos().to_le_bytes()));
            }
            Some(SupplierValue::Currency(currency)) => self.text(Some(currency.as_str())),
            Some(SupplierValue::Time(instant)) => self.instant(Some(*instant)),
        }
    }

    fn present(&mut self, bytes: Option<&[u8]>) {
        self.0.push(u8::from(bytes.is_some()));
        self.0.extend_from_slice(bytes.unwrap_or_default());
    }

    fn number(&mut self, number: Option<i64>) {
        let bytes = number.map(i64::to_le_bytes);
        self.present(bytes.as_ref().map(<[u8; 8]>::as_slice));
    }

    fn text(&mut self, text: Option<&str>) {
        // A length in memory is far below 2^63.
        self.number(text.map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX)));
        self.0
            .extend_from_slice(text.unwrap_or_default().as_bytes());
    }

    fn instant(&mut self, instant: Option<Instant>) {
        self.number(instant.map(|instant| instant.micros_utc));
        let offset = instant.and_then(|instant| instant.offset_minutes);
        self.number(offset.map(i64::from));
    }
}
