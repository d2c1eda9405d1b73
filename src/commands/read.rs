//! How inputs are read and validated: the options that `ingest` and `check` share, and the settings
//! that follow from them.

mod dialect;
mod effective_settings;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use super::{OptionError, parse_time};
use crate::ingest::RunSettings;
use crate::ingest::purchases::{Purchases, purchases_spec};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::{
    CompanyPath, CompanySource, SupplierPurchases, supplier_purchases_spec,
};
use crate::input::csv::delimiter::Delimiter;
use crate::input::csv::encoding::Charset;
use crate::input::{InputFormat, InputLimits, ReaderOptions};
use crate::lake::TableSpec;
use crate::purchase::{FuturePolicy, PurchaseRuleSettings, PurchaseValidator};
use crate::supplier_purchase::{CompanyId, SupplierPurchaseRuleSettings};
use crate::values::currency::{Currency, parse_currency};
use crate::values::pt_br::{DateOrder, DecimalSign};

/// Inputs and how to read them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[derive(Clone, Debug, Args)]
pub(super) struct ReadArguments {
    /// Read these files, folders, URLs or globs, or stdin with `-`; plain, gzip or zstd
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Read records of this kind
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    pub(super) kind: RecordKindSelection,
    /// Set the company of the inputs (CPlug-Company-Id), or `unknown`
    #[arg(
        long,
        value_name = "N",
        value_parser = parse_company_id,
        allow_hyphen_values = true,
        conflicts_with = "company_path",
        help_heading = "Supplier purchases"
    )]
    company_id: Option<CompanyId>,
    /// Take the company from the end of each path, e.g. `company={company_id}/*.json`
    #[arg(
        long,
        value_name = "TEMPLATE",
        value_parser = parse_company_path,
        help_heading = "Supplier purchases"
    )]
    company_path: Option<CompanyPath>,
    /// Set the currency of CSV amounts without one, as an ISO 4217 code [default: BRL]
    #[arg(
        long,
        value_name = "CODE",
        value_parser = parse_default_currency,
        help_heading = "Supplier purchases",
        hide_short_help = true
    )]
    default_currency: Option<Currency>,
    /// Treat every purchase as deleted: the inputs were requested with `deleted=only`
    #[arg(long, help_heading = "Supplier purchases", hide_short_help = true)]
    deleted_only: bool,
    /// Read inputs in this format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    input_format: InputFormat,
    /// Accept trailing commas and comments, as in the examples of the Braze documentation
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    lenient: bool,
    /// Accept prices and quantities that are JSON strings
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    numbers_as_strings: bool,
    /// Reject records that have fields outside the documentation
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    reject_unknown_fields: bool,
    /// Read times without an offset in this IANA time zone
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, default_value = "UTC")]
    default_timezone: Tz,
    /// Reject purchases more than a day in the future, which otherwise are a warning
    #[arg(long, hide_short_help = true)]
    reject_future: bool,
    /// Set the character between fields: one of `;` `,` `|` `tab` [default: detected per input]
    #[arg(
        long,
        value_name = "CHAR",
        value_parser = parse_delimiter,
        help_heading = "CSV",
        hide_short_help = true
    )]
    delimiter: Option<Delimiter>,
    /// Set the encoding, e.g. utf-8 or windows-1252 [default: detected per input]
    #[arg(
        long,
        value_name = "NAME",
        value_parser = parse_charset,
        help_heading = "CSV",
        hide_short_help = true
    )]
    encoding: Option<Charset>,
    /// Set the decimal separator of prices [default: detected per input]
    #[arg(long, value_enum, value_name = "SIGN", help_heading = "CSV")]
    decimal: Option<DecimalSign>,
    /// Set the order of day and month in dates [default: detected per input]
    #[arg(
        long,
        value_enum,
        value_name = "ORDER",
        help_heading = "CSV",
        hide_short_help = true
    )]
    date_order: Option<DateOrder>,
    /// Map a column to a field, e.g. `Preço final=price`; repeatable; for CSV inputs only
    #[arg(long = "map", value_name = "HEADER=FIELD", help_heading = "CSV")]
    mapping: Vec<String>,
    /// Refuse inputs with a longer record, in bytes [default: 1048576]
    #[arg(
        long,
        value_name = "BYTES",
        help_heading = "Limits",
        hide_short_help = true
    )]
    max_record_bytes: Option<usize>,
    /// Refuse NDJSON inputs with a longer line, in bytes [default: 67108864]
    #[arg(
        long,
        value_name = "BYTES",
        help_heading = "Limits",
        hide_short_help = true
    )]
    max_line_bytes: Option<usize>,
    /// Refuse JSON that is nested deeper, 1 to 128 levels [default: 64]
    #[arg(
        long,
        value_name = "LEVELS",
        value_parser = parse_depth,
        help_heading = "Limits",
        hide_short_help = true
    )]
    max_depth: Option<usize>,
    /// Refuse compressed inputs that grow by more than this factor [default: 200]
    #[arg(
        long,
        value_name = "RATIO",
        help_heading = "Limits",
        hide_short_help = true
    )]
    max_ratio: Option<u64>,
    /// Use this many worker threads, 1 to 1024 [default: one per core]
    #[arg(long, value_name = "N", value_parser = parse_threads, hide_short_help = true)]
    threads: Option<usize>,
    /// Set the current time, RFC 3339, to repeat a run exactly [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide_short_help = true)]
    now: Option<DateTime<Utc>>,
}

