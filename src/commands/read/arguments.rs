//! The options for reading inputs, and the parsers of their values.

use std::num::NonZeroU64;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::Args;

use super::record_kind_selection::RecordKindSelection;
use crate::commands::parse_time;
use crate::ingest::supplier_purchases::CompanyPath;
use crate::input::csv::dialect::DialectOverrides;
use crate::input::{InputFormat, OrderEvents};
use crate::rules::RuleSeverity;
use crate::supplier_purchase::CompanyId;
use crate::values::currency::{Currency, parse_currency};
use crate::values::parse_timezone;

/// Inputs and how to read them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[derive(Clone, Debug, Args)]
pub(in crate::commands) struct ReadArguments {
    /// Read these files, folders, URLs or globs, or stdin with `-`; plain, gzip or zstd
    #[arg(required = true, value_name = "INPUT")]
    pub(in crate::commands) inputs: Vec<String>,
    /// Succeed if an input matches no file, with a note
    #[arg(long, hide_short_help = true)]
    pub(in crate::commands) optional: bool,
    /// Read records of this kind
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    pub(in crate::commands) kind: RecordKindSelection,
    /// Set the company of the inputs (CPlug-Company-Id), or `unknown`
    #[arg(
        long,
        value_name = "N",
        value_parser = parse_company_id,
        allow_hyphen_values = true,
        conflicts_with = "company_path",
        help_heading = "Supplier purchases"
    )]
    pub(super) company_id: Option<CompanyId>,
    /// Take the company from the end of each path, e.g. `company={company_id}/*.json`
    #[arg(long, value_name = "TEMPLATE", help_heading = "Supplier purchases")]
    pub(super) company_path: Option<CompanyPath>,
    /// Treat every purchase as deleted: the inputs were requested with `deleted=only`
    #[arg(long, help_heading = "Supplier purchases", hide_short_help = true)]
    pub(super) deleted_only: bool,
    /// Read inputs in this format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) input_format: InputFormat,
    /// Accept trailing commas and comments, as in the examples of the Braze documentation
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    pub(super) lenient: bool,
    /// Accept prices and quantities that are JSON strings
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    pub(super) numbers_as_strings: bool,
    /// Reject records that have fields outside the documentation
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    pub(super) reject_unknown_fields: bool,
    /// Keep test events of Currents, which otherwise are skipped
    #[arg(long, hide_short_help = true)]
    pub(super) keep_test_events: bool,
    /// Set what becomes of `ecommerce.order_placed` and `ecommerce.order_refunded`
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        hide_short_help = true
    )]
    pub(in crate::commands) order_events: OrderEvents,
    /// Read times with no offset in this zone [default: the lake's or UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_timezone)]
    pub(super) default_timezone: Option<Tz>,
    /// Set the severity of a rule: reject, warn or off, e.g. `BRZ-QTY-RANGE=warn`; repeatable
    ///
    /// `rules list` shows which rules can have which severities.
    #[arg(long, value_name = "RULE=SEVERITY", hide_short_help = true)]
    pub(super) rule: Vec<RuleSeverity>,
    /// Reject purchases more than a day in the future, which otherwise are a warning
    #[arg(long, hide_short_help = true)]
    pub(super) reject_future: bool,
    /// The dialect of delimited text
    #[command(flatten)]
    pub(super) csv: DialectOverrides,
    /// Map a column or key to a field, e.g. `Preço final=price`; repeatable
    ///
    /// A dot leads into a JSON object: `customer.id=external_id`. After a colon, the format of a time:
    /// `Data=time:%d/%m/%y`.
    #[arg(long, value_name = "SOURCE=FIELD", help_heading = "Mapping")]
    pub(super) map: Vec<String>,
    /// Set the value of a field in records without it, e.g. `external_id=anonymous`; repeatable
    #[arg(
        long,
        value_name = "FIELD=VALUE",
        help_heading = "Mapping",
        hide_short_help = true
    )]
    pub(super) default: Vec<String>,
    /// Set the value of a field in all records, e.g. `app_id=shop`; repeatable
    #[arg(
        long,
        value_name = "FIELD=VALUE",
        help_heading = "Mapping",
        hide_short_help = true
    )]
    pub(super) constant: Vec<String>,
    /// Set the currency of records without one, as an ISO 4217 code [default: none; BRL for supplier
    /// purchases]
    #[arg(
        long,
        value_name = "CODE",
        value_parser = parse_default_currency,
        help_heading = "Mapping",
        hide_short_help = true
    )]
    pub(super) default_currency: Option<Currency>,
    /// Refuse inputs with a longer record, in bytes [default: 1048576]
    #[arg(
        long,
        value_name = "BYTES",
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub(super) max_record_bytes: Option<usize>,
    /// Refuse NDJSON inputs with a longer line, in bytes [default: 67108864]
    #[arg(
        long,
        value_name = "BYTES",
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub(super) max_line_bytes: Option<usize>,
    /// Refuse JSON that is nested deeper, 1 to 128 levels [default: 64]
    #[arg(
        long,
        value_name = "LEVELS",
        value_parser = parse_depth,
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub(super) max_depth: Option<usize>,
    /// Refuse compressed inputs that grow by more than this factor [default: 200]
    #[arg(
        long,
        value_name = "RATIO",
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub(super) max_ratio: Option<u64>,
    /// Read only this many records of each input, its first ones; not for an ingest that writes
    #[arg(long, value_name = "N", value_parser = parse_limit, hide_short_help = true)]
    pub(in crate::commands) limit: Option<NonZeroU64>,
    /// Use this many worker threads, 1 to 1024 [default: one per core]
    #[arg(long, value_name = "N", value_parser = parse_threads, hide_short_help = true)]
    pub(super) threads: Option<usize>,
    /// Set the current time, RFC 3339, to repeat a run exactly [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide_short_help = true)]
    pub(super) now: Option<DateTime<Utc>>,
}

