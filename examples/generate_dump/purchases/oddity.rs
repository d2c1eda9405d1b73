//! Planted oddities: a clean draft comes in, a draft that must still be accepted goes out, with the codes of the
//! warnings that it must raise. Some are edges that must raise none.

use std::iter::repeat_n;

use crate::digits::push_padded;
use crate::field::Form;
use crate::purchases::calendar::TimeForm;
use crate::purchases::draft::{Draft, Key, PurchaseGenerator};
use crate::purchases::shape::Shape;
use crate::purchases::shop::{BRL, JPY, RETIRED};
use crate::rng::Rng;

/// What can be odd about a record that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    CurrencyCase,
    CurrencyRetired,
    QuantityNull,
    QuantityFloat,
    NoOffset,
    OffsetForm,
    TimeSpace,
    LeapSecond,
    PriceScale,
    PriceRounded,
    TwoIdentifiers,
    EmailBesideId,
    ProductSpace,
    UnknownKey,
    LongString,
    NullProperty,
    ArrayDate,
    AliasNotUpdateOnly,
    CdiConflict,
    EdgeQuantity,
    EdgeProduct,
    EdgeExternalId,
    EdgeExponent,
    EdgeNineDecimals,
    EdgeEmptyProperties,
    EdgeWholeSecondFraction,
}

/// The order in which they are dealt out.
const DEALT: [Oddity; 26] = [
    Oddity::CurrencyCase,
    Oddity::QuantityNull,
    Oddity::QuantityFloat,
    Oddity::NoOffset,
    Oddity::UnknownKey,
    Oddity::PriceRounded,
    Oddity::PriceScale,
    Oddity::EdgeQuantity,
    Oddity::CurrencyRetired,
    Oddity::OffsetForm,
    Oddity::TimeSpace,
    Oddity::LeapSecond,
    Oddity::TwoIdentifiers,
    Oddity::EmailBesideId,
    Oddity::EdgeProduct,
    Oddity::ProductSpace,
    Oddity::LongString,
    Oddity::NullProperty,
    Oddity::ArrayDate,
    Oddity::AliasNotUpdateOnly,
    Oddity::EdgeExponent,
    Oddity::EdgeNineDecimals,
    Oddity::EdgeEmptyProperties,
    Oddity::EdgeWholeSecondFraction,
    Oddity::EdgeExternalId,
    Oddity::CdiConflict,
];

impl Oddity {
    /// The oddity of the `nth` odd record of a dump.
    pub(crate) fn dealt(nth: u64) -> Self {
        let count = u64::try_from(DEALT.len()).expect("a length fits 64 bits");
        DEALT[usize::try_from(nth % count).expect("smaller than the length")]
    }

    /// Whether a record of this shape can show the oddity. Where it cannot, the record stays as its value demands but
    /// in ordinary form, so that the accepted values are the same in every shape.
    fn shows_in(self, shape: Shape) -> bool {
        match self {
            Self::QuantityNull | Self::UnknownKey => {
                shape != Shape::Csv && !self.hidden_in_currents(shape)
            }
            Self::CdiConflict => shape == Shape::CdiNdjson,
            _ => !self.hidden_in_currents(shape),
        }
    }

    /// Currents events have no quantity, an epoch for a time and always both of their identifiers.
    fn hidden_in_currents(self, shape: Shape) -> bool {
        shape == Shape::CurrentsNdjson
            && matches!(
                self,
                Self::QuantityNull
                    | Self::QuantityFloat
                    | Self::NoOffset
                    | Self::OffsetForm
                    | Self::TimeSpace
                    | Self::LeapSecond
                    | Self::TwoIdentifiers
                    | Self::EmailBesideId
                    | Self::AliasNotUpdateOnly
            )
    }

