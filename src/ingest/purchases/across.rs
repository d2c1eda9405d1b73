//! What only shows across the pieces of a run: repeated records, repeated events, the number of
//! products.

use super::events::SeenEvents;
use super::repeats::SeenRecords;
use super::{PurchaseRows, Purchases};
use crate::ingest::error::RunError;
use crate::ingest::kind::{Across, EndedInput, ReadInput};
use crate::ingest::reports::Reports;
use crate::ingest::tally::{InputTally, RunTally};
use crate::input::Refusal;
use crate::rules::RuleId;

/// Distinct product ids the dashboard stores ("até 5.000 `product_id`s").
const PRODUCT_IDS: usize = 5_000;

/// As `ingest` has it without `--max-partitions`.
const DEFAULT_MAX_PARTITIONS: usize = 1000;

/// What has been met so far.
#[derive(Debug, Default)]
pub struct AcrossPurchases {
    products: foldhash::HashSet<u64>,
    /// Of the input being read: forgotten when it is refused.
    open_products: foldhash::HashSet<u64>,
    records: SeenRecords,
    events: SeenEvents,
}

impl AcrossPurchases {
    /// Looks at the rows of a piece whose counts are in `tally`: exact repeats are counted, events
    /// seen before are dropped. `in_lake` gives the event ids that the lake holds of a day.
    pub(super) fn look(
        &mut self,
        rows: &mut PurchaseRows,
        tally: &mut InputTally,
        in_lake: &dyn Fn(i32) -> Result<Vec<String>, RunError>,
    ) -> Result<(), RunError> {
        for &product in &rows.products {
            if self.open_products.len() <= PRODUCT_IDS {
                self.open_products.insert(product);
            }
        }
        let repeats = self.records.count_repeats(&rows.fingerprints);
        tally.warn(RuleId::BrzDupEvent, repeats);
        if rows.has_event_ids {
            let dropped = self.events.drop_seen(&mut rows.days, in_lake)?;
            tally.counts.accepted -= dropped;
            tally.counts.duplicate += dropped;
            tally.warn(RuleId::BrzCurrentsDup, dropped);
        }
        Ok(())
    }

    /// None of the open input is kept, or it is read again.
    pub(super) fn forget_open(&mut self) {
        self.open_products.clear();
        self.events.forget();
        self.records.forget();
    }

    /// Inputs that were kept could not be committed and are to be read again.
    pub(super) fn start_over(&mut self) {
        self.events.start_over();
        self.records.start_over();
    }

    /// The open input is kept.
    pub(super) fn settle_open(&mut self) {
        for product in self.open_products.drain() {
            if self.products.len() <= PRODUCT_IDS {
                self.products.insert(product);
            }
        }
        self.events.settle();
        self.records.settle();
    }

    /// Notes the rules that speak of the whole data set.
    pub(super) fn note_whole_run(&self, tally: &mut RunTally) {
        if self.products.len() > PRODUCT_IDS {
            tally.warned_by_rule.insert(RuleId::BrzProductCard, 1);
        }
    }
}

/// Refuses the input when its rows fall on more days than a run may open partitions for.
pub(super) fn apply_day_limit(tally: &mut InputTally, rows: &PurchaseRows, most: usize) {
    tally.days.extend(rows.days.iter().map(|rows| rows.day));
    if tally.refusal.is_none() && tally.days.len() > most {
        tally.refusal = Some(Refusal {
            rule: RuleId::FileLimit,
            place: None,
            message: format!(
                "its purchases fall on more than {most} days; split it, or raise --max-partitions"
            ),
        });
    }
}

impl Across<Purchases> for AcrossPurchases {
    fn piece(&mut self, mut rows: PurchaseRows, tally: &mut InputTally) -> Result<(), RunError> {
        // Nothing is written, so that no lake is asked.
        self.look(&mut rows, tally, &|_day| Ok(Vec::new()))?;
        apply_day_limit(tally, &rows, DEFAULT_MAX_PARTITIONS);
        Ok(())
    }

    fn forget(&mut self) {
        self.forget_open();
    }

    fn settle(&mut self, _input: &EndedInput<'_, Purchases>, _tally: &mut InputTally) {
        self.settle_open();
    }

    fn finish(&mut self, _read: &mut [ReadInput], _reports: &mut Reports<'_>, run: &mut RunTally) {
        self.note_whole_run(run);
    }
}
