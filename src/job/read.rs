//! Resolves how inputs are read and judged.

mod dialect;
mod effective_settings;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use dialect::dialect;
use effective_settings::effective_settings;

use super::JobError;
use crate::cli::{InputFormatArgument, ReadArguments, RecordKindArgument};
use crate::ingest::RunSettings;
use crate::ingest::purchases::Purchases;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{CompanySource, SupplierPurchases};
use crate::input::{InputFormat, InputLimits, ReaderOptions};
use crate::purchase::{self, FuturePolicy};
use crate::supplier_purchase;
use crate::values::currency::{Currency, parse_currency};
use crate::values::instant::parse_instant;

/// Inputs, and how to read and judge them.
#[derive(Clone, Debug)]
pub struct ReadJob {
    /// As named.
    pub inputs: Vec<String>,
    /// Id of the run.
    pub run_id: String,
    /// How inputs of each kind are read.
    pub kinds: KindSettings,
    /// The run's clock.
    pub now: DateTime<Utc>,
    /// Every setting that decides a verdict, for the run report.
    pub effective_settings: BTreeMap<&'static str, String>,
}

/// How inputs are read, by kind.
#[derive(Clone, Debug)]
pub enum KindSettings {
    /// All of them hold customer purchases.
    Purchases(RunSettings<Purchases>),
    /// All of them hold supplier purchases.
    SupplierPurchases(RunSettings<SupplierPurchases>),
    /// Each input shows what it holds.
    Auto(RunSettings<Purchases>, RunSettings<SupplierPurchases>),
}

impl KindSettings {
    /// The name in the run report.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Purchases(_) => Purchases::NAME,
            Self::SupplierPurchases(_) => SupplierPurchases::NAME,
            Self::Auto(..) => "auto",
        }
    }
}

/// Two MiB: some seven thousand purchases, enough to keep the cost per piece out of sight.
const CHUNK_BYTES: usize = 2 << 20;

/// More than any machine has cores for.
const MAX_THREADS: usize = 1_024;

/// ConnectPlug is a Brazilian service; its spreadsheets name no currency.
const DEFAULT_CURRENCY: &str = "BRL";

/// The parser is recursive; deeper nesting has no use in a purchase.
const HARD_MAX_DEPTH: usize = 128;

impl ReadJob {
    /// Resolves what was typed.
    ///
    /// # Errors
    /// [`JobError::Option`] names the option.
    pub fn resolve(arguments: ReadArguments, now: DateTime<Utc>) -> Result<Self, JobError> {
        let now = parse_clock("--now", arguments.now.as_deref(), now)?;
        let settings_in_effect = effective_settings(&arguments, &limits(&arguments)?, now)?;
        let run_id = uuid::Uuid::now_v7().to_string();
        refuse_inapplicable_options(&arguments)?;
        let purchases = || {
            let kind = Purchases {
                validator: purchase::PurchaseValidator::new(purchase_rules(&arguments, now)?),
            };
            settings(kind, &arguments, &run_id)
        };
        let supplier_purchases = || {
            let kind = SupplierPurchases::new(company(&arguments)?, supplier_rules(&arguments)?);
            settings(kind, &arguments, &run_id)
        };
        let kinds = match arguments.kind {
            RecordKindArgument::Purchases => KindSettings::Purchases(purchases()?),
            RecordKindArgument::SupplierPurchases => {
                KindSettings::SupplierPurchases(supplier_purchases()?)
            }
            RecordKindArgument::Auto => KindSettings::Auto(purchases()?, supplier_purchases()?),
        };
        Ok(Self {
            inputs: arguments.inputs,
            run_id,
            kinds,
            now,
            effective_settings: settings_in_effect,
        })
    }
}

/// Options that mean nothing to the kind or the format, and would be ignored in silence.
fn refuse_inapplicable_options(arguments: &ReadArguments) -> Result<(), JobError> {
    let ReadArguments {
        inputs,
        kind,
        company_id,
        company_path,
        default_currency,
        deleted_only,
        input_format,
        mapping,
        ..
    } = arguments;
    let is_json = matches!(
        input_format,
        InputFormatArgument::Json | InputFormatArgument::Ndjson
    );
    if is_json && !mapping.is_empty() {
        return Err(JobError::NotApplicable {
            option: "--map".to_owned(),
            reason: "names columns of delimited text, and --input-format says that the inputs are JSON; leave one of the two out",
        });
    }
    if *kind == RecordKindArgument::Auto && inputs.iter().any(|input| input == "-") {
        return Err(JobError::NotApplicable {
            option: "--kind auto".to_owned(),
            reason: "cannot look at standard input beforehand; name the kind",
        });
    }
    if *deleted_only && *kind != RecordKindArgument::SupplierPurchases {
        return Err(JobError::NotApplicable {
            option: "--deleted-only".to_owned(),
            reason: "is for supplier purchases; add --kind supplier-purchases",
        });
    }
    let supplier_options = [
        ("--company-id", company_id),
        ("--company-path", company_path),
        ("--default-currency", default_currency),
    ];
    for (option, value) in supplier_options {
        if *kind == RecordKindArgument::Purchases && value.is_some() {
            return Err(JobError::NotApplicable {
                option: option.to_owned(),
                reason: "is for supplier purchases; add --kind supplier-purchases",
            });
        }
    }
    Ok(())
}

