//! The program: arguments to a job, the job to the pipeline, the result to an exit code.

#[path = "main/console.rs"]
mod console;

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
use purchase_etl::job::{CheckJob, IngestJob, LakeJob, PageJob, ReportJob};
use purchase_etl::pipeline::{
    Exit, PipelineError, Stage, run_check, run_ingest, run_job_file, run_lake, run_page, run_report,
};
use purchase_etl::rules::{self, RuleId};
use purchase_etl::source::shown;

use console::Console;

fn main() -> ExitCode {
    let cli = Cli::parse();
    console::start_log(cli.log_format, cli.quiet);
    let exit = match run(cli) {
        Ok(exit) => exit,
        Err(error) => {
            let exit = error
                .downcast_ref::<PipelineError>()
                .map_or(Exit::Usage, PipelineError::exit);
            if exit != Exit::Done {
                tracing::error!("{}", shown(&chain(&error)));
            }
            exit
        }
    };
    ExitCode::from(exit.code())
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
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
    let mut stage = Stage {
        stdout: &mut stdout,
        watcher: &mut console,
        progress,
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
        Command::Lake(command) => {
            let job = LakeJob::resolve(command, now).map_err(PipelineError::from)?;
            run_lake(&job, &mut stage)?
        }
        Command::Run(arguments) => {
            let date = arguments.date.unwrap_or_else(|| now.date_naive());
            run_job_file(&arguments.job, date, now, arguments.dry_run, &mut stage)?
        }
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
