//! Counts what the judges say, for one input and for the run.

use std::collections::HashSet;

use super::judge::Judged;
use crate::purchase::columns::DayRows;
use crate::rules::RuleId;
use crate::source::{Refusal, Totals};
use crate::summary::{Counts, RuleCounts, add_rule_counts};

/// Distinct product ids the dashboard stores ("até 5.000 `product_id`s").
const PRODUCT_IDS: usize = 5_000;

/// Slots for fingerprints: an exact repeat is noticed when fewer than about this many records lie
/// between the two. Fixed, so that memory does not grow with the input (8 MiB).
const REPEAT_SLOTS: usize = 1 << 20;

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
    pub fn add(&mut self, judged: &Judged) {
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
            if count > 0 {
                *self.warned_by_rule.entry(*rule).or_default() += count;
            }
        }
        if self.refusal.is_none() {
            self.refusal.clone_from(&judged.refusal);
        }
    }

    /// Moves accepted records whose event was seen before to the duplicates.
    pub fn note_duplicates(&mut self, dropped: u64) {
        self.counts.accepted -= dropped;
        self.counts.duplicate += dropped;
        if dropped > 0 {
            *self
                .warned_by_rule
                .entry(RuleId::BrzCurrentsDup)
                .or_default() += dropped;
        }
    }

    /// Notes what concerns the input as a whole, when it has been read to its end.
    pub fn note_whole(&mut self, totals: &Totals) {
        let recoded = totals
            .layout
            .as_ref()
            .is_some_and(|layout| layout.encoding.first_bad_byte.is_some());
        for (met, rule) in [
            (self.counts.read == 0, RuleId::FileEmpty),
            (recoded, RuleId::FileEncoding),
        ] {
            if met {
                *self.warned_by_rule.entry(rule).or_default() += 1;
            }
        }
    }

    /// Refuses the input when its rows fall on more days than a run may open partitions for.
    pub fn apply_day_limit(&mut self, rows: &[DayRows], most: usize) {
        self.days.extend(rows.iter().map(|rows| rows.day));
        if self.refusal.is_none() && self.days.len() > most {
            self.refusal = Some(Refusal {
                rule: RuleId::FileLimit,
                place: None,
                message: format!(
                    "its purchases fall on more than {most} days; split it, or raise --max-partitions"
                ),
            });
        }
    }

    /// Refuses the input when it has more rejects than `limit` (a share, 0 to 1) allows.
    pub fn apply_reject_limit(&mut self, limit: f64) {
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
    products: HashSet<u64>,
    repeats: Vec<u64>,
}

impl RunTally {
    /// Adds a finished input.
    pub fn add(&mut self, input: &InputTally) {
        self.counts.add(&input.counts);
        add_rule_counts(&mut self.rejected_by_rule, &input.rejected_by_rule);
        add_rule_counts(&mut self.warned_by_rule, &input.warned_by_rule);
    }

    /// Looks at what can only be seen across pieces; returns how many exact repeats the piece has.
    pub fn look_across(&mut self, judged: &Judged) -> u64 {
        for &product in &judged.products {
            if self.products.len() <= PRODUCT_IDS {
                self.products.insert(product);
            }
        }
        if self.repeats.is_empty() && !judged.fingerprints.is_empty() {
            self.repeats = vec![0; REPEAT_SLOTS];
        }
        let mut repeats = 0;
        for &fingerprint in &judged.fingerprints {
            // The low bits choose the slot; the whole value is compared.
            let at = usize::try_from(fingerprint % REPEAT_SLOTS as u64).unwrap_or(0);
            if let Some(slot) = self.repeats.get_mut(at) {
                repeats += u64::from(*slot == fingerprint);
                *slot = fingerprint;
            }
        }
        repeats
    }

    /// Forgets which records were met: an input is read again, or none of it is kept.
    pub fn forget_repeats(&mut self) {
        self.repeats.fill(0);
    }

    /// Notes the rules that speak of the whole data set.
    pub fn finish(&mut self) {
        if self.products.len() > PRODUCT_IDS {
            self.warned_by_rule.insert(RuleId::BrzProductCard, 1);
        }
    }
}
