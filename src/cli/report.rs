//! The reports and their parameters. Parameters stay text until the report validates them: an
//! invalid one is answered in the documented error shape.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The reports.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Count items purchased per day or hour, as `GET /purchases/quantity_series` does
    QuantitySeries {
        /// Parameters
        #[command(flatten)]
        series: SeriesArguments,
        /// Lake and output
        #[command(flatten)]
        report: ReportArguments,
    },
    /// Sum revenue per day or hour in one currency, as `GET /purchases/revenue_series` does
    RevenueSeries {
        /// Parameters
        #[command(flatten)]
        series: SeriesArguments,
        /// Sum purchases in this ISO 4217 currency; required if there are several
        #[arg(long, value_name = "CODE")]
        currency: Option<String>,
        /// Lake and output
        #[command(flatten)]
        report: ReportArguments,
    },
    /// List the products purchased, as `GET /purchases/product_list` does
    ProductList {
        /// Print this page of 100 names, from 0 [default: all names]
        #[arg(long, value_name = "N")]
        page: Option<u32>,
        /// Lake and output
        #[command(flatten)]
        report: ReportArguments,
    },
    /// List purchases from suppliers, as `GET /api/v3/purchases` does
    ///
    /// JSON and HTML contain one page; other formats contain the whole list unless --page is given.
    SupplierPurchases {
        /// Parameters
        #[command(flatten)]
        list: SupplierListArguments,
        /// Write every page to a file in this folder: page-1.json, page-2.json and so on
        #[arg(
            long,
            value_name = "DIR",
            conflicts_with_all = ["page", "output", "format"],
            help_heading = "Output"
        )]
        all_pages: Option<PathBuf>,
        /// Omit keys without a value instead of writing null (JSON only)
        #[arg(long, help_heading = "Output")]
        omit_null: bool,
        /// Lake and output
        #[command(flatten)]
        report: ReportArguments,
    },
    /// Sum purchases by supplier, month and currency
    SupplierSummary {
        /// Parameters
        #[command(flatten)]
        summary: SupplierSummaryArguments,
        /// Lake and output
        #[command(flatten)]
        report: ReportArguments,
    },
}

/// Parameters of the supplier purchase list, as the endpoint documents them.
#[derive(Clone, Debug, Default, Args)]
pub struct SupplierListArguments {
    /// Select purchases of this company (CPlug-Company-Id), or `unknown`; required
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub company_id: Option<String>,
    /// Select the purchase with this id or the purchases with this invoice number
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub search_term: Option<String>,
    /// Select purchases with this status: `pending` or `received`
    #[arg(long, value_name = "STATUS")]
    pub purchase_status: Option<String>,
    /// Select purchases from these suppliers, e.g. `1,2,3`
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    pub supplier_ids: Option<String>,
    /// Select purchases registered on this date or later, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_start: Option<String>,
    /// Select purchases registered on this date or earlier, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_end: Option<String>,
    /// Print this page, from 1 [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub page: Option<String>,
    /// Set the number of purchases per page, 1 to 500 [default: 20]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub per_page: Option<String>,
    /// Select purchases updated at this instant or later
    #[arg(long, value_name = "TIME")]
    pub updated_from: Option<String>,
    /// Handle deleted purchases: `not_include` (the default), `include` or `only`
    #[arg(long, value_name = "WHICH")]
    pub deleted: Option<String>,
}

/// Parameters of the supplier summary.
#[derive(Clone, Debug, Default, Args)]
pub struct SupplierSummaryArguments {
    /// Select purchases of this company (CPlug-Company-Id), or `unknown`; required
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub company_id: Option<String>,
    /// Select purchases from these suppliers, e.g. `1,2,3`
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    pub supplier_ids: Option<String>,
    /// Select purchases registered on this date or later, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_start: Option<String>,
    /// Select purchases registered on this date or earlier, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_end: Option<String>,
    /// Handle deleted purchases: `not_include` (the default), `include` or `only`
    #[arg(long, value_name = "WHICH")]
    pub deleted: Option<String>,
}

/// Parameters of a series: those of the endpoint, and `exclude_refunds` and `allow_future`.
#[derive(Clone, Debug, Default, Args)]
pub struct SeriesArguments {
    /// Set the number of days in the series, 1 to 100; required
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub length: Option<String>,
    /// End the series at this instant, ISO 8601; a date means the whole day [default: now]
    #[arg(long, value_name = "TIME")]
    pub ending_at: Option<String>,
    /// Set the unit of the series: `day` or `hour` [default: day]
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Select purchases in this app
    #[arg(long, value_name = "ID")]
    pub app_id: Option<String>,
    /// Select purchases of this product, exactly as stored
    #[arg(long, value_name = "NAME")]
    pub product: Option<String>,
    /// Count days in this IANA time zone [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Set what --length counts with --unit hour: `days` or `units` (hours) [default: days]
    #[arg(long, value_name = "WHAT")]
    pub hour_length: Option<String>,
    /// Exclude purchases with a negative price
    #[arg(long)]
    pub exclude_refunds: bool,
    /// Accept an --ending-at in the future
    #[arg(long)]
    pub allow_future: bool,
}

/// The lake of a report and its output.
#[derive(Clone, Debug, Args)]
pub struct ReportArguments {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Read this version of the table [default: the latest]
    #[arg(
        long,
        value_name = "VERSION",
        conflicts_with = "as_of",
        hide_short_help = true
    )]
    pub lake_version: Option<i64>,
    /// Read the version that was the latest at this time, RFC 3339; a date means 00:00 UTC
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub as_of: Option<String>,
    /// Set the current time, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
    /// Format and destination
    #[command(flatten)]
    pub output: OutputArguments,
}

/// Format and destination of an answer.
#[derive(Clone, Debug, Args)]
pub struct OutputArguments {
    /// Set the format: json (the documented response), csv, parquet, ndjson, html, svg or png
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "json",
        help_heading = "Output"
    )]
    pub format: String,
    /// Write the report to this file or URL instead of stdout
    #[arg(long, short, value_name = "PATH", help_heading = "Output")]
    pub output: Option<PathBuf>,
}
