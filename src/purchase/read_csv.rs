//! Reads a purchase from a row of delimited text: which column means which field, and how the
//! text of a cell becomes the type that the rules expect. An empty cell is an absent field, and so is
//! `\N` in a table of Currents events.

use std::borrow::Cow;

use super::currents;
use super::raw::{Name, Origin, RawPurchase};
use super::read_json::json_field;
use crate::input::csv::columns::{ColumnForm, Columns, Role, normalise_header};
use crate::input::csv::dialect::{ColumnPlan, Layout};
use crate::input::csv::rows::Row;
use crate::json::{Cursor, Options};
use crate::record::{Extra, Field};
use crate::values::pt_br::{
    DecimalSign, NumberEvidence, normalise_number, normalise_timestamp, number_evidence, parse_bool,
};

const fn role(name: &'static str, form: ColumnForm) -> Role {
    Role { name, form }
}

/// The fields a column can fill, in the order of [`ROLES`].
const NAMES: [Name; 18] = [
    Name::ExternalId,
    Name::AliasName,
    Name::AliasLabel,
    Name::BrazeId,
    Name::Email,
    Name::Phone,
    Name::AppId,
    Name::AppApiId,
    Name::ProductId,
    Name::Currency,
    Name::Price,
    Name::Quantity,
    Name::Time,
    Name::Properties,
    Name::UpdateExistingOnly,
    Name::EventId,
    Name::Payload,
    Name::UpdatedAt,
];

static ROLES: [Role; NAMES.len()] = [
    role("external_id", ColumnForm::Text),
    role("alias_name", ColumnForm::Text),
    role("alias_label", ColumnForm::Text),
    role("braze_id", ColumnForm::Text),
    role("email", ColumnForm::Text),
    role("phone", ColumnForm::Text),
    role("app_id", ColumnForm::Text),
    role("app_api_id", ColumnForm::Text),
    role("product_id", ColumnForm::Text),
    role("currency", ColumnForm::Text),
    role("price", ColumnForm::Decimal),
    role("quantity", ColumnForm::Integer),
    role("time", ColumnForm::Timestamp),
    role("properties", ColumnForm::Json),
    role("update_existing_only", ColumnForm::Boolean),
    role("event_id", ColumnForm::Text),
    role("payload", ColumnForm::Text),
    role("updated_at", ColumnForm::Timestamp),
];

/// Header names (normalised) beside the canonical ones. A column named `total` is deliberately
/// not a price: a price is that of one item.
const ALIASES: [(&str, Name); 35] = [
    ("external_id", Name::ExternalId),
    ("external_user_id", Name::ExternalId),
    ("id_usuario_externo", Name::ExternalId),
    ("alias_name", Name::AliasName),
    ("user_alias_alias_name", Name::AliasName),
    ("alias_label", Name::AliasLabel),
    ("user_alias_alias_label", Name::AliasLabel),
    ("braze_id", Name::BrazeId),
    ("user_id", Name::BrazeId),
    ("email", Name::Email),
    ("phone", Name::Phone),
    ("telefone", Name::Phone),
    ("app_id", Name::AppId),
    ("product_id", Name::ProductId),
    ("product", Name::ProductId),
    ("produto", Name::ProductId),
    ("id_produto", Name::ProductId),
    ("currency", Name::Currency),
    ("moeda", Name::Currency),
    ("price", Name::Price),
    ("preco", Name::Price),
    ("valor", Name::Price),
    ("valor_unitario", Name::Price),
    ("quantity", Name::Quantity),
    ("qty", Name::Quantity),
    ("quantidade", Name::Quantity),
    ("qtd", Name::Quantity),
    ("time", Name::Time),
    ("timestamp", Name::Time),
    ("purchased_at", Name::Time),
    ("data", Name::Time),
    ("data_hora", Name::Time),
    ("properties", Name::Properties),
    ("propriedades", Name::Properties),
    ("id", Name::EventId),
];

/// How Snowflake writes NULL into delimited text unless it is told otherwise.
const NULL: &str = "\\N";

/// The sign of the real, which is no other currency's.
const REAL: &str = "R$";

/// The columns of purchase files.
#[derive(Clone, Copy, Debug, Default)]
pub struct PurchaseCsvColumns;

impl Columns for PurchaseCsvColumns {
    fn role_of(&self, normalised_header: &str) -> Option<usize> {
        let header = normalised_header.trim_start_matches('_');
        let alias = ALIASES
            .iter()
            .find(|(alias, _)| *alias == header)
            .map(|(_, name)| *name);
        match alias {
            Some(name) => NAMES.iter().position(|&known| known == name),
            None => ROLES.iter().position(|role| role.name == header),
        }
    }

    fn roles(&self) -> &'static [Role] {
        &ROLES
    }

    fn is_documented(&self, header: &str, headers: &[String]) -> bool {
        are_of_events(headers) && currents::is_known_column(header)
    }

    /// Every Currents event has an `id`; a table made by hand may only share the other headers.
    fn has_decimal_point(&self, headers: &[String]) -> bool {
        are_of_events(headers) && headers.iter().any(|header| header == "id")
    }
}

/// Whether these normalised headers are those of Currents events.
fn are_of_events(headers: &[String]) -> bool {
    let has = |name: &str| headers.iter().any(|header| header == name);
    has("external_user_id") || (has("user_id") && has("id"))
}

/// Reads rows of one file.
#[derive(Debug)]
pub struct CsvPurchases<'l> {
    layout: &'l Layout,
    origin: Origin,
    /// What each column fills in this file.
    names: Vec<Option<Name>>,
}

