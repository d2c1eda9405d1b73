//! `init`: looks at the first records of a user's dump and writes a job file that ingests it and answers.
//!
//! In: files, folders, globs or URLs. Out: a commented job file; a summary of what a check of the first
//! records finds goes to the log. Nothing is guessed: what the headers and keys do not say is a
//! commented line that the user completes.

mod draft;
mod missing;
mod toml_text;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use super::locate::JOBS_FOLDER;
use super::{Environment, JobFileError, JobText, ResolveContext};
use crate::commands::survey::{
    DumpSurvey, SampleCheck, SurveyedKind, sample_inputs, survey_inputs,
};
use crate::commands::{CommandError, IngestCommand, OptionError, RunContext, StepAction, put};
use crate::storage::replace_file;
use crate::values::{ExitCode, parse_timezone};
use draft::{Evidence, JobDraft, records_read};

/// `init`
#[derive(Clone, Debug, Args)]
pub struct InitCommand {
    /// Look at these files, folders, URLs or globs; plain, gzip or zstd
    #[arg(required = true, value_name = "DUMP")]
    dumps: Vec<String>,
    /// Write the job file here, or to stdout with `-` [default: in jobs/, named after the first dump]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    /// Set the kind of the records [default: detected]
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<InitKind>,
    /// Set the lake of the job, a path or URL
    #[arg(
        long,
        value_name = "URI",
        env = "PURCHASE_ETL_LAKE",
        default_value = "lake"
    )]
    lake: String,
    /// Set the zone of times without an offset, and of the days of the answer [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_timezone)]
    timezone: Option<Tz>,
    /// Map a column or key to a field, e.g. `Cliente=external_id`; repeatable
    #[arg(long, value_name = "SOURCE=FIELD", value_parser = parse_map)]
    map: Vec<(String, String)>,
    /// Set the currency of records without one, as an ISO 4217 code
    #[arg(long, value_name = "CODE")]
    default_currency: Option<String>,
    /// Set the company of supplier purchases (CPlug-Company-Id)
    #[arg(long, value_name = "N")]
    company_id: Option<String>,
}

/// The kind of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InitKind {
    /// Purchases of customers
    Purchases,
    /// Purchases from suppliers
    SupplierPurchases,
}

impl InitKind {
    fn key(self) -> &'static str {
        match self {
            Self::Purchases => "purchases",
            Self::SupplierPurchases => "supplier-purchases",
        }
    }
}

impl InitCommand {
    /// Writes the job file. `program` is the parser of the program.
    ///
    /// # Errors
    /// An input does not exist, the options do not fit the inputs, or the file exists or cannot be
    /// written.
    pub fn run(
        &self,
        program: &clap::Command,
        environment: Environment<'_>,
        context: &mut RunContext<'_>,
    ) -> Result<ExitCode, JobFileError> {
        let path = self.path();
        self.validate(&path)?;
        let now = context.shared.now;
        let resolve = |text: String| {
            let resolve_context = ResolveContext {
                date: now.date_naive(),
                set: &[],
                environment,
                program,
            };
            ingest_of(&path, text, &resolve_context)
        };
        let kind = self.kind.map_or("auto", InitKind::key);
        let mut draft = self.draft(kind);
        let survey = survey_inputs(&resolve(draft.settings_only())?, context)?;
        draft.kind = self.kind_of(&survey)?;
        let sample = sample_inputs(&resolve(draft.settings_only())?, context)?;
        let missing = draft.missing(&survey, &sample);
        let times = match (sample.times, draft.with_defaults(&missing)) {
            (None, Some(filled)) => {
                sample_inputs(&resolve(filled.settings_only())?, context)?.times
            }
            (times, _) => times,
        };
        let evidence = Evidence {
            survey: &survey,
            sample: &sample,
            times,
            now,
        };
        let text = draft.text(evidence);
        // The file that is written is one that runs.
        resolve(text.clone())?;
        if is_stdout(&path) {
            put(context.stdout, text.as_bytes())?;
        } else {
            replace_file(&path, text.as_bytes()).map_err(|source| CommandError::Output {
                path: path.clone(),
                source,
            })?;
        }
        let missing: Vec<&str> = missing.iter().map(|one| one.what).collect();
        tracing::info!("{}", summary(&path, &survey, &sample, &missing));
        let is_complete = missing.is_empty() && sample.refused.is_empty();
        Ok(if is_complete && !sample.is_over_reject_limit {
            ExitCode::Done
        } else {
            ExitCode::Refused
        })
    }

