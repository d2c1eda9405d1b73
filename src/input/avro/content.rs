//! What a file contains, by the name and the fields of its schema.

use super::fault::AvroFault;
use super::mapped_names::MappedNames;
use super::schema::{AvroRecord, AvroType, TimestampUnit};
use crate::input::order_events::OrderEvents;
use crate::rules::RuleId;

/// What the records of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AvroContent {
    /// Purchase events of Currents.
    CurrentsPurchases,
    /// Custom events of Currents, which are read for the order events among them.
    CustomEvents,
    /// Events of Currents of this other type, for example `users.messages.email.Open`.
    OtherEvents(String),
    /// Rows of Cloud Data Ingestion.
    IngestionRows,
    /// Purchase objects.
    PurchaseObjects,
}

/// The type of purchase events, at the end of the full name of their record.
const PURCHASE: &str = "users.behaviors.Purchase";

/// The first part of the types of Currents events, after the part of the namespace that names the
/// connector (`dataexport.S3.inner`).
const FAMILIES: [&str; 3] = ["users", "agentconsole", "contentoptimizer"];

/// The identifiers that a row of Cloud Data Ingestion has beside its payload.
const ROW_IDENTIFIERS: [&str; 5] = ["external_id", "alias_name", "braze_id", "email", "phone"];

/// The fields that every purchase has, but for the currency, of which all may have the same.
const REQUIRED: [&str; 3] = ["product_id", "price", "time"];

/// The fields of purchases and custom events that are texts.
const TEXTS: [&str; 7] = [
    "id",
    "user_id",
    "external_user_id",
    "app_id",
    "app_api_id",
    "product_id",
    "currency",
];

impl AvroContent {
    /// Detects the content, first by the full name, then by the fields and those that the user has
    /// mapped; and checks that the fields of purchases exist and have types that can be read.
    ///
    /// # Errors
    /// `FILE-WRONG-KIND`: no purchases. `FILE-AVRO-SCHEMA`: a field is missing or has another type.
    pub(super) fn of(
        record: &AvroRecord,
        names: MappedNames<'_>,
        order_events: OrderEvents,
    ) -> Result<Self, AvroFault> {
        let has = |name: &str| record.position(name).is_some();
        if ends_with_type(&record.full_name, PURCHASE) {
            check_event(record)?;
            require(record, &["currency"])?;
            check_purchase(record, names)?;
            return Ok(Self::CurrentsPurchases);
        }
        if let Some(event_type) = event_type(&record.full_name) {
            if !order_events.reads_type(&event_type) {
                return Ok(Self::OtherEvents(event_type));
            }
            check_event(record)?;
            check_custom_event(record, names)?;
            return Ok(Self::CustomEvents);
        }
        if has("payload") && ROW_IDENTIFIERS.iter().any(|name| has(name)) {
            check_types(record, "payload", "a string", is_text)?;
            return Ok(Self::IngestionRows);
        }
        if REQUIRED.iter().all(|name| names.is_filled(record, name)) {
            check_purchase(record, names)?;
            return Ok(Self::PurchaseObjects);
        }
        Err(AvroFault {
            rule: RuleId::FileWrongKind,
            message: format!(
                "the Avro file contains records {}, which are no purchases: neither events of Currents, nor rows with a payload, nor records with product_id, price and time; map other fields with --map SOURCE=FIELD",
                record.full_name
            ),
        })
    }
}