impl<'l> CsvPurchases<'l> {
    /// A reader for files of this layout.
    pub fn new(layout: &'l Layout) -> Self {
        let headers: Vec<String> = layout.header().map(normalise_header).collect();
        let is_events = are_of_events(&headers);
        let names: Vec<Option<Name>> = layout
            .columns
            .iter()
            .map(|plan| NAMES.get(plan.role?).copied())
            .collect();
        let is_payloads =
            names.contains(&Some(Name::Payload)) && !names.contains(&Some(Name::ProductId));
        // Some headers mean what they say only in the files they belong to; elsewhere their
        // columns are kept as undocumented ones.
        let means_it = |name: &Name, header: &str| match name {
            Name::Payload | Name::UpdatedAt => is_payloads,
            Name::AppApiId => is_events,
            _ => is_events || !matches!(header, "id" | "user_id"),
        };
        let names = names
            .into_iter()
            .zip(&headers)
            .map(|(name, header)| name.filter(|name| means_it(name, header)))
            .collect();
        let origin = if is_events {
            Origin::Currents
        } else {
            Origin::PurchaseObject
        };
        Self {
            layout,
            origin,
            names,
        }
    }

    /// Reads a row into `raw`, which is empty.
    pub fn read<'r>(&self, row: &Row<'r>, raw: &mut RawPurchase<'r>)
    where
        'l: 'r,
    {
        raw.origin = self.origin;
        let mut properties: Vec<String> = Vec::new();
        let mut is_in_reais = false;
        let columns = self.layout.columns.iter().zip(&self.names);
        for ((plan, name), cell) in columns.zip(row.fields()) {
            if cell.is_empty() || (self.origin == Origin::Currents && cell == NULL) {
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
                raw.add_extra(Extra {
                    key,
                    value: Cow::Owned(quoted(cell)),
                    offset: 0,
                });
                continue;
            };
            if name == Name::Time {
                raw.time_as_written = Some(Cow::Borrowed(cell));
            }
            if matches!(name, Name::AliasName | Name::AliasLabel) {
                raw.replace(Name::UserAlias, Field::Boolean(true));
            }
            if name == Name::Properties && cell.starts_with('{') {
                read_properties(cell, raw);
                continue;
            }
            is_in_reais |= name == Name::Price && cell.contains(REAL);
            raw.set(name, field(name, plan, cell));
        }
        if is_in_reais {
            name_the_real(raw);
        }
        if self.origin == Origin::Currents {
            currents::settle(raw);
        }
        if properties.is_empty() {
            return;
        }
        let object = format!("{{{}}}", properties.join(","));
        if raw.get(Name::Properties).is_missing() {
            raw.set(Name::Properties, Field::Json(Cow::Owned(object)));
        } else {
            // Both ways of writing them in one row: the column that holds all of them is taken.
            let key = Cow::Borrowed("properties.*");
            raw.add_extra(Extra {
                key,
                value: Cow::Owned(object),
                offset: 0,
            });
        }
    }
}

/// A price with the sign of the real names the currency of a row that has no other.
fn name_the_real(raw: &mut RawPurchase<'_>) {
    let is_price = matches!(raw.get(Name::Price), Field::Number(_));
    if is_price && raw.get(Name::Currency).is_missing() {
        raw.set(Name::Currency, Field::Text(Cow::Borrowed("BRL")));
    }
}

/// Reads a cell that begins like an object; it stays text when it is none.
fn read_properties<'r>(cell: &'r str, raw: &mut RawPurchase<'r>) {
    let mut cursor = Cursor::new(cell, Options::default());
    let read = raw.read_properties(&mut cursor);
    if read.and_then(|_| cursor.end()).is_err() {
        raw.replace(Name::Properties, Field::Text(Cow::Borrowed(cell)));
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The number of a cell that holds a JSON number and perhaps spaces behind it.
fn json_number(cell: &str) -> Option<&str> {
    let mut cursor = Cursor::new(cell, Options::default());
    let number = cursor.number().ok()?;
    cursor.end().ok().map(|()| number)
}

/// The cell as the type its column holds; text that does not fit stays text, and the rules
/// reject it with its value.
fn field<'r>(name: Name, plan: &ColumnPlan, cell: &'r str) -> Field<'r> {
    let text = || Field::Text(Cow::Borrowed(cell));
    match name {
        Name::Price => {
            let has_point = plan.decimal_is_proven && plan.decimal == DecimalSign::Point;
            if let Some(number) = json_number(cell).filter(|_| has_point) {
                return Field::Number(Cow::Borrowed(number));
            }
            let open =
                !plan.decimal_is_proven && number_evidence(cell) == NumberEvidence::Ambiguous;
            let number = normalise_number(cell, plan.decimal).filter(|_| !open);
            number.map_or_else(text, Field::Number)
        }
        Name::Currency if cell.trim() == REAL => Field::Text(Cow::Borrowed("BRL")),
        Name::Quantity if json_number(cell).is_some() => Field::Number(Cow::Borrowed(cell)),
        Name::Time | Name::UpdatedAt => {
            Field::Text(normalise_timestamp(cell, plan.date_order).unwrap_or(Cow::Borrowed(cell)))
        }
        Name::UpdateExistingOnly => parse_bool(cell).map_or_else(text, Field::Boolean),
        Name::Properties => json_field(Cow::Borrowed(cell)),
        _ => text(),
    }
}
