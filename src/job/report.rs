//! Which question a report answers, from which version, in which form, and where to.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{JobError, read};
use crate::cli;
use crate::render::{AnswerKind, Format, NullHandling};
use crate::report::{SeriesRequest, SupplierListRequest, SupplierSummaryRequest};

/// Which question.
#[derive(Clone, Debug)]
pub enum ReportQuery {
    /// Items per bucket.
    QuantitySeries(SeriesRequest),
    /// Revenue per bucket.
    RevenueSeries(SeriesRequest),
    /// Product names.
    ProductList {
        /// Page from 0, or all.
        page: Option<u32>,
    },
    /// Purchases from suppliers.
    SupplierPurchases(SupplierListRequest, ListScope),
    /// Purchases from suppliers by supplier, month and currency.
    SupplierSummary(SupplierSummaryRequest),
}

/// How much of a list is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListScope {
    /// One page.
    Page,
    /// All of it in one file.
    Whole,
    /// Every page as a file of its own in this folder.
    EachPage(PathBuf),
}

/// Which version of a table is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtVersion {
    /// The newest.
    #[default]
    Latest,
    /// This one.
    Number(i64),
    /// The newest at this instant, µs since 1970.
    AsOf(i64),
}

/// A report.
#[derive(Clone, Debug)]
pub struct ReportJob {
    /// Where the lake is.
    pub lake: String,
    /// Which version of the table.
    pub version: AtVersion,
    /// The question.
    pub query: ReportQuery,
    /// Form of the answer.
    pub format: Format,
    /// Where the answer goes; standard output when absent.
    pub output: Option<PathBuf>,
    /// What a JSON list of supplier purchases says of which nothing is known.
    pub nulls: NullHandling,
    /// The run's clock.
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
    /// Refuses a form that the answer does not have.
    fn check(&self, format: Format, typed: &str) -> Result<(), JobError> {
        let kind = match self {
            Self::QuantitySeries(_) => AnswerKind::QuantitySeries,
            Self::RevenueSeries(_) => AnswerKind::RevenueSeries,
            Self::ProductList { .. } => AnswerKind::ProductList,
            Self::SupplierPurchases(_, ListScope::EachPage(_)) => AnswerKind::SupplierPages,
            // The form decides how much of the list is written, and both have it or none.
            Self::SupplierPurchases(..) => AnswerKind::SupplierPurchases,
            Self::SupplierSummary(_) => AnswerKind::SupplierSummary,
        };
        kind.check(format).map_err(|refused| JobError::Option {
            option: "--format".to_owned(),
            value: typed.to_owned(),
            expected: format!("a form of this answer: {refused}"),
        })
    }
}

impl ReportJob {
    /// Where the answer goes, for people.
    pub fn target(&self) -> String {
        match (&self.query, &self.output) {
            (ReportQuery::SupplierPurchases(_, ListScope::EachPage(folder)), _) => {
                format!("{}/page-*.json", folder.display())
            }
            (_, Some(path)) => path.display().to_string(),
            (_, None) => "standard output".to_owned(),
        }
    }

    /// Resolves what was typed; the parameters of the question are judged by the report.
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
                reason: "is for the JSON answer alone: leave it out, or choose --format json",
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
        expected: "json, csv, ndjson, parquet, html, svg or png".to_owned(),
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
