//! Findings that depend on several chunks of a run: repeated records, duplicate events, the number
//! of products.

use super::seen_events::SeenEvents;
use super::seen_records::SeenRecords;
use super::{PurchaseRows, Purchases};
use crate::ingest::counters::{InputCounters, RunCounters};
use crate::ingest::cross_chunk::{CheckedInput, CheckedKind, CrossChunkState, FinishedInput};
use crate::ingest::error::RunError;
use crate::ingest::input_reports::InputReports;
use crate::input::Refusal;
use crate::rules::RuleId;

/// Distinct product ids the dashboard stores ("até 5.000 `product_id`s").
const MAX_PRODUCT_IDS: usize = 5_000;

/// The default of `--max-partitions`.
const DEFAULT_MAX_PARTITIONS: usize = 1000;

/// The products, records and events of the run so far.
#[derive(Debug, Default)]
pub struct PurchaseCrossChunkState {
    products: foldhash::HashSet<u64>,
    /// Products of the open input; discarded when it is refused.
    open_products: foldhash::HashSet<u64>,
    records: SeenRecords,
    events: SeenEvents,
}

impl PurchaseCrossChunkState {
    /// Adds the rows of a chunk whose counts are in `counters`: counts exact repeats and drops
    /// events that were read before.
    pub(super) fn update(
        &mut self,
        rows: &mut PurchaseRows,
        counters: &mut InputCounters,
    ) -> Result<(), RunError> {
        for &product in &rows.products {
            if self.open_products.len() <= MAX_PRODUCT_IDS {
                self.open_products.insert(product);
            }
        }
        let repeats = self.records.count_repeats(&rows.fingerprints);
        counters.count_warning(RuleId::BrzDupEvent, repeats);
        self.events.drop_seen(rows)?;
        counters.counts.accepted -= rows.duplicates;
        counters.counts.duplicate += rows.duplicates;
        counters.count_warning(RuleId::BrzCurrentsDup, rows.duplicates);
        Ok(())
    }

    /// Discards the open input: it is refused or read again.
    pub(super) fn discard_open(&mut self) {
        self.open_products.clear();
        self.events.discard_open();
        self.records.discard_open();
    }

    /// Discards the accepted inputs: some could not be committed and are read again.
    pub(super) fn reset(&mut self) {
        self.events.reset();
        self.records.reset();
    }

    /// Accepts the open input.
    pub(super) fn accept_open(&mut self) {
        for product in self.open_products.drain() {
            if self.products.len() <= MAX_PRODUCT_IDS {
                self.products.insert(product);
            }
        }
        self.events.accept_open();
        self.records.accept_open();
    }

    /// Adds the findings on the run as a whole.
    pub(super) fn add_run_findings(&self, counters: &mut RunCounters) {
        if self.products.len() > MAX_PRODUCT_IDS {
            counters.warned_by_rule.insert(RuleId::BrzProductCard, 1);
        }
    }
}

/// Refuses the input if its rows are of more days than a run may open partitions for.
pub(super) fn apply_day_limit(counters: &mut InputCounters, rows: &PurchaseRows, max_days: usize) {
    counters
        .days
        .extend(rows.days.iter().map(|day| day.rows.day));
    if counters.refusal.is_none() && counters.days.len() > max_days {
        counters.refusal = Some(Refusal::new(
            RuleId::FileLimit,
            format!(
                "the input has purchases of more than {max_days} days; split it, or raise --max-partitions"
            ),
        ));
    }
}

impl CheckedKind for Purchases {
    type CrossChunk = PurchaseCrossChunkState;
}

impl CrossChunkState<Purchases> for PurchaseCrossChunkState {
    fn add_chunk(
        &mut self,
        mut rows: PurchaseRows,
        counters: &mut InputCounters,
    ) -> Result<(), RunError> {
        self.update(&mut rows, counters)?;
        apply_day_limit(counters, &rows, DEFAULT_MAX_PARTITIONS);
        Ok(())
    }

    fn discard_input(&mut self) {
        self.discard_open();
    }

    fn finish_input(
        &mut self,
        _input: &FinishedInput<'_, Purchases>,
        _counters: &mut InputCounters,
    ) {
        self.accept_open();
    }

    fn finish_run(
        &mut self,
        _read: &mut [CheckedInput],
        _reports: &mut InputReports<'_>,
        run: &mut RunCounters,
    ) {
        self.add_run_findings(run);
    }
}
