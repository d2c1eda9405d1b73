//! Job files: named steps in TOML, with `{date}` templates.
//!
//! ```toml
//! lake = "lake"
//!
//! [[steps]]
//! name = "purchases of the day"
//! ingest = { inputs = ["dumps/{date}/*.json.gz"], default_timezone = "America/Sao_Paulo" }
//!
//! [[steps]]
//! name = "quantity per day"
//! report = { question = "quantity-series", length = 31, ending_at = "{date}", output = "series.json" }
//! ```

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::template::fill;
use super::{IngestJob, JobError, ReportJob};
use crate::cli::{
    DateOrderArgument, DecimalArgument, IngestArguments, InputFormatArgument, OutputArguments,
    ReadArguments, RecordKind, ReportArguments, ReportCommand, SeriesArguments,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct JobFile {
    lake: String,
    #[serde(default)]
    steps: Vec<StepEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepEntry {
    name: String,
    ingest: Option<IngestEntry>,
    report: Option<ReportEntry>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the job file"
)]
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct IngestEntry {
    inputs: Vec<String>,
    kind: RecordKind,
    company_id: Option<CompanyEntry>,
    company_path: Option<String>,
    default_currency: Option<String>,
    full_snapshot: bool,
    input_format: InputFormatArgument,
    lenient: bool,
    numbers_as_strings: bool,
    freeze_contract: bool,
    default_timezone: Option<String>,
    reject_future: bool,
    reject_limit: Option<String>,
    verify_content: bool,
    max_partitions: Option<usize>,
    delimiter: Option<String>,
    encoding: Option<String>,
    decimal: Option<DecimalArgument>,
    date_order: Option<DateOrderArgument>,
    map: Vec<String>,
    max_record_bytes: Option<usize>,
    max_line_bytes: Option<usize>,
    max_depth: Option<usize>,
    max_ratio: Option<u64>,
    threads: Option<usize>,
    summary: Option<String>,
}

/// `12`, or `"unknown"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum CompanyEntry {
    Number(i64),
    Text(String),
}

impl CompanyEntry {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum QuestionEntry {
    QuantitySeries,
    RevenueSeries,
    ProductList,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportEntry {
    question: QuestionEntry,
    length: Option<u32>,
    ending_at: Option<String>,
    unit: Option<String>,
    app_id: Option<String>,
    product: Option<String>,
    timezone: Option<String>,
    hour_length: Option<String>,
    #[serde(default)]
    exclude_refunds: bool,
    #[serde(default)]
    allow_future: bool,
    currency: Option<String>,
    page: Option<u32>,
    format: Option<String>,
    output: Option<String>,
}

impl ReportEntry {
    /// A key that is there but means nothing to the question.
    fn stray_key(&self) -> Option<&'static str> {
        let of_series = [
            ("length", self.length.is_some()),
            ("ending_at", self.ending_at.is_some()),
            ("unit", self.unit.is_some()),
            ("app_id", self.app_id.is_some()),
            ("product", self.product.is_some()),
            ("timezone", self.timezone.is_some()),
            ("hour_length", self.hour_length.is_some()),
            ("exclude_refunds", self.exclude_refunds),
            ("allow_future", self.allow_future),
        ];
        let (currency, page) = (
            ("currency", self.currency.is_some()),
            ("page", self.page.is_some()),
        );
        let stray: Vec<(&'static str, bool)> = match self.question {
            QuestionEntry::QuantitySeries => vec![currency, page],
            QuestionEntry::RevenueSeries => vec![page],
            QuestionEntry::ProductList => of_series.into_iter().chain([currency]).collect(),
        };
        stray
            .into_iter()
            .find(|(_, is_there)| *is_there)
            .map(|(key, _)| key)
    }
}

/// One step, resolved.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ingest inputs.
    Ingest(Box<IngestJob>),
    /// Answer a question.
    Report(Box<ReportJob>),
}

