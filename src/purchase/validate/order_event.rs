//! Rules on order events, and their lines as purchases: an event goes in; a purchase for each line of the
//! order comes out, or nothing if one of them breaks a rejecting rule.
//!
//! The keys are those of [`keys`]. Braze drops an event as a whole, and so one line that breaks a rule
//! rejects all of them.

mod keys;
mod line;
mod members;
mod row_properties;
mod total;
mod type_mismatch;

use std::borrow::Cow;

use super::super::field::PurchaseField;
use super::super::order_event_name::OrderEventName;
use super::super::raw::RawPurchase;
use super::{
    Purchase, PurchaseValidator, check_update_only, identity, product_and_price, properties, time,
};
use crate::json::compact;
use crate::record::{Field, Findings, extra_object};
use crate::rules::RuleId;
use crate::values::currency::Currency;
use keys::{check_keys, order_keys};
use line::{OrderLine, check_line};
use members::{ALREADY_VALID, JsonMember, elements, members, value_of};
use row_properties::RowProperties;

pub use type_mismatch::TypeMismatch;

/// Maximum size of the properties, bytes of compact JSON (Braze, "Recommended events").
const MAX_PROPERTIES_BYTES: usize = 102_400;

/// Maximum size of what the lines of an event repeat (its identifiers, and the texts and numbers of the
/// order), in sizes of the event: a small event with a long text and hundreds of lines must not fill the
/// memory. Orders that repeat less than about 1,200 bytes a line never reach it, however many lines they
/// have: a line has more than a sixteenth of that. Real orders repeat some hundred bytes.
const MAX_REPETITION: usize = 16;

/// The fields that every line has from its event.
const OF_EVENT: [PurchaseField; 9] = [
    PurchaseField::ExternalId,
    PurchaseField::UserAlias,
    PurchaseField::AliasName,
    PurchaseField::AliasLabel,
    PurchaseField::BrazeId,
    PurchaseField::Email,
    PurchaseField::Phone,
    PurchaseField::AppId,
    PurchaseField::EventId,
];

/// The lines of an event that was accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderLines {
    /// Lines that are rows.
    pub rows: u64,
    /// Lines of quantity 0, which are none.
    pub without_items: u64,
}

impl PurchaseValidator {
    /// Validates an order event. `findings` is cleared first and then contains every rule that the event
    /// breaks; unless one of them rejects it, each of its rows is passed to `add_row` with the number of
    /// its line, from 0.
    pub fn validate_order(
        &self,
        raw: &RawPurchase<'_>,
        findings: &mut Findings,
        add_row: &mut dyn FnMut(&Purchase<'_>, usize),
    ) -> Option<OrderLines> {
        findings.clear();
        self.check_keys(raw, findings);
        identity::check(raw, findings);
        let time = time::check(&self.settings, raw, findings);
        let update_existing_only = check_update_only(raw, findings);
        // Without a name of its own, the event has two, and is rejected.
        let name = OrderEventName::of(raw.custom_event.as_deref().unwrap_or_default());
        let text = properties_text(raw, findings);
        let members = text.as_deref().map(members).unwrap_or_default();
        if text.is_some() {
            findings.set_scope("properties.".to_owned());
            let unknown = self.settings.reject_unknown_fields;
            check_keys(&members, &order_keys(name), unknown, findings);
        }
        let currency = check_currency(&members, findings);
        let lines = self.check_lines(name, &members, currency, findings);
        findings.set_scope("properties.".to_owned());
        total::check(name, &members, &lines, findings);
        let event = LineTemplate {
            fields: fields_of_event(raw, name),
            extra: extra_object(&raw.extra),
            properties: RowProperties::new(&members),
        };
        let bytes = text.as_deref().map_or(0, str::len);
        event.check_size(lines.len(), bytes, findings);
        if findings.rejects() {
            return None;
        }
        let (time, time_raw) = time?;
        let currency = currency?;
        let mut counts = OrderLines::default();
        for (number, line) in lines.iter().enumerate() {
            let Some(amounts) = line.amounts() else {
                counts.without_items += 1;
                continue;
            };
            counts.rows += 1;
            let raw = event.raw_of_line(line, number);
            let row = Purchase {
                raw: &raw,
                currency,
                price: amounts.price,
                quantity: amounts.quantity,
                time,
                time_raw: Cow::Borrowed(&*time_raw),
                total_price: None,
                revenue: amounts.revenue,
                properties: Some(event.properties.of_line(line, number, lines.len()).into()),
                update_existing_only,
                extra: event.extra.clone(),
            };
            add_row(&row, number);
        }
        Some(counts)
    }

    /// The lines of the order, as far as they can be read.
    fn check_lines<'a>(
        &self,
        name: Option<OrderEventName>,
        members: &[JsonMember<'a>],
        currency: Option<Currency>,
        findings: &mut Findings,
    ) -> Vec<OrderLine<'a>> {
        let products = value_of(members, "products").filter(|text| text.starts_with('['));
        let Some(products) = products else {
            return Vec::new();
        };
        let elements = elements(products);
        if elements.is_empty() {
            findings.set_scope(String::new());
            let detail = "an order has at least one line";
            findings.add(RuleId::BrzEcomRequired, "properties.products", "[]", detail);
        }
        let lines = elements.into_iter().enumerate().map(|(number, text)| {
            findings.set_scope(format!("properties.products[{number}]"));
            check_line(&self.settings, name, text, currency, findings)
        });
        lines.collect()
    }
}

