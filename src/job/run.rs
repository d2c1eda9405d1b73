//! Resolves the arguments of `run` and a job file into the plans of its days.

use chrono::{DateTime, NaiveDate, Utc};

use super::file::{Environment, JobPlan, JobText, ResolveContext};
use super::{JobError, read};
use crate::cli::{PlanFormat, RunArguments};

/// A job to run, for one day or a range of days.
#[derive(Clone, Debug)]
pub struct RunJob {
    /// The days in order; all are resolved before the first one runs.
    pub days: Vec<JobPlan>,
    /// How the days run.
    pub mode: RunMode,
}

/// How the days of a job run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// Show the plan in this format.
    DryRun(PlanFormat),
    /// Run one day, even if a backfill has completed it.
    Once,
    /// Run a range of days.
    Backfill(Backfill),
}

/// How a range of days runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Number of days whose parallel steps run at the same time.
    pub parallel: usize,
    /// Whether the next day starts after a failed one.
    pub keeps_going: bool,
    /// Whether completed days run again.
    pub redo: bool,
}

impl RunJob {
    /// Resolves the arguments for a job file.
    ///
    /// # Errors
    /// [`JobError`] names the option, or the file with line and key.
    pub fn resolve(
        arguments: RunArguments,
        text: &JobText,
        now: DateTime<Utc>,
        environment: Environment<'_>,
    ) -> Result<Self, JobError> {
        let RunArguments {
            job: _,
            date,
            from,
            to,
            parallel,
            keep_going,
            redo,
            only,
            set,
            now: typed_now,
            dry_run,
            plan_format,
        } = arguments;
        let clock = now;
        let now = read::parse_clock("--now", typed_now.as_deref(), clock)?;
        let set = parse_variables(&set)?;
        let range = from.zip(to);
        let dates = match range {
            Some((from, to)) => days_between(from, to)?,
            None => vec![date.unwrap_or_else(|| now.date_naive())],
        };
        let plans = dates.into_iter().map(|date| {
            let context = ResolveContext {
                date,
                now,
                clock,
                set: &set,
                environment,
            };
            select_steps(text.resolve(&context)?, &only)
        });
        let mode = match (dry_run, range) {
            (true, _) => RunMode::DryRun(plan_format.unwrap_or(PlanFormat::Text)),
            (false, None) => RunMode::Once,
            (false, Some(_)) => RunMode::Backfill(Backfill {
                parallel: usize::from(parallel),
                keeps_going: keep_going,
                redo,
            }),
        };
        Ok(Self {
            days: plans.collect::<Result<_, _>>()?,
            mode,
        })
    }
}

/// The data date of the settings: that of the run, or the last day of a range.
///
/// # Errors
/// [`JobError::Option`]
pub fn settings_date(arguments: &RunArguments, now: DateTime<Utc>) -> Result<NaiveDate, JobError> {
    let now = read::parse_clock("--now", arguments.now.as_deref(), now)?;
    let date = arguments.date.or(arguments.to);
    Ok(date.unwrap_or_else(|| now.date_naive()))
}

/// Names and values of `--set name=value`.
///
/// # Errors
/// [`JobError::Option`]
pub fn parse_variables(set: &[String]) -> Result<Vec<(String, String)>, JobError> {
    let pairs = set.iter().map(|text| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(JobError::Option {
            option: "--set".to_owned(),
            value: text.clone(),
            reason: "expected NAME=VALUE".to_owned(),
        }),
    });
    pairs.collect()
}

/// The days from the first to the last, inclusive.
fn days_between(from: NaiveDate, to: NaiveDate) -> Result<Vec<NaiveDate>, JobError> {
    if to < from {
        return Err(JobError::Option {
            option: "--to".to_owned(),
            value: to.to_string(),
            reason: format!("expected {from}, the value of --from, or a later day"),
        });
    }
    Ok(from.iter_days().take_while(|day| *day <= to).collect())
}

/// Keeps the steps of `--only`, without the steps they need.
fn select_steps(mut plan: JobPlan, only: &[String]) -> Result<JobPlan, JobError> {
    if only.is_empty() {
        return Ok(plan);
    }
    let unknown = only
        .iter()
        .find(|name| plan.steps.iter().all(|step| step.name != **name));
    if let Some(unknown) = unknown {
        let names: Vec<String> = plan
            .steps
            .iter()
            .map(|step| format!("{:?}", step.name))
            .collect();
        return Err(JobError::Option {
            option: "--only".to_owned(),
            value: unknown.clone(),
            reason: format!(
                "expected a step of {}: {}",
                plan.path.display(),
                names.join(", ")
            ),
        });
    }
    plan.steps.retain(|step| only.contains(&step.name));
    for step in &mut plan.steps {
        step.needs.retain(|need| only.contains(need));
    }
    Ok(plan)
}
