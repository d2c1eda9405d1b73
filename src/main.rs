//! The program: arguments to a job, the job to the pipeline, the result to an exit code.

#[path = "main/arguments.rs"]
mod arguments;
#[path = "main/commands.rs"]
mod commands;
#[path = "main/console.rs"]
mod console;
#[path = "main/json_log.rs"]
mod json_log;
#[path = "main/panics.rs"]
mod panics;
#[path = "main/telemetry_config.rs"]
mod telemetry_config;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use chrono::{DateTime, Utc};
use purchase_etl::cli::{LogFormat, StorageArguments};
use purchase_etl::ingest::Progress;
use purchase_etl::input::escape_unprintable;
use purchase_etl::pipeline::{Exit, PipelineError, RunContext};
use purchase_etl::storage::{Stores, error_text};
use purchase_etl::telemetry::Telemetry;

use arguments::ParsedArguments;
use console::{AboveBar, Console};

fn main() -> ExitCode {
    panics::install_hook();
    panics::catch_panic(command).unwrap_or(ExitCode::from(Exit::Failed.code()))
}

fn command() -> ExitCode {
    let now = clock();
    let first = match arguments::parsed() {
        Ok(first) => first,
        Err(error) => return report_usage_error(&error),
    };
    let with_job = arguments::with_job_settings(&first, now);
    let (parsed, refused) = match with_job {
        Ok(with_job) => (with_job.unwrap_or(first), None),
        Err(error) => (first, Some(error)),
    };
    console::start_log(parsed.cli.log_format, parsed.cli.quiet);
    panics::log_as(parsed.cli.log_format);
    let telemetry = telemetry_config::for_command(&parsed.cli);
    let ran = panics::catch_panic(|| refused.map_or_else(|| run(parsed, now, &telemetry), Err));
    let (exit, error) = match ran {
        None => {
            telemetry.finish(Exit::Failed, Some("stopped unexpectedly"));
            return ExitCode::from(Exit::Failed.code());
        }
        Some(Ok(exit)) => (exit, None),
        Some(Err(error)) => {
            let exit = error
                .downcast_ref::<PipelineError>()
                .map_or(Exit::Usage, PipelineError::exit);
            let message = Some(error_text(error.as_ref()));
            (exit, message.filter(|_| exit != Exit::Done))
        }
    };
    if let Some(error) = &error {
        let _failed = telemetry.failure_span(None).map(tracing::Span::entered);
        tracing::error!("{}", escape_unprintable(error));
    }
    telemetry.finish(exit, error.as_deref());
    ExitCode::from(exit.code())
}

/// Help and versions as they are; an error as a line of JSON for those who asked for JSON.
fn report_usage_error(error: &clap::Error) -> ExitCode {
    let by_variable = std::env::var("PURCHASE_ETL_LOG_FORMAT").is_ok_and(|form| form == "json");
    let arguments: Vec<_> = std::env::args_os().collect();
    let by_argument = arguments.iter().any(|parsed| parsed == "--log-format=json")
        || arguments
            .windows(2)
            .any(|pair| pair == ["--log-format", "json"]);
    if error.use_stderr() && (by_argument || by_variable) {
        console::start_log(LogFormat::Json, true);
        tracing::error!("{}", escape_unprintable(error.to_string().trim_end()));
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

fn run(parsed: ParsedArguments, now: DateTime<Utc>, telemetry: &Telemetry) -> anyhow::Result<Exit> {
    let job = commands::job(&parsed, now).map_err(PipelineError::from)?;
    let cli = &parsed.cli;
    let mut plain = std::io::stdout();
    let mut above_bar = AboveBar(std::io::stdout());
    let shares_terminal = std::io::stdout().is_terminal();
    let progress = Progress::default();
    let interrupted = Arc::clone(&progress.interrupted);
    // The second signal ends the process at once: the tables are safe whenever it stops.
    let listening = ctrlc::set_handler(move || {
        if interrupted.swap(true, Ordering::Relaxed) {
            exit_interrupted();
        }
    });
    listening.map_err(|error| match error {
        ctrlc::Error::System(error) => PipelineError::Signals(error),
        other => PipelineError::Signals(std::io::Error::other(other)),
    })?;
    let is_terminal = std::io::stderr().is_terminal();
    let mut console = Console::new(
        cli.quiet,
        cli.log_format,
        is_terminal && cli.log_format == LogFormat::Text,
    );
    let mut context = RunContext {
        stdout: if shares_terminal {
            &mut above_bar
        } else {
            &mut plain
        },
        stores: stores(cli.storage.clone())?,
        progress_ui: &mut console,
        progress,
        telemetry,
        started: Instant::now(),
        report_threads: report_threads(),
        step: None,
    };
    commands::execute(parsed, job, now, &mut context)
}

/// The way to object stores, with what the environment says of them.
fn stores(arguments: StorageArguments) -> Result<Stores, PipelineError> {
    // Variables that are no text are about nothing that we know.
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let environment = std::env::vars_os().filter_map(text);
    let home = std::env::home_dir();
    let settings = arguments.settings(environment, home, std::env::temp_dir());
    Ok(Stores::new(settings)?)
}

/// Threads of each pool of polars, as it counts them itself.
fn report_threads() -> usize {
    let configured = std::env::var("POLARS_MAX_THREADS").ok();
    let configured = configured.and_then(|threads| threads.parse().ok());
    configured.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Ends the process with the code of an interruption.
#[expect(
    clippy::exit,
    reason = "a person has asked twice, and the tables are safe at any instant"
)]
fn exit_interrupted() -> ! {
    console::clear_bar();
    std::process::exit(i32::from(Exit::Interrupted.code()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks for the time"
)]
fn clock() -> DateTime<Utc> {
    Utc::now()
}
