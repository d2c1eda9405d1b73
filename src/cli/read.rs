//! How inputs are read: the options that `ingest` and `check` share.

use clap::{Args, ValueEnum};

/// Inputs and how to read them.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[derive(Debug, Args)]
pub struct ReadArguments {
    /// Files, folders, quoted globs, or `-` for standard input; plain, gzip or zstd
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Kind of the records
    #[arg(long, value_enum, default_value_t)]
    pub kind: RecordKindArgument,
    /// Company the inputs belong to (CPlug-Company-Id), or `unknown`
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        conflicts_with = "company_path",
        help_heading = "Supplier purchases"
    )]
    pub company_id: Option<String>,
    /// End of the inputs' paths, with the company in it, e.g. `company={company_id}/*.json`
    #[arg(long, value_name = "TEMPLATE", help_heading = "Supplier purchases")]
    pub company_path: Option<String>,
    /// Currency of amounts in delimited text without one [default: BRL]
    #[arg(long, value_name = "CODE", help_heading = "Supplier purchases")]
    pub default_currency: Option<String>,
    /// The inputs were asked for with `deleted=only`: every purchase in them is deleted
    #[arg(long, help_heading = "Supplier purchases")]
    pub deleted_only: bool,
    /// Shape of the inputs; by default their content decides
    #[arg(long, value_enum, default_value_t, help_heading = "Reading")]
    pub input_format: InputFormatArgument,
    /// Accept trailing commas and comments in JSON, as in the documentation's own examples
    #[arg(long, help_heading = "Reading")]
    pub lenient: bool,
    /// Accept prices and quantities that are written as JSON strings
    #[arg(long, help_heading = "Reading")]
    pub numbers_as_strings: bool,
    /// Reject records with keys that the documentation does not name
    #[arg(long, help_heading = "Reading")]
    pub freeze_contract: bool,
    /// IANA zone of times without an offset
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "UTC",
        help_heading = "Reading"
    )]
    pub default_timezone: String,
    /// Reject purchases more than a day in the future, instead of counting a warning
    #[arg(long, help_heading = "Reading")]
    pub reject_future: bool,
    /// CSV: the byte between fields, one of `;` `,` `|` `tab`
    #[arg(long, value_name = "CHAR", help_heading = "Delimited text")]
    pub delimiter: Option<String>,
    /// CSV: character set, e.g. utf-8 or windows-1252
    #[arg(long, value_name = "NAME", help_heading = "Delimited text")]
    pub encoding: Option<String>,
    /// CSV: decimal sign of prices
    #[arg(long, value_enum, help_heading = "Delimited text")]
    pub decimal: Option<DecimalArgument>,
    /// CSV: order of day and month in dates
    #[arg(long, value_enum, help_heading = "Delimited text")]
    pub date_order: Option<DateOrderArgument>,
    /// CSV: which field a column fills, e.g. `Preço final=price`; may be repeated. JSON inputs are
    /// refused with it
    #[arg(
        long = "map",
        value_name = "HEADER=FIELD",
        help_heading = "Delimited text"
    )]
    pub mapping: Vec<String>,
    /// Longest record, bytes [default: 1048576]
    #[arg(long, value_name = "BYTES", help_heading = "Limits")]
    pub max_record_bytes: Option<usize>,
    /// Longest line of NDJSON, bytes [default: 67108864]
    #[arg(long, value_name = "BYTES", help_heading = "Limits")]
    pub max_line_bytes: Option<usize>,
    /// Deepest nesting of JSON, at most 128 [default: 64]
    #[arg(long, value_name = "LEVELS", help_heading = "Limits")]
    pub max_depth: Option<usize>,
    /// Most decompressed bytes per stored byte [default: 200]
    #[arg(long, value_name = "RATIO", help_heading = "Limits")]
    pub max_ratio: Option<u64>,
    /// Worker threads [default: one per core]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The run's clock, RFC 3339 [default: now]; fix it to repeat a run exactly
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

/// Which kind of record a dump holds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKindArgument {
    /// Purchases of customers (the Braze purchase object and its dumps)
    #[default]
    Purchases,
    /// Purchases from suppliers (the ConnectPlug purchase list and its dumps)
    SupplierPurchases,
    /// Told for each input by the keys of its records
    Auto,
}

/// The shape of the inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputFormatArgument {
    /// Their content decides
    #[default]
    Auto,
    /// One JSON document
    Json,
    /// One JSON value a line
    Ndjson,
    /// Delimited text with a header
    Csv,
}

/// The sign before the decimals.
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