/// Notes on optional arguments that match nothing.
pub(in crate::commands) fn missing_notes(missing: &[String]) -> Vec<String> {
    let note = |argument| format!("no input found at {argument}; it is optional");
    missing.iter().map(note).collect()
}

fn parse_limit(text: &str) -> Result<NonZeroU64, &'static str> {
    text.parse()
        .map_err(|_invalid| "expected a whole number above 0")
}

/// More threads than the cores of any machine are an error.
fn parse_threads(text: &str) -> Result<usize, &'static str> {
    let number = text.parse().ok();
    let number = number.filter(|threads| (1..=1024).contains(threads));
    number.ok_or("expected a number from 1 to 1024")
}

/// The parser is recursive, and purchases need no deeper nesting than 128 levels.
fn parse_depth(text: &str) -> Result<usize, &'static str> {
    let number = text.parse().ok();
    let number = number.filter(|levels| (1..=128).contains(levels));
    number.ok_or("expected a number from 1 to 128")
}

fn parse_default_currency(text: &str) -> Result<Currency, &'static str> {
    let parsed = parse_currency(text);
    let parsed = parsed.map_err(|_unknown| "expected an ISO 4217 code such as BRL")?;
    Ok(parsed.currency)
}

pub(in crate::commands) fn parse_company_id(text: &str) -> Result<CompanyId, &'static str> {
    let parsed = text.parse();
    parsed.map_err(|_invalid| "expected a whole number above 0, or `unknown`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::read::DEFAULT_CURRENCY;
    use crate::input::InputLimits;

    #[test]
    fn the_help_names_the_defaults_that_are_used() {
        let command = ReadArguments::augment_args(clap::Command::new("ingest"));
        let help = |id: &str| {
            let mut arguments = command.get_arguments();
            let argument = arguments.find(|one| one.get_id() == id).expect("an option");
            argument.get_help().expect("a sentence").to_string()
        };
        let usual = InputLimits::default();
        for (id, value) in [
            ("max_record_bytes", usual.max_record_bytes.to_string()),
            ("max_line_bytes", usual.max_line_bytes.to_string()),
            ("max_depth", usual.max_depth.to_string()),
            ("max_ratio", usual.max_ratio.to_string()),
            (
                "default_currency",
                format!("none; {DEFAULT_CURRENCY} for supplier purchases"),
            ),
        ] {
            let default = format!("[default: {value}]");
            assert!(help(id).ends_with(&default), "{id}: {}", help(id));
        }
    }
}
