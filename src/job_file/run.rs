//! `run`: the steps of a job file, for one day or a range of days.

mod answers;
mod attempts;
mod backfill;
mod backfill_state;
mod day;
mod parallel;
mod plan;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::{
    Environment, JobFileError, JobFileSettings, JobPlan, JobText, ResolveContext, job_name,
};
use crate::commands::{CommandError, Deadline, ListFormat, OptionError, RunContext, parse_time};
use crate::values::{ExitCode, parse_duration};
use backfill::BackfillOptions;

/// `run`
#[derive(Clone, Debug, Args)]
pub struct RunCommand {
    /// Run this job file (TOML), or the job of this name in jobs/
    job: PathBuf,
    /// Set the data date, the value of `{date}` in the job [default: today, in the time zone of the job, else UTC]
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["from", "to"])]
    date: Option<NaiveDate>,
    /// Run the job for every day from this one on
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        requires = "to",
        help_heading = "Backfill"
    )]
    from: Option<NaiveDate>,
    /// Run the job for every day up to this one, inclusive
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        requires = "from",
        help_heading = "Backfill"
    )]
    to: Option<NaiveDate>,
    /// How the days of a range run
    #[command(flatten)]
    backfill: BackfillOptions,
    /// Run only this step, without the steps it needs; repeatable
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Start no step after this time, e.g. 6h, and stop the running one; the job then ends with 1
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    deadline: Option<Duration>,
    /// Override `lake` or a variable of the job; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    set: Vec<(String, String)>,
    /// Set the current time, RFC 3339, to repeat a run exactly [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide_short_help = true)]
    now: Option<DateTime<Utc>>,
    /// Show what each step would do, and exit
    #[arg(long)]
    dry_run: bool,
    /// Set the format of the plan of --dry-run [default: that of --log-format]
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        requires = "dry_run",
        help_heading = "Output"
    )]
    plan_format: Option<ListFormat>,
}

impl RunCommand {
    /// The job file, or the name of a job in `jobs/`.
    pub fn path(&self) -> &Path {
        &self.job
    }

    /// The name of the job.
    pub fn job_name(&self) -> String {
        job_name(&self.job)
    }

    /// Whether it only shows the plan.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The options of the program that the job file sets, at the data date of the run or at the last
    /// day of a range. `clock` is the clock of the process.
    ///
    /// # Errors
    /// [`JobFileError`] names the option, or the file with line and key.
    pub fn settings(
        &self,
        job: &JobText,
        clock: DateTime<Utc>,
        environment: Environment<'_>,
        program: &clap::Command,
    ) -> Result<JobFileSettings, JobFileError> {
        let now = self.now(clock);
        let context = ResolveContext {
            date: now.date_naive(),
            set: &self.set,
            environment,
            program,
        };
        let date = self.date.or(self.to);
        let date = date.unwrap_or_else(|| job.today(now, &context));
        job.settings(&ResolveContext { date, ..context })
    }

    /// The plans of the days, in order; all are resolved before the first one runs.
    ///
    /// # Errors
    /// [`JobFileError`] names the option, or the file with line and key.
    pub fn resolve(
        &self,
        job: &JobText,
        clock: DateTime<Utc>,
        environment: Environment<'_>,
        program: &clap::Command,
    ) -> Result<Vec<JobPlan>, JobFileError> {
        let now = self.now(clock);
        let context = ResolveContext {
            date: now.date_naive(),
            set: &self.set,
            environment,
            program,
        };
        let dates = match self.from.zip(self.to) {
            Some((from, to)) => days_between(from, to)?,
            None => vec![self.date.unwrap_or_else(|| job.today(now, &context))],
        };
        let plans = dates.into_iter().map(|date| {
            let context = ResolveContext { date, ..context };
            Ok(select_steps(job.resolve(&context)?, &self.only)?)
        });
        plans.collect()
    }

    /// Runs the days, or shows what they would do, by default in `plan_format`. A step that refuses an input does not stop other
    /// steps; a step that fails stops the steps that need it. Failures are logged with their step.
    ///
    /// # Errors
    /// The plan of a dry run cannot be made, or the state of a backfill cannot be written.
    pub fn run(
        &self,
        days: &[JobPlan],
        plan_format: ListFormat,
        context: &mut RunContext<'_>,
    ) -> Result<ExitCode, CommandError> {
        // The output of a job does not depend on where it is started.
        context.terminal = None;
        context.shared.now = self.now(context.shared.now);
        context.shared.job_digest = days.first().map(|day| day.digest.clone());
        context.shared.deadline = self.deadline.and_then(Deadline::after);
        if self.dry_run {
            return plan::show(days, self.plan_format.unwrap_or(plan_format), context);
        }
        if self.from.is_some() {
            return backfill::run(days, self.backfill, context);
        }
        // Even if a backfill has completed the day.
        let ends = days
            .iter()
            .map(|day| day::run(day, day::BufferedSteps::new(), context).exit);
        Ok(ends.fold(ExitCode::Done, ExitCode::worst))
    }

    fn now(&self, clock: DateTime<Utc>) -> DateTime<Utc> {
        self.now.unwrap_or(clock)
    }
}

/// Parses `NAME=VALUE`.
pub(super) fn parse_variable(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE"),
    }
}

/// The days from the first to the last, inclusive.
fn days_between(from: NaiveDate, to: NaiveDate) -> Result<Vec<NaiveDate>, OptionError> {
    if to < from {
        return Err(OptionError::Invalid {
            option: "--to",
            value: to.to_string(),
            reason: format!("expected {from}, the value of --from, or a later day"),
        });
    }
    Ok(from.iter_days().take_while(|day| *day <= to).collect())
}

/// Keeps the steps of `--only`, without the steps they need.
fn select_steps(mut plan: JobPlan, only: &[String]) -> Result<JobPlan, OptionError> {
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
        return Err(OptionError::Invalid {
            option: "--only",
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
