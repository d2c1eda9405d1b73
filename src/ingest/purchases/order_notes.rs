//! Notes of a run on order events: inputs with nothing else, which are skipped, and days with purchases as
//! well as orders, which may be the same sales.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::table::purchases_spec;
use crate::ingest::counters::InputCounters;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::record_kind::RecordKind;
use crate::input::{OrderEvents, escape_unprintable};
use crate::lake::Lake;
use crate::storage::error_text;

/// What a run has seen of order events.
#[derive(Debug, Default)]
pub(super) struct OrderNotes {
    /// Positions of the inputs whose order events are skipped, and which have no purchases.
    only_orders: BTreeSet<usize>,
    /// Days with rows of this run that are not compared with the lake yet, days since 1970.
    days: BTreeSet<i32>,
    /// Days with purchases and lines of orders.
    both: BTreeSet<NaiveDate>,
    /// Why the lake could not be compared.
    failure: Option<String>,
}

impl OrderNotes {
    /// Adds an input that is complete and not refused.
    pub(super) fn add_input(&mut self, index: usize, counters: &InputCounters) {
        let counts = counters.counts;
        if counters.skipped_orders > 0 && counts.read == counts.skipped {
            self.only_orders.insert(index);
        }
        self.days.extend(&counters.days);
    }

    /// Compares the days of the inputs so far with the lake, which has their rows. A failure is noted: the
    /// rows are committed all the same.
    pub(super) fn compare(&mut self, lake: &Lake, order_events: OrderEvents) {
        let days = std::mem::take(&mut self.days);
        if order_events == OrderEvents::Skip || days.is_empty() {
            return;
        }
        let dates = days.into_iter().filter_map(NaiveDate::from_epoch_days);
        let dates: BTreeSet<NaiveDate> = dates.collect();
        match lake.days_with_and_without_text(&purchases_spec(), "event_name", &dates) {
            Ok(both) => self.both.extend(both),
            Err(error) => self.failure = Some(error_text(&error)),
        }
    }

    /// Adds the notes of the run.
    pub(super) fn add_to<K: RecordKind>(self, run: &mut IngestRun<'_, K>) {
        if let Some(first) = self.only_orders.first() {
            let path = escape_unprintable(&run.reports.path(*first));
            let count = self.only_orders.len();
            let inputs = if count == 1 {
                "input has"
            } else {
                "inputs have"
            };
            run.counters.notes.push(format!(
                "{count} {inputs} order events and no purchases, first {path}; order events are skipped: add --order-events rows to read them"
            ));
        }
        if let Some(first) = self.both.first() {
            let count = self.both.len();
            let days = if count == 1 { "day has" } else { "days have" };
            run.counters.notes.push(format!(
                "{count} UTC {days} both purchases and order events, first {first}; if a shop sends both for one sale, it counts twice: choose one with --events in the reports"
            ));
        }
        if let Some(failure) = self.failure {
            run.counters.notes.push(format!(
                "days with both purchases and order events are not known: {failure}"
            ));
        }
    }
}
