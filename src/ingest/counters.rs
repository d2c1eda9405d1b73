//! Counts of records, rejects and warnings, for one input and for the run.

use std::collections::{BTreeSet, HashSet};

use super::element_index::ElementCounts;
use super::record_kind::RecordKind;
use super::validate::ValidatedChunk;
use crate::input::{InputTotals, PassedOver, Refusal};
use crate::rules::RuleId;
use crate::run_report::{RecordCounts, RefusedFinding, RuleCounts, SkippedEvents, add_rule_counts};

/// The counts of one input.
#[derive(Clone, Debug, Default)]
pub struct InputCounters {
    /// Its records by outcome.
    pub counts: RecordCounts,
    /// Rejected records by rule.
    pub rejected_by_rule: RuleCounts,
    /// Warnings by rule.
    pub warned_by_rule: RuleCounts,
    /// UTC days of its accepted rows, days since 1970.
    pub days: HashSet<i32>,
    /// Earliest and latest time of its accepted rows, µs since 1970; only in a check of customer
    /// purchases.
    pub times: Option<(i64, i64)>,
    /// The companies of its accepted rows; only in a check of supplier purchases.
    pub companies: BTreeSet<i64>,
    /// Its accepted records that have a quantity, for customer purchases.
    pub with_quantity: u64,
    /// Its accepted purchases that have none.
    pub without_quantity: u64,
    /// Its skipped events by name.
    pub skipped_events: SkippedEvents,
    /// The order events among them.
    pub skipped_orders: u64,
    /// Its elements by array.
    pub elements: ElementCounts,
    /// Why it is refused.
    pub refusal: Option<Refusal>,
    /// Its first findings that reject a record, at most [`FIRST_FINDINGS`].
    pub(super) first_findings: Vec<RefusedFinding>,
}

/// Enough to see whether one cause rejects all records; `check` lists the others.
const FIRST_FINDINGS: usize = 3;

impl InputCounters {
    /// Adds the counts of a chunk; the rows that it accepted are counted as accepted.
    pub fn add<K: RecordKind>(&mut self, validated: &ValidatedChunk<K>) {
        self.counts.read += validated.read;
        self.counts.accepted += validated.accepted;
        self.counts.rejected += validated.rejects.len() as u64;
        self.counts.skipped += validated.skipped;
        self.skipped_events.add_all(&validated.skipped_events);
        self.skipped_orders += validated.skipped_orders;
        self.elements.add(validated.elements);
        for reject in &validated.rejects {
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
        self.add_first_findings(validated);
        for (rule, &count) in RuleId::ALL.iter().zip(&validated.warned) {
            self.count_warning(*rule, count);
        }
        if self.refusal.is_none() {
            self.refusal.clone_from(&validated.refusal);
        }
    }

    fn add_first_findings<K: RecordKind>(&mut self, validated: &ValidatedChunk<K>) {
        let free = FIRST_FINDINGS - self.first_findings.len();
        let found = validated.rejects.iter().flat_map(|reject| {
            let rejecting = reject.findings.iter().filter(|finding| finding.rejecting);
            rejecting.map(|finding| RefusedFinding {
                line: reject.position.line,
                rule_id: finding.rule,
                message: finding.message(),
            })
        });
        self.first_findings.extend(found.take(free));
    }

    /// The first findings of an input that is refused; of one that is not, the rejects are kept.
    pub fn refused_findings(&self) -> Vec<RefusedFinding> {
        let findings = self.refusal.as_ref().map(|_| self.first_findings.clone());
        findings.unwrap_or_default()
    }

    /// Counts a warning, `count` times.
    pub fn count_warning(&mut self, rule: RuleId, count: u64) {
        if count > 0 {
            *self.warned_by_rule.entry(rule).or_default() += count;
        }
    }

    /// Recounts accepted versions that are not written, as duplicate or superseded.
    pub fn record_discarded(&mut self, duplicate: u64, superseded: u64) {
        self.counts.accepted = self.counts.accepted.saturating_sub(duplicate + superseded);
        self.counts.duplicate += duplicate;
        self.counts.superseded += superseded;
        self.count_warning(RuleId::CplDuplicate, duplicate);
        self.count_warning(RuleId::CplStale, superseded);
    }

    /// The counters of an input whose content was ingested before: only FILE-EMPTY is kept.
    #[must_use]
    pub fn for_known_input(&self) -> Self {
        let mut remaining = Self::default();
        remaining.count_warning(RuleId::FileEmpty, u64::from(self.counts.read == 0));
        remaining
    }

    /// The input has been read to its end: too many rejects refuse it, and what concerns it as a
    /// whole is noted unless it is refused.
    pub fn close(&mut self, reject_limit: f64, totals: &InputTotals) {
        self.apply_reject_limit(reject_limit);
        if self.refusal.is_none() {
            self.check_whole_input(totals);
        }
    }

    fn check_whole_input(&mut self, totals: &InputTotals) {
        let recoded = totals
            .layout
            .as_ref()
            .is_some_and(|layout| layout.encoding.first_invalid_byte.is_some());
        for (is_broken, rule) in [
            (self.counts.read == 0, RuleId::FileEmpty),
            (recoded, RuleId::FileEncoding),
        ] {
            self.count_warning(rule, u64::from(is_broken));
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
            self.refusal = Some(Refusal::new(
                RuleId::FileRejectLimit,
                format!(
                    "{} of {} records are rejected ({:.1} %, limit {:.1} %), most of them by {rule}; list them with `purchase-etl check --findings all`, or raise --reject-limit",
                    self.counts.rejected,
                    self.counts.read - self.counts.skipped,
                    share * 100.0,
                    limit * 100.0
                ),
            ));
        }
    }
}

/// The counts of a run.
#[derive(Clone, Debug, Default)]
pub struct RunCounters {
    /// Sums over the inputs that were neither refused nor ingested before.
    pub counts: RecordCounts,
    /// Rejected records by rule.
    pub rejected_by_rule: RuleCounts,
    /// Warnings by rule.
    pub warned_by_rule: RuleCounts,
    /// Remarks on the run as a whole.
    pub notes: Vec<String>,
    /// Files of Currents with other events than purchases.
    pub passed_over: PassedOver,
    /// Skipped events by name.
    pub skipped_events: SkippedEvents,
}

impl RunCounters {
    /// Adds the counts of another part of the run.
    pub fn merge(&mut self, other: Self) {
        let Self {
            counts,
            rejected_by_rule,
            warned_by_rule,
            notes,
            passed_over,
            skipped_events,
        } = other;
        self.counts.add(&counts);
        add_rule_counts(&mut self.rejected_by_rule, &rejected_by_rule);
        add_rule_counts(&mut self.warned_by_rule, &warned_by_rule);
        self.notes.extend(notes);
        self.pass_over(passed_over);
        self.skipped_events.add_all(&skipped_events);
    }

    /// Adds files that were passed over.
    pub fn pass_over(&mut self, passed_over: PassedOver) {
        for (event_type, count) in passed_over {
            self.passed_over.entry(event_type).or_default().add(count);
        }
    }

    /// Adds a finished input.
    pub fn add(&mut self, input: &InputCounters) {
        self.counts.add(&input.counts);
        add_rule_counts(&mut self.rejected_by_rule, &input.rejected_by_rule);
        add_rule_counts(&mut self.warned_by_rule, &input.warned_by_rule);
        self.skipped_events.add_all(&input.skipped_events);
    }
}
