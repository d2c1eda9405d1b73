//! The arguments of the process together with the settings of a job file, and the command they name.

use std::io::Write;

use chrono::{DateTime, Utc};
use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches};

use super::environment::variable;
use super::{Cli, Command, LogFormat, ReferencePage, completion, llms, man, program, reference};
use crate::commands::{
    self, CommandError, ListFormat, RunContext, StepCommand, put, reference_page,
};
use crate::job_file::{
    self, JobFileError, JobFileSettings, JobPlan, JobText, Setting, settings_of, settings_text,
};
use crate::rules;
use crate::telemetry::Telemetry;
use crate::values::ExitCode;

/// The arguments of the process.
#[derive(Debug)]
pub struct Invocation {
    /// The parsed arguments.
    pub cli: Cli,
    matches: ArgMatches,
    /// The job file of a `run`.
    job: Option<JobText>,
    settings: JobFileSettings,
}

impl Invocation {
    /// Parses the arguments of the process.
    ///
    /// # Errors
    /// The error of clap, also for `--help` and `--version`.
    pub fn parse() -> Result<Self, clap::Error> {
        let matches = program().try_get_matches()?;
        Ok(Self {
            cli: Cli::from_arg_matches(&matches)?,
            matches,
            job: None,
            settings: JobFileSettings::default(),
        })
    }

    /// Parses the arguments again, with the settings of the job file as defaults; none if the command
    /// has no job file.
    ///
    /// # Errors
    /// The job file cannot be read, or its settings are invalid.
    pub fn with_job_settings(&self, now: DateTime<Utc>) -> Result<Option<Self>, JobFileError> {
        let Command::Run(command) = &self.cli.command else {
            return Ok(None);
        };
        let program = program();
        let job = JobText::read(command.path())?;
        let settings = command.settings(&job, now, &variable, &program)?;
        let matches = settings.as_defaults(program).try_get_matches()?;
        Ok(Some(Self {
            cli: Cli::from_arg_matches(&matches)?,
            matches,
            job: Some(job),
            settings,
        }))
    }

    /// The telemetry of the command; disabled for commands that only show something.
    pub fn telemetry(&self, clock: fn() -> DateTime<Utc>) -> Telemetry {
        let settings = self.cli.telemetry.clone().with_environment(variable);
        let (name, job) = match &self.cli.command {
            _ if self.cli.explain_config.is_some() => (None, None),
            Command::Step(step) => {
                let step = Some(step.command()).filter(|step| step.is_instrumented());
                (step.map(StepCommand::name), None)
            }
            Command::Run(run) => {
                let name = (!run.is_dry_run()).then_some("run");
                (name, Some(run.job_name()))
            }
            _ => (None, None),
        };
        let settings = name.map(|_| settings).unwrap_or_default();
        Telemetry::new(name.unwrap_or_default(), job, settings, clock)
    }

    /// Runs the command, or prints its settings for `--explain-config`.
    ///
    /// # Errors
    /// [`JobFileError::exit_code`] is the exit code.
    pub fn execute(&self, context: &mut RunContext<'_>) -> Result<ExitCode, JobFileError> {
        let days = self.days(context.shared.clock)?;
        if let Some(format) = self.cli.explain_config {
            let settings = self.all_settings(&days);
            print(context.stdout, &format.write(&settings[..], settings_text)?)?;
            return Ok(ExitCode::Done);
        }
        let exit = match &self.cli.command {
            Command::Step(step) => {
                step.command().validate()?;
                commands::execute(step.command(), context)?
            }
            Command::Run(run) => {
                let of_log = match self.cli.log_format {
                    LogFormat::Text => ListFormat::Text,
                    LogFormat::Json => ListFormat::Json,
                };
                run.run(&days, of_log, context)?
            }
            Command::Init(command) => command.run(&program(), &variable, context)?,
            Command::Jobs(command) => command.run(&program(), &variable, context)?,
            Command::Inputs(command) => command.run(context)?,
            Command::Runs(command) => command.run(context)?,
            Command::Rules(command) => command.run(context)?,
            Command::Completions { shell } => {
                put(context.stdout, &completion::registration(*shell)?)?;
                ExitCode::Done
            }
            Command::Man {
                command: words,
                output_dir: None,
            } => {
                put(context.stdout, &man::page(program(), words)?)?;
                ExitCode::Done
            }
            Command::Man {
                command: _,
                output_dir: Some(folder),
            } => {
                let count = man::write_pages(program(), folder)?;
                tracing::info!("wrote {count} pages to {}", folder.display());
                ExitCode::Done
            }
            Command::Reference { page } => print(context.stdout, &page.text(&program()))?,
        };
        Ok(exit)
    }

    /// The days of a job; none for other commands.
    fn days(&self, clock: DateTime<Utc>) -> Result<Vec<JobPlan>, JobFileError> {
        match (&self.cli.command, &self.job) {
            (Command::Run(run), Some(job)) => run.resolve(job, clock, &variable, &program()),
            _ => Ok(Vec::new()),
        }
    }

    /// Every setting of the command, and of the steps of its job.
    fn all_settings(&self, days: &[JobPlan]) -> Vec<Setting> {
        let program = program();
        let is_typed = |id: &str| self.matches.value_source(id) == Some(ValueSource::CommandLine);
        let origin_of = |name: &str| self.settings.origin(name).filter(|_| !is_typed(name));
        let mut settings = settings_of("global", &program, &self.matches, &origin_of);
        let (mut command, mut matches) = (&program, &self.matches);
        let mut scope = Vec::new();
        while let Some((name, below)) = matches.subcommand()
            && let Some(found) = command.find_subcommand(name)
        {
            (command, matches) = (found, below);
            scope.push(name);
        }
        settings.extend(settings_of(&scope.join(" "), command, matches, &|_| None));
        // The days differ in their dates only.
        if let Some(day) = days.first() {
            settings.extend(day.settings.clone());
            settings.extend(day.steps.iter().flat_map(|step| step.settings.clone()));
        }
        settings
    }
}

fn print(stdout: &mut dyn Write, text: &str) -> Result<ExitCode, CommandError> {
    put(stdout, text.as_bytes())?;
    Ok(ExitCode::Done)
}

impl ReferencePage {
    fn text(self, program: &clap::Command) -> String {
        match self {
            Self::Commands => reference::commands(program),
            Self::JobFiles => job_file::reference(program),
            Self::Columns => commands::columns_page(),
            Self::Rules => reference_page::header("rules", "Rules") + &rules::reference(),
            Self::ExitCodes => reference::exit_codes(),
            Self::Llms => llms::llms(program),
        }
    }
}
