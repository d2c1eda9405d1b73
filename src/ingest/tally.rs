//! Counts what the judges say, for one input and for the run.

use std::collections::HashSet;

use super::judge::Judged;
use super::kind::Kind;
use crate::input::{Refusal, Totals};
use crate::rules::RuleId;
use crate::run_report::{Counts, RuleCounts, add_rule_counts};

/// The counts of one input.
#[derive(Clone, Debug, Default)]
pub struct InputTally {
    /// What became of its records.
    pub counts: Counts,
    /// Rejected records by rule.
    pub rejected_by_rule: RuleCounts,
    /// Warnings by rule.
    pub warned_by_rule: RuleCounts,
    /// UTC days of its accepted rows, days since 1970.
    pub days: HashSet<i32>,
    /// Why it is refused.
    pub refusal: Option<Refusal>,
}

impl InputTally {
    /// Adds the counts of a piece; the rows that it accepted are counted as accepted.
    pub fn add<K: Kind>(&mut self, judged: &Judged<K>) {
        self.counts.read += judged.read;
        self.counts.accepted += judged.accepted;
        self.counts.rejected += judged.rejects.len() as u64;
        self.counts.skipped += judged.skipped;
        for reject in &judged.rejects {
            let mut rules: Vec<RuleId> = reject
                .findings
                .iter()
                .filter(|f| f.rejecting)
                .map(|f| f.rule)
                .collect();
            rules.sort_unstable();
            rules.dedup();
            for rule in rules {
                *self.rejected_by_rule.entry(rule).or_default() += 1;
            }
        }
        for (rule, &count) in RuleId::ALL.iter().zip(&judged.warned) {
            self.warn(*rule, count);
        }
        if self.refusal.is_none() {
            self.refusal.clone_from(&judged.refusal);
        }
    }

    /// Counts a warning, `count` times.
    pub fn warn(&mut self, rule: RuleId, count: u64) {
        if count > 0 {
            *self.warned_by_rule.entry(rule).or_default() += count;
        }
    }

    /// Moves accepted versions that are not written: other ones stand.
    pub fn pass(&mut self, duplicate: u64, superseded: u64) {
        self.counts.accepted = self.counts.accepted.saturating_sub(duplicate + superseded);
        self.counts.duplicate += duplicate;
        self.counts.superseded += superseded;
        self.warn(RuleId::CplDuplicate, duplicate);
        self.warn(RuleId::CplStale, superseded);
    }

    /// What is left to say of the input when its content was ingested before.
    #[must_use]
    pub fn of_known(&self) -> Self {
        let mut left = Self::default();
        left.warn(RuleId::FileEmpty, u64::from(self.counts.read == 0));
        left
    }

    /// The input has been read to its end: too many rejects refuse it, and what concerns it as a
    /// whole is noted unless it is refused.
    pub fn close(&mut self, reject_limit: f64, totals: &Totals) {
        self.apply_reject_limit(reject_limit);
        if self.refusal.is_none() {
            self.note_whole(totals);
        }
    }

    fn note_whole(&mut self, totals: &Totals) {
        let recoded = totals
            .layout
            .as_ref()
            .is_some_and(|layout| layout.encoding.first_bad_byte.is_some());
        for (met, rule) in [
            (self.counts.read == 0, RuleId::FileEmpty),
            (recoded, RuleId::FileEncoding),
        ] {
            self.warn(rule, u64::from(met));
        }
    }

    /// Refuses the input when it has more rejects than `limit` (a share, 0 to 1) allows.
    fn apply_reject_limit(&mut self, limit: f64) {
        let share = self.counts.reject_share();
        if self.refusal.is_none() && share > limit {
            let most = self
                .rejected_by_rule
                .iter()
                .max_by_key(|(_, count)| **count);
            let rule = most.map(|(rule, _)| rule.code()).unwrap_or_default();
            self.refusal = Some(Refusal {
                rule: RuleId::FileRejectLimit,
                place: None,
                message: format!(
                    "{} of {} records break the rules ({:.1} %, limit {:.1} %), most of them {rule}; see `purchase-etl check`, or raise --reject-limit",
                    self.counts.rejected,
                    self.counts.read - self.counts.skipped,
                    share * 100.0,
                    limit * 100.0
                ),
            });
        }
    }
}

/// The counts of a run.
#[derive(Clone, Debug, Default)]
pub struct RunTally {
    /// Sums over the inputs that were not refused or known.
    pub counts: Counts,
    /// Rejected records by rule.
    pub rejected_by_rule: RuleCounts,
    /// Warnings by rule.
    pub warned_by_rule: RuleCounts,
    /// What about the run as a whole somebody should know.
    pub notes: Vec<String>,
}

impl RunTally {
    /// Adds the counts of another part of the run.
    pub fn join(&mut self, other: Self) {
        let Self {
            counts,
            rejected_by_rule,
            warned_by_rule,
            notes,
        } = other;
        self.counts.add(&counts);
        add_rule_counts(&mut self.rejected_by_rule, &rejected_by_rule);
        add_rule_counts(&mut self.warned_by_rule, &warned_by_rule);
        self.notes.extend(notes);
    }

    /// Adds a finished input.
    pub fn add(&mut self, input: &InputTally) {
        self.counts.add(&input.counts);
        add_rule_counts(&mut self.rejected_by_rule, &input.rejected_by_rule);
        add_rule_counts(&mut self.warned_by_rule, &input.warned_by_rule);
    }
}
