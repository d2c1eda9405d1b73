use std::collections::HashSet;

use super::catalogue::rules;
use super::*;

/// The codes that users know, by severity. A rule that is added need not be listed: the generated reference
/// page has it.
const PUBLISHED: [(Severity, &str); 5] = [
    (
        Severity::Reject,
        "BRZ-RECORD-OBJECT BRZ-ID-REQUIRED BRZ-ID-TYPE BRZ-ALIAS-SHAPE BRZ-EXTID-LEN BRZ-PRODUCT-REQUIRED \
         BRZ-PRODUCT-LEN BRZ-APP-TYPE BRZ-CUR-REQUIRED BRZ-CUR-UNKNOWN BRZ-PRICE-REQUIRED BRZ-PRICE-TYPE \
         BRZ-CUR-SIGN BRZ-TOTAL-CONFLICT BRZ-QTY-TYPE BRZ-QTY-RANGE BRZ-TIME-REQUIRED BRZ-TIME-FORMAT BRZ-TIME-RANGE BRZ-PROP-OBJECT \
         BRZ-PROP-NAME-EMPTY BRZ-PROP-NAME-LEN BRZ-PROP-NAME-DOLLAR BRZ-PROP-RESERVED BRZ-PROP-SIZE \
         BRZ-UPDONLY-TYPE BRZ-KEY-DUP BRZ-CURRENTS-SHAPE BRZ-CDI-PAYLOAD CPL-RECORD-OBJECT CPL-COMPANY-CONFLICT CPL-ID-REQUIRED \
         CPL-DATE-REQUIRED CPL-DATE-FORMAT CPL-SUPPLIER-SHAPE CPL-STATUS-ENUM CPL-BOOL CPL-INT-TYPE \
         CPL-TEXT-TYPE CPL-OBJECT-SHAPE CPL-KEY-DUP CPL-MONEY-SHAPE CPL-MONEY-CURRENCY CPL-TS-FORMAT \
         FILE-CSV-COLUMNS",
    ),
    (
        Severity::Warn,
        "BRZ-ID-MULTI BRZ-EMAIL-FORM BRZ-PRODUCT-SPACE BRZ-PRODUCT-CARD BRZ-CUR-RETIRED BRZ-CUR-CASE \
         BRZ-PRICE-SCALE BRZ-PRICE-ROUNDED BRZ-PRICE-FLOAT32 BRZ-QTY-NULL BRZ-QTY-FLOAT BRZ-TIME-NOOFFSET \
         BRZ-TIME-OFFSETFORM BRZ-TIME-GAP BRZ-TIME-FOLD BRZ-TIME-DATEONLY BRZ-TIME-SPACE BRZ-TIME-LEAP \
         BRZ-TIME-PRECISION BRZ-TIME-FUTURE BRZ-PROP-STR-LEN BRZ-PROP-NULL BRZ-PROP-ARRAY-DATE \
         BRZ-UPDONLY-ALIAS BRZ-TOTAL-REMAINDER BRZ-FIELD-DEFAULT BRZ-KEY-UNKNOWN BRZ-CURRENTS-NOID BRZ-CURRENTS-REDACTED BRZ-CDI-CONFLICT \
         CPL-SUPPLIER-MISSING CPL-INVOICE-STRING CPL-FIELD-DEFAULT CPL-KEY-UNKNOWN CPL-MONEY-CASE CPL-MONEY-NEG CPL-MONEY-MIXED \
         CPL-MONEY-SCALE CPL-MONEY-ROUNDED CPL-MONEY-DEFAULT CPL-TOTAL-CHECK CPL-TS-NOOFFSET CPL-TS-SPELLING \
         CPL-TS-PRECISION CPL-TS-ORDER CPL-SNAPSHOT-PARTIAL CPL-PAGE-GAP CPL-PAGE-DRIFT CPL-META-SHAPE \
         FILE-EMPTY",
    ),
    (
        Severity::Info,
        "BRZ-PRICE-NEG BRZ-PRICE-WIDENED BRZ-PROP-OBJ-STRING BRZ-DUP-EVENT BRZ-CURRENTS-DUP BRZ-CURRENTS-TEST CPL-DELETED-KEY \
         CPL-STALE CPL-DUPLICATE FILE-SEEN",
    ),
    (
        Severity::Refuse,
        "CPL-COMPANY-REQUIRED CPL-SNAPSHOT-REPEATED FILE-ENCODING FILE-FORMAT FILE-JSON-SYNTAX \
         FILE-TRAILING-COMMA FILE-USER-EXPORT FILE-SERIES-RESPONSE FILE-ERROR-RESPONSE \
         FILE-AVRO-SCHEMA FILE-AVRO-CODEC FILE-AVRO-DAMAGED FILE-OTHER-EVENT \
         FILE-WRONG-KIND FILE-MIXED FILE-CSV-QUOTE FILE-CSV-AMBIG FILE-HEADER-DUP FILE-MAP-QUANTITY \
         FILE-TRUNCATED FILE-LIMIT FILE-UNREADABLE FILE-REJECT-LIMIT FILE-CHANGED FILE-SETTINGS-CHANGED",
    ),
    (
        Severity::Parameter,
        "PAR-LENGTH PAR-UNIT PAR-ENDING PAR-TIMEZONE PAR-CURRENCY PAR-COMPANY PAR-SEARCH PAR-STATUS \
         PAR-SUPPLIERS PAR-START PAR-END PAR-PAGE PAR-PERPAGE PAR-UPDATED PAR-DELETED",
    ),
];

fn records(id: RuleId) -> Vec<(RuleId, &'static str, &'static str)> {
    let rule = id.rule();
    let accepted = rule.accepted.lines().map(|line| (id, "accepted", line));
    let rejected = rule.rejected.lines().map(|line| (id, "rejected", line));
    accepted.chain(rejected).collect()
}

