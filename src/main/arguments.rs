//! What was typed, and what a job file would have typed: arguments come in, `Cli` goes out, with
//! the answer to `--explain-config`.

use std::ffi::OsString;

use chrono::{DateTime, Utc};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use purchase_etl::cli::{Cli, Command, PlanFormat, RunArguments};
use purchase_etl::job::explain::{self, Setting};
use purchase_etl::job::file::{JobFileSettings, JobText, ResolveContext};
use purchase_etl::job::{RunJob, parse_variables, settings_date};
use purchase_etl::pipeline::PipelineError;

/// The arguments of the process.
pub(crate) struct ParsedArguments {
    pub(crate) cli: Cli,
    matches: ArgMatches,
    /// The job file of a `run`, and what it has said about the options of all commands.
    pub(crate) job: Option<JobText>,
    settings: JobFileSettings,
}

/// Parses the arguments of the process.
///
/// # Errors
/// What clap says, for help and the version too.
pub(crate) fn parsed() -> Result<ParsedArguments, clap::Error> {
    let matches = Cli::command().try_get_matches()?;
    let cli = Cli::from_arg_matches(&matches)?;
    Ok(ParsedArguments {
        cli,
        matches,
        job: None,
        settings: JobFileSettings::default(),
    })
}

/// The arguments again, with the settings of the job file before them.
///
/// # Errors
/// The job file cannot be read, or its settings are wrong.
pub(crate) fn with_job_settings(
    parsed: &ParsedArguments,
    now: DateTime<Utc>,
) -> anyhow::Result<Option<ParsedArguments>> {
    let Command::Run(arguments) = &parsed.cli.command else {
        return Ok(None);
    };
    let job = JobText::read(&arguments.job).map_err(PipelineError::from)?;
    let mut settings = settings(&job, arguments, now).map_err(PipelineError::from)?;
    settings
        .remove_overridden(|id| parsed.matches.value_source(id) == Some(ValueSource::CommandLine));
    let mut argv: Vec<OsString> = std::env::args_os().collect();
    let given = settings.argv().into_iter().map(OsString::from);
    argv.splice(1..1, given);
    let to_job_error = |error: clap::Error| PipelineError::from(settings.to_job_error(&error));
    let command = settings
        .disabled_switches()
        .fold(Cli::command(), |command, id| {
            command.mut_arg(id, |argument| argument.env(None::<&'static str>))
        });
    let matches = command.try_get_matches_from(argv).map_err(to_job_error)?;
    let cli = Cli::from_arg_matches(&matches).map_err(to_job_error)?;
    Ok(Some(ParsedArguments {
        cli,
        matches,
        job: Some(job),
        settings,
    }))
}

fn settings(
    job: &JobText,
    arguments: &RunArguments,
    now: DateTime<Utc>,
) -> Result<JobFileSettings, purchase_etl::job::JobError> {
    job.settings(&ResolveContext {
        date: settings_date(arguments, now)?,
        now,
        clock: now,
        set: &parse_variables(&arguments.set)?,
        environment: &environment,
    })
}

/// The environment, as the library asks for it.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl ParsedArguments {
    /// Every setting of the command, and of the steps of its job.
    pub(crate) fn explained(
        &self,
        format: PlanFormat,
        job: Option<&RunJob>,
    ) -> Result<String, serde_json::Error> {
        let settings = self.all_settings(job);
        match format {
            PlanFormat::Text => Ok(explain::as_text(&settings)),
            PlanFormat::Json => explain::as_json(&settings),
        }
    }

    fn all_settings(&self, job: Option<&RunJob>) -> Vec<Setting> {
        let whole = Cli::command();
        let origin_of = |name: &str| self.settings.origin(name);
        let mut settings = explain::settings("global", &whole, &self.matches, &origin_of);
        let (mut command, mut matches) = (&whole, &self.matches);
        let mut scope = Vec::new();
        while let Some((name, below)) = matches.subcommand()
            && let Some(found) = command.find_subcommand(name)
        {
            (command, matches) = (found, below);
            scope.push(name);
        }
        settings.extend(explain::settings(
            &scope.join(" "),
            command,
            matches,
            &|_| None,
        ));
        // The days differ in their dates alone.
        if let Some(day) = job.and_then(|job| job.days.first()) {
            settings.extend(day.settings.clone());
            settings.extend(day.steps.iter().flat_map(|step| step.settings.clone()));
        }
        settings
    }
}