/// Reads a job file and resolves its steps for a data date.
///
/// # Errors
/// [`JobError`] names the file, and the line and key or the step.
pub fn load(
    path: &Path,
    date: NaiveDate,
    now: DateTime<Utc>,
    dry_run: bool,
) -> Result<Vec<Step>, JobError> {
    let text = std::fs::read_to_string(path).map_err(|source| JobError::FileRead {
        path: path.to_owned(),
        source,
    })?;
    let file: JobFile = toml::from_str(&text).map_err(|source| JobError::FileSyntax {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let context = Context {
        path,
        date,
        now,
        dry_run,
    };
    let lake = context.fill("lake", &file.lake)?;
    file.steps
        .into_iter()
        .map(|entry| context.step(entry, &lake))
        .collect()
}

struct Context<'a> {
    path: &'a Path,
    date: NaiveDate,
    now: DateTime<Utc>,
    dry_run: bool,
}

impl Context<'_> {
    fn fill(&self, step: &str, text: &str) -> Result<String, JobError> {
        fill(text, self.date).map_err(|reason| self.wrong(step, reason))
    }

    fn fill_optional(&self, step: &str, text: Option<&str>) -> Result<Option<String>, JobError> {
        text.map(|text| self.fill(step, text)).transpose()
    }

    fn wrong(&self, step: &str, reason: String) -> JobError {
        JobError::Step {
            path: self.path.to_owned(),
            step: step.to_owned(),
            reason,
        }
    }

    fn step(&self, entry: StepEntry, lake: &str) -> Result<Step, JobError> {
        let StepEntry {
            name,
            ingest,
            report,
        } = entry;
        let action = match (ingest, report) {
            (Some(ingest), None) => Action::Ingest(Box::new(self.ingest(&name, ingest, lake)?)),
            (None, Some(report)) => Action::Report(Box::new(self.report(&name, report, lake)?)),
            _ => {
                let reason = "a step has either `ingest` or `report`".to_owned();
                return Err(self.wrong(&name, reason));
            }
        };
        Ok(Step { name, action })
    }

    fn ingest(&self, step: &str, entry: IngestEntry, lake: &str) -> Result<IngestJob, JobError> {
        if entry.inputs.is_empty() {
            return Err(self.wrong(step, "`inputs` names no input".to_owned()));
        }
        let inputs: Result<Vec<String>, JobError> = entry
            .inputs
            .iter()
            .map(|input| self.fill(step, input))
            .collect();
        let read = ReadArguments {
            inputs: inputs?,
            kind: entry.kind,
            company_id: entry.company_id.as_ref().map(CompanyEntry::text),
            company_path: entry.company_path,
            default_currency: entry.default_currency,
            input_format: entry.input_format,
            lenient: entry.lenient,
            numbers_as_strings: entry.numbers_as_strings,
            freeze_contract: entry.freeze_contract,
            default_timezone: entry.default_timezone.unwrap_or_else(|| "UTC".to_owned()),
            reject_future: entry.reject_future,
            delimiter: entry.delimiter,
            encoding: entry.encoding,
            decimal: entry.decimal,
            date_order: entry.date_order,
            mapping: entry.map,
            max_record_bytes: entry.max_record_bytes,
            max_line_bytes: entry.max_line_bytes,
            max_depth: entry.max_depth,
            max_ratio: entry.max_ratio,
            threads: entry.threads,
            now: None,
        };
        let arguments = IngestArguments {
            lake: lake.to_owned(),
            read,
            reject_limit: entry.reject_limit.unwrap_or_else(|| "5%".to_owned()),
            verify_content: entry.verify_content,
            // As on the command line.
            max_partitions: entry.max_partitions.unwrap_or(1000),
            full_snapshot: entry.full_snapshot,
            summary: self
                .fill_optional(step, entry.summary.as_deref())?
                .map(PathBuf::from),
            dry_run: self.dry_run,
        };
        IngestJob::resolve(arguments, self.now).map_err(|error| self.wrong(step, error.to_string()))
    }

    fn report(&self, step: &str, entry: ReportEntry, lake: &str) -> Result<ReportJob, JobError> {
        if let Some(key) = entry.stray_key() {
            return Err(self.wrong(step, format!("`{key}` is no parameter of this question")));
        }
        let series = SeriesArguments {
            length: entry.length.map(|length| length.to_string()),
            ending_at: self.fill_optional(step, entry.ending_at.as_deref())?,
            unit: entry.unit,
            app_id: entry.app_id,
            product: entry.product,
            timezone: entry.timezone,
            hour_length: entry.hour_length,
            exclude_refunds: entry.exclude_refunds,
            allow_future: entry.allow_future,
        };
        let report = ReportArguments {
            lake: lake.to_owned(),
            lake_version: None,
            now: None,
            output: OutputArguments {
                format: entry.format.unwrap_or_else(|| "json".to_owned()),
                output: self
                    .fill_optional(step, entry.output.as_deref())?
                    .map(PathBuf::from),
            },
        };
        let command = match entry.question {
            QuestionEntry::QuantitySeries => ReportCommand::QuantitySeries { series, report },
            QuestionEntry::RevenueSeries => ReportCommand::RevenueSeries {
                series,
                currency: entry.currency,
                report,
            },
            QuestionEntry::ProductList => ReportCommand::ProductList {
                page: entry.page,
                report,
            },
        };
        ReportJob::resolve(command, self.now).map_err(|error| self.wrong(step, error.to_string()))
    }
}
