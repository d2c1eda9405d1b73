//! One purchase as it is about to be written: a row number and a seed come in, a draft of named fields and its exact
//! meaning come out. The draft knows no shape; defects and oddities change it afterwards.

use crate::digits::{push_amount, push_hex, push_padded, push_u64};
use crate::field::{Field, Form};
use crate::purchases::calendar::{Calendar, Order, TimeForm};
use crate::purchases::shop::{
    APPS, CHANNELS, CITIES, COLOURS, CURRENCIES, CURRENCY_SHARES, OFFSETS, PEOPLE, Product, SIZES,
    products,
};
use crate::rng::Rng;

/// The fields of a purchase, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    ExternalId,
    AliasName,
    AliasLabel,
    BrazeId,
    Email,
    Phone,
    AppId,
    ProductId,
    Currency,
    Price,
    Quantity,
    Time,
    Properties,
    UpdateOnly,
    /// A key that no document knows.
    Unknown,
}

impl Key {
    /// How many there are.
    pub(crate) const COUNT: usize = 15;
}

/// What a reader that follows the contract must make of the draft.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Meaning {
    /// Unit price in 1e-9 of the currency.
    pub(crate) price_nanos: i128,
    pub(crate) quantity: i64,
    pub(crate) utc_micros: i64,
    /// Position in [`CURRENCIES`].
    pub(crate) currency: usize,
    /// Position in [`APPS`].
    pub(crate) app: Option<usize>,
}

/// What is done to a record after it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The line ends in the middle.
    Cut,
    /// The first colon is a space.
    NoColon,
    /// The first quote is missing.
    NoQuote,
    /// The whole record is this JSON value instead.
    Whole(&'static str),
    /// A Cloud Data Ingestion payload is this text instead of an object.
    Payload(&'static str),
    /// One CSV field more than the header has.
    ExtraColumn,
    /// Two CSV fields fewer than the header has.
    MissingColumns,
    /// The previous good record of the file again.
    Again,
}

/// One purchase about to be written.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    fields: [Field; Key::COUNT],
    pub(crate) meaning: Meaning,
    pub(crate) offset_minutes: i64,
    pub(crate) damage: Option<Damage>,
    /// A field that is written twice.
    pub(crate) repeat: Option<Key>,
    /// Blanks between the JSON tokens.
    pub(crate) spaced: bool,
    /// Letters beyond ASCII written as `\u` escapes.
    pub(crate) escaped: bool,
    /// Another identifier inside a Cloud Data Ingestion payload.
    pub(crate) conflict: bool,
    /// Identity of the event and of the user, for the Currents shape.
    pub(crate) event: [u64; 2],
    pub(crate) user: u64,
}

impl Draft {
    /// A field.
    pub(crate) fn field(&self, name: Key) -> &Field {
        &self.fields[name as usize]
    }

    /// A field, to be changed.
    pub(crate) fn edit(&mut self, name: Key) -> &mut Field {
        &mut self.fields[name as usize]
    }

    /// Whether the purchase is a refund.
    pub(crate) fn is_refund(&self) -> bool {
        self.meaning.price_nanos < 0
    }

    /// Takes every identifier away.
    pub(crate) fn remove_identifiers(&mut self) {
        for name in [
            Key::ExternalId,
            Key::AliasName,
            Key::AliasLabel,
            Key::BrazeId,
            Key::Email,
            Key::Phone,
        ] {
            self.edit(name).remove();
        }
    }

    /// Sets the currency and a price in its minor units.
    pub(crate) fn set_price(&mut self, currency: usize, minor: i64, trim: bool) {
        let Some(chosen) = CURRENCIES.get(currency) else {
            return;
        };
        self.edit(Key::Currency).text(chosen.code);
        push_amount(
            self.edit(Key::Price).begin(Form::Raw),
            minor,
            chosen.decimals,
            trim,
        );
        self.meaning.currency = currency;
        self.meaning.price_nanos = i128::from(minor)
            * 10_i128.pow(
                9 - u32::try_from(chosen.decimals).expect("a currency has a handful of decimals"),
            );
    }

    /// Sets the quantity, or leaves it out (which means one).
    pub(crate) fn set_quantity(&mut self, quantity: Option<u64>) {
        match quantity {
            None => self.edit(Key::Quantity).remove(),
            Some(number) => push_u64(self.edit(Key::Quantity).begin(Form::Raw), number),
        }
        self.meaning.quantity = i64::try_from(quantity.unwrap_or(1)).expect("a quantity is small");
    }

    /// Writes the time of the draft in the given form.
    pub(crate) fn set_time(&mut self, calendar: &Calendar, form: TimeForm) {
        let (micros, offset) = (self.meaning.utc_micros, self.offset_minutes);
        calendar.push(self.edit(Key::Time).begin(Form::Text), micros, offset, form);
    }
}

/// Draws clean purchases.
#[derive(Debug)]
pub(crate) struct PurchaseGenerator {
    pub(crate) calendar: Calendar,
    pub(crate) order: Order,
    pub(crate) rows: u64,
    products: Vec<Product>,
    customers: u64,
}

impl PurchaseGenerator {
    /// A drawer for a dump of `rows` rows; one customer in about 20 rows.
    pub(crate) fn new(calendar: Calendar, order: Order, rows: u64) -> Self {
        Self {
            calendar,
            order,
            rows,
            products: products(),
            customers: (rows / 20).max(50),
        }
    }

