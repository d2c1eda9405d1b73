//! What `run` does: a job file and what was typed come in, the plans of its days go out.

use chrono::{DateTime, NaiveDate, Utc};

use super::file::{Environment, JobPlan, JobText, ResolveContext};
use super::{JobError, read};
use crate::cli::{PlanFormat, RunArguments};

/// A job to run, for a day or for several.
#[derive(Clone, Debug)]
pub struct RunJob {
    /// The days, in their order; all of them are resolved before the first one runs.
    pub days: Vec<JobPlan>,
    /// How the days go.
    pub mode: RunMode,
}

/// How the days of a job go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// Show what would be done, in this form, and stop.
    DryRun(PlanFormat),
    /// One day, whatever was done before.
    Once,
    /// A range of days.
    Backfill(Backfill),
}

/// How a range of days goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Days whose parallel steps run at the same time.
    pub parallel: usize,
    /// Whether a day is begun after one that failed.
    pub keeps_going: bool,
    /// Whether finished days are run again.
    pub redo: bool,
}

impl RunJob {
    /// Resolves what was typed for a job file.
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

/// The data date of the settings: that of the run, or the last one of a range.
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
            expected: "name=value".to_owned(),
        }),
    });
    pairs.collect()
}

/// From the first day to the last, both included.
fn days_between(from: NaiveDate, to: NaiveDate) -> Result<Vec<NaiveDate>, JobError> {
    if to < from {
        return Err(JobError::Option {
            option: "--to".to_owned(),
            value: to.to_string(),
            expected: format!("a day from {from}, that of --from, on"),
        });
    }
    Ok(from.iter_days().take_while(|day| *day <= to).collect())
}

/// The steps named by `--only`; what they need is not run.
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
            expected: format!("a step of {}: {}", plan.path.display(), names.join(", ")),
        });
    }
    plan.steps.retain(|step| only.contains(&step.name));
    for step in &mut plan.steps {
        step.needs.retain(|need| only.contains(need));
    }
    Ok(plan)
}
