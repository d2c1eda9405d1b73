//! Which purchase a row is, and which state of it.

use chrono::Datelike;

use super::registration_month::RegistrationMonth;
use super::validate::{Invoice, Money, Party, Shipping, SupplierPurchase};
use crate::values::instant::Instant;

/// Which purchase of which company; the ids of two companies may be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierPurchaseKey {
    /// The company, 0 where the user said that it is unknown.
    pub company_id: i64,
    /// Its purchase.
    pub id: i64,
}

/// One state of a purchase.
///
/// Of two states the one with the greater `updated_at_micros` is the later. Two of the same
/// instant hold the same when their hashes agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SupplierPurchaseVersion {
    /// Of which purchase.
    pub key: SupplierPurchaseKey,
    /// Where its row is stored.
    pub month: RegistrationMonth,
    /// When it was last changed, µs UTC.
    pub updated_at_micros: i64,
    /// Of everything the row says about the purchase.
    pub version_hash: i64,
    /// Whether the purchase is deleted in this state.
    pub is_deleted: bool,
}

impl SupplierPurchaseVersion {
    /// The state that a purchase was read in.
    pub fn of(purchase: &SupplierPurchase<'_>) -> Self {
        Self {
            key: purchase.key,
            month: RegistrationMonth::from(purchase.registration_date),
            updated_at_micros: purchase.updated_at.micros_utc,
            version_hash: hash(purchase),
            is_deleted: purchase.deletion.is_deleted,
        }
    }
}

/// The first eight bytes, little endian, of BLAKE3 over the values in the order of the columns.
///
/// Every value begins with a byte, 1 when it is there and 0 when not; then, when it is there:
///
/// | value | bytes |
/// |---|---|
/// | whole number | 8, little endian |
/// | `true`, `false` | as the numbers 1 and 0 |
/// | date | as the number of its day, 0001-01-01 being 1 |
/// | text | its length as a number, then its bytes |
/// | amount | its billionths, 16 bytes, little endian; then the code of its currency as text |
/// | time | µs since 1970 in UTC as a number; then the minutes of its offset as a number |
///
/// So no two purchases that differ give the same bytes. The hash is stored: it must not change.
fn hash(purchase: &SupplierPurchase<'_>) -> i64 {
    let SupplierPurchase {
        key,
        registration_date,
        supplier,
        invoice: Invoice { serie, number },
        code,
        amounts,
        notes,
        shipping: Shipping {
            pay_shipping,
            carrier,
        },
        status,
        order_number,
        has_stock_movement_out,
        deletion,
        created_at,
        updated_at,
        extra,
    } = purchase;
    let mut values = VersionHasher::default();
    values.number(Some(key.company_id));
    values.number(Some(key.id));
    values.number(Some(registration_date.num_days_from_ce().into()));
    values.party(supplier);
    values.text(*serie);
    values.text(*number);
    values.number(*code);
    for money in [
        amounts.value_of_items,
        amounts.discount,
        amounts.other_expenses_value,
        amounts.total,
    ] {
        values.money(money);
    }
    values.text(*notes);
    values.flag(*pay_shipping);
    values.party(carrier);
    values.money(amounts.shipping_value);
    values.text(status.map(super::validate::SupplierPurchaseStatus::as_str));
    values.text(*order_number);
    values.flag(*has_stock_movement_out);
    values.flag(deletion.were_stock_movements_deleted);
    values.flag(Some(deletion.is_deleted));
    values.instant(*created_at);
    values.instant(Some(*updated_at));
    values.text(extra.as_deref());
    let digest = values.0.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    i64::from_le_bytes(first)
}

#[derive(Default)]
struct VersionHasher(blake3::Hasher);

impl VersionHasher {
    fn value(&mut self, bytes: Option<&[u8]>) {
        self.0.update(&[u8::from(bytes.is_some())]);
        self.0.update(bytes.unwrap_or_default());
    }

    fn number(&mut self, number: Option<i64>) {
        self.value(
            number
                .map(i64::to_le_bytes)
                .as_ref()
                .map(<[u8; 8]>::as_slice),
        );
    }

    fn flag(&mut self, flag: Option<bool>) {
        self.number(flag.map(i64::from));
    }

    fn text(&mut self, text: Option<&str>) {
        // A length in memory is far below 2^63.
        self.number(text.map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX)));
        self.0.update(text.unwrap_or_default().as_bytes());
    }

    fn money(&mut self, money: Option<Money>) {
        let nanos = money.map(|money| money.amount.nanos().to_le_bytes());
        self.value(nanos.as_ref().map(<[u8; 16]>::as_slice));
        self.text(money.as_ref().map(|money| money.currency.as_str()));
    }

    fn party(&mut self, party: &Party<'_>) {
        self.number(party.id);
        self.text(party.name);
    }

    fn instant(&mut self, instant: Option<Instant>) {
        self.number(instant.map(|instant| instant.micros_utc));
        self.number(
            instant
                .and_then(|instant| instant.offset_minutes)
                .map(i64::from),
        );
    }
}
