//! Reads a purchase from a row of delimited text: assigns columns to fields, and converts cells to
//! the types that the rules expect. An empty cell is an absent field, and so is `\N` in a table of
//! Currents events.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::currents_event;
use super::custom_event::recognise_custom_event;
use super::field::{PurchaseField, PurchaseFieldSpec};
use super::fields::FIELDS;
use super::raw::{PurchaseOrigin, RawPurchase};
use super::read_json::json_field;
use crate::input::csv::columns::{ColumnAliases, ColumnRole, CsvValueType, normalise_header};
use crate::input::csv::dialect::{ColumnPlan, CsvLayout};
use crate::input::csv::rows::CsvRow;
use crate::json::{JsonCursor, JsonOptions};
use crate::record::{ExtraField, Field, formatted_time};
use crate::values::pt_br::{
    CurrencySign, DecimalSign, NumberEvidence, normalise_number, normalise_timestamp,
    number_evidence, parse_bool,
};

/// The roles of columns and their fields.
static ROLES: LazyLock<(Vec<ColumnRole>, Vec<PurchaseField>)> = LazyLock::new(|| {
    let readable = FIELDS
        .iter()
        .filter_map(|spec| Some((spec.field, spec.csv?)));
    let roles =
        readable.map(|(field, (name, value_type))| (ColumnRole { name, value_type }, field));
    roles.unzip()
});

/// NULL in delimited text of Snowflake, by default.
const NULL: &str = "\\N";

/// The field of a role, and its type.
pub(super) fn field_of_role(role: usize) -> Option<(PurchaseField, CsvValueType)> {
    let field = ROLES.1.get(role)?;
    Some((*field, ROLES.0.get(role)?.value_type))
}

/// The role of a field; none if columns and keys cannot be mapped to it.
pub(super) fn role_of_field(field: PurchaseField) -> Option<usize> {
    ROLES.1.iter().position(|one| *one == field)
}

/// The columns of purchase files.
#[derive(Clone, Copy, Debug, Default)]
pub struct PurchaseCsvColumns;

impl ColumnAliases for PurchaseCsvColumns {
    fn role_of(&self, normalised_header: &str) -> Option<usize> {
        let header = normalised_header.trim_start_matches('_');
        let means = |field: &PurchaseField| has_header(field.spec(), header);
        ROLES.1.iter().position(means)
    }

    fn roles(&self) -> &'static [ColumnRole] {
        &ROLES.0
    }

    fn replaced_field(&self, role: usize) -> Option<usize> {
        let is_total = ROLES.1.get(role) == Some(&PurchaseField::TotalPrice);
        is_total.then(|| role_of_field(PurchaseField::Price))?
    }

    fn is_documented(&self, header: &str, headers: &[String]) -> bool {
        let is_name = header == "name" && !headers.iter().any(|header| header == "product_id");
        are_event_headers(headers) && (is_name || currents_event::is_known_column(header))
    }

    /// Every Currents event has an `id`; a table made by hand may have only the other headers.
    fn has_decimal_point(&self, headers: &[String]) -> bool {
        are_event_headers(headers) && headers.iter().any(|header| header == "id")
    }
}

/// Whether a normalised header means a field.
fn has_header(spec: &PurchaseFieldSpec, header: &str) -> bool {
    spec.csv.is_some_and(|(name, _)| name == header)
        || spec.headers.contains(&header)
        || spec.portuguese_headers.contains(&header)
}

/// Whether these normalised headers are those of Currents events.
fn are_event_headers(headers: &[String]) -> bool {
    let has = |name: &str| headers.iter().any(|header| header == name);
    has("external_user_id") || (has("user_id") && has("id"))
}

/// Reads rows of one file.
#[derive(Debug)]
pub struct PurchaseCsvReader<'l> {
    layout: &'l CsvLayout,
    origin: PurchaseOrigin,
    /// The field of each column.
    names: Vec<Option<PurchaseField>>,
}

impl<'l> PurchaseCsvReader<'l> {
    /// A reader for files of this layout.
    pub fn new(layout: &'l CsvLayout) -> Self {
        let headers: Vec<String> = layout.header().map(normalise_header).collect();
        let is_events = are_event_headers(&headers);
        let names: Vec<Option<PurchaseField>> = layout
            .columns
            .iter()
            .map(|plan| ROLES.1.get(plan.role?).copied())
            .collect();
        let is_payloads = names.contains(&Some(PurchaseField::Payload))
            && !names.contains(&Some(PurchaseField::ProductId));
        // Some headers denote fields only in files of their form; elsewhere their columns are kept
        // as undocumented ones.
        let applies = |name: &PurchaseField, header: &str, is_mapped: bool| match name {
            PurchaseField::Payload | PurchaseField::UpdatedAt => is_payloads,
            PurchaseField::AppApiId => is_events,
            _ => is_events || is_mapped || !matches!(header, "id" | "user_id"),
        };
        let names = names
            .into_iter()
            .zip(headers.iter().zip(&layout.columns))
            .map(|(name, (header, plan))| name.filter(|name| applies(name, header, plan.is_mapped)))
            .collect();
        let origin = if is_events {
            PurchaseOrigin::Currents
        } else {
            PurchaseOrigin::PurchaseObject
        };
        Self {
            layout,
            origin,
            names,
        }
    }

