//! The settings of a run for its report, so that its numbers can be reproduced.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use clap::ValueEnum;

use super::{ReadArguments, RecordKindSelection};
use crate::ingest::ReadingSettings;
use crate::input::OrderEvents;
use crate::rules::{RuleId, RuleSeverities, Severity};

const TIMEZONE: &str = "default_timezone";

impl ReadArguments {
    /// Every setting for reading, with defaults. Settings that are detected per input, such as the
    /// delimiter, are absent unless they are set.
    pub(super) fn effective_settings(
        &self,
        now: DateTime<Utc>,
        default_timezone: Tz,
    ) -> BTreeMap<&'static str, String> {
        let limits = self.limits();
        let mut settings = BTreeMap::from([
            ("input_format", value_name(&self.input_format)),
            ("lenient", self.lenient.to_string()),
            ("numbers_as_strings", self.numbers_as_strings.to_string()),
            ("freeze_contract", self.reject_unknown_fields.to_string()),
            (TIMEZONE, default_timezone.to_string()),
            ("reject_future", self.reject_future.to_string()),
            ("max_record_bytes", limits.max_record_bytes.to_string()),
            ("max_line_bytes", limits.max_line_bytes.to_string()),
            ("max_depth", limits.max_depth.to_string()),
            ("max_ratio", limits.max_ratio.to_string()),
            ("threads", self.threads().to_string()),
            ("now", now.to_rfc3339_opts(SecondsFormat::Micros, true)),
        ]);
        if self.kind != RecordKindSelection::Purchases {
            settings.insert("deleted_only", self.deleted_only.to_string());
        }
        let is_for_suppliers = self.kind != RecordKindSelection::Purchases;
        if is_for_suppliers || self.default_currency.is_some() {
            settings.insert("default_currency", self.default_currency().to_string());
        }
        let joined = |entries: &[String]| (!entries.is_empty()).then(|| entries.join(", "));
        let explicit = [
            (
                "company_id",
                self.company_id.map(|company| company.to_string()),
            ),
            (
                "company_path",
                self.company_path.as_ref().map(ToString::to_string),
            ),
            (
                "delimiter",
                self.csv.delimiter.map(|delimiter| delimiter.to_string()),
            ),
            (
                "encoding",
                self.csv.encoding.map(|charset| charset.to_string()),
            ),
            ("decimal", self.csv.decimal.as_ref().map(value_name)),
            ("date_order", self.csv.date_order.as_ref().map(value_name)),
            // Only where it is set, as the one below.
            ("sheet", self.csv.sheet.clone()),
            ("map", joined(&self.map)),
            ("rule", joined(&self.rules())),
            ("default", joined(&self.default)),
            ("constant", joined(&self.constant)),
            // Only where it is set: the hashes of earlier inputs do not have it.
            (
                "keep_test_events",
                self.keep_test_events.then(|| "true".to_owned()),
            ),
            (
                "order_events",
                (self.order_events != OrderEvents::Skip).then(|| value_name(&self.order_events)),
            ),
        ];
        let explicit = explicit.into_iter();
        settings.extend(explicit.filter_map(|(name, value)| Some((name, value?))));
        settings
    }

    /// The severities that are set, in the order of the catalogue.
    fn rules(&self) -> Vec<String> {
        let severities = RuleSeverities::of(&self.rule);
        severities
            .entries()
            .map(|entry| entry.to_string())
            .collect()
    }

    /// The severities that are set for rules of a kind, as far as rows depend on them: whether a rule
    /// rejects. BRZ-EMAIL-FORM rejects some records unless its severity is set.
    pub(super) fn row_severities(&self, is_of_kind: fn(RuleId) -> bool) -> Vec<String> {
        let severities = RuleSeverities::of(&self.rule);
        let changed = severities.entries().filter(|entry| {
            let rejects = entry.severity == Severity::Reject;
            let rejects_usually = entry.rule.severity() == Severity::Reject;
            let differs = rejects != rejects_usually || entry.rule == RuleId::BrzEmailForm;
            is_of_kind(entry.rule) && differs
        });
        let texts = changed.map(|entry| {
            let effect = if entry.severity == Severity::Reject {
                "reject"
            } else {
                "keep"
            };
            format!("{}={effect}", entry.rule)
        });
        texts.collect()
    }

    /// Settings that change no row of customer purchases. They have no default currency that is not
    /// stated.
    pub(super) fn not_of_purchases(&self) -> &'static [&'static str] {
        if self.default_currency.is_some() {
            &["deleted_only"]
        } else {
            &["default_currency", "deleted_only"]
        }
    }
}

/// Settings that are not compared: they decide whether an input is read, and how fast; and the company
/// of an input, which is part of its digest.
const NOT_COMPARED: [&str; 9] = [
    "company_id",
    "company_path",
    "max_record_bytes",
    "max_line_bytes",
    "max_depth",
    "max_ratio",
    "threads",
    "now",
    // Compared by their effect on rows.
    "rule",
];

/// Settings that change no row of supplier purchases.
pub(super) const NOT_OF_SUPPLIER_PURCHASES: &[&str] =
    &["reject_future", "keep_test_events", "order_events"];

/// Hashes of the settings that rows depend on, without those of `other_kind`, with `severities`.
pub(super) fn reading_settings(
    settings: &BTreeMap<&'static str, String>,
    other_kind: &[&str],
    severities: &[String],
) -> ReadingSettings {
    let mut base = blake3::Hasher::new();
    for severity in severities {
        base.update(format!("rule {severity}\n").as_bytes());
    }
    for (name, value) in settings {
        let is_left_out = NOT_COMPARED.contains(name) || other_kind.contains(name);
        if !is_left_out && *name != TIMEZONE {
            base.update(format!("{name}={value}\n").as_bytes());
        }
    }
    let mut with_zone = base.clone();
    let zone = settings.get(TIMEZONE).map_or("", String::as_str);
    with_zone.update(format!("{TIMEZONE}={zone}\n").as_bytes());
    let text = |hasher: &blake3::Hasher| Some(hasher.finalize().to_hex().to_string());
    ReadingSettings {
        base: text(&base),
        with_zone: text(&with_zone),
    }
}

/// The name of a value on the command line.
pub(in crate::commands) fn value_name<V: ValueEnum>(value: &V) -> String {
    let value = value.to_possible_value();
    value
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}