/// Whether a full name is this type, or ends in it after a part of the namespace.
fn ends_with_type(full_name: &str, event_type: &str) -> bool {
    full_name
        .strip_suffix(event_type)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The event type in a full name, from the first part that begins one; the last part alone is the name
/// of a record.
fn event_type(full_name: &str) -> Option<String> {
    let parts: Vec<&str> = full_name.split('.').collect();
    let (_, namespace) = parts.split_last()?;
    let start = namespace.iter().position(|part| FAMILIES.contains(part))?;
    Some(parts.get(start..)?.join("."))
}

/// The fields that events of Currents have.
fn check_event(record: &AvroRecord) -> Result<(), AvroFault> {
    require(record, &["id"])?;
    require(record, &["user_id", "external_user_id"])?;
    check_types(record, "properties", "a string", is_text)
}

/// The fields of a custom event.
fn check_custom_event(record: &AvroRecord, names: MappedNames<'_>) -> Result<(), AvroFault> {
    require(record, &["name"])?;
    require(record, &["time"])?;
    check_types(record, "name", "a string", is_text)?;
    check_texts_and_time(record, names)
}

/// The fields that customer purchases of both forms have.
fn check_purchase(record: &AvroRecord, names: MappedNames<'_>) -> Result<(), AvroFault> {
    for name in REQUIRED {
        if !names.is_filled(record, name) {
            require(record, &[name])?;
        }
    }
    let price = "a number: float, double, int, long or decimal";
    check_types(record, names.field("price"), price, is_price)?;
    check_texts_and_time(record, names)
}

fn check_texts_and_time(record: &AvroRecord, names: MappedNames<'_>) -> Result<(), AvroFault> {
    for name in TEXTS {
        // A mapped identifier may be a whole number.
        if names.source_of(name).is_none() {
            check_types(record, name, "a string", is_text)?;
        }
    }
    let time = "int, long, timestamp-millis, timestamp-micros or a string";
    check_types(record, names.field("time"), time, is_time)
}

fn require(record: &AvroRecord, one_of: &[&str]) -> Result<(), AvroFault> {
    if one_of.iter().any(|name| record.position(name).is_some()) {
        return Ok(());
    }
    Err(AvroFault::schema(format!(
        "the schema of {} has no field {}",
        record.full_name,
        one_of.join(" or ")
    )))
}

fn check_types(
    record: &AvroRecord,
    name: &str,
    wanted: &str,
    fits: impl Fn(&AvroType) -> bool,
) -> Result<(), AvroFault> {
    let field = record.position(name).and_then(|at| record.fields.get(at));
    let Some(field) = field else { return Ok(()) };
    if field.avro_type.alternatives().into_iter().all(fits) {
        return Ok(());
    }
    Err(AvroFault::schema(format!(
        "the field {} of the schema is {}; it must be {wanted}",
        field.name,
        field.avro_type.shown()
    )))
}

fn is_text(one: &AvroType) -> bool {
    matches!(one, AvroType::Text | AvroType::Enum(_) | AvroType::Null)
}

fn is_price(one: &AvroType) -> bool {
    matches!(
        one,
        AvroType::Float
            | AvroType::Double
            | AvroType::Int
            | AvroType::Long
            | AvroType::Decimal { .. }
    )
}

fn is_time(one: &AvroType) -> bool {
    matches!(
        one,
        AvroType::Int
            | AvroType::Long
            | AvroType::Text
            | AvroType::Timestamp(TimestampUnit::Millis | TimestampUnit::Micros)
    )
}

#[cfg(test)]
mod tests {
    use super::super::schema_parser::parse_schema;
    use super::*;
    use crate::input::csv::columns::tests::TestColumns;
    use crate::input::mapping::Mapping;

    fn content(name: &str, fields: &[(&str, &str)]) -> Result<AvroContent, AvroFault> {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, avro_type)| format!(r#"{{"name":"{name}","type":{avro_type}}}"#))
            .collect();
        let schema = format!(
            r#"{{"type":"record","name":"{name}","fields":[{}]}}"#,
            fields.join(",")
        );
        let mapping = Mapping::default();
        let names = MappedNames::new(&mapping, &TestColumns);
        let schema = parse_schema(schema.as_bytes(), 64)?;
        AvroContent::of(&schema, names, OrderEvents::Skip)
    }

    const PURCHASE_FIELDS: [(&str, &str); 6] = [
        ("id", r#""string""#),
        ("user_id", r#""string""#),
        ("TIME", r#""int""#),
        ("product_id", r#""string""#),
        ("price", r#""float""#),
        ("currency", r#""string""#),
    ];

    #[test]
    fn the_full_name_decides_before_the_fields() {
        let purchase = "dataexport.S3.inner.users.behaviors.Purchase";
        for name in [purchase, "users.behaviors.Purchase"] {
            let found = content(name, &PURCHASE_FIELDS);
            assert_eq!(found, Ok(AvroContent::CurrentsPurchases), "{name}");
        }
        for (name, event_type) in [
            ("a.users.messages.email.Open", "users.messages.email.Open"),
            (
                "dataexport.S3.inner.users.behaviors.CustomEvent",
                "users.behaviors.CustomEvent",
            ),
            ("x.agentconsole.Run", "agentconsole.Run"),
            ("other_users.behaviors.users.Purchase", "users.Purchase"),
        ] {
            let found = content(name, &PURCHASE_FIELDS);
            assert_eq!(found, Ok(AvroContent::OtherEvents(event_type.to_owned())));
        }
        for name in ["topLevelRecord", "shop.users_behaviors.Purchase", "users"] {
            let found = content(name, &PURCHASE_FIELDS);
            assert_eq!(found, Ok(AvroContent::PurchaseObjects), "{name}");
        }
        let row = [("external_id", r#""string""#), ("payload", r#""string""#)];
        assert_eq!(content("row", &row), Ok(AvroContent::IngestionRows));
        let rule = content("row", &row[1..]).map_err(|fault| fault.rule);
        assert_eq!(rule, Err(RuleId::FileWrongKind));
    }

    #[test]
    fn fields_that_are_missing_or_of_another_type_are_named() {
        let changed = |name: &str, avro_type: Option<&str>| {
            let mut fields = PURCHASE_FIELDS.to_vec();
            fields.retain(|(known, _)| *known != name);
            fields.extend(avro_type.map(|avro_type| (name, avro_type)));
            content("users.behaviors.Purchase", &fields)
        };
        for (name, avro_type) in [
            ("price", r#"{"type":"double","x":1}"#),
            (
                "price",
                r#"["null",{"type":"bytes","logicalType":"decimal","scale":2}]"#,
            ),
            ("price", r#""long""#),
            (
                "TIME",
                r#"{"type":"long","logicalType":"timestamp-micros"}"#,
            ),
            ("TIME", r#"["string","null"]"#),
            ("TIME", r#"{"type":"int","logicalType":"unknown"}"#),
            (
                "currency",
                r#"{"type":"enum","name":"C","symbols":["USD"]}"#,
            ),
            ("properties", r#"["null","string"]"#),
            ("app_id", r#""null""#),
        ] {
            let found = changed(name, Some(avro_type));
            assert_eq!(found, Ok(AvroContent::CurrentsPurchases), "{avro_type}");
        }
        for (name, avro_type) in [
            ("price", Some(r#""string""#)),
            ("price", Some(r#""bytes""#)),
            ("price", Some(r#"["float","boolean"]"#)),
            ("TIME", Some(r#"{"type":"int","logicalType":"date"}"#)),
            (
                "TIME",
                Some(r#"{"type":"long","logicalType":"local-timestamp-millis"}"#),
            ),
            ("id", Some(r#""bytes""#)),
            ("properties", Some(r#"{"type":"map","values":"string"}"#)),
            ("price", None),
            ("user_id", None),
            ("id", None),
        ] {
            let fault = changed(name, avro_type).unwrap_err();
            assert_eq!(fault.rule, RuleId::FileAvroSchema, "{name} {avro_type:?}");
            assert!(fault.message.contains(name), "{}", fault.message);
        }
    }
}
