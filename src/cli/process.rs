//! What surrounds a command in the process: its log, its signals, its terminal and its stores.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use super::console::{self, AboveBar, Console};
use super::environment::variable;
use super::invalid_arguments::telemetry_of;
use super::terminal::{has_colours, stdout_terminal};
use super::{Invocation, LogFormat, panics};
use crate::commands::{CommandError, RunContext, SharedContext};
use crate::ingest::Progress;
use crate::input::escape_unprintable;
use crate::job_file::JobFileError;
use crate::storage::{StoreSettings, Stores};
use crate::telemetry::Telemetry;
use crate::values::ExitCode;

/// Starts the log on stderr, in the format of the options.
pub fn start_log(invocation: &Invocation, clock: fn() -> DateTime<Utc>) {
    let format = invocation.cli.log_format;
    console::start_log(format, invocation.cli.quiet, clock);
    panics::log_as(format);
}

/// Logs the error of the command in the context of its step.
pub fn log_error(error: &str, telemetry: &Telemetry) {
    let _failed = telemetry.failure_span(None).map(tracing::Span::entered);
    tracing::error!("{}", escape_unprintable(error));
}

/// Prints help or the version, or reports the error of the command line: in the format of
/// `--log-format`, and to telemetry.
pub fn report_usage_error(error: &clap::Error, clock: fn() -> DateTime<Utc>) -> ExitCode {
    if !error.use_stderr() {
        // If stdout cannot be written, the help cannot be printed.
        drop(error.print());
        return ExitCode::Done;
    }
    let by_variable = std::env::var("PURCHASE_ETL_LOG_FORMAT").is_ok_and(|form| form == "json");
    let arguments = std::env::args_os().skip(1);
    let arguments: Vec<String> = arguments
        .filter_map(|word| word.into_string().ok())
        .collect();
    let by_argument = arguments.iter().any(|parsed| parsed == "--log-format=json")
        || arguments
            .windows(2)
            .any(|pair| pair == ["--log-format", "json"]);
    let message = error.to_string();
    if by_argument || by_variable {
        console::start_log(LogFormat::Json, true, clock);
        tracing::error!("{}", escape_unprintable(message.trim_end()));
    } else {
        // If stderr cannot be written, the error cannot be reported.
        drop(error.print());
    }
    if let Some(telemetry) = telemetry_of(arguments, clock) {
        // What is wrong; the usage follows after an empty line.
        let (wrong, _) = message.split_once("\n\n").unwrap_or((&message, ""));
        let words = wrong.trim_start_matches("error: ").split_whitespace();
        let error = words.collect::<Vec<_>>().join(" ");
        telemetry.finish(ExitCode::Usage, Some(&error));
    }
    ExitCode::Usage
}

/// Runs the command. A first interruption ends it at the next chunk; a second one ends the process
/// by `exit` at once: commits are atomic, so the tables stay valid.
///
/// # Errors
/// [`JobFileError::exit_code`] is the exit code.
pub fn run(
    invocation: &Invocation,
    clock: DateTime<Utc>,
    telemetry: &Telemetry,
    exit: fn(ExitCode) -> !,
) -> Result<ExitCode, JobFileError> {
    let cli = &invocation.cli;
    let mut plain = io::stdout();
    let mut above_bar = AboveBar(io::stdout());
    let progress = Progress::default();
    let interrupted = Arc::clone(&progress.interrupted);
    let is_paging = Arc::new(AtomicBool::new(false));
    let paging = Arc::clone(&is_paging);
    let listening = ctrlc::set_handler(move || {
        // The interruption is for the pager, which shares the terminal.
        if paging.load(Ordering::Relaxed) {
            return;
        }
        if interrupted.swap(true, Ordering::Relaxed) {
            console::clear_bar();
            exit(ExitCode::Interrupted)
        }
    });
    listening.map_err(|error| match error {
        ctrlc::Error::System(error) => CommandError::Signals(error),
        other => CommandError::Signals(io::Error::other(other)),
    })?;
    let has_bar = io::stderr().is_terminal() && cli.log_format == LogFormat::Text;
    let colours = has_colours(&variable);
    let mut console = Console::new(cli.quiet, cli.log_format, has_bar, colours);
    let shared = SharedContext {
        progress,
        stores: stores(cli.storage.clone())?,
        telemetry,
        report_threads: report_threads(),
        clock,
        now: clock,
        job_digest: None,
        deadline: None,
    };
    let terminal = stdout_terminal(&is_paging);
    let stdout: &mut dyn io::Write = if terminal.is_some() {
        &mut above_bar
    } else {
        &mut plain
    };
    let mut context = RunContext::new(stdout, &mut console, shared);
    context.terminal = terminal;
    invocation.execute(&mut context)
}

/// Access to object stores, with the options and the environment.
fn stores(settings: StoreSettings) -> Result<Stores, CommandError> {
    // No variable for stores has a value that is not Unicode.
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let environment = std::env::vars_os().filter_map(text);
    let settings = settings.with_environment(environment, std::env::home_dir());
    Ok(Stores::new(settings)?)
}

/// Threads in each pool of polars, by its own rule.
fn report_threads() -> usize {
    let configured = std::env::var("POLARS_MAX_THREADS").ok();
    let configured = configured.and_then(|threads| threads.parse().ok());
    configured.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}
