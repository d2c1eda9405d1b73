//! The settings of a run as they stand in its report, so that its numbers can be worked out again.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{DEFAULT_CURRENCY, threads};
use crate::cli::{ReadArguments, RecordKindArgument};
use crate::input::InputLimits;
use crate::job::JobError;

/// Every setting of the reading, with its value after the defaults; what is found in each input
/// when it is not given, such as the delimiter, is absent then.
pub(super) fn effective_settings(
    arguments: &ReadArguments,
    limits: &InputLimits,
    now: DateTime<Utc>,
) -> Result<BTreeMap<&'static str, String>, JobError> {
    let ReadArguments {
        input_format,
        lenient,
        numbers_as_strings,
        freeze_contract,
        default_timezone,
        reject_future,
        mapping,
        ..
    } = arguments;
    let InputLimits {
        max_record_bytes,
        max_line_bytes,
        max_depth,
        max_ratio,
    } = limits;
    let mut effective_settings = BTreeMap::from([
        ("input_format", format!("{input_format:?}").to_lowercase()),
        ("lenient", lenient.to_string()),
        ("numbers_as_strings", numbers_as_strings.to_string()),
        ("freeze_contract", freeze_contract.to_string()),
        ("default_timezone", default_timezone.clone()),
        ("reject_future", reject_future.to_string()),
        ("max_record_bytes", max_record_bytes.to_string()),
        ("max_line_bytes", max_line_bytes.to_string()),
        ("max_depth", max_depth.to_string()),
        ("max_ratio", max_ratio.to_string()),
        ("threads", threads(arguments)?.to_string()),
        ("now", now.to_rfc3339_opts(SecondsFormat::Micros, true)),
    ]);
    if arguments.kind != RecordKindArgument::Purchases {
        effective_settings.extend(supplier_settings(arguments));
    }
    effective_settings.extend(
        explicit_settings(arguments)
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    if !mapping.is_empty() {
        effective_settings.insert("map", mapping.join(", "));
    }
    Ok(effective_settings)
}

/// Settings that mean something to supplier purchases alone.
fn supplier_settings(arguments: &ReadArguments) -> [(&'static str, String); 2] {
    let currency = arguments.default_currency.as_deref();
    [
        ("deleted_only", arguments.deleted_only.to_string()),
        (
            "default_currency",
            currency.unwrap_or(DEFAULT_CURRENCY).to_owned(),
        ),
    ]
}

/// Settings that are found in the inputs when they are not given.
fn explicit_settings(arguments: &ReadArguments) -> [(&'static str, Option<String>); 6] {
    let ReadArguments {
        company_id,
        company_path,
        delimiter,
        encoding,
        decimal,
        date_order,
        ..
    } = arguments;
    [
        ("company_id", company_id.clone()),
        ("company_path", company_path.clone()),
        ("delimiter", delimiter.clone()),
        ("encoding", encoding.clone()),
        (
            "decimal",
            decimal.map(|sign| format!("{sign:?}").to_lowercase()),
        ),
        (
            "date_order",
            date_order.map(|order| format!("{order:?}").to_lowercase()),
        ),
    ]
}
