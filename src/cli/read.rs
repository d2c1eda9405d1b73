//! How inputs are read: the options that `ingest` and `check` share.

use clap::{Args, ValueEnum};

/// Inputs and how to read them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[derive(Debug, Args)]
pub struct ReadArguments {
    /// Read these files, folders, URLs or globs, or stdin with `-`; plain, gzip or zstd
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Read records of this kind
    #[arg(long, value_enum, value_name = "KIND", default_value_t)]
    pub kind: RecordKindArgument,
    /// Set the company of the inputs (CPlug-Company-Id), or `unknown`
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        conflicts_with = "company_path",
        help_heading = "Supplier purchases"
    )]
    pub company_id: Option<String>,
    /// Take the company from the end of each path, e.g. `company={company_id}/*.json`
    #[arg(long, value_name = "TEMPLATE", help_heading = "Supplier purchases")]
    pub company_path: Option<String>,
    /// Set the currency of CSV amounts without one, as an ISO 4217 code [default: BRL]
    #[arg(
        long,
        value_name = "CODE",
        help_heading = "Supplier purchases",
        hide_short_help = true
    )]
    pub default_currency: Option<String>,
    /// Treat every purchase as deleted: the inputs were requested with `deleted=only`
    #[arg(long, help_heading = "Supplier purchases", hide_short_help = true)]
    pub deleted_only: bool,
    /// Read inputs in this format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub input_format: InputFormatArgument,
    /// Accept trailing commas and comments, as in the examples of the Braze documentation
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    pub lenient: bool,
    /// Accept prices and quantities that are JSON strings
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    pub numbers_as_strings: bool,
    /// Reject records that have fields outside the documentation
    #[arg(long, help_heading = "JSON", hide_short_help = true)]
    pub reject_unknown_fields: bool,
    /// Read times without an offset in this IANA time zone
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub default_timezone: String,
    /// Reject purchases more than a day in the future, which otherwise are a warning
    #[arg(long, hide_short_help = true)]
    pub reject_future: bool,
    /// Set the character between fields: one of `;` `,` `|` `tab` [default: detected per input]
    #[arg(
        long,
        value_name = "CHAR",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub delimiter: Option<String>,
    /// Set the encoding, e.g. utf-8 or windows-1252 [default: detected per input]
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub encoding: Option<String>,
    /// Set the decimal separator of prices [default: detected per input]
    #[arg(long, value_enum, value_name = "SIGN", help_heading = "CSV")]
    pub decimal: Option<DecimalArgument>,
    /// Set the order of day and month in dates [default: detected per input]
    #[arg(
        long,
        value_enum,
        value_name = "ORDER",
        help_heading = "CSV",
        hide_short_help = true
    )]
    pub date_order: Option<DateOrderArgument>,
    /// Map a column to a field, e.g. `Preço final=price`; repeatable; for CSV inputs only
    #[arg(long = "map", value_name = "HEADER=FIELD", help_heading = "CSV")]
    pub mapping: Vec<String>,
    /// Refuse inputs with a longer record, in bytes [default: 1048576]
    #[arg(
        long,
        value_name = "BYTES",
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub max_record_bytes: Option<usize>,
    /// Refuse NDJSON inputs with a longer line, in bytes [default: 67108864]
    #[arg(
        long,
        value_name = "BYTES",
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub max_line_bytes: Option<usize>,
    /// Refuse JSON that is nested deeper, 1 to 128 levels [default: 64]
    #[arg(
        long,
        value_name = "LEVELS",
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub max_depth: Option<usize>,
    /// Refuse compressed inputs that grow by more than this factor [default: 200]
    #[arg(
        long,
        value_name = "RATIO",
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub max_ratio: Option<u64>,
    /// Use this many worker threads, 1 to 1024 [default: one per core]
    #[arg(long, value_name = "N", hide_short_help = true)]
    pub threads: Option<usize>,
    /// Set the current time, RFC 3339, to repeat a run exactly [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

/// Which kind of record an input contains.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKindArgument {
    /// Purchases of customers: the Braze purchase object and its dumps
    #[default]
    Purchases,
    /// Purchases from suppliers: the ConnectPlug purchase list and its dumps
    SupplierPurchases,
    /// Detected per input from the fields of its records
    Auto,
}

/// The format of the inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputFormatArgument {
    /// Detected per input
    #[default]
    Auto,
    /// One JSON document
    Json,
    /// One JSON value per line
    Ndjson,
    /// Delimited text with a header line
    Csv,
}

/// The decimal separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecimalArgument {
    /// 1234.56
    #[value(alias = ".")]
    #[serde(alias = ".")]
    Point,
    /// 1234,56
    #[value(alias = ",")]
    #[serde(alias = ",")]
    Comma,
}

/// The order of the parts of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrderArgument {
    /// 2026-11-20
    Ymd,
    /// 20/11/2026
    Dmy,
    /// 11/20/2026
    Mdy,
}