    /// Draws row `row` into `draft`, over whatever stood there.
    pub(crate) fn draw(&self, draft: &mut Draft, row: u64, rng: &mut Rng) {
        draft.damage = None;
        draft.repeat = None;
        draft.conflict = false;
        draft.spaced = rng.chance(4);
        draft.escaped = rng.chance(3);
        draft.event = [rng.next(), rng.next()];
        draft.edit(Key::Unknown).remove();
        self.draw_identity(draft, rng);
        draw_app(draft, rng);
        self.draw_goods(draft, rng);
        draft.meaning.utc_micros = self.calendar.moment(self.order, row, self.rows, rng);
        draft.offset_minutes = weighted(OFFSETS, rng);
        draft.set_time(&self.calendar, TimeForm::Rfc3339);
        draw_properties(draft.edit(Key::Properties).begin(Form::Raw), rng);
        match rng.below(100) {
            0 => draft.edit(Key::UpdateOnly).raw("true"),
            1 if draft.field(Key::AliasName).form == Form::Absent => {
                draft.edit(Key::UpdateOnly).raw("false");
            }
            2 => draft.edit(Key::Properties).remove(),
            _ => {}
        }
    }

    fn draw_identity(&self, draft: &mut Draft, rng: &mut Rng) {
        draft.remove_identifiers();
        draft.edit(Key::UpdateOnly).remove();
        let user = rng.below(self.customers);
        draft.user = user;
        match rng.below(100) {
            0..=5 => {
                let name = draft.edit(Key::AliasName).begin(Form::Text);
                name.extend_from_slice(b"device-");
                push_padded(name, user, 7);
                draft.edit(Key::AliasLabel).text("my_device_identifier");
            }
            6..=11 => push_hex(
                draft.edit(Key::BrazeId).begin(Form::Text),
                user.wrapping_mul(0x9e37_79b9),
                24,
            ),
            12..=15 => {
                let person = rng.pick(&PEOPLE);
                let mail = draft.edit(Key::Email).begin(Form::Text);
                mail.extend_from_slice(person.as_bytes());
                push_u64(mail, user);
                mail.extend_from_slice(b"@example.com");
            }
            16..=17 => {
                let phone = draft.edit(Key::Phone).begin(Form::Text);
                phone.extend_from_slice(b"+55115550");
                push_padded(phone, user % 10_000, 4);
            }
            _ => {
                let id = draft.edit(Key::ExternalId).begin(Form::Text);
                id.extend_from_slice(b"cli-");
                push_padded(id, user, 8);
            }
        }
    }

    fn draw_goods(&self, draft: &mut Draft, rng: &mut Rng) {
        // The product of two even draws: few products sell often, many seldom.
        let first = rng.index(self.products.len());
        let product = &self.products[rng.index(first + 1)];
        draft.edit(Key::ProductId).text(&product.name);
        let currency = weighted(
            CURRENCY_SHARES.map({
                let mut next = 0;
                move |share| {
                    next += 1;
                    (next - 1, share)
                }
            }),
            rng,
        );
        let (times, by) = CURRENCIES[currency].per_cent;
        let percent = i64::try_from(rng.between(70, 115)).expect("a small number");
        let usual = (product.cents * times / by * percent / 100).max(1);
        let minor = match rng.below(1000) {
            0..=14 => -usual,
            15..=19 => 0,
            _ => usual,
        };
        draft.set_price(currency, minor, rng.chance(10));
        draft.set_quantity(match rng.below(1000) {
            0..=549 => None,
            550..=749 => Some(1),
            750..=889 => Some(2),
            890..=989 => Some(rng.between(3, 6)),
            990..=997 => Some(rng.between(7, 40)),
            _ => Some(100),
        });
    }
}

fn draw_app(draft: &mut Draft, rng: &mut Rng) {
    draft.meaning.app = match rng.below(100) {
        0..=2 => None,
        3..=54 => Some(0),
        55..=79 => Some(1),
        80..=93 => Some(2),
        _ => Some(3),
    };
    match draft.meaning.app {
        Some(app) => draft.edit(Key::AppId).text(APPS[app]),
        None => draft.edit(Key::AppId).remove(),
    }
}

fn draw_properties(out: &mut Vec<u8>, rng: &mut Rng) {
    let text = |out: &mut Vec<u8>, before: &str, value: &str| {
        out.extend_from_slice(before.as_bytes());
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    };
    text(out, r#"{"color":""#, rng.pick(&COLOURS));
    text(out, r#","channel":""#, rng.pick(&CHANNELS));
    out.extend_from_slice(br#","checkout_duration":"#);
    push_u64(out, rng.between(12, 900));
    match rng.below(16) {
        0..=5 => text(out, r#","size":""#, rng.pick(&SIZES)),
        6..=8 => out.extend_from_slice(if rng.chance(50) {
            br#","gift":true"#
        } else {
            br#","gift":false"#
        }),
        9 => {
            text(out, r#","tags":["promo",""#, rng.pick(&CHANNELS));
            out.push(b']');
        }
        10 => {
            text(out, r#","delivery":{"city":""#, rng.pick(&CITIES));
            out.extend_from_slice(br#","days":"#);
            push_u64(out, rng.between(1, 20));
            out.push(b'}');
        }
        11 => {
            out.extend_from_slice(br#","weight_kg":"#);
            push_amount(
                out,
                i64::try_from(rng.between(1, 30_000)).expect("a small number"),
                3,
                true,
            );
        }
        12 => text(
            out,
            r#","note":"presente p/ \"tia\"\n","city":""#,
            rng.pick(&CITIES),
        ),
        _ => text(out, r#","city":""#, rng.pick(&CITIES)),
    }
    out.push(b'}');
}

/// One of the values, as often as its share of the sum says.
fn weighted<T: Copy, const N: usize>(choices: [(T, u64); N], rng: &mut Rng) -> T {
    let sum = choices.iter().map(|&(_, share)| share).sum();
    let mut left = rng.below(sum);
    for (value, share) in choices {
        if left < share {
            return value;
        }
        left -= share;
    }
    choices[N - 1].0
}
