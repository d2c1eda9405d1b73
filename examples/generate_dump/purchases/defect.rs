//! Planted defects: a clean draft comes in, a draft that breaks exactly one rule goes out, with the code of that rule.

use std::iter::repeat_n;

use crate::field::Form;
use crate::purchases::calendar::Calendar;
use crate::purchases::draft::{Damage, Draft, Key};
use crate::purchases::shape::Shape;
use crate::rng::Rng;

/// The defects of a record; one for each rule that a single record can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    IdRequired,
    IdType,
    AliasShape,
    ExtidLen,
    EmailForm,
    ProductRequired,
    ProductLen,
    AppType,
    CurRequired,
    CurUnknown,
    PriceRequired,
    PriceType,
    QtyType,
    QtyRange,
    TimeRequired,
    TimeFormat,
    TimeRange,
    PropObject,
    PropNameEmpty,
    PropNameLen,
    PropNameDollar,
    PropReserved,
    PropSize,
    UpdonlyType,
    KeyDup,
    RecordObject,
    JsonSyntax,
    CsvColumns,
    CdiPayload,
    CurrentsDup,
}

/// The order in which they are planted, so that even a small dump has each.
const DEALT: [Defect; 27] = [
    Defect::PriceType,
    Defect::QtyRange,
    Defect::JsonSyntax,
    Defect::TimeFormat,
    Defect::CurUnknown,
    Defect::IdRequired,
    Defect::ProductRequired,
    Defect::QtyType,
    Defect::KeyDup,
    Defect::PriceRequired,
    Defect::TimeRequired,
    Defect::CurRequired,
    Defect::TimeRange,
    Defect::PropReserved,
    Defect::PropObject,
    Defect::PropNameEmpty,
    Defect::PropNameDollar,
    Defect::PropNameLen,
    Defect::EmailForm,
    Defect::IdType,
    Defect::AliasShape,
    Defect::AppType,
    Defect::UpdonlyType,
    Defect::RecordObject,
    Defect::ProductLen,
    Defect::ExtidLen,
    Defect::PropSize,
];

impl Defect {
    /// The defect of the `nth` dirty record of a dump, as the JSON shapes have it. A properties object of 51 kB is
    /// planted only every eighth time; otherwise it would make up most of a dump.
    pub(crate) fn dealt(nth: u64) -> Self {
        let count = u64::try_from(DEALT.len()).expect("a length fits 64 bits");
        let at = usize::try_from(nth % count).expect("smaller than the length");
        match DEALT[at] {
            Self::PropSize if !(nth / count).is_multiple_of(8) => Self::QtyRange,
            other => other,
        }
    }

    /// The replacement of this defect in a shape that cannot have it. The record is rejected in every shape (or, in
    /// the Currents shape, dropped as a duplicate), so the accepted records are the same in all of them.
    pub(crate) fn in_shape(self, shape: Shape, syntax: bool) -> Self {
        match (shape, self) {
            (Shape::Document, Self::JsonSyntax) => Self::RecordObject,
            (Shape::Csv, Self::IdType | Self::AppType | Self::RecordObject | Self::JsonSyntax) => {
                Self::CsvColumns
            }
            (Shape::CdiNdjson, Self::RecordObject) => Self::CdiPayload,
            (
                Shape::CurrentsNdjson,
                Self::AliasShape
                | Self::EmailForm
                | Self::QtyType
                | Self::QtyRange
                | Self::UpdonlyType,
            ) => Self::CurrentsDup,
            (_, Self::JsonSyntax) if !syntax => Self::RecordObject.in_shape(shape, true),
            _ => self,
        }
    }

