//! The event ids in the lake of the days that a run touches, shared by the workers of the run.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;

use super::rows::{PurchaseRows, event_fingerprint};
use super::table::purchases_spec;
use crate::ingest::error::RunError;
use crate::lake::{Lake, LakeError};

/// Fingerprints of event ids.
type EventIds = foldhash::HashSet<u128>;

/// The ids of a day; `None` until they are read.
type DayEvents = Mutex<Option<Arc<EventIds>>>;

/// Where the event ids of earlier runs are.
pub(super) trait EventSource: Debug + Send + Sync {
    /// The fingerprints of the event ids of a day, given in days since 1970, without those of the
    /// rows of a path.
    ///
    /// # Errors
    /// The lake cannot be read.
    fn event_ids(&self, day: i32, without: Option<&str>) -> Result<EventIds, LakeError>;
}

impl EventSource for Lake {
    fn event_ids(&self, day: i32, without: Option<&str>) -> Result<EventIds, LakeError> {
        // Validated times are from 1970 to 2261.
        let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
        let mut ids = EventIds::default();
        let mut add = |id: &str| {
            ids.insert(event_fingerprint(id));
        };
        let spec = purchases_spec();
        let dates = Some(date..=date);
        match without {
            None => self.for_each_text(&spec, "event_id", dates, &mut add)?,
            Some(path) => self.for_each_text_of_others(&spec, "event_id", dates, path, &mut add)?,
        }
        Ok(ids)
    }
}

/// The event ids in the lake, each day read when a worker first needs it.
///
/// Memory: 16 bytes and some overhead for each event of these days, once for all workers.
#[derive(Debug)]
pub(super) struct EventsInLake {
    source: Arc<dyn EventSource>,
    days: Mutex<HashMap<i32, Arc<DayEvents>>>,
    /// The path of an input that takes the place of what it brought: its own events are no
    /// duplicates.
    without: Mutex<Option<String>>,
}

impl EventsInLake {
    /// Nothing is read yet.
    pub(super) fn new(source: Arc<dyn EventSource>) -> Self {
        Self {
            source,
            days: Mutex::default(),
            without: Mutex::default(),
        }
    }

    /// Drops the rows of events that are in the lake on their day, and counts them as duplicates.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn drop_known(&self, rows: &mut PurchaseRows) -> Result<(), RunError> {
        for day in rows.days.iter_mut().filter(|day| day.has_events()) {
            let known = self.of_day(day.rows.day)?;
            rows.duplicates += day.retain_events(|id| !known.contains(&id))?;
        }
        Ok(())
    }

    /// Another process has changed the lake: every day is read again when it is next needed.
    pub(super) fn forget(&self) {
        locked(&self.days).clear();
    }

    /// Leaves out the events of a path from now on, or those of none.
    pub(super) fn leave_out(&self, path: Option<String>) {
        *locked(&self.without) = path;
        self.forget();
    }

    /// The ids of a day. Workers that need the same day wait for the first one, which reads it;
    /// other days are not locked meanwhile.
    fn of_day(&self, day: i32) -> Result<Arc<EventIds>, LakeError> {
        let of_day = Arc::clone(locked(&self.days).entry(day).or_default());
        let mut ids = locked(&of_day);
        if let Some(ids) = &*ids {
            return Ok(Arc::clone(ids));
        }
        let without = locked(&self.without).clone();
        let read = Arc::new(self.source.event_ids(day, without.as_deref())?);
        Ok(Arc::clone(ids.insert(read)))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A day is stored when it is complete, so a thread that panicked has left nothing partial.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
