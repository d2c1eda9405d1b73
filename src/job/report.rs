//! Resolves the arguments of `report`: type, parameters, table version, format and destination.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{JobError, read};
use crate::cli;
use crate::render::{Format, NullHandling, check_format, check_supplier_pages_format};
use crate::report::{
    ProductList, QuantitySeries, RevenueSeries, SeriesRequest, SupplierListRequest,
    SupplierPurchasePage, SupplierSummary, SupplierSummaryRequest,
};

/// The type of a report and its parameters.
#[derive(Clone, Debug)]
pub enum ReportQuery {
    /// Items per day or hour.
    QuantitySeries(SeriesRequest),
    /// Revenue per day or hour.
    RevenueSeries(SeriesRequest),
    /// Product names.
    ProductList {
        /// Page from 0; all names if none.
        page: Option<u32>,
    },
    /// Purchases from suppliers.
    SupplierPurchases(SupplierListRequest, ListScope),
    /// Purchases from suppliers by supplier, month and currency.
    SupplierSummary(SupplierSummaryRequest),
}

/// The part of a list that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListScope {
    /// One page.
    Page,
    /// The whole list in one file.
    Whole,
    /// Every page, each in a file of this folder.
    EachPage(PathBuf),
}

/// The version of a table to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtVersion {
    /// The latest version.
    #[default]
    Latest,
    /// The version with this number.
    Number(i64),
    /// The latest version at this instant, µs since 1970 UTC.
    AsOf(i64),
}

/// A report.
#[derive(Clone, Debug)]
pub struct ReportJob {
    /// Path or URL of the lake.
    pub lake: String,
    /// The version of the table.
    pub version: AtVersion,
    /// Type and parameters.
    pub query: ReportQuery,
    /// Format of the answer.
    pub format: Format,
    /// Destination of the answer; stdout if none.
    pub output: Option<PathBuf>,
    /// How a JSON list of supplier purchases represents missing values.
    pub nulls: NullHandling,
    /// The current time.
    pub now: DateTime<Utc>,
}

impl ReportQuery {
    /// The name on the command line and in job files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::QuantitySeries(_) => "quantity-series",
            Self::RevenueSeries(_) => "revenue-series",
            Self::ProductList { .. } => "product-list",
            Self::SupplierPurchases(..) => "supplier-purchases",
            Self::SupplierSummary(_) => "supplier-summary",
        }
    }
}

impl ReportQuery {
    /// Refuses a format that the report does not have.
    fn check(&self, format: Format, text: &str) -> Result<(), JobError> {
        let checked = match self {
            Self::QuantitySeries(_) => check_format::<QuantitySeries>(format),
            Self::RevenueSeries(_) => check_format::<RevenueSeries>(format),
            Self::ProductList { .. } => check_format::<ProductList>(format),
            Self::SupplierPurchases(_, ListScope::EachPage(_)) => {
                check_supplier_pages_format(format)
            }
            // The format selects the scope of the list, and both scopes have the same formats.
            Self::SupplierPurchases(..) => check_format::<SupplierPurchasePage>(format),
            Self::SupplierSummary(_) => check_format::<SupplierSummary>(format),
        };
        checked.map_err(|refused| JobError::Option {
            option: "--format".to_owned(),
            value: text.to_owned(),
            reason: format!("expected a format of this report: {refused}"),
        })
    }
}

impl ReportJob {
    /// Destination of the answer, for people.
    pub fn target(&self) -> String {
        match (&self.query, &self.output) {
            (ReportQuery::SupplierPurchases(_, ListScope::EachPage(folder)), _) => {
                format!("{}/page-*.json", folder.display())
            }
            (_, Some(path)) => path.display().to_string(),
            (_, None) => "standard output".to_owned(),
        }
    }