/// The compact properties of an event.
fn properties_text<'a>(raw: &'a RawPurchase<'_>, findings: &mut Findings) -> Option<Cow<'a, str>> {
    let field = raw.get(PurchaseField::Properties);
    let compacted = match field {
        Field::Json(text) if text.trim_start().starts_with('{') => {
            compact(text, ALREADY_VALID).ok()
        }
        _ => None,
    };
    let Some(compacted) = compacted else {
        let (rule, detail) = if field.is_missing() {
            let detail = "the properties of the order are required";
            (RuleId::BrzEcomRequired, detail)
        } else {
            (RuleId::BrzPropObject, "must be a JSON object")
        };
        findings.add(rule, "properties", &field.shown(), detail);
        return None;
    };
    properties::check_undocumented_value(&compacted, findings);
    properties::check_size(
        &compacted,
        MAX_PROPERTIES_BYTES,
        "in an order event",
        findings,
    );
    Some(compacted)
}

/// The currency of the order. That it is there, and a text, is a rule on the keys.
fn check_currency(members: &[JsonMember<'_>], findings: &mut Findings) -> Option<Currency> {
    let text = members::text_of(value_of(members, "currency")?)?;
    if text.trim().is_empty() {
        return None;
    }
    product_and_price::check_currency(&Field::Text(text), findings)
}

/// What the lines have from their event.
fn fields_of_event<'a>(raw: &RawPurchase<'a>, name: Option<OrderEventName>) -> RawPurchase<'a> {
    let mut fields = RawPurchase::default();
    for field in OF_EVENT {
        let value = raw.get(field);
        if !value.is_missing() {
            fields.replace(field, value.clone());
        }
    }
    if let Some(name) = name {
        let name = Field::Text(Cow::Borrowed(name.as_str()));
        fields.replace(PurchaseField::EventName, name);
    }
    fields
}

/// What every line of an event has in common.
struct LineTemplate<'a> {
    fields: RawPurchase<'a>,
    extra: Option<String>,
    properties: RowProperties,
}

impl<'a> LineTemplate<'a> {
    /// Rejects an event whose lines would repeat too much for its properties of so many bytes.
    fn check_size(&self, lines: usize, properties: usize, findings: &mut Findings) {
        let texts = OF_EVENT.iter().map(|field| match self.fields.get(*field) {
            Field::Text(text) => text.len(),
            _ => 0,
        });
        let extra = self.extra.as_ref().map_or(0, String::len);
        let outside = texts.sum::<usize>() + extra;
        let each = outside + self.properties.repeated_bytes();
        let all = each.saturating_mul(lines);
        let most = MAX_REPETITION.saturating_mul(outside + properties);
        if all > most {
            let detail = format!(
                "its {lines} lines would repeat {each} bytes of the order, {all} together; at most {most} are allowed, {MAX_REPETITION} times the size of the event"
            );
            findings.set_scope(String::new());
            findings.add_rejecting(RuleId::FileLimit, "properties", "", &detail);
        }
    }

    /// The fields of a line, with its own event id.
    fn raw_of_line<'l>(&self, line: &OrderLine<'l>, number: usize) -> RawPurchase<'l>
    where
        'a: 'l,
    {
        let mut raw: RawPurchase<'l> = self.fields.clone();
        let product = Field::Text(line.product_id.clone());
        raw.replace(PurchaseField::ProductId, product);
        if let Field::Text(id) = self.fields.get(PurchaseField::EventId) {
            let id = Cow::Owned(format!("{id}#{number}"));
            raw.replace(PurchaseField::EventId, Field::Text(id));
        }
        raw
    }
}