/// How inputs of one kind are read.
fn settings<K: RecordKind>(
    kind: K,
    arguments: &ReadArguments,
    run_id: &str,
) -> Result<RunSettings<K>, JobError> {
    let is_only_kind = arguments.kind != RecordKindArgument::Auto;
    Ok(RunSettings {
        run_id: run_id.to_owned(),
        reader: ReaderOptions {
            format: format(arguments.input_format),
            lenient: arguments.lenient,
            envelope: K::ENVELOPE,
            limits: limits(arguments)?,
            chunk_bytes: CHUNK_BYTES,
            dialect: dialect(arguments, kind.csv_columns(), is_only_kind)?,
            not_utf8: None,
        },
        kind,
        with_texts: false,
        threads: threads(arguments)?,
    })
}

fn threads(arguments: &ReadArguments) -> Result<usize, JobError> {
    match arguments.threads {
        Some(threads) if !(1..=MAX_THREADS).contains(&threads) => {
            let expected = "from 1 to 1024";
            Err(invalid_option("--threads", &threads.to_string(), expected))
        }
        Some(threads) => Ok(threads),
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}

fn purchase_rules(
    arguments: &ReadArguments,
    now: DateTime<Utc>,
) -> Result<purchase::PurchaseRuleSettings, JobError> {
    Ok(purchase::PurchaseRuleSettings {
        default_zone: default_zone(arguments)?,
        now_micros: now.timestamp_micros(),
        future: if arguments.reject_future {
            FuturePolicy::Reject
        } else {
            FuturePolicy::Warn
        },
        numbers_as_strings: arguments.numbers_as_strings,
        freeze_contract: arguments.freeze_contract,
    })
}

fn supplier_rules(
    arguments: &ReadArguments,
) -> Result<supplier_purchase::SupplierPurchaseRuleSettings, JobError> {
    Ok(supplier_purchase::SupplierPurchaseRuleSettings {
        // Filled in for each input.
        company: None,
        default_zone: default_zone(arguments)?,
        default_currency: default_currency(arguments)?,
        numbers_as_strings: arguments.numbers_as_strings,
        freeze_contract: arguments.freeze_contract,
        deleted_only: arguments.deleted_only,
    })
}

fn default_zone(arguments: &ReadArguments) -> Result<Tz, JobError> {
    let name = &arguments.default_timezone;
    name.parse().map_err(|_unknown| {
        let expected = "an IANA zone such as America/Sao_Paulo";
        invalid_option("--default-timezone", name, expected)
    })
}

fn default_currency(arguments: &ReadArguments) -> Result<Currency, JobError> {
    let code = arguments
        .default_currency
        .as_deref()
        .unwrap_or(DEFAULT_CURRENCY);
    parse_currency(code)
        .map(|parsed| parsed.currency)
        .map_err(|_unknown| {
            invalid_option("--default-currency", code, "an ISO 4217 code such as BRL")
        })
}

fn company(arguments: &ReadArguments) -> Result<CompanySource, JobError> {
    match (&arguments.company_id, &arguments.company_path) {
        (Some(id), None) => id.parse().map(CompanySource::Given).map_err(|_invalid| {
            invalid_option("--company-id", id, "a whole number above 0, or `unknown`")
        }),
        (None, Some(path)) => path.parse().map(CompanySource::Path).map_err(|_invalid| {
            let expected = "a path with {company_id} in it once, as in company={company_id}/*.json";
            invalid_option("--company-path", path, expected)
        }),
        (None, None) => Ok(CompanySource::Records),
        (Some(_), Some(_)) => Err(JobError::NotApplicable {
            option: "--company-path".to_owned(),
            reason: "stands beside --company-id; give one of the two",
        }),
    }
}

fn format(argument: InputFormatArgument) -> InputFormat {
    match argument {
        InputFormatArgument::Auto => InputFormat::Auto,
        InputFormatArgument::Json => InputFormat::Json,
        InputFormatArgument::Ndjson => InputFormat::Ndjson,
        InputFormatArgument::Csv => InputFormat::Csv,
    }
}

/// The clock that was typed, or the process's.
pub(super) fn parse_clock(
    option: &str,
    typed: Option<&str>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, JobError> {
    let Some(text) = typed else { return Ok(now) };
    let parsed = parse_instant(text, Tz::UTC).ok();
    parsed
        .and_then(|parsed| DateTime::from_timestamp_micros(parsed.instant.micros_utc))
        .ok_or_else(|| invalid_option(option, text, "a time such as 2026-11-20T12:00:00Z"))
}

fn invalid_option(option: &str, value: &str, expected: &str) -> JobError {
    JobError::Option {
        option: option.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

fn limits(arguments: &ReadArguments) -> Result<InputLimits, JobError> {
    let usual = InputLimits::default();
    let max_depth = arguments.max_depth.unwrap_or(usual.max_depth);
    if !(1..=HARD_MAX_DEPTH).contains(&max_depth) {
        return Err(invalid_option(
            "--max-depth",
            &max_depth.to_string(),
            "from 1 to 128",
        ));
    }
    Ok(InputLimits {
        max_record_bytes: arguments.max_record_bytes.unwrap_or(usual.max_record_bytes),
        max_line_bytes: arguments.max_line_bytes.unwrap_or(usual.max_line_bytes),
        max_depth,
        max_ratio: arguments.max_ratio.unwrap_or(usual.max_ratio),
    })
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;

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
            ("default_currency", DEFAULT_CURRENCY.to_owned()),
        ] {
            let told = format!("[default: {value}]");
            assert!(help(id).ends_with(&told), "{id}: {}", help(id));
        }
    }
}