/// The kind of the records of all inputs, or that each input is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum RecordKindSelection {
    /// Purchases of customers: the Braze purchase object and its dumps
    #[default]
    Purchases,
    /// Purchases from suppliers: the ConnectPlug purchase list and its dumps
    SupplierPurchases,
    /// Detected per input from the fields of its records
    Auto,
}

impl RecordKindSelection {
    /// The name in run reports and plans.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Purchases => Purchases::NAME,
            Self::SupplierPurchases => SupplierPurchases::NAME,
            Self::Auto => "auto",
        }
    }

    /// The tables of accepted records.
    pub(super) fn tables(self) -> Vec<TableSpec> {
        match self {
            Self::Purchases => vec![purchases_spec()],
            Self::SupplierPurchases => vec![supplier_purchases_spec()],
            Self::Auto => vec![purchases_spec(), supplier_purchases_spec()],
        }
    }
}

/// The settings that follow from the options.
#[derive(Clone, Debug)]
pub(super) struct ReadSettings {
    /// Settings for each record kind.
    pub(super) kinds: KindSettings,
    /// The current time.
    pub(super) now: DateTime<Utc>,
    /// Every setting that affects validation, for the run report.
    pub(super) effective_settings: BTreeMap<&'static str, String>,
}

/// Settings for reading inputs, by record kind.
#[derive(Clone, Debug)]
pub(super) enum KindSettings {
    /// All inputs contain customer purchases.
    Purchases(RunSettings<Purchases>),
    /// All inputs contain supplier purchases.
    SupplierPurchases(RunSettings<SupplierPurchases>),
    /// The kind of each input is detected.
    Auto(RunSettings<Purchases>, RunSettings<SupplierPurchases>),
}

/// Two MiB: about seven thousand purchases, so that the cost per chunk is negligible.
const CHUNK_BYTES: usize = 2 << 20;

/// ConnectPlug is a Brazilian service; its spreadsheets have no currency.
const DEFAULT_CURRENCY: Currency = Currency::BRL;

const SUPPLIERS_ONLY: &str = "applies to supplier purchases only; add --kind supplier-purchases";

