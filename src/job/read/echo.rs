//! The settings of a run as they stand in its report, so that its numbers can be worked out again.

use std::collections::BTreeMap;

use crate::cli::ReadArguments;

/// Every setting that decides a verdict, for the run report.
pub(super) fn echo(arguments: &ReadArguments) -> BTreeMap<&'static str, String> {
    let ReadArguments {
        input_format,
        lenient,
        numbers_as_strings,
        freeze_contract,
        deleted_only,
        default_timezone,
        reject_future,
        mapping,
        ..
    } = arguments;
    let chosen = optional(arguments);
    let mut echoed = BTreeMap::from([
        ("input_format", format!("{input_format:?}").to_lowercase()),
        ("lenient", lenient.to_string()),
        ("numbers_as_strings", numbers_as_strings.to_string()),
        ("freeze_contract", freeze_contract.to_string()),
        ("deleted_only", deleted_only.to_string()),
        ("default_timezone", default_timezone.clone()),
        ("reject_future", reject_future.to_string()),
    ]);
    echoed.extend(
        chosen
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    if !mapping.is_empty() {
        echoed.insert("map", mapping.join(", "));
    }
    echoed
}

/// Settings that are echoed when they were chosen.
fn optional(arguments: &ReadArguments) -> [(&'static str, Option<String>); 12] {
    let ReadArguments {
        company_id,
        company_path,
        default_currency,
        delimiter,
        encoding,
        decimal,
        date_order,
        max_record_bytes,
        max_line_bytes,
        max_depth,
        max_ratio,
        now,
        ..
    } = arguments;
    [
        ("company_id", company_id.clone()),
        ("company_path", company_path.clone()),
        ("default_currency", default_currency.clone()),
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
        (
            "max_record_bytes",
            max_record_bytes.map(|bytes| bytes.to_string()),
        ),
        (
            "max_line_bytes",
            max_line_bytes.map(|bytes| bytes.to_string()),
        ),
        ("max_depth", max_depth.map(|levels| levels.to_string())),
        ("max_ratio", max_ratio.map(|ratio| ratio.to_string())),
        ("now", now.clone()),
    ]
}
