//! The program: parses the arguments, runs the command and returns its exit code; or completes a command
//! line for a shell.

use std::process;

use chrono::{DateTime, Utc};
use purchase_etl::cli::{self, Invocation};
use purchase_etl::storage::error_text;
use purchase_etl::values::ExitCode;

fn main() -> process::ExitCode {
    cli::install_panic_hook(clock);
    let exit = cli::catch_panic(run).unwrap_or(ExitCode::Failed);
    process::ExitCode::from(exit.code())
}

fn run() -> ExitCode {
    if let Some(exit) = cli::complete() {
        return exit;
    }
    let now = clock();
    let typed = match Invocation::parse() {
        Ok(typed) => typed,
        Err(error) => return cli::report_usage_error(&error, clock),
    };
    let (invocation, refused) = match typed.with_job_settings(now) {
        Ok(with_job) => (with_job.unwrap_or(typed), None),
        Err(error) => (typed, Some(error)),
    };
    cli::start_log(&invocation, clock);
    let telemetry = invocation.telemetry(clock);
    let run = || cli::run(&invocation, now, &telemetry, end_process);
    let (exit, error) = match cli::catch_panic(|| refused.map_or_else(run, Err)) {
        Some(Ok(exit)) => (exit, None),
        Some(Err(error)) => (error.exit_code(), Some(error_text(&error))),
        None => {
            telemetry.finish(ExitCode::Failed, Some("stopped unexpectedly"));
            return ExitCode::Failed;
        }
    };
    // A reader that closes the pipe early is not an error.
    let error = error.filter(|_| exit != ExitCode::Done);
    if let Some(error) = &error {
        cli::log_error(error, &telemetry);
    }
    telemetry.finish(exit, error.as_deref());
    exit
}

#[expect(
    clippy::exit,
    reason = "the second interruption ends the process at once, and commits are atomic"
)]
fn end_process(exit: ExitCode) -> ! {
    process::exit(i32::from(exit.code()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the only place that reads the clock"
)]
fn clock() -> DateTime<Utc> {
    Utc::now()
}
