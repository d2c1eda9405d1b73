//! The run report: counts, outcomes and findings of a run.

mod counted_rule;
mod gates;
mod skipped_events;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::input::{PassedOver, Refusal};
use crate::rules::RuleId;

pub use counted_rule::CountedRule;
pub use gates::{ExpectationOutcome, ExpectationResult, ExpectationSeverity, HeldAnswer};
pub use skipped_events::SkippedEvents;

/// The records of an input or a run, by outcome.
///
/// Invariant of every finished input and run: `read` is the sum of the other counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordCounts {
    /// Records and skipped elements read.
    pub read: u64,
    /// Written to the table.
    pub accepted: u64,
    /// Kept verbatim in table `rejects`.
    pub rejected: u64,
    /// Repeated Currents events; repeated versions of a supplier purchase.
    pub duplicate: u64,
    /// Supplier purchases of which a newer version is stored.
    pub superseded: u64,
    /// Elements beside the records (`attributes`, `events`).
    pub skipped: u64,
}

impl RecordCounts {
    /// Whether every record has exactly one outcome.
    pub fn balances(&self) -> bool {
        self.read
            == self
                .by_outcome()
                .map(|(_, count)| count)
                .iter()
                .sum::<u64>()
    }

    /// Adds the counts of another part of the input or run.
    pub fn add(&mut self, other: &Self) {
        let Self {
            read,
            accepted,
            rejected,
            duplicate,
            superseded,
            skipped,
        } = *other;
        self.read += read;
        self.accepted += accepted;
        self.rejected += rejected;
        self.duplicate += duplicate;
        self.superseded += superseded;
        self.skipped += skipped;
    }

    /// The counts that add up to `read`, by name.
    pub fn by_outcome(&self) -> [(&'static str, u64); 5] {
        let Self {
            read: _,
            accepted,
            rejected,
            duplicate,
            superseded,
            skipped,
        } = *self;
        [
            ("accepted", accepted),
            ("rejected", rejected),
            ("duplicate", duplicate),
            ("superseded", superseded),
            ("skipped", skipped),
        ]
    }

    /// Rejected records as a share of all records, skipped elements not counted; 0 to 1.
    pub fn reject_share(&self) -> f64 {
        let validated = self.read - self.skipped;
        if validated == 0 {
            return 0.0;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share of counts far below 2^52"
        )]
        let share = self.rejected as f64 / validated as f64;
        share
    }
}

/// Counts by rule, in the order of the catalogue, without rules that have none.
pub type RuleCounts = BTreeMap<RuleId, u64>;

/// Adds `from` to `to`.
pub fn add_rule_counts(to: &mut RuleCounts, from: &RuleCounts) {
    for (&rule, &count) in from {
        *to.entry(rule).or_default() += count;
    }
}

/// The outcome of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputOutcome {
    /// This run committed its records to the lake.
    Ingested,
    /// The same content was ingested before; nothing was written.
    AlreadyIngested,
    /// Nothing of it was written; `refusal` gives the reason.
    Refused,
    /// It is acknowledged as bad, and nothing of it was written.
    Ignored,
    /// Validated without being written (`check`, `--dry-run`).
    Checked,
}

impl InputOutcome {
    /// Its name in run reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingested => "ingested",
            Self::AlreadyIngested => "already_ingested",
            Self::Refused => "refused",
            Self::Ignored => "ignored",
            Self::Checked => "checked",
        }
    }
}

/// The reason why an input was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusalReport {
    /// The rule.
    pub rule_id: RuleId,
    /// Byte offset in the decompressed input.
    pub byte_offset: Option<u64>,
    /// Line, counted from 1.
    pub line: Option<u64>,
    /// The message.
    pub message: String,
}

impl From<&Refusal> for RefusalReport {
    fn from(refusal: &Refusal) -> Self {
        Self {
            rule_id: refusal.rule,
            byte_offset: refusal.position.map(|position| position.byte_offset),
            // A position inside compressed data has no line.
            line: refusal
                .position
                .map(|position| position.line)
                .filter(|&line| line > 0),
            message: refusal.message.clone(),
        }
    }
}

/// A rule that an input breaks as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputFinding {
    /// The rule.
    pub rule_id: RuleId,
    /// What is wrong.
    pub message: String,
}

/// A finding that rejects a record of a refused input, for people. Its value is of the input, and may
/// be personal data: reports that are stored do not have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFinding {
    /// The line that the record begins on, counted from 1.
    pub line: u64,
    /// The rule.
    pub rule_id: RuleId,
    /// The field, with what is wrong and the value, which is shortened and escaped.
    pub message: String,
}

/// A decision on the dialect of delimited text, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DialectEvidence {
    /// What was decided, e.g. the delimiter.
    pub what: String,
    /// The decision.
    pub chosen: String,
    /// Why.
    pub why: String,
    /// The deciding value and its line, if there is one.
    pub because: Option<String>,
}

