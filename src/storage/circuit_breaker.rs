//! A circuit breaker per store: after repeated reads without a response, further reads fail at once
//! for a while.
//!
//! Each request is retried for minutes. If a store is down, each of a thousand inputs would take
//! that long.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::StoreUrl;

/// The number of consecutive failed reads that open the circuit. A single failure may be
/// accidental.
const FAILURE_THRESHOLD: u32 = 2;

#[derive(Debug, Default)]
pub(super) struct CircuitBreaker {
    /// By scheme and authority: the number of consecutive failures, and until when the circuit is
    /// open.
    failures: Mutex<HashMap<(String, String), (u32, Instant)>>,
}

impl CircuitBreaker {
    /// Whether no requests should be sent to the store of a URL.
    pub(super) fn is_open(&self, url: &StoreUrl) -> bool {
        let failures = self.failures();
        let known = failures.get(&url.store_key());
        known.is_some_and(|(count, until)| *count >= FAILURE_THRESHOLD && Instant::now() < *until)
    }

    /// Records a response of the store.
    pub(super) fn record_success(&self, url: &StoreUrl) {
        self.failures().remove(&url.store_key());
    }

    /// Records that all retries of a request had no response; after `pause` another request is
    /// allowed.
    pub(super) fn record_failure(&self, url: &StoreUrl, pause: Duration) {
        let until = Instant::now() + pause;
        let mut failures = self.failures();
        let (count, open_until) = failures.entry(url.store_key()).or_insert((0, until));
        *count = count.saturating_add(1);
        *open_until = until;
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<(String, String), (u32, Instant)>> {
        // The counts stay valid after a panic elsewhere.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
