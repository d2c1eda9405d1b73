//! Rules on supplier purchases across records: states of one purchase, and pages of one dump.

use super::source::{OWN_RULE, SUPPLIER_PURCHASES};
use super::{Rule, RuleId, Severity};

pub(super) const RULES: [Rule; 7] = [
    Rule {
        id: RuleId::CplStale,
        code: "CPL-STALE",
        severity: Severity::Info,
        note: Some("counted as superseded"),
        summary: "a state of a purchase is not older than the one that is stored",
        sentence: "our own rule: of the copies of one purchase the one with the latest updated_at counts, in whichever order they come",
        source: OWN_RULE,
        wire_message: None,
        accepted: concat!(
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2019-12-31T09:00:00-03:00","status":"pending"}"#,
            "\n",
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","status":"received"}"#
        ),
        rejected: concat!(
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","status":"received"}"#,
            "\n",
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2019-12-31T09:00:00-03:00","status":"pending"}"#
        ),
        remedy: "Nothing: a later state of this purchase is already there.",
    },
    Rule {
        id: RuleId::CplDuplicate,
        code: "CPL-DUPLICATE",
        severity: Severity::Info,
        note: Some("counted as duplicate"),
        summary: "a state of a purchase comes once",
        sentence: "our own rule: a purchase that comes again as it is stored changes nothing",
        source: OWN_RULE,
        wire_message: None,
        accepted: concat!(
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2019-12-31T09:00:00-03:00","status":"pending"}"#,
            "\n",
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","status":"received"}"#
        ),
        rejected: concat!(
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","status":"received"}"#,
            "\n",
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","status":"received"}"#
        ),
        remedy: "Nothing: this state of the purchase is already there.",
    },
    Rule {
        id: RuleId::CplSnapshotPartial,
        code: "CPL-SNAPSHOT-PARTIAL",
        severity: Severity::Warn,
        note: Some("only with --full-snapshot"),
        summary: "a full snapshot is whole: no record is rejected, no input is refused and no page is absent",
        sentence: "our own rule: a purchase that is absent from half a dump is not deleted",
        source: OWN_RULE,
        wire_message: None,
        accepted: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":3,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":2,"last_page":2,"per_page":2,"total":3}}"#
        ),
        rejected: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
        remedy: "Complete the dump and run again: until then nothing counts as deleted because it is absent.",
    },
    Rule {
        id: RuleId::CplSnapshotRepeated,
        code: "CPL-SNAPSHOT-REPEATED",
        severity: Severity::Refuse,
        note: Some(
            "only with --full-snapshot; each line of the examples is one snapshot, in the order they are ingested. The last snapshot of a company may be ingested again, and changes nothing",
        ),
        summary: "a full snapshot does not come again after another one of the same company",
        sentence: "our own rule: a dump does not say when it was made, so an old one that comes again is not told from a return to its state",
        source: OWN_RULE,
        wire_message: None,
        accepted: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":2}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":1}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":3,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":2}}"#
        ),
        rejected: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":2}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":1}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":2}}"#
        ),
        remedy: "Give a newer dump. Where the old state is wanted, go back with lake restore to a version before the snapshot that the message names.",
    },
    Rule {
        id: RuleId::CplPageGap,
        code: "CPL-PAGE-GAP",
        severity: Severity::Warn,
        note: None,
        summary: "all pages from 1 to meta.last_page are there",
        sentence: "`meta.last_page` (integer, required) Quantidade total de páginas.",
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":3,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":2,"last_page":2,"per_page":2,"total":3}}"#
        ),
        rejected: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
        remedy: "Get the pages that the finding names.",
    },
    Rule {
        id: RuleId::CplPageDrift,
        code: "CPL-PAGE-DRIFT",
        severity: Severity::Warn,
        note: Some("each purchase counts once, in its latest state"),
        summary: "the pages agree on meta.total, hold as many purchases as it says, and no purchase stands on two of them",
        sentence: "`meta.total` (integer, required) Quantidade total de itens.",
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":3,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":2,"last_page":2,"per_page":2,"total":3}}"#
        ),
        rejected: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":2,"last_page":2,"per_page":2,"total":3}}"#
        ),
        remedy: "The list changed while it was read page by page: get it again, in a quiet hour or with updated_from.",
    },
    Rule {
        id: RuleId::CplMetaShape,
        code: "CPL-META-SHAPE",
        severity: Severity::Warn,
        note: Some("the purchases of such a response are read all the same"),
        summary: "current_page, last_page, per_page and total of meta are whole numbers",
        sentence: "`meta.current_page` (integer, required) Página atual na paginação.",
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":1}}"#,
        rejected: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":"1","last_page":1,"per_page":20}}"#,
        remedy: "Save the response as it came: without its meta nobody can tell whether a page is missing.",
    },
];
