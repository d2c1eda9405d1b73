//! Planted defects: the sheet of a clean record comes in, one that breaks exactly one rule goes out, with that rule.

use super::record_fields::{Damage, Key, RecordFields};
use crate::cli::ShapeName;
use crate::rng::Rng;

/// What can be wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Defect {
    IdRequired,
    DateRequired,
    DateFormat,
    SupplierShape,
    MoneyShape,
    MoneyCurrency,
    StatusEnum,
    Bool,
    TsFormat,
    KeyDup,
    RecordObject,
    JsonSyntax,
    CsvColumns,
    CompanyConflict,
}

/// The order in which they are dealt out, so that even a small dump has each.
const DEALT: [Defect; 12] = [
    Defect::IdRequired,
    Defect::MoneyShape,
    Defect::TsFormat,
    Defect::StatusEnum,
    Defect::DateFormat,
    Defect::KeyDup,
    Defect::SupplierShape,
    Defect::MoneyCurrency,
    Defect::Bool,
    Defect::DateRequired,
    Defect::RecordObject,
    Defect::JsonSyntax,
];

impl Defect {
    /// The defect of the `nth` dirty record, as far as the shape can have it.
    pub(super) fn dealt(nth: u64, shape: ShapeName, syntax: bool) -> Self {
        let count = u64::try_from(DEALT.len()).expect("a length fits 64 bits");
        let defect = DEALT[usize::try_from(nth % count).expect("smaller than the length")];
        match (shape, defect) {
            (ShapeName::Csv, Self::KeyDup) => Self::CompanyConflict,
            (ShapeName::Csv, Self::RecordObject | Self::JsonSyntax) => Self::CsvColumns,
            // In a document or a page a syntax error costs all of it.
            (ShapeName::Ndjson, Self::JsonSyntax) if syntax => defect,
            (_, Self::JsonSyntax) => Self::RecordObject,
            _ => defect,
        }
    }

    /// The rule that a record with this defect breaks.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::IdRequired => "CPL-ID-REQUIRED",
            Self::DateRequired => "CPL-DATE-REQUIRED",
            Self::DateFormat => "CPL-DATE-FORMAT",
            Self::SupplierShape => "CPL-SUPPLIER-SHAPE",
            Self::MoneyShape => "CPL-MONEY-SHAPE",
            Self::MoneyCurrency => "CPL-MONEY-CURRENCY",
            Self::StatusEnum => "CPL-STATUS-ENUM",
            Self::Bool => "CPL-BOOL",
            Self::TsFormat => "CPL-TS-FORMAT",
            Self::KeyDup => "CPL-KEY-DUP",
            Self::RecordObject => "CPL-RECORD-OBJECT",
            Self::JsonSyntax => "FILE-JSON-SYNTAX",
            Self::CsvColumns => "FILE-CSV-COLUMNS",
            Self::CompanyConflict => "CPL-COMPANY-CONFLICT",
        }
    }

    /// Breaks the record.
    pub(super) fn plant(self, fields: &mut RecordFields, rng: &mut Rng, shape: ShapeName) {
        match self {
            Self::DateRequired => fields.edit(Key::Date).remove(),
            Self::MoneyCurrency => {
                fields.bill(rng.pick(&["ZZZ", "R$ ?", "REAL"]), "10.00", "10.00")
            }
            Self::StatusEnum => {
                let text = rng.pick(&["lost", "cancelado"]);
                fields.edit(Key::Status).text(text);
            }
            Self::KeyDup => {
                let key = [Key::Id, Key::Updated, Key::SupplierId, Key::Status][rng.index(4)];
                // The key has to be there to be there twice.
                match key {
                    Key::SupplierId => fields.edit(key).raw("5"),
                    Key::Status => fields.edit(key).text("pending"),
                    _ => {}
                }
                fields.damage = Some(Damage::Repeat(key));
            }
            Self::RecordObject => {
                fields.damage = Some(Damage::Whole(rng.pick(&["42", "true", "\"compra\""])));
            }
            Self::JsonSyntax => fields.damage = Some(Damage::Cut),
            Self::CsvColumns => fields.damage = Some(Damage::ExtraColumn),
            Self::CompanyConflict => fields.damage = Some(Damage::OtherCompany),
            _ if shape == ShapeName::Csv => self.plant_in_row(fields, rng),
            _ => self.plant_in_json(fields, rng),
        }
    }

    /// Texts that are no value of their column.
    fn plant_in_row(self, fields: &mut RecordFields, rng: &mut Rng) {
        let (key, texts): (Key, &[&str]) = match self {
            Self::IdRequired => (Key::Id, &["", "0", "C-17"]),
            Self::DateFormat => (Key::Date, &["ontem", "30/02/2026"]),
            Self::SupplierShape => (Key::SupplierId, &["F-12"]),
            Self::MoneyShape => (Key::Total, &["a combinar"]),
            Self::Bool => (Key::MovementOut, &["talvez"]),
            _ => (Key::Updated, &["ontem", ""]),
        };
        fields.edit(key).text(rng.pick(texts));
    }

    /// JSON values that the field must not have.
    fn plant_in_json(self, fields: &mut RecordFields, rng: &mut Rng) {
        let (key, values): (Key, &[&str]) = match self {
            Self::SupplierShape => {
                let objects = [
                    r#""Moinho""#,
                    "[]",
                    r#"{"id":"12","name":"Moinho"}"#,
                    r#"{"id":1,"name":2}"#,
                ];
                fields.damage = Some(Damage::Object("supplier", rng.pick(&objects)));
                return;
            }
            Self::MoneyShape => {
                let objects = [
                    "91.5",
                    r#"{"amount":"91.50","currency":"BRL"}"#,
                    r#"{"currency":"BRL"}"#,
                    r#"{"amount":91.50}"#,
                    r#"{"amount":1e400,"currency":"BRL"}"#,
                ];
                let name = rng.pick(&["total", "value_of_items", "discount", "shipping_value"]);
                fields.damage = Some(Damage::Object(name, rng.pick(&objects)));
                return;
            }
            Self::IdRequired => (
                Key::Id,
                &[
                    "null",
                    "0",
                    "-3",
                    r#""17""#,
                    "1.5",
                    "[]",
                    "9223372036854775808",
                ],
            ),
            Self::DateFormat => (
                Key::Date,
                &[
                    r#""ontem""#,
                    r#""2026-02-30""#,
                    r#""31/10/2026""#,
                    "20261031",
                ],
            ),
            Self::Bool => (Key::MovementOut, &["1", r#""true""#, "{}"]),
            _ => (
                Key::Updated,
                &[
                    "null",
                    r#""ontem""#,
                    "1790812817",
                    r#""2026-10-32T00:00:00Z""#,
                ],
            ),
        };
        fields.edit(key).raw(rng.pick(values));
    }
}