    fn path(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| {
            let first = self.dumps.first().map(String::as_str).unwrap_or_default();
            Path::new(JOBS_FOLDER).join(format!("{}.toml", job_name_of(first)))
        })
    }

    fn validate(&self, path: &Path) -> Result<(), OptionError> {
        if self.dumps.iter().any(|dump| dump == "-") {
            return Err(OptionError::NotApplicable {
                option: "-",
                reason: "cannot be an input of a job; save the dump as a file",
            });
        }
        if !is_stdout(path) && !self.force && path.exists() {
            return Err(OptionError::Invalid {
                option: "--output",
                value: path.display().to_string(),
                reason: "the file exists; replace it with --force, or give another name".to_owned(),
            });
        }
        Ok(())
    }

    fn draft(&self, kind: &'static str) -> JobDraft {
        JobDraft {
            inputs: self.dumps.clone(),
            lake: self.lake.clone(),
            kind,
            timezone: self.timezone,
            map: self.map.clone(),
            defaults: Vec::new(),
            default_currency: self.default_currency.clone(),
            company_id: self.company_id.clone(),
        }
    }

    /// The kind of the job: as given, else as detected; of unknown headers that of customers.
    fn kind_of(&self, survey: &DumpSurvey) -> Result<&'static str, OptionError> {
        match (self.kind, survey.kind) {
            (Some(kind), _) => Ok(kind.key()),
            (None, SurveyedKind::Both) => Err(OptionError::NotApplicable {
                option: "--kind",
                reason: "is needed, because the inputs contain both kinds; write a job for each kind",
            }),
            (None, SurveyedKind::SupplierPurchases) => Ok(InitKind::SupplierPurchases.key()),
            (None, SurveyedKind::Purchases | SurveyedKind::Unknown) => {
                Ok(InitKind::Purchases.key())
            }
        }
    }
}

/// The ingest step of a job file.
fn ingest_of(
    path: &Path,
    text: String,
    context: &ResolveContext<'_>,
) -> Result<IngestCommand, JobFileError> {
    let job = JobText {
        path: path.to_owned(),
        text,
    };
    let actions = job
        .resolve(context)?
        .steps
        .into_iter()
        .map(|step| step.action);
    let mut ingests = actions.filter_map(|action| match action {
        StepAction::Ingest(command) => Some(command),
        _ => None,
    });
    Ok(ingests.next().expect("the text has an ingest step"))
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A name for the job of a location: letters, digits, `-` and `_`.
fn job_name_of(location: &str) -> String {
    let parts = location.rsplit('/');
    let stem = |part: &str| part.split('.').next().unwrap_or_default().to_owned();
    let safe = |text: String| -> String {
        let kept = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
        text.chars().filter(|one| kept(*one)).collect()
    };
    let mut names = parts.map(stem).map(safe);
    let found = names.find(|name| !name.is_empty());
    found.unwrap_or_else(|| "dump".to_owned())
}

fn parse_map(text: &str) -> Result<(String, String), &'static str> {
    let split = text
        .rsplit_once('=')
        .filter(|(source, _)| !source.is_empty());
    let (source, field) = split.ok_or("expected SOURCE=FIELD or SOURCE=FIELD:FORMAT")?;
    Ok((source.to_owned(), field.to_owned()))
}

/// What the first records show, and the next command.
fn summary(path: &Path, survey: &DumpSurvey, sample: &SampleCheck, missing: &[&str]) -> String {
    let path = if is_stdout(path) {
        "the job file".to_owned()
    } else {
        path.display().to_string()
    };
    let mut text = format!("wrote {path}\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{}: {} would be accepted, {} rejected, {} duplicate",
        records_read(survey, sample),
        sample.counts.accepted,
        sample.counts.rejected,
        sample.counts.duplicate
    );
    for refused in &sample.refused {
        let _ = writeln!(text, "refused: {refused}");
    }
    for (rule, count) in &sample.rejected_by_rule {
        let _ = writeln!(text, "rejected by {rule}: {count}");
    }
    for finding in &sample.first_findings {
        let _ = writeln!(text, "finding: {finding}");
    }
    for what in missing {
        let _ = writeln!(text, "missing: {what}; complete a line with TODO in {path}");
    }
    let _ = write!(text, "next: purchase-etl run {path}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_named_after_its_dump() {
        for (location, name) in [
            ("dumps/vendas 2026.csv.gz", "vendas2026"),
            ("s3://bucket/currents/", "currents"),
            ("dumps/*.csv", "dumps"),
            ("../..", "dump"),
            ("ação.csv", "ao"),
        ] {
            assert_eq!(job_name_of(location), name, "{location}");
        }
    }
}
