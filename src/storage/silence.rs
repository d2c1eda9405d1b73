//! Stores that do not answer: how readings ended comes in; whether another one is worth its time goes
//! out.
//!
//! Each request is tried again for minutes. Of a thousand inputs in a store that is down, each would
//! take as long.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::StoreUrl;

/// So many readings in a row have no answer before a store is left alone. One may have bad luck.
const ENOUGH: u32 = 2;

type Place = (String, String);

#[derive(Debug, Default)]
pub(super) struct Silence {
    /// By scheme and authority: how many readings in a row, and until when to leave it alone.
    places: Mutex<HashMap<Place, (u32, Instant)>>,
}

impl Silence {
    /// Whether the store of a URL is to be left alone.
    pub(super) fn is_long(&self, url: &StoreUrl) -> bool {
        let places = self.places();
        let known = places.get(&place(url));
        known.is_some_and(|(missed, until)| *missed >= ENOUGH && Instant::now() < *until)
    }

    /// It has answered.
    pub(super) fn broken(&self, url: &StoreUrl) {
        self.places().remove(&place(url));
    }

    /// It has not, for all the tries of a request; after `pause` it may be asked once more.
    pub(super) fn heard(&self, url: &StoreUrl, pause: Duration) {
        let until = Instant::now() + pause;
        let mut places = self.places();
        let (missed, later) = places.entry(place(url)).or_insert((0, until));
        *missed = missed.saturating_add(1);
        *later = until;
    }

    fn places(&self) -> MutexGuard<'_, HashMap<Place, (u32, Instant)>> {
        // Counts stay counts after a panic elsewhere.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(url: &StoreUrl) -> Place {
    (url.scheme().to_owned(), url.authority().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_left_alone_after_some_readings_until_it_answers_or_time_has_passed() {
        let url = |text| StoreUrl::parse(text).unwrap().unwrap();
        let (one, other) = (url("s3://dumps/a"), url("s3://dumps/b"));
        let (silence, long) = (Silence::default(), Duration::from_hours(1));
        silence.heard(&one, long);
        assert!(!silence.is_long(&one));
        silence.heard(&other, long);
        assert!(silence.is_long(&one) && silence.is_long(&other));
        assert!(!silence.is_long(&url("s3://others/a")));
        silence.broken(&one);
        assert!(!silence.is_long(&other));
        silence.heard(&one, long);
        silence.heard(&one, Duration::ZERO);
        assert!(!silence.is_long(&one));
    }
}