#[test]
fn published_codes_stay_with_their_severity() {
    for (severity, codes) in PUBLISHED {
        for code in codes.split_whitespace() {
            let id: RuleId = code.parse().unwrap();
            assert_eq!((id.code(), id.severity()), (code, severity));
        }
    }
}

#[test]
fn no_two_rules_share_a_code() {
    let found: HashSet<&str> = RuleId::ALL.into_iter().map(RuleId::code).collect();
    assert_eq!(found.len(), RuleId::COUNT);
}

#[test]
fn the_file_has_one_entry_for_each_id_in_the_same_order() {
    let found: Vec<RuleId> = rules().iter().map(|rule| rule.id).collect();
    assert_eq!(found, RuleId::ALL);
    for (position, id) in RuleId::ALL.into_iter().enumerate() {
        assert_eq!(id.index(), position);
        assert_eq!(id.rule().id, id);
    }
}

#[test]
fn variant_names_follow_the_codes() {
    for id in RuleId::ALL {
        assert_eq!(format!("{id:?}").to_uppercase(), id.code().replace('-', ""));
    }
}

#[test]
fn every_text_is_filled_and_trimmed() {
    for id in RuleId::ALL {
        let rule = id.rule();
        let texts = [
            &rule.summary,
            &rule.sentence,
            &rule.source,
            &rule.accepted,
            &rule.rejected,
            &rule.remedy,
        ];
        let optional = [&rule.note, &rule.wire_message, &rule.options];
        for text in texts.into_iter().chain(optional.into_iter().flatten()) {
            assert!(!text.is_empty(), "{id} has an empty text");
            assert_eq!(text, text.trim(), "{id} has a text with outer spaces");
        }
    }
}

#[test]
fn examples_of_records_are_json_objects_one_per_line() {
    let is_other = |id, which, line: &str| match id {
        RuleId::BrzRecordObject | RuleId::CplRecordObject => which == "rejected",
        RuleId::BrzProductCard => line.starts_with("..."),
        // Only delimited text can violate it.
        RuleId::CplMoneyDefault => true,
        _ => false,
    };
    let is_record = |id: &RuleId| id.code().starts_with("BRZ-") || id.code().starts_with("CPL-");
    let lines = RuleId::ALL.into_iter().filter(is_record).flat_map(records);
    for (id, which, line) in lines {
        let value = serde_json::from_str::<serde_json::Value>(line);
        let is_object = value.is_ok_and(|value| value.is_object());
        assert_eq!(
            is_object,
            !is_other(id, which, line),
            "{id} {which}: {line}"
        );
    }
}

#[test]
fn examples_of_records_differ_in_what_the_rule_is_about() {
    // What violates these is the same content again.
    let same = [RuleId::FileSeen, RuleId::FileSettingsChanged];
    for id in RuleId::ALL.into_iter().filter(|id| !same.contains(id)) {
        assert_ne!(id.rule().accepted, id.rule().rejected, "{id}");
    }
}

#[test]
fn long_examples_are_exactly_at_the_limit() {
    let field = |example: &str, pointer: &str| {
        let value: serde_json::Value = serde_json::from_str(example).unwrap();
        value
            .pointer(pointer)
            .unwrap()
            .as_str()
            .unwrap()
            .chars()
            .count()
    };
    for (id, pointer, limit) in [
        (RuleId::BrzExtidLen, "/external_id", 987),
        (RuleId::BrzProductLen, "/product_id", 255),
        (RuleId::BrzPropStrLen, "/properties/remark", 255),
    ] {
        assert_eq!(field(&id.rule().accepted, pointer), limit, "{id}");
        assert_eq!(field(&id.rule().rejected, pointer), limit + 1, "{id}");
    }
    let name = |example: &str| {
        let value: serde_json::Value = serde_json::from_str(example).unwrap();
        value["properties"]
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap()
            .chars()
            .count()
    };
    assert_eq!(name(&RuleId::BrzPropNameLen.rule().accepted), 255);
    assert_eq!(name(&RuleId::BrzPropNameLen.rule().rejected), 256);
    let size = &RuleId::BrzPropSize.rule().rejected;
    let properties: serde_json::Value = serde_json::from_str(size).unwrap();
    assert!(properties["properties"].to_string().len() > 51_200);
}

#[test]
fn codes_are_read_in_any_case_and_unknown_ones_are_refused() {
    for id in RuleId::ALL {
        assert_eq!(id.code().parse(), Ok(id));
        assert_eq!(id.code().to_lowercase().parse(), Ok(id));
        assert_eq!(id.to_string(), id.code());
    }
    for (code, message) in [
        (
            "XYZ",
            "unknown rule \"XYZ\"; list all codes with `purchase-etl rules list`",
        ),
        (
            "",
            "unknown rule \"\"; list all codes with `purchase-etl rules list`",
        ),
        (
            "qty",
            "unknown rule \"qty\"; did you mean BRZ-QTY-TYPE or BRZ-QTY-RANGE or BRZ-QTY-NULL?",
        ),
        (
            "brz-qty-rnge",
            "unknown rule \"brz-qty-rnge\"; did you mean BRZ-QTY-RANGE?",
        ),
    ] {
        assert_eq!(code.parse::<RuleId>().unwrap_err().to_string(), message);
    }
}

#[test]
fn ids_are_written_as_their_codes() {
    assert_eq!(
        serde_json::to_string(&RuleId::BrzTimeFold).unwrap(),
        "\"BRZ-TIME-FOLD\""
    );
    assert_eq!(
        format!("[{:15}] [{:9}]", RuleId::BrzTimeFold, Severity::Warn),
        "[BRZ-TIME-FOLD  ] [warn     ]"
    );
}
