//! Resolves how inputs are read and judged.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::JobError;
use crate::cli::{DateOrderArgument, DecimalArgument, InputFormatArgument, ReadArguments};
use crate::ingest::RunSettings;
use crate::ingest::kind::Kind;
use crate::ingest::purchases::Purchases;
use crate::purchase::{Checker, FuturePolicy, PurchaseCsvColumns, RuleSettings};
use crate::source::csv::dialect::DialectOverrides;
use crate::source::{InputFormat, Limits, ReaderOptions};
use crate::values::instant::parse_instant;
use crate::values::pt_br::{DateOrder, DecimalSign};

/// Inputs, and how to read and judge them.
#[derive(Clone, Debug)]
pub struct ReadJob {
    /// As named.
    pub inputs: Vec<String>,
    /// How to read and judge.
    pub settings: RunSettings<Purchases>,
    /// The run's clock.
    pub now: DateTime<Utc>,
    /// Every setting that decides a verdict, for the run report.
    pub echoed: BTreeMap<&'static str, String>,
}

/// Two MiB: some seven thousand purchases, enough to keep the cost per piece out of sight.
const PIECE_BYTES: usize = 2 << 20;

/// The parser is recursive; deeper nesting has no use in a purchase.
const HARD_MAX_DEPTH: usize = 128;

