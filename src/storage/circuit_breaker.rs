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
const FAILURE_THRESHOLD: u32 = 2;

type StoreKey = (String, String);

#[derive(Debug, Default)]
pub(super) struct CircuitBreaker {
    /// By scheme and authority: how many readings in a row, and until when to leave it alone.
    failures: Mutex<HashMap<StoreKey, (u32, Instant)>>,
}

impl CircuitBreaker {
    /// Whether the store of a URL is to be left alone.
    pub(super) fn is_open(&self, url: &StoreUrl) -> bool {
        let failures = self.failures();
        let known = failures.get(&store_key(url));
        known.is_some_and(|(count, until)| *count >= FAILURE_THRESHOLD && Instant::now() < *until)
    }

    /// It has answered.
    pub(super) fn record_success(&self, url: &StoreUrl) {
        self.failures().remove(&store_key(url));
    }

    /// It has not, for all the tries of a request; after `pause` it may be asked once more.
    pub(super) fn record_failure(&self, url: &StoreUrl, pause: Duration) {
        let until = Instant::now() + pause;
        let mut failures = self.failures();
        let (count, open_until) = failures.entry(store_key(url)).or_insert((0, until));
        *count = count.saturating_add(1);
        *open_until = until;
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<StoreKey, (u32, Instant)>> {
        // Counts stay counts after a panic elsewhere.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn store_key(url: &StoreUrl) -> StoreKey {
    (url.scheme().to_owned(), url.authority().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circuit_is_open_after_repeated_failures_until_a_success_or_the_end_of_the_pause() {
        let url = |text| StoreUrl::parse(text).unwrap().unwrap();
        let (one, other) = (url("s3://dumps/a"), url("s3://dumps/b"));
        let (circuit_breaker, long) = (CircuitBreaker::default(), Duration::from_hours(1));
        circuit_breaker.record_failure(&one, long);
        assert!(!circuit_breaker.is_open(&one));
        circuit_breaker.record_failure(&other, long);
        assert!(circuit_breaker.is_open(&one) && circuit_breaker.is_open(&other));
        assert!(!circuit_breaker.is_open(&url("s3://others/a")));
        circuit_breaker.record_success(&one);
        assert!(!circuit_breaker.is_open(&other));
        circuit_breaker.record_failure(&one, long);
        circuit_breaker.record_failure(&one, Duration::ZERO);
        assert!(!circuit_breaker.is_open(&one));
    }
}