    /// Resolves the arguments. The report validates its parameters.
    ///
    /// # Errors
    /// [`JobError::Option`] or [`JobError::NotApplicable`] names the option.
    pub fn resolve(command: cli::ReportCommand, now: DateTime<Utc>) -> Result<Self, JobError> {
        let nulls = nulls(&command);
        let (query, report) = query(command)?;
        let cli::ReportArguments {
            lake,
            lake_version,
            as_of,
            now: typed_now,
            output,
        } = report;
        let cli::OutputArguments { format, output } = output;
        let parsed_format = parse_format(&format)?;
        query.check(parsed_format, &format)?;
        if nulls == NullHandling::Omitted && parsed_format != Format::Json {
            return Err(JobError::NotApplicable {
                option: "--omit-null".to_owned(),
                reason: "applies to --format json only; remove it, or choose --format json",
            });
        }
        Ok(Self {
            lake,
            version: parse_version(lake_version, as_of.as_deref(), now)?,
            query,
            format: parsed_format,
            output,
            nulls,
            now: read::parse_clock("--now", typed_now.as_deref(), now)?,
        })
    }
}

fn query(command: cli::ReportCommand) -> Result<(ReportQuery, cli::ReportArguments), JobError> {
    Ok(match command {
        cli::ReportCommand::QuantitySeries { series, report } => (
            ReportQuery::QuantitySeries(series_request(series, None)),
            report,
        ),
        cli::ReportCommand::RevenueSeries {
            series,
            currency,
            report,
        } => (
            ReportQuery::RevenueSeries(series_request(series, currency)),
            report,
        ),
        cli::ReportCommand::ProductList { page, report } => {
            (ReportQuery::ProductList { page }, report)
        }
        cli::ReportCommand::SupplierPurchases {
            list,
            all_pages,
            omit_null: _,
            report,
        } => {
            let is_one_page = parse_format(&report.output.format)? == Format::Json
                || parse_format(&report.output.format)? == Format::Html
                || list.page.is_some();
            let scope = match all_pages {
                Some(folder) => ListScope::EachPage(folder),
                None if is_one_page => ListScope::Page,
                None => ListScope::Whole,
            };
            (
                ReportQuery::SupplierPurchases(list_request(list), scope),
                report,
            )
        }
        cli::ReportCommand::SupplierSummary { summary, report } => (
            ReportQuery::SupplierSummary(summary_request(summary)),
            report,
        ),
    })
}

fn nulls(command: &cli::ReportCommand) -> NullHandling {
    match command {
        cli::ReportCommand::SupplierPurchases {
            omit_null: true, ..
        } => NullHandling::Omitted,
        _ => NullHandling::Written,
    }
}

fn parse_format(text: &str) -> Result<Format, JobError> {
    text.parse().map_err(|_unknown| JobError::Option {
        option: "--format".to_owned(),
        value: text.to_owned(),
        reason: format!("expected {}", Format::names()),
    })
}

fn parse_version(
    number: Option<i64>,
    as_of: Option<&str>,
    now: DateTime<Utc>,
) -> Result<AtVersion, JobError> {
    Ok(match (number, as_of) {
        (Some(number), _) => AtVersion::Number(number),
        (None, Some(text)) => {
            AtVersion::AsOf(read::parse_clock("--as-of", Some(text), now)?.timestamp_micros())
        }
        (None, None) => AtVersion::Latest,
    })
}

fn series_request(series: cli::SeriesArguments, currency: Option<String>) -> SeriesRequest {
    let cli::SeriesArguments {
        length,
        ending_at,
        unit,
        app_id,
        product,
        timezone,
        hour_length,
        exclude_refunds,
        allow_future,
    } = series;
    SeriesRequest {
        length,
        ending_at,
        unit,
        app_id,
        product,
        timezone,
        hour_length,
        currency,
        exclude_refunds,
        allow_future,
    }
}

fn list_request(list: cli::SupplierListArguments) -> SupplierListRequest {
    let cli::SupplierListArguments {
        company_id,
        search_term,
        purchase_status,
        supplier_ids,
        registration_start,
        registration_end,
        page,
        per_page,
        updated_from,
        deleted,
    } = list;
    SupplierListRequest {
        company_id,
        search_term,
        purchase_status,
        supplier_ids,
        registration_start,
        registration_end,
        page,
        per_page,
        updated_from,
        deleted,
    }
}

fn summary_request(summary: cli::SupplierSummaryArguments) -> SupplierSummaryRequest {
    let cli::SupplierSummaryArguments {
        company_id,
        supplier_ids,
        registration_start,
        registration_end,
        deleted,
    } = summary;
    SupplierSummaryRequest {
        company_id,
        supplier_ids,
        registration_start,
        registration_end,
        deleted,
    }
}
