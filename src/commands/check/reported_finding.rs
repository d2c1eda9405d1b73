//! A finding of a record or of an input with its place, for the formats that have one form for both.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::ingest::RecordFindings;
use crate::record::Finding;
use crate::rules::{RuleId, Severity};
use crate::run_report::InputReport;

/// How severe a finding is; the order is that of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FindingLevel {
    /// The record is accepted, and the finding is counted.
    Info,
    /// The record is rejected, or the input refused.
    Reject,
    /// The record is accepted.
    Warning,
}

impl FindingLevel {
    /// The level of a finding of a record.
    pub(super) fn of(finding: &Finding) -> Self {
        if finding.rejecting {
            Self::Reject
        } else {
            Self::of_accepted(finding.rule)
        }
    }

    /// The level of a finding of an accepted record, or of an input that is not refused.
    pub(super) fn of_accepted(rule: RuleId) -> Self {
        match rule.severity() {
            Severity::Info => Self::Info,
            _ => Self::Warning,
        }
    }

    /// Its name in the formats of this program.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Reject => "reject",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for FindingLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for FindingLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A finding with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportedFinding<'a> {
    pub(super) level: FindingLevel,
    /// The rule; none for a note on an input.
    pub(super) rule: Option<RuleId>,
    /// The location of the input as its report has it.
    pub(super) path: &'a str,
    /// Line, from 1; none if the input has no lines, or for the input as a whole.
    pub(super) line: Option<u64>,
    /// Byte offset in the decompressed input, from 0.
    pub(super) byte_offset: Option<u64>,
    /// Ordinal of the record in its input, from 0.
    pub(super) record: Option<u64>,
    /// What is wrong.
    pub(super) message: String,
}

impl<'a> ReportedFinding<'a> {
    /// A finding of a record.
    pub(super) fn of_record(path: &'a str, record: &RecordFindings, finding: &Finding) -> Self {
        let position = record.position;
        Self {
            level: FindingLevel::of(finding),
            rule: Some(finding.rule),
            path,
            // What is called the line of a file with blocks is the number of the block.
            line: Some(position.line).filter(|_| record.block_ordinal.is_none()),
            byte_offset: Some(position.byte_offset),
            record: Some(record.ordinal),
            message: finding.message(),
        }
    }

    /// The findings of an input as a whole: its notes, and why it is refused.
    pub(super) fn of_input(input: &'a InputReport) -> Vec<Self> {
        let whole = |level: FindingLevel, rule: Option<RuleId>, message: &str| Self {
            level,
            rule,
            path: &input.path,
            line: None,
            byte_offset: None,
            record: None,
            message: message.to_owned(),
        };
        let notes = input.ruled_notes().map(|(rule, note)| {
            let level = rule.map_or(FindingLevel::Info, FindingLevel::of_accepted);
            whole(level, rule, note)
        });
        let refusal = input.refusal.iter().map(|refusal| Self {
            line: refusal.line,
            byte_offset: refusal.byte_offset,
            ..whole(
                FindingLevel::Reject,
                Some(refusal.rule_id),
                &refusal.message,
            )
        });
        notes.chain(refusal).collect()
    }
}