/// The report of one input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputReport {
    /// The input as a path, or `-`.
    pub path: String,
    /// Kind of its records.
    pub record_kind: &'static str,
    /// Its outcome.
    pub outcome: InputOutcome,
    /// The detected format.
    pub shape: Option<&'static str>,
    /// BLAKE3 of the decompressed bytes, hexadecimal.
    pub digest: Option<String>,
    /// Decompressed bytes read.
    pub bytes: u64,
    /// Its records by outcome; of a refused input, those that were read, none of which is written.
    pub counts: RecordCounts,
    /// Its rejected records by rule; a record counts under every rule it breaks.
    pub rejected_by_rule: RuleCounts,
    /// Why it was refused.
    pub refusal: Option<RefusalReport>,
    /// The decisions on the dialect of delimited text.
    pub dialect: Vec<DialectEvidence>,
    /// Remarks on the input, including the messages of `findings`.
    pub notes: Vec<String>,
    /// The rules it breaks as a whole, without the one that refuses it.
    pub findings: Vec<InputFinding>,
    /// The first findings that reject its records, if it is refused.
    #[serde(skip)]
    pub refused_findings: Vec<RefusedFinding>,
}

impl InputReport {
    /// The notes, each with its rule if it has one.
    pub fn ruled_notes(&self) -> impl Iterator<Item = (Option<RuleId>, &str)> {
        self.notes.iter().map(|note| {
            let mut findings = self.findings.iter();
            let finding = findings.find(|finding| finding.message == *note);
            (finding.map(|finding| finding.rule_id), note.as_str())
        })
    }
}

/// Versions of the tables after a run; null for a table the run did not write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableVersions {
    /// `purchases`
    pub purchases: Option<i64>,
    /// `supplier_purchases`
    pub supplier_purchases: Option<i64>,
    /// `rejects`
    pub rejects: Option<i64>,
    /// `inputs`
    pub inputs: Option<i64>,
}

impl TableVersions {
    /// These versions, and those of `other` where there are none.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            purchases: self.purchases.or(other.purchases),
            supplier_purchases: self.supplier_purchases.or(other.supplier_purchases),
            rejects: self.rejects.or(other.rejects),
            inputs: self.inputs.or(other.inputs),
        }
    }

    /// The tables that have a version, by name.
    pub fn named(self) -> impl Iterator<Item = (&'static str, i64)> {
        let Self {
            purchases,
            supplier_purchases,
            rejects,
            inputs,
        } = self;
        [
            ("purchases", purchases),
            ("supplier_purchases", supplier_purchases),
            ("rejects", rejects),
            ("inputs", inputs),
        ]
        .into_iter()
        .filter_map(|(table, version)| Some((table, version?)))
    }
}

/// The report of a run, as stored in `_runs`.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// Id of the run, as in the `run_id` columns.
    pub run_id: String,
    /// The command: `ingest` or `expect`.
    pub command: &'static str,
    /// Version of this program.
    pub program_version: &'static str,
    /// Kind of record.
    pub record_kind: &'static str,
    /// The lake, if one was written.
    pub lake: Option<String>,
    /// When the run began, RFC 3339 UTC.
    pub started_at: String,
    /// The job that this run is a step of, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The job's data date, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_date: Option<String>,
    /// BLAKE3 of the job file and of what `--set` changed, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_digest: Option<String>,
    /// Every setting that affects the validation, so that the run can be repeated.
    pub settings: BTreeMap<&'static str, String>,
    /// Sums over the inputs.
    pub counts: RecordCounts,
    /// Rejected records by rule; a record counts under every rule it breaks.
    pub rejected_by_rule: RuleCounts,
    /// Accepted records by the rules they break; a record counts once under each.
    pub warned_by_rule: RuleCounts,
    /// Remarks on the run as a whole.
    pub notes: Vec<String>,
    /// Files of Currents with other events than purchases, by the type of the events; they were found in
    /// folders or by patterns, and nothing was read of them beyond their header.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub passed_over: PassedOver,
    /// Skipped events by their name or, of Currents, their type.
    #[serde(skip_serializing_if = "SkippedEvents::is_empty")]
    pub skipped_events: SkippedEvents,
    /// The expectations that `expect` compared with a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expectations: Vec<ExpectationResult>,
    /// The answers of later steps of the job that are not written because of this run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_back: Vec<HeldAnswer>,
    /// Table versions after the run.
    pub table_versions: TableVersions,
    /// Decompressed bytes read.
    pub bytes: u64,
    /// Wall time, ms.
    pub elapsed_ms: u64,
    /// The process's exit code, as documented.
    pub exit_code: u8,
    /// Why the run failed, if it did; without secrets. What it committed before is in the counts
    /// and in `inputs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The inputs, in the order they were read.
    pub inputs: Vec<InputReport>,
}

impl RunReport {
    /// The refused inputs.
    pub fn refused(&self) -> impl Iterator<Item = &InputReport> {
        let inputs = self.inputs.iter();
        inputs.filter(|input| input.outcome == InputOutcome::Refused)
    }

    /// The number of inputs with this outcome.
    pub fn inputs_with(&self, outcome: InputOutcome) -> usize {
        self.inputs
            .iter()
            .filter(|input| input.outcome == outcome)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_and_a_doubled_record_unbalance_the_counts() {
        let whole = RecordCounts {
            read: 10,
            accepted: 5,
            rejected: 2,
            duplicate: 1,
            superseded: 1,
            skipped: 1,
        };
        assert!(whole.balances());
        assert!(
            !RecordCounts {
                accepted: 4,
                ..whole
            }
            .balances()
        );
        assert!(
            !RecordCounts {
                skipped: 2,
                ..whole
            }
            .balances()
        );
    }
}
