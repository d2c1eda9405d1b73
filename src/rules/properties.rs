//! Rules on the custom properties of a purchase.

use super::source::{PURCHASE_EVENTS, PURCHASE_OBJECT};
use super::{Rule, RuleId, Severity, repeated};

/// The sentence that three rules on names are based on.
const NAMES: &str = "Os nomes de propriedades precisam ser strings não vazias até 255 caracteres, sem cifrões à esquerda.";
/// The error text of Braze for invalid `properties`.
const INVALID: Option<&str> = Some("Invalid 'properties' field");

pub(super) const RULES: [Rule; 10] = [
    Rule {
        id: RuleId::BrzPropObject,
        code: "BRZ-PROP-OBJECT",
        severity: Severity::Reject,
        note: None,
        summary: "properties is an object",
        sentence: "Os valores das \"propriedades\" devem ser um objeto em que as chaves são os nomes das propriedades e os valores são os valores das propriedades.",
        source: PURCHASE_OBJECT,
        wire_message: INVALID,
        accepted: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"color":"red"}}"#,
        rejected: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":"red"}"#,
        remedy: "Write the properties as an object of names and values, or omit them.",
    },
    Rule {
        id: RuleId::BrzPropNameEmpty,
        code: "BRZ-PROP-NAME-EMPTY",
        severity: Severity::Reject,
        note: None,
        summary: "a property name is not empty",
        sentence: NAMES,
        source: PURCHASE_OBJECT,
        wire_message: INVALID,
        accepted: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"color":"red"}}"#,
        rejected: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"":"red"}}"#,
        remedy: "Name the property; in CSV, check for a header that ends in \"properties.\".",
    },
    Rule {
        id: RuleId::BrzPropNameLen,
        code: "BRZ-PROP-NAME-LEN",
        severity: Severity::Reject,
        note: None,
        summary: "a property name has at most 255 characters (Unicode scalar values)",
        sentence: NAMES,
        source: PURCHASE_OBJECT,
        wire_message: INVALID,
        accepted: concat!(
            r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{""#,
            repeated!(16, "0123456789abcde"),
            "0123456789abcde",
            r#"":1}}"#
        ),
        rejected: concat!(
            r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{""#,
            repeated!(16, "0123456789abcdef"),
            r#"":1}}"#
        ),
        remedy: "Shorten the name; check whether it is a value instead of a name.",
    },
    Rule {
        id: RuleId::BrzPropNameDollar,
        code: "BRZ-PROP-NAME-DOLLAR",
        severity: Severity::Reject,
        note: None,
        summary: "a property name does not begin with a dollar sign",
        sentence: NAMES,
        source: PURCHASE_OBJECT,
        wire_message: INVALID,
        accepted: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"us$":1}}"#,
        rejected: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"$color":"red"}}"#,
        remedy: "Rename the property without the leading dollar sign.",
    },
    Rule {
        id: RuleId::BrzPropReserved,
        code: "BRZ-PROP-RESERVED",
        severity: Severity::Reject,
        note: None,
        summary: "no property is named time, product_id, quantity, event_name, price or currency",
        sentence: "The following keys are reserved and cannot be used as purchase event property names: `time`, `product_id`, `quantity`, `event_name`, `price`, and `currency`.",
        source: PURCHASE_EVENTS,
        wire_message: INVALID,
        accepted: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"list_price":45}}"#,
        rejected: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"price":45}}"#,
        remedy: "Rename the property, for example list_price instead of price.",
    },
    Rule {
        id: RuleId::BrzPropStrLen,
        code: "BRZ-PROP-STR-LEN",
        severity: Severity::Warn,
        note: Some("the text is stored in full"),
        summary: "a string in properties has at most 255 characters (Unicode scalar values)",
        sentence: "255 caracteres ou menos.",
        source: PURCHASE_OBJECT,
        wire_message: None,
        accepted: concat!(
            r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"remark":""#,
            repeated!(16, "0123456789abcde"),
            "0123456789abcde",
            r#""}}"#
        ),
        rejected: concat!(
            r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"remark":""#,
            repeated!(16, "0123456789abcdef"),
            r#""}}"#
        ),
        remedy: "No action needed; Braze may truncate or refuse the text.",
    },
    Rule {
        id: RuleId::BrzPropNull,
        code: "BRZ-PROP-NULL",
        severity: Severity::Warn,
        note: Some(
            "the table of types under the quoted sentence does not include null; the null is stored",
        ),
        summary: "a property value is not null",
        sentence: "Os valores de propriedade podem ser qualquer um dos seguintes tipos de dados:",
        source: PURCHASE_OBJECT,
        wire_message: None,
        accepted: r#"{"external_id":"user1","product_id":"pencil","currency":"USD","price":2.00,"time":"2013-07-17T19:20:20+01:00","properties":{"number":2,"sharpened":true}}"#,
        rejected: r#"{"external_id":"user1","product_id":"pencil","currency":"USD","price":2.00,"time":"2013-07-17T19:20:20+01:00","properties":{"number":null}}"#,
        remedy: "Omit the property when it has no value.",
    },
    Rule {
        id: RuleId::BrzPropArrayDate,
        code: "BRZ-PROP-ARRAY-DATE",
        severity: Severity::Warn,
        note: None,
        summary: "no array in properties contains a date and time, at any depth",
        sentence: "As matrizes não podem incluir datas e horários.",
        source: PURCHASE_OBJECT,
        wire_message: None,
        accepted: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"visits":[1,2]}}"#,
        rejected: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"visits":["2013-07-15T08:00:00Z"]}}"#,
        remedy: "Write such a date as a separate property; the array is stored unchanged.",
    },
    Rule {
        id: RuleId::BrzPropObjString,
        code: "BRZ-PROP-OBJ-STRING",
        severity: Severity::Info,
        note: Some("the object is stored unchanged in the JSON of the properties column"),
        summary: "no property value is an object",
        sentence: "Os objetos serão ingeridos como strings.",
        source: PURCHASE_OBJECT,
        wire_message: None,
        accepted: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"width":30}}"#,
        rejected: r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00","properties":{"size":{"width":30}}}"#,
        remedy: "No action needed; to filter by such a value, make it a separate property.",
    },
    Rule {
        id: RuleId::BrzPropSize,
        code: "BRZ-PROP-SIZE",
        severity: Severity::Reject,
        note: Some(
            "50 KB are 51,200 bytes of compact JSON in UTF-8, with only the escapes that JSON requires",
        ),
        summary: "properties that contain an array or an object have at most 50 KB",
        sentence: "Os objetos de propriedade de evento que contêm valores de vetor ou objeto podem ter uma carga útil de propriedade de evento de até 50 KB.",
        source: PURCHASE_OBJECT,
        wire_message: None,
        accepted: r#"{"external_id":"user1","product_id":"Completed Order","currency":"USD","price":219.98,"time":"2013-07-16T19:20:30+01:00","properties":{"products":["monitor","keyboard"]}}"#,
        rejected: concat!(
            r#"{"external_id":"user1","product_id":"Completed Order","currency":"USD","price":219.98,"time":"2013-07-16T19:20:30+01:00","properties":{"products":["#,
            repeated!(4096, r#""keyboard-1","#),
            r#""monitor"]}}"#
        ),
        remedy: "Write fewer or shorter values; keep large lists in a separate table.",
    },
];
