//! Rules across supplier purchases: states of one purchase, and pages of one dump.

use super::source::{OWN_RULE, SUPPLIER_PURCHASES};
use super::{Rule, RuleId, Severity};

pub(super) const RULES: [Rule; 7] = [
    Rule {
        id: RuleId::CplStale,
        code: "CPL-STALE",
        severity: Severity::Info,
        note: Some("counted as superseded"),
        summary: "a state of a purchase is not older than the stored one",
        sentence: "our own rule: of several states of a purchase the one with the latest updated_at is stored, in whatever order they are read",
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
        remedy: "No action needed: a later state of this purchase is already stored.",
    },
    Rule {
        id: RuleId::CplDuplicate,
        code: "CPL-DUPLICATE",
        severity: Severity::Info,
        note: Some("counted as duplicate"),
        summary: "a state of a purchase is read once",
        sentence: "our own rule: a purchase that equals the stored one changes nothing",
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
        remedy: "No action needed: this state of the purchase is already stored.",
    },
    Rule {
        id: RuleId::CplSnapshotPartial,
        code: "CPL-SNAPSHOT-PARTIAL",
        severity: Severity::Warn,
        note: Some("only with --full-snapshot"),
        summary: "a full snapshot is complete: no record is rejected, no input is refused and no page is missing",
        sentence: "our own rule: a purchase that is missing from an incomplete dump is not deleted",
        source: OWN_RULE,
        wire_message: None,
        accepted: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":3,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":2,"last_page":2,"per_page":2,"total":3}}"#
        ),
        rejected: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
        remedy: "Complete the dump and run again: until then no missing purchase is marked as deleted.",
    },
    Rule {
        id: RuleId::CplSnapshotRepeated,
        code: "CPL-SNAPSHOT-REPEATED",
        severity: Severity::Refuse,
        note: Some(
            "only with --full-snapshot; each line of the examples is one snapshot, in ingestion order. Ingesting the last snapshot of a company again changes nothing",
        ),
        summary: "a full snapshot is not ingested again after another one of the same company",
        sentence: "our own rule: a dump does not contain its creation time, so an old one cannot be distinguished from a return to its state",
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
        remedy: "Ingest a newer dump. To return to the old state, use lake restore with a version before the snapshot named in the message.",
    },
    Rule {
        id: RuleId::CplPageGap,
        code: "CPL-PAGE-GAP",
        severity: Severity::Warn,
        note: None,
        summary: "all pages from 1 to meta.last_page are present",
        sentence: "`meta.last_page` (integer, required) Quantidade total de páginas.",
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: concat!(
            r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
            "\n",
            r#"{"data":{"purchases":[{"id":3,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":2,"last_page":2,"per_page":2,"total":3}}"#
        ),
        rejected: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"},{"id":2,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":2,"per_page":2,"total":3}}"#,
        remedy: "Download the pages named in the finding.",
    },
    Rule {
        id: RuleId::CplPageDrift,
        code: "CPL-PAGE-DRIFT",
        severity: Severity::Warn,
        note: Some("each purchase counts once, in its latest state"),
        summary: "the pages agree on meta.total, contain as many purchases, and no purchase is on two of them",
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
        remedy: "The list changed while it was read page by page: download it again, at a quiet time or with updated_from.",
    },
    Rule {
        id: RuleId::CplMetaShape,
        code: "CPL-META-SHAPE",
        severity: Severity::Warn,
        note: Some("the purchases of such a response are ingested"),
        summary: "current_page, last_page, per_page and total of meta are whole numbers",
        sentence: "`meta.current_page` (integer, required) Página atual na paginação.",
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":1,"last_page":1,"per_page":20,"total":1}}"#,
        rejected: r#"{"data":{"purchases":[{"id":1,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}]},"meta":{"current_page":"1","last_page":1,"per_page":20}}"#,
        remedy: "Save the response unchanged: without meta, missing pages cannot be detected.",
    },
];