    /// Reads a row into `raw`, which is empty.
    pub fn read<'r>(&self, row: &CsvRow<'r>, raw: &mut RawPurchase<'r>)
    where
        'l: 'r,
    {
        raw.origin = self.origin;
        raw.is_row = true;
        let mut properties: Vec<String> = Vec::new();
        let columns = self.layout.columns.iter().zip(&self.names);
        for ((plan, name), cell) in columns.zip(row.fields()) {
            if cell.is_empty() || (self.origin == PurchaseOrigin::Currents && cell == NULL) {
                continue;
            }
            if let Some(key) = &plan.property {
                properties.push(format!("{}:{}", quoted(key), quoted(cell)));
                continue;
            }
            let Some(name) = *name else {
                let is_taken = raw.extra.iter().any(|extra| extra.key == plan.header);
                let key = if is_taken {
                    // Two columns of one name: both are kept.
                    Cow::Owned(format!("{}#{}", plan.header, raw.extra.len()))
                } else {
                    Cow::Borrowed(plan.header.as_str())
                };
                raw.add_extra(ExtraField {
                    key,
                    value: Cow::Owned(quoted(cell)),
                    offset: 0,
                });
                continue;
            };
            if name == PurchaseField::Time {
                raw.time_as_written = Some(Cow::Borrowed(cell));
            }
            if matches!(name, PurchaseField::AliasName | PurchaseField::AliasLabel) {
                raw.replace(PurchaseField::UserAlias, Field::Boolean(true));
            }
            if name == PurchaseField::Properties && cell.starts_with('{') {
                read_properties(cell, raw);
                continue;
            }
            set_cell(name, plan, cell, raw);
        }
        raw.set_currency_of_sign();
        if self.origin == PurchaseOrigin::Currents {
            currents_event::open_unions(raw);
            currents_event::resolve_event_keys(raw);
            recognise_custom_event(raw, false);
        }
        if properties.is_empty() {
            return;
        }
        let object = format!("{{{}}}", properties.join(","));
        if raw.get(PurchaseField::Properties).is_missing() {
            raw.set(PurchaseField::Properties, Field::Json(Cow::Owned(object)));
        } else {
            // Both forms in one row: the column with the whole object takes precedence.
            let key = Cow::Borrowed("properties.*");
            raw.add_extra(ExtraField {
                key,
                value: Cow::Owned(object),
                offset: 0,
            });
        }
    }
}

/// Sets the field of a cell, and the currency sign of an amount.
fn set_cell<'r>(name: PurchaseField, plan: &ColumnPlan, cell: &'r str, raw: &mut RawPurchase<'r>) {
    let value = field(name, plan, cell);
    let is_amount = matches!(name, PurchaseField::Price | PurchaseField::TotalPrice);
    if is_amount && matches!(value, Field::Number(_)) {
        raw.amount_sign = raw.amount_sign.or(CurrencySign::of(cell));
    }
    raw.set(name, value);
}

/// Reads a cell that begins like an object; it is kept as text if it is not one.
fn read_properties<'r>(cell: &'r str, raw: &mut RawPurchase<'r>) {
    let mut cursor = JsonCursor::new(cell, JsonOptions::default());
    let read = raw.read_properties(&mut cursor);
    if read.and_then(|_| cursor.end()).is_err() {
        raw.replace(PurchaseField::Properties, Field::Text(Cow::Borrowed(cell)));
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The number in a cell with a JSON number, perhaps followed by spaces.
fn json_number(cell: &str) -> Option<&str> {
    let mut cursor = JsonCursor::new(cell, JsonOptions::default());
    let number = cursor.number().ok()?;
    cursor.end().ok().map(|()| number)
}

/// The cell as the type of its column; a cell of another form is kept as text, and the rules reject
/// it with its value.
fn field<'r>(name: PurchaseField, plan: &ColumnPlan, cell: &'r str) -> Field<'r> {
    let text = || Field::Text(Cow::Borrowed(cell));
    match name {
        PurchaseField::Price | PurchaseField::TotalPrice => {
            let has_point = plan.decimal_is_proven && plan.decimal == DecimalSign::Point;
            if let Some(number) = json_number(cell).filter(|_| has_point) {
                return Field::Number(Cow::Borrowed(number));
            }
            let open =
                !plan.decimal_is_proven && number_evidence(cell) == NumberEvidence::Ambiguous;
            let number = normalise_number(cell, plan.decimal).filter(|_| !open);
            number.map_or_else(text, Field::Number)
        }
        PurchaseField::Currency => {
            let is_sign = |sign: &CurrencySign| sign.as_str() == cell.trim();
            let code = CurrencySign::of(cell).filter(is_sign);
            Field::Text(Cow::Borrowed(
                code.and_then(CurrencySign::code).unwrap_or(cell),
            ))
        }
        PurchaseField::Quantity if json_number(cell).is_some() => {
            Field::Number(Cow::Borrowed(cell))
        }
        PurchaseField::Time | PurchaseField::UpdatedAt => {
            if let Some(format) = &plan.format {
                return formatted_time(Cow::Borrowed(cell), format);
            }
            Field::Text(normalise_timestamp(cell, plan.date_order).unwrap_or(Cow::Borrowed(cell)))
        }
        PurchaseField::UpdateExistingOnly => parse_bool(cell).map_or_else(text, Field::Boolean),
        PurchaseField::Properties => json_field(Cow::Borrowed(cell)),
        _ => text(),
    }
}
