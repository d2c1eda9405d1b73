//! Findings that depend on several chunks of a run: repeated records, duplicate events, the number
//! of products.

use super::seen_events::SeenEvents;
use super::seen_records::SeenRecords;
use super::{PurchaseRows, Purchases};
use crate::ingest::counters::{InputCounters, RunCounters};
use crate::ingest::error::RunError;
use crate::ingest::record_kind::RecordKind;
use crate::input::Refusal;
use crate::rules::RuleId;

/// Distinct product ids the dashboard stores ("até 5.000 `product_id`s").
const MAX_PRODUCT_IDS: usize = 5_000;

/// The products, records and events of the run so far.
#[derive(Debug, Default)]
pub(super) struct PurchaseCrossChunkState {
    products: foldhash::HashSet<u64>,
    /// Products of the open input; discarded when it is refused.
    open_products: foldhash::HashSet<u64>,
    records: SeenRecords,
    events: SeenEvents,
    /// Another process has changed the lake during the run.
    lake_changed: bool,
}

impl PurchaseCrossChunkState {
    /// Adds the rows of a chunk whose counts are in `counters`: counts exact repeats and drops
    /// events that were read before.
    pub(super) fn update(
        &mut self,
        kind: &Purchases,
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
        if self.lake_changed {
            // A worker may have compared the chunk with the lake as it was before.
            kind.drop_known(rows)?;
        }
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

    /// Discards the accepted inputs if some of them are read again, because another process has
    /// changed the lake: their own events must not count as duplicates then.
    pub(super) fn read_again(&mut self, inputs: &[usize], kind: &Purchases) {
        if !inputs.is_empty() {
            self.events.reset();
            self.records.reset();
            kind.forget_lake();
            self.lake_changed = true;
        }
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