impl ReadJob {
    /// Resolves what was typed.
    ///
    /// # Errors
    /// [`JobError::Option`] names the option.
    pub fn resolve(arguments: ReadArguments, now: DateTime<Utc>) -> Result<Self, JobError> {
        let echoed = echo(&arguments);
        let dialect = dialect(&arguments)?;
        let limits = limits(&arguments)?;
        let ReadArguments {
            inputs,
            input_format,
            lenient,
            numbers_as_strings,
            freeze_contract,
            default_timezone,
            reject_future,
            threads,
            now: typed_now,
            ..
        } = arguments;
        let now = clock(typed_now.as_deref(), now)?;
        let default_zone: Tz = default_timezone.parse().map_err(|_unknown| {
            wrong(
                "--default-timezone",
                &default_timezone,
                "an IANA zone such as America/Sao_Paulo",
            )
        })?;
        let threads = match threads {
            Some(0) => return Err(wrong("--threads", "0", "1 or more")),
            Some(threads) => threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        let settings = RunSettings {
            run_id: uuid::Uuid::now_v7().to_string(),
            reader: ReaderOptions {
                format: format(input_format),
                lenient,
                envelope: Purchases::ENVELOPE,
                limits,
                piece_bytes: PIECE_BYTES,
                dialect,
                not_utf8: None,
            },
            kind: Purchases {
                checker: Checker::new(RuleSettings {
                    default_zone,
                    now_micros: now.timestamp_micros(),
                    future: if reject_future {
                        FuturePolicy::Reject
                    } else {
                        FuturePolicy::Warn
                    },
                    numbers_as_strings,
                    freeze_contract,
                }),
            },
            with_texts: false,
            threads,
        };
        Ok(Self {
            inputs,
            settings,
            now,
            echoed,
        })
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
pub(super) fn clock(typed: Option<&str>, now: DateTime<Utc>) -> Result<DateTime<Utc>, JobError> {
    let Some(text) = typed else { return Ok(now) };
    let parsed = parse_instant(text, Tz::UTC).ok();
    parsed
        .and_then(|parsed| DateTime::from_timestamp_micros(parsed.instant.micros_utc))
        .ok_or_else(|| wrong("--now", text, "a time such as 2026-11-20T12:00:00Z"))
}

fn wrong(option: &str, value: &str, expected: &str) -> JobError {
    JobError::Option {
        option: option.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

fn limits(arguments: &ReadArguments) -> Result<Limits, JobError> {
    let usual = Limits::default();
    let max_depth = arguments.max_depth.unwrap_or(usual.max_depth);
    if !(1..=HARD_MAX_DEPTH).contains(&max_depth) {
        return Err(wrong(
            "--max-depth",
            &max_depth.to_string(),
            "from 1 to 128",
        ));
    }
    Ok(Limits {
        max_record_bytes: arguments.max_record_bytes.unwrap_or(usual.max_record_bytes),
        max_line_bytes: arguments.max_line_bytes.unwrap_or(usual.max_line_bytes),
        max_depth,
        max_ratio: arguments.max_ratio.unwrap_or(usual.max_ratio),
    })
}

fn dialect(arguments: &ReadArguments) -> Result<DialectOverrides, JobError> {
    let mut dialect = DialectOverrides {
        decimal: arguments.decimal.map(|sign| match sign {
            DecimalArgument::Point => DecimalSign::Point,
            DecimalArgument::Comma => DecimalSign::Comma,
        }),
        date_order: arguments.date_order.map(|order| match order {
            DateOrderArgument::Ymd => DateOrder::YearFirst,
            DateOrderArgument::Dmy => DateOrder::DayFirst,
            DateOrderArgument::Mdy => DateOrder::MonthFirst,
        }),
        ..DialectOverrides::default()
    };
    if let Some(text) = &arguments.delimiter {
        let parsed = text.parse();
        dialect.delimiter =
            Some(parsed.map_err(|_not| wrong("--delimiter", text, "one of ; , | tab"))?);
    }
    if let Some(text) = &arguments.encoding {
        let expected = "utf-8, utf-16le, utf-16be or windows-1252";
        let parsed = text.parse();
        dialect.encoding = Some(parsed.map_err(|_unknown| wrong("--encoding", text, expected))?);
    }
    for entry in &arguments.mapping {
        let (header, field) = entry
            .rsplit_once('=')
            .ok_or_else(|| wrong("--map", entry, "of the form HEADER=FIELD"))?;
        dialect
            .mapping
            .add(&PurchaseCsvColumns, header, field)
            .map_err(|unknown| wrong("--map", entry, &unknown.to_string()))?;
    }
    Ok(dialect)
}

fn echo(arguments: &ReadArguments) -> BTreeMap<&'static str, String> {
    let ReadArguments {
        inputs: _,
        input_format,
        lenient,
        numbers_as_strings,
        freeze_contract,
        default_timezone,
        reject_future,
        delimiter,
        encoding,
        decimal,
        date_order,
        mapping,
        max_record_bytes,
        max_line_bytes,
        max_depth,
        max_ratio,
        threads: _,
        now,
    } = arguments;
    let mut echoed = BTreeMap::from([
        ("input_format", format!("{input_format:?}").to_lowercase()),
        ("lenient", lenient.to_string()),
        ("numbers_as_strings", numbers_as_strings.to_string()),
        ("freeze_contract", freeze_contract.to_string()),
        ("default_timezone", default_timezone.clone()),
        ("reject_future", reject_future.to_string()),
    ]);
    let optional: [(&'static str, Option<String>); 9] = [
        ("delimiter", delimiter.clone()),
        ("encoding", encoding.clone()),
        (
            "decimal",
            decimal.map(|sign| format!("{sign:?}").to_lowercase()),
        ),
        (
            "date_order",
            date_order.map(|order| format!("{order:?}").to_lowercase()),
        ),
        (
            "max_record_bytes",
            max_record_bytes.map(|bytes| bytes.to_string()),
        ),
        (
            "max_line_bytes",
            max_line_bytes.map(|bytes| bytes.to_string()),
        ),
        ("max_depth", max_depth.map(|levels| levels.to_string())),
        ("max_ratio", max_ratio.map(|ratio| ratio.to_string())),
        ("now", now.clone()),
    ];
    echoed.extend(
        optional
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    if !mapping.is_empty() {
        echoed.insert("map", mapping.join(", "));
    }
    echoed
}
