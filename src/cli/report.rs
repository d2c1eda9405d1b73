//! The questions and their parameters, as texts: the reports judge them, because a wrong one is
//! answered in the documented error shape.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The questions.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Items purchased per day or hour, in the shape of `GET /purchases/quantity_series`
    QuantitySeries {
        /// What to count
        #[command(flatten)]
        series: SeriesArguments,
        /// Where from and where to
        #[command(flatten)]
        report: ReportArguments,
    },
    /// Revenue per day or hour in one currency, in the shape of `GET /purchases/revenue_series`
    RevenueSeries {
        /// What to sum
        #[command(flatten)]
        series: SeriesArguments,
        /// ISO 4217 code; required when the answer would mix several
        #[arg(long, value_name = "CODE")]
        currency: Option<String>,
        /// Where from and where to
        #[command(flatten)]
        report: ReportArguments,
    },
    /// Names of the products purchased, in the shape of `GET /purchases/product_list`
    ProductList {
        /// Page, from 0, of 100 names; all names by default
        #[arg(long, value_name = "N")]
        page: Option<u32>,
        /// Where from and where to
        #[command(flatten)]
        report: ReportArguments,
    },
    /// Purchases from suppliers, in the shape of `GET /api/v3/purchases`
    ///
    /// The JSON answer is one page; the other forms hold the whole list, unless a page is named.
    SupplierPurchases {
        /// Which purchases
        #[command(flatten)]
        list: SupplierListArguments,
        /// Write every page as a file of its own (page-1.json, …) into this folder
        #[arg(long, value_name = "DIR", conflicts_with_all = ["page", "output", "format"])]
        all_pages: Option<PathBuf>,
        /// Leave out the keys of which nothing is known instead of writing null (JSON only)
        #[arg(long)]
        omit_null: bool,
        /// Where from and where to
        #[command(flatten)]
        report: ReportArguments,
    },
    /// What was bought from each supplier, by month and currency
    SupplierSummary {
        /// Which purchases
        #[command(flatten)]
        summary: SupplierSummaryArguments,
        /// Where from and where to
        #[command(flatten)]
        report: ReportArguments,
    },
}

/// Parameters of the supplier purchase list, as the endpoint documents them.
#[derive(Clone, Debug, Default, Args)]
pub struct SupplierListArguments {
    /// Company (CPlug-Company-Id), or `unknown` (required)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub company_id: Option<String>,
    /// Only the purchase with this id, or those with this invoice number
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub search_term: Option<String>,
    /// Only purchases that are `pending` or `received`
    #[arg(long, value_name = "STATUS")]
    pub purchase_status: Option<String>,
    /// Only purchases from these suppliers, e.g. `1,2,3`
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    pub supplier_ids: Option<String>,
    /// First date of registration
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub registration_start: Option<String>,
    /// Last date of registration
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub registration_end: Option<String>,
    /// Page, from 1 [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub page: Option<String>,
    /// Purchases on a page, 1 to 500 [default: 20]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub per_page: Option<String>,
    /// Only purchases updated at this instant or later
    #[arg(long, value_name = "TIME")]
    pub updated_from: Option<String>,
    /// Deleted purchases: `not_include`, `include` or `only` (by default the first)
    #[arg(long, value_name = "WHICH")]
    pub deleted: Option<String>,
}

/// Parameters of the supplier summary.
#[derive(Clone, Debug, Default, Args)]
pub struct SupplierSummaryArguments {
    /// Company (CPlug-Company-Id), or `unknown` (required)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub company_id: Option<String>,
    /// Only purchases from these suppliers, e.g. `1,2,3`
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    pub supplier_ids: Option<String>,
    /// First date of registration
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub registration_start: Option<String>,
    /// Last date of registration
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub registration_end: Option<String>,
    /// Deleted purchases: `not_include`, `include` or `only` (by default the first)
    #[arg(long, value_name = "WHICH")]
    pub deleted: Option<String>,
}

/// Parameters of a series, as the endpoint documents them, and our switches beside them.
#[derive(Clone, Debug, Default, Args)]
pub struct SeriesArguments {
    /// Number of days in the series, 1 to 100 (required)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub length: Option<String>,
    /// Last instant of the series, ISO 8601; a bare date means the whole day [default: now]
    #[arg(long, value_name = "TIME")]
    pub ending_at: Option<String>,
    /// `day` or `hour` [default: day]
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Only purchases in this app
    #[arg(long, value_name = "ID")]
    pub app_id: Option<String>,
    /// Only this product, exactly as stored
    #[arg(long, value_name = "NAME")]
    pub product: Option<String>,
    /// IANA zone whose days are counted [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Whether --length counts `days` or, with --unit hour, `units` [default: days]
    #[arg(long, value_name = "WHAT")]
    pub hour_length: Option<String>,
    /// Leave purchases with a negative price out
    #[arg(long)]
    pub exclude_refunds: bool,
    /// Accept an --ending-at in the future
    #[arg(long)]
    pub allow_future: bool,
}

/// Where a report reads from and writes to.
#[derive(Clone, Debug, Args)]
pub struct ReportArguments {
    /// Where the tables are
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Answer from this version of the table [default: the latest]
    #[arg(long, value_name = "VERSION", conflicts_with = "as_of")]
    pub lake_version: Option<i64>,
    /// Answer from the version that was the latest at this time, RFC 3339; a bare date means its
    /// first instant in UTC
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// The run's clock, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Form and place of the answer
    #[command(flatten)]
    pub output: OutputArguments,
}

/// Form and place of an answer.
#[derive(Clone, Debug, Args)]
pub struct OutputArguments {
    /// `json` is exactly the documented answer; or `csv`, `parquet`, `ndjson` (lists), `html`
    /// (a page with chart and table), `svg`, `png` (the chart alone)
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub format: String,
    /// Write the answer to this file instead of standard output
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
}
