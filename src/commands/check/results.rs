//! The results at the end of a check: one per input, and the counts of all inputs.

use std::fmt::Write as _;
use std::io::Write;

use serde_json::{Value, json};

use super::format::CheckFormat;
use super::github::{annotation, notice};
use super::listing::{FindingCount, FindingListing, json_line};
use super::reported_finding::{FindingLevel, ReportedFinding};
use super::sarif;
use crate::commands::CommandError;
use crate::commands::discovered::passed_over_lines;
use crate::commands::output::put;
use crate::ingest::IngestOutcome;
use crate::input::escape_unprintable;
use crate::run_report::{CountedRule, InputOutcome, InputReport, RecordCounts};

/// Prints the results; the format `response` has none.
pub(super) fn put_results(
    format: CheckFormat,
    listing: &FindingListing,
    checked: &IngestOutcome,
    stdout: &mut dyn Write,
) -> Result<(), CommandError> {
    match format {
        CheckFormat::Text => {
            for input in &checked.inputs {
                put(stdout, input_text(input).as_bytes())?;
            }
            put(stdout, run_text(listing, checked).as_bytes())
        }
        CheckFormat::Json => put_json(checked, stdout),
        CheckFormat::Github => put_github(listing, checked, stdout),
        CheckFormat::Sarif => put_sarif(listing, checked, stdout),
        CheckFormat::Response => {
            // The responses of the services have no place for it.
            let inputs = checked.inputs.iter();
            let partial = inputs.filter(|input| input.digest.is_none() && input.refusal.is_none());
            for note in partial.filter_map(|input| input.notes.last()) {
                tracing::warn!("{note}");
            }
            Ok(())
        }
    }
}

fn put_json(checked: &IngestOutcome, stdout: &mut dyn Write) -> Result<(), CommandError> {
    for input in &checked.inputs {
        let mut lines = String::new();
        for finding in &input.findings {
            let rule = finding.rule_id;
            let item = json!({
                "file": input.path,
                "rule_id": rule,
                "severity": FindingLevel::of_accepted(rule),
                "message": finding.message,
                "remedy": rule.rule().remedy,
            });
            lines.push_str(&json_line(&item));
        }
        let item = json!({
            "file": input.path,
            "outcome": input.outcome,
            "counts": input.counts,
            "refusal": input.refusal,
            "notes": input.notes,
        });
        lines.push_str(&json_line(&item));
        put(stdout, lines.as_bytes())?;
    }
    put(stdout, json_line(&run_item(checked)).as_bytes())
}

/// Annotates inputs as a whole, and gives the counts by rule.
fn put_github(
    listing: &FindingListing,
    checked: &IngestOutcome,
    stdout: &mut dyn Write,
) -> Result<(), CommandError> {
    for input in &checked.inputs {
        for finding in ReportedFinding::of_input(input) {
            put(stdout, annotation(&finding).as_bytes())?;
        }
    }
    let RecordCounts {
        read,
        accepted,
        rejected,
        duplicate,
        superseded,
        skipped,
    } = checked.counters.counts;
    let message = format!(
        "{read} records, {accepted} would be accepted, {rejected} rejected, {duplicate} duplicate, \
         {superseded} superseded, {skipped} skipped\n{}",
        run_text(listing, checked)
    );
    put(
        stdout,
        notice("purchase-etl check", message.trim_end()).as_bytes(),
    )
}

/// Completes a SARIF log: results of inputs as a whole, notes, counts of the run.
fn put_sarif(
    listing: &FindingListing,
    checked: &IngestOutcome,
    stdout: &mut dyn Write,
) -> Result<(), CommandError> {
    let folder = listing.folder();
    let mut is_first = listing.is_empty();
    let mut notes = Vec::new();
    for input in &checked.inputs {
        for finding in ReportedFinding::of_input(input) {
            if finding.rule.is_none() {
                notes.push(finding);
                continue;
            }
            let result = sarif::result(&finding, folder, is_first);
            put(stdout, result.as_bytes())?;
            is_first = false;
        }
    }
    put(
        stdout,
        sarif::tail(&notes, folder, &run_item(checked)).as_bytes(),
    )
}

/// The counts of all inputs as JSON.
fn run_item(checked: &IngestOutcome) -> Value {
    let counters = &checked.counters;
    let mut item = json!({
        "counts": counters.counts,
        "rejected_by_rule": counters.rejected_by_rule,
        "warned_by_rule": counters.warned_by_rule,
        "notes": counters.notes,
    });
    if !counters.passed_over.is_empty() {
        item["passed_over"] = json!(counters.passed_over);
    }
    if !counters.skipped_events.is_empty() {
        item["skipped_events"] = json!(counters.skipped_events);
    }
    item
}

fn input_text(input: &InputReport) -> String {
    let path = escape_unprintable(&input.path);
    let mut text = String::new();
    for (rule, note) in input.ruled_notes() {
        let note = escape_unprintable(note);
        // Writing to a String cannot fail.
        let _ = match rule {
            Some(rule) => {
                let severity = FindingLevel::of_accepted(rule);
                writeln!(text, "{path}: {severity} {rule}: {note}")
            }
            None => writeln!(text, "{path}: note: {note}"),
        };
    }
    let counts = input.counts;
    let _ = match (&input.refusal, input.outcome) {
        (Some(refusal), _) => {
            let line = refusal.line.map(|line| format!(":{line}"));
            let line = line.unwrap_or_default();
            let (rule, message) = (refusal.rule_id, escape_unprintable(&refusal.message));
            writeln!(text, "{path}{line}: refused {rule}: {message}")
        }
        (None, InputOutcome::AlreadyIngested) => {
            writeln!(text, "{path}: duplicate of an earlier input, counted once")
        }
        (None, _) => writeln!(
            text,
            "{path}: {} records, {} would be accepted, {} rejected, {} duplicate, {} superseded, {} skipped",
            counts.read,
            counts.accepted,
            counts.rejected,
            counts.duplicate,
            counts.superseded,
            counts.skipped
        ),
    };
    text
}

/// Counts by rule: findings of single records, and those of several records together.
fn run_text(listing: &FindingListing, checked: &IngestOutcome) -> String {
    let mut finding_counts = listing.finding_counts().clone();
    for (&rule, &count) in &checked.counters.warned_by_rule {
        finding_counts
            .entry((FindingLevel::of_accepted(rule), rule))
            .or_insert(FindingCount {
                findings: count,
                records: count,
            });
    }
    let mut text = String::new();
    for (at, ((severity, rule), count)) in finding_counts.iter().enumerate() {
        let title = if at == 0 { "findings by rule" } else { "" };
        // Writing to a String cannot fail.
        let read = listing.records_read();
        let counted = CountedRule {
            code: rule.code(),
            count: count.findings,
            records: count.records,
            is_rejected: *severity == FindingLevel::Reject,
        };
        let columns = counted.columns(read);
        let _ = writeln!(text, "{title:<18}{severity:<9}{columns}");
    }
    for line in passed_over_lines(&checked.counters.passed_over) {
        let _ = writeln!(text, "{line}");
    }
    for (name, count) in checked.counters.skipped_events.by_name() {
        let _ = writeln!(text, "skipped {count} events {name}");
    }
    for note in &checked.counters.notes {
        let _ = writeln!(text, "{}", escape_unprintable(note));
    }
    if listing.is_short() {
        text.push_str(
            "only the first findings of each rule are listed; use --findings all for all\n",
        );
    }
    text
}