    /// The rule that a record with this defect breaks.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::IdRequired => "BRZ-ID-REQUIRED",
            Self::IdType => "BRZ-ID-TYPE",
            Self::AliasShape => "BRZ-ALIAS-SHAPE",
            Self::ExtidLen => "BRZ-EXTID-LEN",
            Self::EmailForm => "BRZ-EMAIL-FORM",
            Self::ProductRequired => "BRZ-PRODUCT-REQUIRED",
            Self::ProductLen => "BRZ-PRODUCT-LEN",
            Self::AppType => "BRZ-APP-TYPE",
            Self::CurRequired => "BRZ-CUR-REQUIRED",
            Self::CurUnknown => "BRZ-CUR-UNKNOWN",
            Self::PriceRequired => "BRZ-PRICE-REQUIRED",
            Self::PriceType => "BRZ-PRICE-TYPE",
            Self::QtyType => "BRZ-QTY-TYPE",
            Self::QtyRange => "BRZ-QTY-RANGE",
            Self::TimeRequired => "BRZ-TIME-REQUIRED",
            Self::TimeFormat => "BRZ-TIME-FORMAT",
            Self::TimeRange => "BRZ-TIME-RANGE",
            Self::PropObject => "BRZ-PROP-OBJECT",
            Self::PropNameEmpty => "BRZ-PROP-NAME-EMPTY",
            Self::PropNameLen => "BRZ-PROP-NAME-LEN",
            Self::PropNameDollar => "BRZ-PROP-NAME-DOLLAR",
            Self::PropReserved => "BRZ-PROP-RESERVED",
            Self::PropSize => "BRZ-PROP-SIZE",
            Self::UpdonlyType => "BRZ-UPDONLY-TYPE",
            Self::KeyDup => "BRZ-KEY-DUP",
            Self::RecordObject => "BRZ-RECORD-OBJECT",
            Self::JsonSyntax => "FILE-JSON-SYNTAX",
            Self::CsvColumns => "FILE-CSV-COLUMNS",
            Self::CdiPayload => "BRZ-CDI-PAYLOAD",
            Self::CurrentsDup => "BRZ-CURRENTS-DUP",
        }
    }

    /// Plants the defect in the draft.
    pub(crate) fn plant(self, draft: &mut Draft, rng: &mut Rng, shape: Shape, calendar: &Calendar) {
        match self {
            Self::IdRequired
            | Self::IdType
            | Self::AliasShape
            | Self::ExtidLen
            | Self::EmailForm => {
                self.plant_identity(draft, rng, shape);
            }
            Self::ProductRequired
            | Self::ProductLen
            | Self::AppType
            | Self::CurRequired
            | Self::CurUnknown => {
                self.plant_goods(draft, rng, shape);
            }
            Self::PriceRequired | Self::PriceType | Self::QtyType | Self::QtyRange => {
                self.plant_numbers(draft, rng, shape);
            }
            Self::TimeRequired | Self::TimeFormat | Self::TimeRange => {
                self.plant_time(draft, rng, shape, calendar);
            }
            Self::PropObject
            | Self::PropNameEmpty
            | Self::PropNameLen
            | Self::PropNameDollar
            | Self::PropReserved
            | Self::PropSize => self.plant_properties(draft, rng),
            Self::UpdonlyType => match shape {
                Shape::Csv => draft.edit(Key::UpdateOnly).text("maybe"),
                _ => draft
                    .edit(Key::UpdateOnly)
                    .raw(rng.pick(&["\"true\"", "1", "[]"])),
            },
            // A CSV header cannot be repeated in a row, so the repeated key is one of the properties.
            Self::KeyDup if shape == Shape::Csv || rng.chance(30) => {
                draft
                    .edit(Key::Properties)
                    .raw(r#"{"color":"red","size":"M","color":"blue"}"#);
            }
            Self::KeyDup => {
                draft.repeat = Some([Key::Price, Key::ProductId, Key::Time][rng.index(3)]);
            }
            Self::RecordObject
            | Self::JsonSyntax
            | Self::CsvColumns
            | Self::CdiPayload
            | Self::CurrentsDup => {
                self.plant_damage(draft, rng);
            }
        }
    }

    fn plant_identity(self, draft: &mut Draft, rng: &mut Rng, shape: Shape) {
        draft.remove_identifiers();
        match self {
            Self::IdRequired => {
                // In Currents the key stays, because it identifies a Currents event.
                if shape == Shape::CurrentsNdjson || (rng.chance(50) && shape != Shape::Csv) {
                    draft.edit(Key::ExternalId).text("");
                }
            }
            Self::IdType => {
                draft
                    .edit(Key::ExternalId)
                    .raw(rng.pick(&["12345", "true", "[\"cli-1\"]"]));
            }
            Self::AliasShape => {
                draft.edit(Key::AliasName).text("device-0000001");
                if rng.chance(50) && shape != Shape::Csv {
                    draft.edit(Key::AliasLabel).raw("7");
                }
            }
            Self::ExtidLen => {
                let letter = rng.pick(&["x", "é"]);
                let count = usize::try_from(rng.between(988, 1100)).expect("a small number");
                draft
                    .edit(Key::ExternalId)
                    .text(&repeat_n(letter, count.div_ceil(letter.len())).collect::<String>());
            }
            _ => draft.edit(Key::Email).text(rng.pick(&[
                "ana.example.com",
                "ana@localhost",
                "a@b@example.com",
            ])),
        }
    }

    fn plant_goods(self, draft: &mut Draft, rng: &mut Rng, shape: Shape) {
        match self {
            Self::ProductRequired => match (rng.below(3), shape) {
                (0, _) | (_, Shape::Csv) => draft.edit(Key::ProductId).remove(),
                (1, _) => draft.edit(Key::ProductId).text(""),
                _ => draft.edit(Key::ProductId).raw("4711"),
            },
            Self::ProductLen => {
                let letter = rng.pick(&["p", "ç"]);
                draft
                    .edit(Key::ProductId)
                    .text(&repeat_n(letter, 256).collect::<String>());
            }
            Self::AppType => draft.edit(Key::AppId).raw(rng.pick(&["7", "false", "{}"])),
            Self::CurRequired => match (rng.below(2), shape) {
                (0, _) | (_, Shape::Csv) => draft.edit(Key::Currency).remove(),
                _ => draft.edit(Key::Currency).raw("986"),
            },
            _ => draft
                .edit(Key::Currency)
                .text(rng.pick(&["XXX", "XTS", "ZZZ", "QQQ", "REAL"])),
        }
    }

    fn plant_numbers(self, draft: &mut Draft, rng: &mut Rng, shape: Shape) {
        match (self, shape) {
            (Self::PriceRequired, _) => draft.edit(Key::Price).remove(),
            (Self::PriceType, Shape::Csv) => {
                draft
                    .edit(Key::Price)
                    .text(rng.pick(&["a combinar", "19.9.9", "NaN", "--5.00"]));
            }
            (Self::PriceType, _) => {
                draft.edit(Key::Price).raw(rng.pick(&[
                    "\"19.99\"",
                    "true",
                    "1e400",
                    "1e30",
                    "[5]",
                ]));
            }
            (Self::QtyType, Shape::Csv) => {
                draft.edit(Key::Quantity).text(rng.pick(&["dois", "1.5"]));
            }
            (Self::QtyType, _) => draft
                .edit(Key::Quantity)
                .raw(rng.pick(&["\"2\"", "true", "1.5", "{}"])),
            _ => draft
                .edit(Key::Quantity)
                .raw(rng.pick(&["0", "101", "-1", "1000", "2000000"])),
        }
    }

    fn plant_time(self, draft: &mut Draft, rng: &mut Rng, shape: Shape, calendar: &Calendar) {
        let time = draft.edit(Key::Time);
        match (self, shape) {
            (Self::TimeRequired, _) => time.remove(),
            (Self::TimeFormat, Shape::CurrentsNdjson) => {
                time.text(rng.pick(&["yesterday", "soon", "17e8s"]));
            }
            (Self::TimeFormat, _) => {
                let date = calendar.date(0);
                let month = &date[..7];
                match rng.below(4) {
                    0 => time.text("yesterday"),
                    1 => time.text(&format!("{month}-32T10:00:00Z")),
                    2 => time.text(&format!("{date}T25:00:00Z")),
                    _ => time.text("2026-02-30T10:00:00-03:00"),
                }
            }
            (_, Shape::CurrentsNdjson) => time.raw("9999999999"),
            _ => time.text(rng.pick(&[
                "1969-12-31T23:59:59Z",
                "2300-01-01T00:00:00Z",
                "0001-01-01T00:00:00Z",
            ])),
        }
    }

    fn plant_properties(self, draft: &mut Draft, rng: &mut Rng) {
        let properties = draft.edit(Key::Properties);
        match self {
            Self::PropObject => properties.raw(rng.pick(&["[1,2]", "[]", "[{\"color\":\"red\"}]"])),
            Self::PropNameEmpty => properties.raw(r#"{"color":"red","":1}"#),
            Self::PropNameLen => {
                let letter = rng.pick(&["k", "ã"]);
                let name: String = repeat_n(letter, 256).collect();
                properties.raw(&format!(r#"{{"{name}":1}}"#));
            }
            Self::PropNameDollar => properties.raw(r#"{"$color":"red"}"#),
            Self::PropReserved => {
                let name = rng.pick(&[
                    "time",
                    "product_id",
                    "quantity",
                    "event_name",
                    "price",
                    "currency",
                ]);
                properties.raw(&format!(r#"{{"color":"red","{name}":"x"}}"#));
            }
            _ => {
                let out = properties.begin(Form::Raw);
                out.extend_from_slice(br#"{"items":["#);
                for _ in 0..260 {
                    out.push(b'"');
                    out.extend(repeat_n(b'i', 200));
                    out.extend_from_slice(b"\",");
                }
                out.extend_from_slice(b"1]}");
            }
        }
    }

    fn plant_damage(self, draft: &mut Draft, rng: &mut Rng) {
        draft.damage = Some(match self {
            Self::RecordObject => {
                Damage::Whole(rng.pick(&["42", "\"not a record\"", "true", "-1.5"]))
            }
            Self::JsonSyntax => [Damage::Cut, Damage::NoColon, Damage::NoQuote][rng.index(3)],
            Self::CsvColumns => [Damage::ExtraColumn, Damage::MissingColumns][rng.index(2)],
            Self::CdiPayload => Damage::Payload(rng.pick(&["[1,2]", "{\"product_id\":", "", "42"])),
            _ => Damage::Again,
        });
    }
}
