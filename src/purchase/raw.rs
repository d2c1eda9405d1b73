//! A purchase as read from a dump: unconverted values by field.

use std::borrow::Cow;

use super::field::{PurchaseField, PurchaseFieldSpec};
use super::fields::FIELDS;
use crate::input::csv::columns::normalise_header;
use crate::json::{JsonCursor, JsonError, JsonOptions, JsonStr, compact};
use crate::record::{ExtraField, Field, MAX_EXTRA_FIELDS, ObjectMembers, is_users_export};
use crate::rules::RuleId;
use crate::values::pt_br::CurrencySign;

/// Headers of delimited text; a table with two of them contains supplier purchases. A choice, not the
/// headers of all fields: tables of sales have others of those too, such as `data` and `status`.
const SUPPLIER_HEADERS: [&str; 8] = [
    "data_compra",
    "data_registro",
    "supplier_id",
    "supplier_name",
    "fornecedor",
    "id_fornecedor",
    "value_of_items",
    "valor_itens",
];

/// The form of dump that a record is from; it determines the formats of `time`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PurchaseOrigin {
    /// A purchase object, or a flat CSV row.
    #[default]
    PurchaseObject,
    /// The payload of a Cloud Data Ingestion row.
    CloudDataIngestion,
    /// A Currents purchase event: one item each, time in epoch seconds.
    Currents,
}

/// Whether a record has the form of an event of the custom HTTP connector of Currents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpEventForm {
    /// It has not, or it is a purchase whose keys are at the top level.
    #[default]
    NoEvent,
    /// It is an event of another type.
    OtherEvent,
    /// It has the type of a purchase, but not the objects.
    Incomplete,
}

/// The unconverted values of a purchase. Reused from record to record.
#[derive(Clone, Debug, Default)]
pub struct RawPurchase<'a> {
    fields: [Field<'a>; PurchaseField::COUNT],
    seen: u32,
    /// The members of `properties`, if they were read as an object.
    members: ObjectMembers<'a>,
    /// Undocumented keys, in source order.
    pub extra: Vec<ExtraField<'a>>,
    /// There are more undocumented keys than allowed; the rest are not in `extra`.
    pub has_too_many_keys: bool,
    /// The first duplicate key.
    pub duplicate_key: Option<Cow<'a, str>>,
    /// The first field whose values differ between a Cloud Data Ingestion row and its payload.
    pub conflict: Option<PurchaseField>,
    /// The time as the dump writes it, if the field contains a normalised form.
    pub time_as_written: Option<Cow<'a, str>>,
    /// Whether the price was stored as a 32-bit float; it is then the shortest decimal of the float.
    pub price_is_float32: bool,
    /// The form of dump that this record is from.
    pub origin: PurchaseOrigin,
    /// Whether it is a row of delimited text, which has no types.
    pub is_row: bool,
    /// The currency sign of an amount.
    pub amount_sign: Option<CurrencySign>,
    /// The fields that a default of the user has filled, a bit each.
    defaults: u32,
    /// Whether it has the form of an event of the custom HTTP connector.
    pub http_event: HttpEventForm,
    /// The name of a custom event, which is no purchase.
    pub custom_event: Option<String>,
}

impl<'a> RawPurchase<'a> {
    /// Clears the record; keeps the memory.
    pub fn clear(&mut self) {
        // Most fields of most records are absent: reset only those that were set.
        while self.seen != 0 {
            let at = self.seen.trailing_zeros() as usize;
            self.seen &= self.seen - 1;
            if let Some(field) = self.fields.get_mut(at) {
                *field = Field::Absent;
            }
        }
        self.members.clear();
        self.extra.clear();
        self.has_too_many_keys = false;
        self.duplicate_key = None;
        self.conflict = None;
        self.time_as_written = None;
        self.price_is_float32 = false;
        self.origin = PurchaseOrigin::default();
        self.http_event = HttpEventForm::default();
        self.custom_event = None;
        self.is_row = false;
        self.amount_sign = None;
        self.defaults = 0;
    }

