//! The program: arguments to a job, the job to the pipeline, the result to an exit code.

#[path = "main/console.rs"]
mod console;
#[path = "main/json_log.rs"]
mod json_log;
#[path = "main/watchers.rs"]
mod watchers;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::{CommandFactory, Parser};
use purchase_etl::cli::{Cli, Command, LogFormat, RulesCommand, RulesFormat};
use purchase_etl::ingest::Progress;
use purchase_etl::job::{CheckJob, IngestJob, PageJob, ReportJob};
use purchase_etl::observe::Observer;
use purchase_etl::pipeline::{
    Exit, PipelineError, Stage, run_check, run_ingest, run_job_file, run_page, run_report, run_runs,
};
use purchase_etl::rules::{self, RuleId};
use purchase_etl::source::shown;

use console::Console;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    console::start_log(cli.log_format, cli.quiet);
    let observer = watchers::observer(&cli.command, cli.observe.clone());
    let (exit, error) = match run(cli, &observer) {
        Ok(exit) => (exit, None),
        Err(error) => {
            let exit = error
                .downcast_ref::<PipelineError>()
                .map_or(Exit::Usage, PipelineError::exit);
            (exit, Some(chain(&error)).filter(|_| exit != Exit::Done))
        }
    };
    if let Some(error) = &error {
        let _failed = observer.failure_span().map(tracing::Span::entered);
        tracing::error!("{}", shown(error));
    }
    observer.finish(exit, error.as_deref());
    ExitCode::from(exit.code())
}

/// Help and versions as they are; an error as a line of JSON for those who asked for JSON.
fn not_understood(error: &clap::Error) -> ExitCode {
    let by_variable = std::env::var("PURCHASE_ETL_LOG_FORMAT").is_ok_and(|form| form == "json");
    let arguments: Vec<_> = std::env::args().collect();
    let by_argument = arguments.iter().any(|typed| typed == "--log-format=json")
        || arguments
            .windows(2)
            .any(|pair| pair == ["--log-format", "json"]);
    if error.use_stderr() && (by_argument || by_variable) {
        console::start_log(LogFormat::Json, true);
        tracing::error!("{}", shown(error.to_string().trim_end()));
    } else {
        // Where even that cannot be written, there is nobody to tell.
        drop(error.print());
    }
    ExitCode::from(
        if error.use_stderr() {
            Exit::Usage
        } else {
            Exit::Done
        }
        .code(),
    )
}

fn run(cli: Cli, observer: &Observer) -> anyhow::Result<Exit> {
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
    let mut console = Console::new(
        cli.quiet,
        cli.log_format,
        is_terminal && cli.log_format == LogFormat::Text,
    );
    let mut stage = Stage {
        stdout: &mut stdout,
        watcher: &mut console,
        progress,
        observer,
        step: None,
        started: Instant::now(),
    };
    let now = clock();
    let exit = match cli.command {
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
        Command::Run(arguments) => {
            let date = arguments.date.unwrap_or_else(|| now.date_naive());
            run_job_file(&arguments.job, date, now, arguments.dry_run, &mut stage)?
        }
        Command::Runs(command) => run_runs(&command.into(), &mut stage)?,
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

/// The error and its causes, each once: some errors repeat their cause in their own text.
fn chain(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}
