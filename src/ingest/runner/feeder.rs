//! The reading side: large inputs one after the other and in pieces, small ones in bundles.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;

use super::in_flight::InFlight;
use super::reading::{Gone, Outlet, Reading};
use super::{Attempt, Event, Flow, Told};
use crate::ingest::judge::JudgeSettings;
use crate::ingest::kind::Kind;
use crate::input::Piece;

/// Reads all inputs.
pub(super) struct Feeder<K: Kind> {
    pub(super) reading: Arc<Reading<K>>,
    pub(super) in_flight: Arc<InFlight>,
    pub(super) sender: SyncSender<Event<K>>,
}

impl<K: Kind> Feeder<K> {
    /// Reads all inputs, or until nobody listens any more.
    pub(super) fn feed(&self) {
        // Nobody waits for it when the run has failed elsewhere.
        drop(self.feed_inputs());
    }

    fn feed_inputs(&self) -> Result<(), Gone> {
        let mut input = 0;
        while input < self.reading.inputs.len() {
            let end = self.reading.bundle_end(input);
            if end > input {
                let bundled = self.reading.bundle_later(input..end);
                self.send(Event::Bundle(input..end, bundled))?;
                input = end;
            } else {
                let mut outlet = Queue {
                    feeder: self,
                    input,
                    attempt: Attempt::default(),
                };
                let end = self.reading.read(input, &mut outlet)?;
                self.send(Event::Told(input, end))?;
                input += 1;
            }
        }
        self.send(Event::Done)
    }

    fn send(&self, event: Event<K>) -> Result<(), Gone> {
        self.sender.send(event).map_err(|_gone| Gone)
    }
}

/// Has the pieces of one input judged, and queues them.
struct Queue<'a, K: Kind> {
    feeder: &'a Feeder<K>,
    input: usize,
    attempt: Attempt,
}

impl<K: Kind> Outlet<K> for Queue<'_, K> {
    fn restart(&mut self) -> Result<(), Gone> {
        self.attempt = Attempt::default();
        self.feeder.send(Event::Told(self.input, Told::Restart))
    }

    fn piece(&mut self, piece: Piece, settings: &Arc<JudgeSettings<K>>) -> Result<Flow, Gone> {
        let Feeder {
            reading, in_flight, ..
        } = self.feeder;
        let share = in_flight.enter(piece.bytes.len());
        self.feeder.send(Event::Piece {
            input: self.input,
            judged: reading.judge_later(piece, settings),
            attempt: Arc::clone(&self.attempt),
            share,
        })?;
        Ok(if self.attempt.load(Ordering::Relaxed) {
            Flow::SkipInput
        } else {
            Flow::Continue
        })
    }
}