    /// The warnings that the record must raise in this shape.
    pub(crate) fn rules(self, shape: Shape) -> &'static [&'static str] {
        if !self.shows_in(shape) {
            return &[];
        }
        match self {
            Self::CurrencyCase => &["BRZ-CUR-CASE"],
            Self::CurrencyRetired => &["BRZ-CUR-RETIRED"],
            Self::QuantityNull => &["BRZ-QTY-NULL"],
            Self::QuantityFloat => &["BRZ-QTY-FLOAT"],
            Self::NoOffset => &["BRZ-TIME-NOOFFSET"],
            Self::OffsetForm => &["BRZ-TIME-OFFSETFORM"],
            Self::TimeSpace => &["BRZ-TIME-SPACE"],
            Self::LeapSecond => &["BRZ-TIME-LEAP"],
            Self::PriceScale => &["BRZ-PRICE-SCALE"],
            Self::PriceRounded => &["BRZ-PRICE-ROUNDED", "BRZ-PRICE-SCALE"],
            Self::TwoIdentifiers => &["BRZ-ID-MULTI"],
            Self::EmailBesideId => &["BRZ-EMAIL-FORM", "BRZ-ID-MULTI"],
            Self::ProductSpace => &["BRZ-PRODUCT-SPACE"],
            Self::UnknownKey => &["BRZ-KEY-UNKNOWN"],
            Self::LongString => &["BRZ-PROP-STR-LEN"],
            Self::NullProperty => &["BRZ-PROP-NULL"],
            Self::ArrayDate => &["BRZ-PROP-ARRAY-DATE"],
            Self::AliasNotUpdateOnly => &["BRZ-UPDONLY-ALIAS"],
            Self::CdiConflict => &["BRZ-CDI-CONFLICT"],
            Self::EdgeQuantity
            | Self::EdgeProduct
            | Self::EdgeExternalId
            | Self::EdgeExponent
            | Self::EdgeNineDecimals
            | Self::EdgeEmptyProperties
            | Self::EdgeWholeSecondFraction => &[],
        }
    }

    /// Makes the draft odd.
    pub(crate) fn plant(
        self,
        draft: &mut Draft,
        rng: &mut Rng,
        shape: Shape,
        generator: &PurchaseGenerator,
    ) {
        match self {
            Self::CurrencyCase
            | Self::CurrencyRetired
            | Self::PriceScale
            | Self::PriceRounded
            | Self::EdgeExponent => {
                self.plant_money(draft, rng, shape);
            }
            Self::QuantityNull | Self::QuantityFloat | Self::EdgeQuantity => {
                self.plant_quantity(draft, rng, shape);
            }
            Self::NoOffset
            | Self::OffsetForm
            | Self::TimeSpace
            | Self::LeapSecond
            | Self::EdgeWholeSecondFraction => self.plant_time(draft, rng, generator),
            Self::TwoIdentifiers
            | Self::EmailBesideId
            | Self::AliasNotUpdateOnly
            | Self::CdiConflict
            | Self::EdgeExternalId => self.plant_identity(draft),
            Self::ProductSpace => {
                draft.edit(Key::ProductId).text(rng.pick(&[
                    " Caneca azul",
                    "Caneca azul ",
                    "Caneca\tazul",
                ]));
            }
            Self::EdgeProduct => {
                let letter = rng.pick(&["ç", "p", "語", "😀"]);
                draft
                    .edit(Key::ProductId)
                    .text(&repeat_n(letter, 255).collect::<String>());
            }
            Self::UnknownKey if self.shows_in(shape) => draft.edit(Key::Unknown).text("gold"),
            Self::UnknownKey => {}
            Self::LongString => {
                let text: String = repeat_n("longo ", 50).collect();
                draft
                    .edit(Key::Properties)
                    .raw(&format!(r#"{{"color":"red","note":"{text}"}}"#));
            }
            Self::NullProperty => draft
                .edit(Key::Properties)
                .raw(r#"{"color":"red","size":null}"#),
            Self::ArrayDate => {
                draft
                    .edit(Key::Properties)
                    .raw(r#"{"color":"red","seen":["2026-10-05T10:00:00Z"]}"#);
            }
            Self::EdgeEmptyProperties => draft.edit(Key::Properties).raw("{}"),
            Self::EdgeNineDecimals => plant_nanos(draft, rng),
        }
    }

    fn plant_money(self, draft: &mut Draft, rng: &mut Rng, shape: Shape) {
        let cents = i64::try_from(rng.between(100, 99_999)).expect("a small number");
        match self {
            Self::CurrencyCase => {
                let code = draft.edit(Key::Currency);
                if rng.chance(70) {
                    code.bytes.make_ascii_lowercase();
                } else {
                    code.bytes[1..].make_ascii_lowercase();
                }
            }
            Self::CurrencyRetired => {
                draft.set_price(RETIRED[rng.index(RETIRED.len())], cents, false);
            }
            Self::PriceScale if rng.chance(50) => {
                draft.set_price(JPY, cents, false);
                draft.edit(Key::Price).bytes.extend_from_slice(b".5");
                draft.meaning.price_nanos += 500_000_000;
            }
            Self::PriceScale => {
                draft.set_price(BRL, cents, false);
                draft.edit(Key::Price).bytes.push(b'5');
                draft.meaning.price_nanos += 5_000_000;
            }
            Self::PriceRounded => plant_rounded(draft, rng),
            // CSV texts are normalised before they are numbers, and exponents are no everyday CSV.
            _ if shape == Shape::Csv => draft.set_price(BRL, cents * 100, true),
            _ => {
                draft.set_price(BRL, cents * 100, true);
                draft.edit(Key::Price).bytes.extend_from_slice(b"0e-1");
            }
        }
    }

    fn plant_quantity(self, draft: &mut Draft, rng: &mut Rng, shape: Shape) {
        match self {
            Self::QuantityNull => {
                draft.set_quantity(None);
                if self.shows_in(shape) {
                    draft.edit(Key::Quantity).raw("null");
                }
            }
            Self::QuantityFloat => {
                draft.set_quantity(Some(rng.between(1, 9)));
                draft.edit(Key::Quantity).bytes.extend_from_slice(b".0");
            }
            _ => draft.set_quantity(Some([1, 100, 99][rng.index(3)])),
        }
    }

    fn plant_time(self, draft: &mut Draft, rng: &mut Rng, generator: &PurchaseGenerator) {
        let calendar = &generator.calendar;
        match self {
            Self::NoOffset => draft.set_time(calendar, TimeForm::NoOffset),
            Self::OffsetForm => {
                draft.offset_minutes = -180;
                let forms = [
                    TimeForm::OffsetWithoutColon,
                    TimeForm::OffsetHoursOnly,
                    TimeForm::OffsetOneDigit,
                ];
                draft.set_time(calendar, forms[rng.index(3)]);
            }
            Self::TimeSpace => draft.set_time(calendar, TimeForm::Space),
            Self::LeapSecond => {
                let day = calendar.day_index(draft.meaning.utc_micros);
                let since_midnight = draft.meaning.utc_micros.rem_euclid(86_400_000_000);
                draft.meaning.utc_micros += 86_399_000_000 - since_midnight;
                draft
                    .edit(Key::Time)
                    .text(&format!("{}T23:59:60Z", calendar.date(day)));
            }
            _ => draft.set_time(calendar, TimeForm::NineDecimals),
        }
    }

    fn plant_identity(self, draft: &mut Draft) {
        draft.remove_identifiers();
        draft.edit(Key::UpdateOnly).remove();
        draft.edit(Key::ExternalId).text("cli-00000001");
        match self {
            Self::TwoIdentifiers => draft.edit(Key::Email).text("ana1@example.com"),
            Self::EmailBesideId => draft.edit(Key::Email).text("ana1.example.com"),
            Self::AliasNotUpdateOnly => {
                draft.remove_identifiers();
                draft.edit(Key::AliasName).text("device-0000001");
                draft.edit(Key::AliasLabel).text("my_device_identifier");
                draft.edit(Key::UpdateOnly).raw("false");
            }
            Self::CdiConflict => draft.conflict = true,
            _ => draft
                .edit(Key::ExternalId)
                .text(&repeat_n("x", 987).collect::<String>()),
        }
    }
}

/// Twelve decimals, of which nine are kept; one in three lies exactly half-way, where the even neighbour is right.
fn plant_rounded(draft: &mut Draft, rng: &mut Rng) {
    draft.set_price(BRL, 0, false);
    let whole = rng.between(1, 500);
    let kept = rng.below(1_000_000_000);
    let cut = if rng.chance(33) {
        500
    } else {
        rng.between(1, 999)
    };
    let price = draft.edit(Key::Price).begin(Form::Raw);
    crate::digits::push_u64(price, whole);
    price.push(b'.');
    push_padded(price, kept, 9);
    push_padded(price, cut, 3);
    let up = cut > 500 || (cut == 500 && kept % 2 == 1);
    draft.meaning.price_nanos = i128::from(whole * 1_000_000_000 + kept + u64::from(up));
}

/// Nine decimals of which two are significant: nothing is odd about that.
fn plant_nanos(draft: &mut Draft, rng: &mut Rng) {
    let cents = i64::try_from(rng.between(100, 99_999)).expect("a small number");
    draft.set_price(BRL, cents, false);
    draft.edit(Key::Price).bytes.extend_from_slice(b"0000000");
}
