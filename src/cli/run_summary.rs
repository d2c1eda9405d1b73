//! The summary of a run for people, and for programs that read the log. In: a run report. Out: a table
//! with the counts of the run, and warnings with what was read of each refused input; or the same as
//! events.

use std::fmt::Write as _;

use crate::input::escape_unprintable;
use crate::run_report::{
    CountedRule, InputOutcome, InputReport, RecordCounts, RuleCounts, RunReport,
};

/// Refused inputs that are shown with their records; the run report has all.
const REFUSED_INPUTS_SHOWN: usize = 10;

/// Logs the counts of a run as JSON fields; the run report has the details.
pub(super) fn log_summary(report: &RunReport) {
    for input in refused_with_records(report).take(REFUSED_INPUTS_SHOWN) {
        log_refused(input);
    }
    let counts = report.counts;
    tracing::info!(
        inputs_ingested = report.inputs_with(InputOutcome::Ingested),
        inputs_already_ingested = report.inputs_with(InputOutcome::AlreadyIngested),
        inputs_refused = report.inputs_with(InputOutcome::Refused),
        read = counts.read,
        accepted = counts.accepted,
        rejected = counts.rejected,
        duplicate = counts.duplicate,
        superseded = counts.superseded,
        skipped = counts.skipped,
        records_refused = records_refused(report),
        bytes = report.bytes,
        elapsed_ms = report.elapsed_ms,
        exit_code = report.exit_code,
        "run ended"
    );
}

fn log_refused(input: &InputReport) {
    let counts = input.counts;
    for finding in &input.refused_findings {
        tracing::warn!(
            input = input.path,
            line = finding.line,
            rule = %finding.rule_id,
            remedy = finding.rule_id.rule().remedy,
            "rejected: {}",
            finding.message
        );
    }
    for (rule, count) in &input.rejected_by_rule {
        tracing::warn!(input = input.path, %rule, count, "rejected by rule");
    }
    tracing::warn!(
        input = input.path,
        read = counts.read,
        accepted = counts.accepted,
        rejected = counts.rejected,
        duplicate = counts.duplicate,
        superseded = counts.superseded,
        skipped = counts.skipped,
        "records of a refused input, none of which is written"
    );
}

/// The summary of a run as a text table.
pub(super) fn summary_text(report: &RunReport) -> String {
    let mut text = format!("run {}", report.run_id);
    let ingested = report.inputs_with(InputOutcome::Ingested);
    let known = report.inputs_with(InputOutcome::AlreadyIngested);
    let refused = report.inputs_with(InputOutcome::Refused);
    let counts = report.counts;
    let lines: [(&str, u64); 11] = [
        ("inputs ingested", ingested as u64),
        ("inputs already ingested", known as u64),
        ("inputs refused", refused as u64),
        ("records refused", records_refused(report)),
        ("records read", counts.read),
        ("accepted", counts.accepted),
        ("rejected", counts.rejected),
        ("duplicate", counts.duplicate),
        ("superseded", counts.superseded),
        ("skipped", counts.skipped),
        ("elapsed ms", report.elapsed_ms),
    ];
    let is_shown = |name: &str| name != "records refused" || refused > 0;
    for (name, value) in lines.into_iter().filter(|(name, _)| is_shown(name)) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {name:<24}{value:>14}");
    }
    let read = report.counts.read;
    rules(
        &mut text,
        "rejected by rule",
        rejecting(&report.rejected_by_rule),
        read,
    );
    let warned = report.warned_by_rule.iter();
    let warned = warned.map(|(rule, &count)| CountedRule::warned(rule.code(), count));
    rules(&mut text, "warnings by rule", warned, read);
    text
}

/// Logs what was read of each refused input as text.
pub(super) fn warn_of_refused(report: &RunReport) {
    for input in refused_with_records(report).take(REFUSED_INPUTS_SHOWN) {
        tracing::warn!("{}", refused_text(input));
    }
    let all = refused_with_records(report).count();
    if let Some(hidden @ 1..) = all.checked_sub(REFUSED_INPUTS_SHOWN) {
        tracing::warn!("{hidden} more refused inputs are in the run report");
    }
}

/// What was read of a refused input, and its first findings.
fn refused_text(input: &InputReport) -> String {
    let RecordCounts {
        read,
        accepted,
        rejected,
        duplicate,
        superseded,
        skipped,
    } = input.counts;
    // A line break in a name must not look like a line of the summary.
    let path = escape_unprintable(&input.path);
    let mut text = format!(
        "refused {path}: nothing of it is written\n  {read} records read: {accepted} valid, {rejected} rejected, {duplicate} duplicate, {superseded} superseded, {skipped} skipped"
    );
    rules(
        &mut text,
        "rejected by rule",
        rejecting(&input.rejected_by_rule),
        read,
    );
    for finding in &input.refused_findings {
        let rule = finding.rule_id;
        let _ = write!(
            text,
            "\n  {path}:{}: {rule}: {}\n    {}",
            finding.line,
            escape_unprintable(&finding.message),
            rule.rule().remedy
        );
    }
    text
}

/// The refused inputs of which records were read.
fn refused_with_records(report: &RunReport) -> impl Iterator<Item = &InputReport> {
    report.refused().filter(|input| input.counts.read > 0)
}

/// The records of refused inputs, as far as they were read.
fn records_refused(report: &RunReport) -> u64 {
    report.refused().map(|input| input.counts.read).sum()
}

/// The rules that reject records.
fn rejecting(counts: &RuleCounts) -> impl Iterator<Item = CountedRule<'_>> {
    let counts = counts.iter();
    counts.map(|(rule, &count)| CountedRule::rejected(rule.code(), count))
}

/// Counts by rule, with their shares of the records read.
fn rules<'a>(
    text: &mut String,
    title: &str,
    rules: impl Iterator<Item = CountedRule<'a>>,
    read: u64,
) {
    for (at, rule) in rules.enumerate() {
        let title = if at == 0 { title } else { "" };
        let _ = write!(text, "\n  {title:<18}{}", rule.columns(read));
    }
}
