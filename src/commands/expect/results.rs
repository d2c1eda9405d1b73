//! The results of the expectations: their exit code, as text, and in the log.

use std::fmt::Write;

use crate::run_report::{ExpectationOutcome, ExpectationResult, ExpectationSeverity};
use crate::values::ExitCode;

/// The exit code of these results.
pub(super) fn exit_code(results: &[ExpectationResult]) -> ExitCode {
    if results.iter().any(ExpectationResult::is_error) {
        ExitCode::Unmet
    } else {
        ExitCode::Done
    }
}

/// Logs the expectations that are not met or were skipped.
pub(super) fn log_results(results: &[ExpectationResult]) {
    for result in results {
        let Some(note) = note(result) else { continue };
        let (table, expectation) = (result.table, result.expectation);
        if result.is_error() {
            tracing::error!(table, expectation, "{note}");
        } else if result.outcome == ExpectationOutcome::Skipped {
            tracing::info!(table, expectation, "{note}");
        } else {
            tracing::warn!(table, expectation, "{note}");
        }
    }
}

/// What there is to say about an expectation that did not pass.
pub(super) fn note(result: &ExpectationResult) -> Option<String> {
    let ExpectationResult {
        expectation,
        table,
        expected,
        ..
    } = result;
    match result.outcome {
        ExpectationOutcome::Passed => None,
        ExpectationOutcome::Failed => {
            let found = result.found.as_deref().unwrap_or_default();
            Some(format!(
                "{expectation} of {table} is not met: expected {expected}; found {found}"
            ))
        }
        ExpectationOutcome::Skipped => {
            let why = result.reason.as_deref().unwrap_or_default();
            Some(format!("{expectation} of {table} is skipped: {why}"))
        }
    }
}

/// The results as a text table.
pub(super) fn results_text(results: &[ExpectationResult]) -> String {
    let mut text = format!(
        "{:<20}  {:<18}  {:<8}  {:<7}  expected, found\n",
        "table", "expectation", "severity", "result"
    );
    for result in results {
        let severity = match result.severity {
            ExpectationSeverity::Error => "error",
            ExpectationSeverity::Warn => "warn",
        };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{:<20}  {:<18}  {severity:<8}  {:<7}  {}",
            result.table,
            result.expectation,
            result.outcome.name(),
            result.expected
        );
        let found = result.found.as_deref().or(result.reason.as_deref());
        let _ = writeln!(text, "; {}", found.unwrap_or_default());
    }
    text
}