impl ReadArguments {
    /// Refuses options that do not apply to the kind or the format and would be ignored without
    /// notice, and columns that are mapped to no field.
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        self.refuse_inapplicable()?;
        self.kinds("", DateTime::UNIX_EPOCH).map(drop)
    }

    /// The settings for a run.
    pub(super) fn resolve(
        &self,
        run_id: &str,
        now: DateTime<Utc>,
    ) -> Result<ReadSettings, OptionError> {
        let now = self.now.unwrap_or(now);
        Ok(ReadSettings {
            kinds: self.kinds(run_id, now)?,
            now,
            effective_settings: self.effective_settings(now),
        })
    }

    fn kinds(&self, run_id: &str, now: DateTime<Utc>) -> Result<KindSettings, OptionError> {
        let purchases = || {
            let validator = PurchaseValidator::new(self.purchase_rules(now));
            self.settings(Purchases { validator }, run_id)
        };
        let supplier_purchases = || {
            let kind = SupplierPurchases::new(self.company_source(), self.supplier_rules());
            self.settings(kind, run_id)
        };
        Ok(match self.kind {
            RecordKindSelection::Purchases => KindSettings::Purchases(purchases()?),
            RecordKindSelection::SupplierPurchases => {
                KindSettings::SupplierPurchases(supplier_purchases()?)
            }
            RecordKindSelection::Auto => KindSettings::Auto(purchases()?, supplier_purchases()?),
        })
    }

    fn refuse_inapplicable(&self) -> Result<(), OptionError> {
        let refuse = |option, reason| Err(OptionError::NotApplicable { option, reason });
        let is_json = matches!(self.input_format, InputFormat::Json | InputFormat::Ndjson);
        if is_json && !self.mapping.is_empty() {
            return refuse(
                "--map",
                "maps CSV columns, but --input-format selects JSON; remove one of them",
            );
        }
        if self.kind == RecordKindSelection::Auto && self.inputs.iter().any(|input| input == "-") {
            return refuse(
                "--kind auto",
                "cannot detect the kind of stdin; set --kind purchases or --kind supplier-purchases",
            );
        }
        if self.deleted_only && self.kind != RecordKindSelection::SupplierPurchases {
            return refuse("--deleted-only", SUPPLIERS_ONLY);
        }
        let supplier_options = [
            ("--company-id", self.company_id.is_some()),
            ("--company-path", self.company_path.is_some()),
            ("--default-currency", self.default_currency.is_some()),
        ];
        let mut given = supplier_options.into_iter().filter(|(_, is_set)| *is_set);
        match given.next() {
            Some((option, _)) if self.kind == RecordKindSelection::Purchases => {
                refuse(option, SUPPLIERS_ONLY)
            }
            _ => Ok(()),
        }
    }

    /// Settings for reading inputs of one kind.
    fn settings<K: RecordKind>(
        &self,
        kind: K,
        run_id: &str,
    ) -> Result<RunSettings<K>, OptionError> {
        Ok(RunSettings {
            run_id: run_id.to_owned(),
            reader: ReaderOptions {
                format: self.input_format,
                lenient: self.lenient,
                envelope: K::ENVELOPE,
                limits: self.limits(),
                chunk_bytes: CHUNK_BYTES,
                dialect: self.dialect(kind.csv_columns())?,
                not_utf8: None,
            },
            kind,
            with_texts: false,
            threads: self.threads(),
        })
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(cores)
    }

    fn purchase_rules(&self, now: DateTime<Utc>) -> PurchaseRuleSettings {
        PurchaseRuleSettings {
            default_zone: self.default_timezone,
            now_micros: now.timestamp_micros(),
            future: if self.reject_future {
                FuturePolicy::Reject
            } else {
                FuturePolicy::Warn
            },
            numbers_as_strings: self.numbers_as_strings,
            reject_unknown_fields: self.reject_unknown_fields,
        }
    }

    fn supplier_rules(&self) -> SupplierPurchaseRuleSettings {
        SupplierPurchaseRuleSettings {
            // Set for each input.
            company: None,
            default_zone: self.default_timezone,
            default_currency: self.default_currency(),
            numbers_as_strings: self.numbers_as_strings,
            reject_unknown_fields: self.reject_unknown_fields,
            deleted_only: self.deleted_only,
        }
    }

    fn default_currency(&self) -> Currency {
        self.default_currency.unwrap_or(DEFAULT_CURRENCY)
    }

    /// Where the company of an input is taken from.
    pub(super) fn company_source(&self) -> CompanySource {
        match (self.company_id, &self.company_path) {
            (Some(company), _) => CompanySource::Given(company),
            (None, Some(template)) => CompanySource::Path(template.clone()),
            (None, None) => CompanySource::Records,
        }
    }

    fn limits(&self) -> InputLimits {
        let usual = InputLimits::default();
        InputLimits {
            max_record_bytes: self.max_record_bytes.unwrap_or(usual.max_record_bytes),
            max_line_bytes: self.max_line_bytes.unwrap_or(usual.max_line_bytes),
            max_depth: self.max_depth.unwrap_or(usual.max_depth),
            max_ratio: self.max_ratio.unwrap_or(usual.max_ratio),
        }
    }
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

fn parse_zone(text: &str) -> Result<Tz, &'static str> {
    let parsed = text.parse();
    parsed.map_err(|_unknown| "expected an IANA zone such as America/Sao_Paulo")
}

fn parse_default_currency(text: &str) -> Result<Currency, &'static str> {
    let parsed = parse_currency(text);
    let parsed = parsed.map_err(|_unknown| "expected an ISO 4217 code such as BRL")?;
    Ok(parsed.currency)
}

pub(super) fn parse_company_id(text: &str) -> Result<CompanyId, &'static str> {
    let parsed = text.parse();
    parsed.map_err(|_invalid| "expected a whole number above 0, or `unknown`")
}

fn parse_company_path(text: &str) -> Result<CompanyPath, &'static str> {
    text.parse().map_err(|_invalid| {
        "expected a path that contains {company_id} once, such as company={company_id}/*.json"
    })
}

fn parse_delimiter(text: &str) -> Result<Delimiter, &'static str> {
    text.parse().map_err(|_invalid| "expected one of ; , | tab")
}

fn parse_charset(text: &str) -> Result<Charset, &'static str> {
    let parsed = text.parse();
    parsed.map_err(|_unknown| "expected utf-8, utf-16le, utf-16be or windows-1252")
}

#[cfg(test)]
mod tests {
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
            ("default_currency", DEFAULT_CURRENCY.to_string()),
        ] {
            let default = format!("[default: {value}]");
            assert!(help(id).ends_with(&default), "{id}: {}", help(id));
        }
    }
}