    /// Sets the currency of a record without one to that of the sign of its amount, if that names one.
    pub(super) fn set_currency_of_sign(&mut self) {
        let code = self.amount_sign.and_then(CurrencySign::code);
        let is_stated = match self.get(PurchaseField::Currency) {
            Field::Text(text) => !text.is_empty(),
            other => !other.is_missing(),
        };
        if let Some(code) = code
            && !is_stated
        {
            self.replace(PurchaseField::Currency, Field::Text(Cow::Borrowed(code)));
        }
    }

    /// Records a field that a default has filled.
    pub(super) fn add_default(&mut self, name: PurchaseField) {
        self.defaults |= 1 << name as u32;
    }

    /// The fields that a default has filled, in the order of the table of fields.
    pub(super) fn defaults(&self) -> impl Iterator<Item = PurchaseField> {
        let filled = |spec: &&PurchaseFieldSpec| self.defaults & (1 << spec.field as u32) != 0;
        FIELDS.iter().filter(filled).map(|spec| spec.field)
    }

    /// Whether a default has filled a field.
    #[inline]
    pub(super) fn has_defaults(&self) -> bool {
        self.defaults != 0
    }

    /// The value of a field.
    #[inline]
    pub fn get(&self, name: PurchaseField) -> &Field<'a> {
        &self.fields[name as usize]
    }

    /// Reads the object at the cursor as the `properties`; `false` when they were set before.
    ///
    /// # Errors
    /// Not an object, or not JSON.
    pub fn read_properties(&mut self, cursor: &mut JsonCursor<'a>) -> Result<bool, JsonError> {
        if self.seen & (1 << PurchaseField::Properties as u32) != 0 {
            cursor.skip_value()?;
            return Ok(false);
        }
        let text = self.members.read(cursor)?;
        Ok(self.set(PurchaseField::Properties, Field::Json(Cow::Borrowed(text))))
    }

    /// The members of the `properties`, as far as they are kept.
    pub fn members(&self) -> &ObjectMembers<'a> {
        &self.members
    }

    /// Sets a field; `false` if it was set before, by a duplicate key.
    #[inline]
    pub fn set(&mut self, name: PurchaseField, value: Field<'a>) -> bool {
        let bit = 1 << name as u32;
        let first = self.seen & bit == 0;
        self.seen |= bit;
        if first {
            self.fields[name as usize] = value;
        }
        first
    }

    /// Records a duplicate key, if it is the first.
    #[cold]
    pub fn record_duplicate_key(&mut self, key: JsonStr<'a>) {
        self.duplicate_key.get_or_insert_with(|| key.decode());
    }

    /// Sets a field, replacing its value.
    pub fn replace(&mut self, name: PurchaseField, value: Field<'a>) {
        self.seen |= 1 << name as u32;
        self.fields[name as usize] = value;
        if name == PurchaseField::Properties {
            self.members.clear();
        }
    }

    /// Sets a field to the value of a key with precedence; keeps the previous value in `extra`.
    pub(super) fn replace_and_keep(&mut self, name: PurchaseField, value: Field<'a>) {
        let before = std::mem::take(&mut self.fields[name as usize]);
        self.replace(name, value);
        if !before.is_missing() {
            self.keep_as_extra(name, &before);
        }
    }

    /// Adds a value to `extra` under the name of a field.
    pub(super) fn keep_as_extra(&mut self, name: PurchaseField, value: &Field<'_>) {
        let value = match value {
            Field::Text(text) => serde_json::Value::from(&**text).to_string(),
            other => other.shown().into_owned(),
        };
        self.extra.push(ExtraField {
            key: name.as_str().into(),
            value: value.into(),
            offset: 0,
        });
    }

    /// Adds properties, as keys and JSON texts, after those of the record. The same key twice is
    /// reported as in any object, and so are `properties` that are no object.
    pub(super) fn add_properties(&mut self, more: &[(String, &str)]) {
        let members = more.iter().map(|(key, value)| {
            let key = serde_json::Value::from(key.as_str());
            format!("{key}:{value}")
        });
        let members: Vec<String> = members.collect();
        let before = match self.get(PurchaseField::Properties) {
            _ if members.is_empty() => return,
            Field::Absent | Field::Null => Cow::Borrowed(""),
            Field::Json(object) => match object_content(object) {
                Some(content) => content,
                None => return,
            },
            _ => return,
        };
        let comma = if before.is_empty() { "" } else { "," };
        let object = format!("{{{before}{comma}{}}}", members.join(","));
        self.replace(PurchaseField::Properties, Field::Json(Cow::Owned(object)));
    }

    /// Adds an undocumented key; records it if it is a duplicate.
    pub fn add_extra(&mut self, extra: ExtraField<'a>) {
        if self.extra.iter().any(|known| known.key == extra.key) {
            self.duplicate_key.get_or_insert(extra.key);
        } else if self.extra.len() == MAX_EXTRA_FIELDS {
            self.has_too_many_keys = true;
        } else {
            self.extra.push(extra);
        }
    }

    /// Removes and returns the undocumented key, compared exactly or else without case.
    pub fn take_extra(&mut self, key: &str) -> Option<ExtraField<'a>> {
        let mut keys = self.extra.iter().map(|extra| &*extra.key);
        let exact = keys.clone().position(|found| found == key);
        let at = exact.or_else(|| keys.position(|found| found.eq_ignore_ascii_case(key)))?;
        Some(self.extra.remove(at))
    }

    /// Whether there is an undocumented key with this name, compared without case.
    pub fn has_extra(&self, key: &str) -> bool {
        self.extra
            .iter()
            .any(|extra| extra.key.eq_ignore_ascii_case(key))
    }

    /// The file rule to refuse the input by, if this is not a purchase but another element in a
    /// similar envelope. Decided by the keys of the element, never by the envelope.
    pub fn wrong_kind(&self) -> Option<RuleId> {
        let has_purchase_field = !self.get(PurchaseField::ProductId).is_missing()
            || !self.get(PurchaseField::Price).is_missing();
        let is_event = self.http_event != HttpEventForm::NoEvent || self.custom_event.is_some();
        if self.extra.is_empty() || has_purchase_field || is_event {
            return None;
        }
        let has = |key: &str| self.extra.iter().any(|extra| extra.key == key);
        // A table of sales may have one column for the supplier.
        let has_two_supplier_headers = || {
            let is_one = |extra: &&ExtraField<'_>| {
                SUPPLIER_HEADERS.contains(&normalise_header(&extra.key).as_str())
            };
            self.extra.iter().filter(is_one).nth(1).is_some()
        };
        let data_holds = |word: &str| {
            self.extra
                .iter()
                .any(|extra| extra.key == "data" && extra.value.contains(word))
        };
        if (has("name") && has("count") && has("first")) || self.extra.iter().any(is_users_export) {
            Some(RuleId::FileUserExport)
        } else if has("registration_date")
            || has("supplier")
            || data_holds("\"registration_date\"")
            || has_two_supplier_headers()
        {
            Some(RuleId::FileWrongKind)
        } else if data_holds("\"purchase_quantity\"") || data_holds("\"revenue\"") {
            Some(RuleId::FileSeriesResponse)
        } else if has("message") && self.is_error_response() {
            Some(RuleId::FileErrorResponse)
        } else {
            None
        }
    }

    /// Whether all keys are those of a response without purchases.
    fn is_error_response(&self) -> bool {
        let is_part = |extra: &ExtraField<'_>| {
            matches!(
                &*extra.key,
                "message" | "code" | "meta" | "errors" | "purchases_processed"
            )
        };
        self.seen == 0 && self.extra.iter().all(is_part)
    }
}

/// The compact text between the braces of an object; `None` for an array.
fn object_content(object: &str) -> Option<Cow<'_, str>> {
    // The reader has validated the text, possibly in lenient mode.
    let options = JsonOptions {
        lenient: true,
        max_depth: usize::MAX,
    };
    let compacted = compact(object, options).ok()?;
    let content = compacted.strip_prefix('{')?.strip_suffix('}')?;
    Some(Cow::Owned(content.to_owned()))
}
