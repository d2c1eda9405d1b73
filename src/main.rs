//! The program: arguments to a job, the job to the pipeline, the result to an exit code.

#[path = "main/arguments.rs"]
mod arguments;
#[path = "main/console.rs"]
mod console;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::CommandFactory;
use purchase_etl::cli::{
    Cli, Command, JobsCommand, LogFormat, PlanFormat, RulesCommand, RulesFormat, RunArguments,
    StoreArguments,
};
use purchase_etl::ingest::Progress;
use purchase_etl::job::file::{Asked, schema};
use purchase_etl::job::{
    CheckJob, IngestJob, JobError, LakeJob, PageJob, ReportJob, RunJob, as_text, check_files,
    variables,
};
use purchase_etl::pipeline::{
    Exit, PipelineError, Stage, chain, run_check, run_ingest, run_job_file, run_lake, run_page,
    run_report,
};
use purchase_etl::rules::{self, RuleId};
use purchase_etl::source::shown;
use purchase_etl::store::Stores;

use arguments::{Typed, environment};
use console::Console;

fn main() -> ExitCode {
    let now = clock();
    let first = arguments::typed();
    let with_job = arguments::with_job_settings(&first, now);
    let (typed, refused) = match with_job {
        Ok(with_job) => (with_job.unwrap_or(first), None),
        Err(error) => (first, Some(error)),
    };
    console::start_log(typed.cli.log_format, typed.cli.quiet);
    let exit = match refused.map_or_else(|| run(typed, now), Err) {
        Ok(exit) => exit,
        Err(error) => {
            let exit = error
                .downcast_ref::<PipelineError>()
                .map_or(Exit::Usage, PipelineError::exit);
            if exit != Exit::Done {
                tracing::error!("{}", shown(&chain(error.as_ref())));
            }
            exit
        }
    };
    ExitCode::from(exit.code())
}

fn run(typed: Typed, now: DateTime<Utc>) -> anyhow::Result<Exit> {
    let job = run_job(&typed, now).map_err(PipelineError::from)?;
    let cli = &typed.cli;
    let mut stdout = std::io::stdout().lock();
    let progress = Progress::default();
    let interrupted = Arc::clone(&progress.interrupted);
    // The second signal ends the process at once: the tables are safe whenever it stops.
    ctrlc::set_handler(move || {
        if interrupted.swap(true, Ordering::Relaxed) {
            leave();
        }
    })
    .context("cannot listen for signals")?;
    let is_terminal = std::io::stderr().is_terminal();
    let mut console = Console::new(cli.quiet, is_terminal && cli.log_format == LogFormat::Text);
    let stores = stores(cli.store.clone())?;
    let mut stage = Stage {
        stdout: &mut stdout,
        stores,
        watcher: &mut console,
        progress,
        started: Instant::now(),
        step: None,
    };
    if let Some(format) = cli.explain_config {
        print(stage.stdout, &typed.explained(format, job.as_ref())?)?;
        return Ok(Exit::Done);
    }
    let exit = match typed.cli.command {
        Command::Ingest(arguments) => {
            let job = IngestJob::resolve(arguments, now).map_err(PipelineError::from)?;
            run_ingest(&job, &mut stage)?
        }
        Command::Check(arguments) => {
            let job = CheckJob::resolve(arguments, now).map_err(PipelineError::from)?;
            run_check(&job, &mut stage)?
        }
        Command::Report(command) => {
            let job = ReportJob::resolve(command, now).map_err(PipelineError::from)?;
            run_report(&job, &mut stage)?
        }
        Command::Page(arguments) => {
            let job = PageJob::resolve(arguments, now).map_err(PipelineError::from)?;
            run_page(&job, &mut stage)?
        }
        Command::Lake(command) => {
            let job = LakeJob::resolve(command, now).map_err(PipelineError::from)?;
            run_lake(&job, &mut stage)?
        }
        Command::Run(_) => job.map_or(Ok(Exit::Usage), |job| run_job_file(&job, &mut stage))?,
        Command::Jobs(command) => jobs(command, now, &mut stdout)?,
        Command::Rules(command) => {
            print(&mut stdout, &rules_text(command)?)?;
            Exit::Done
        }
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "purchase-etl", &mut text);
            print(&mut stdout, &String::from_utf8_lossy(&text))?;
            Exit::Done
        }
    };
    Ok(exit)
}

/// The way to object stores, with what the environment says of them.
fn stores(arguments: StoreArguments) -> Result<Stores, PipelineError> {
    // Variables that are no text are about nothing that we know.
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let environment = std::env::vars_os().filter_map(text);
    let home = std::env::home_dir();
    let settings = arguments.settings(environment, home, std::env::temp_dir());
    Ok(Stores::new(settings)?)
}

/// The job of a `run`.
fn run_job(typed: &Typed, now: DateTime<Utc>) -> Result<Option<RunJob>, JobError> {
    let (Command::Run(arguments), Some(text)) = (&typed.cli.command, &typed.job) else {
        return Ok(None);
    };
    let of_log = match typed.cli.log_format {
        LogFormat::Text => PlanFormat::Text,
        LogFormat::Json => PlanFormat::Json,
    };
    let arguments = RunArguments {
        plan_format: arguments.plan_format.or(Some(of_log)),
        ..arguments.clone()
    };
    RunJob::resolve(arguments, text, now, &environment).map(Some)
}

fn jobs(command: JobsCommand, now: DateTime<Utc>, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let JobsCommand::Check {
        files,
        date,
        set,
        format,
    } = command
    else {
        print(stdout, &schema()?)?;
        return Ok(Exit::Done);
    };
    let asked = Asked {
        date: date.unwrap_or_else(|| now.date_naive()),
        now,
        set: &variables(&set).map_err(PipelineError::from)?,
        environment: &environment,
    };
    let checked = check_files(&files, &asked);
    let text = match format {
        PlanFormat::Text => as_text(&checked),
        PlanFormat::Json => serde_json::to_string_pretty(&checked)? + "\n",
    };
    print(stdout, &text)?;
    let is_wrong = checked.iter().any(|file| !file.problems.is_empty());
    Ok(if is_wrong { Exit::Usage } else { Exit::Done })
}

/// Ends the process with the code of an interruption.
#[expect(
    clippy::exit,
    reason = "a person has asked twice, and the tables are safe at any instant"
)]
fn leave() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks for the time"
)]
fn clock() -> DateTime<Utc> {
    Utc::now()
}

fn rules_text(command: RulesCommand) -> anyhow::Result<String> {
    Ok(match command {
        RulesCommand::List {
            filter,
            format: RulesFormat::Text,
        } => rules::render_list(filter.as_deref()),
        RulesCommand::List {
            filter,
            format: RulesFormat::Json,
        } => rules::list_json(filter.as_deref()),
        RulesCommand::Explain { id, format } => {
            let rule: RuleId = id.parse().context("see `purchase-etl rules list`")?;
            match format {
                RulesFormat::Text => rules::render_explain(rule.rule()),
                RulesFormat::Json => rules::explain_json(rule.rule()),
            }
        }
    })
}

fn print(stdout: &mut dyn Write, text: &str) -> Result<(), PipelineError> {
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.map_err(PipelineError::Stdout)
}
