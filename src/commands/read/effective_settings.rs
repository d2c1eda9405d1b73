//! The settings of a run for its report, so that its numbers can be reproduced.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use clap::ValueEnum;

use super::{ReadArguments, RecordKindSelection};
use crate::ingest::ReadingSettings;

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
            settings.insert("default_currency", self.default_currency().to_string());
        }
        let mapping = (!self.mapping.is_empty()).then(|| self.mapping.join(", "));
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
            ("map", mapping),
            // Only where it is set: the hashes of earlier inputs do not have it.
            (
                "keep_test_events",
                self.keep_test_events.then(|| "true".to_owned()),
            ),
        ];
        let explicit = explicit.into_iter();
        settings.extend(explicit.filter_map(|(name, value)| Some((name, value?))));
        settings
    }
}

/// Settings that are not compared: they decide whether an input is read, and how fast; and the company
/// of an input, which is part of its digest.
const NOT_COMPARED: [&str; 8] = [
    "company_id",
    "company_path",
    "max_record_bytes",
    "max_line_bytes",
    "max_depth",
    "max_ratio",
    "threads",
    "now",
];

/// Settings that change no row of customer purchases.
pub(super) const NOT_OF_PURCHASES: &[&str] = &["default_currency", "deleted_only"];

/// Settings that change no row of supplier purchases.
pub(super) const NOT_OF_SUPPLIER_PURCHASES: &[&str] = &["reject_future", "keep_test_events"];

/// Hashes of the settings that rows depend on, without those of `other_kind`.
pub(super) fn reading_settings(
    settings: &BTreeMap<&'static str, String>,
    other_kind: &[&str],
) -> ReadingSettings {
    let mut base = blake3::Hasher::new();
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
