//! The producer thread: large inputs one after the other in chunks, small ones in bundles.

use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};

use super::in_flight_bytes::{InFlightBytes, MemoryPermit};
use super::input_event::{Flow, InputEvent};
use super::read_input::{ChunkSink, Disconnected, InputBundle, ReadContext};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::validate::ValidationSettings;
use crate::input::Chunk;

/// Set to stop reading an input. An input that is read again gets a new flag, so that a late result
/// of the first reading cannot stop the second.
type CancelFlag = Arc<AtomicBool>;

/// What the producer sends, in the order of the inputs and of their chunks.
pub(super) enum ReaderEvent<K: RecordKind> {
    /// A chunk of a large input, in validation.
    Chunk {
        input: usize,
        validated: Receiver<InputEvent<K>>,
        cancel: CancelFlag,
        permit: MemoryPermit,
    },
    InputEvent(usize, InputEvent<K>),
    /// Small inputs, in reading and validation.
    Bundle(Range<usize>, Receiver<InputBundle<K>>),
    /// Every input has been read.
    Done,
}

/// Reads all inputs and sends their events.
pub(super) struct InputProducer<K: RecordKind> {
    pub(super) context: Arc<ReadContext<K>>,
    pub(super) in_flight: Arc<InFlightBytes>,
    pub(super) sender: SyncSender<ReaderEvent<K>>,
}

impl<K: RecordKind> InputProducer<K> {
    /// Reads all inputs; stops when the receiver is dropped.
    pub(super) fn run(&self) {
        // The receiver is dropped when the run has failed, and reports the failure itself.
        drop(self.send_inputs());
    }

    fn send_inputs(&self) -> Result<(), Disconnected> {
        let mut input = 0;
        while input < self.context.inputs.len() {
            let end = self.context.bundle_end(input);
            if end > input {
                let bundle = self.context.bundle_on_pool(input..end);
                self.send(ReaderEvent::Bundle(input..end, bundle))?;
                input = end;
            } else {
                let end = self.read_large(input)?;
                self.send(ReaderEvent::InputEvent(input, end))?;
                input += 1;
            }
        }
        self.send(ReaderEvent::Done)
    }

    /// Reads an input on this thread.
    fn read_large(&self, input: usize) -> Result<InputEvent<K>, Disconnected> {
        match self.context.settings.max_records {
            None => {
                let cancel = CancelFlag::default();
                let mut queue = QueueSink {
                    producer: self,
                    input,
                    cancel,
                };
                self.context.read(input, &mut queue)
            }
            Some(limit) => self
                .context
                .read(input, &mut LimitedSink::new(self, input, limit)),
        }
    }

    pub(super) fn send(&self, event: ReaderEvent<K>) -> Result<(), Disconnected> {
        self.sender
            .send(event)
            .map_err(|_disconnected| Disconnected)
    }
}

/// Sends the chunks of one input to the pool, and their results to the receiver in order.
struct QueueSink<'a, K: RecordKind> {
    producer: &'a InputProducer<K>,
    input: usize,
    cancel: CancelFlag,
}

impl<K: RecordKind> ChunkSink<K> for QueueSink<'_, K> {
    fn restart(&mut self) -> Result<(), Disconnected> {
        self.cancel = CancelFlag::default();
        self.producer
            .send(ReaderEvent::InputEvent(self.input, InputEvent::Restart))
    }

    fn push_chunk(
        &mut self,
        chunk: Chunk,
        settings: &Arc<ValidationSettings<K>>,
    ) -> Result<Flow, Disconnected> {
        let InputProducer {
            context, in_flight, ..
        } = self.producer;
        let permit = in_flight.acquire(chunk.bytes.len());
        self.producer.send(ReaderEvent::Chunk {
            input: self.input,
            validated: context.validate_on_pool(chunk, settings),
            cancel: Arc::clone(&self.cancel),
            permit,
        })?;
        Ok(if self.cancel.load(Ordering::Relaxed) {
            Flow::SkipInput
        } else {
            Flow::Continue
        })
    }
}

/// Validates the first records of one input on the thread that reads it, and sends the results.
struct LimitedSink<'a, K: RecordKind> {
    producer: &'a InputProducer<K>,
    input: usize,
    limit: NonZeroU64,
    /// Records that are still wanted.
    remaining: u64,
}

impl<'a, K: RecordKind> LimitedSink<'a, K> {
    fn new(producer: &'a InputProducer<K>, input: usize, limit: NonZeroU64) -> Self {
        Self {
            producer,
            input,
            limit,
            remaining: limit.get(),
        }
    }
}

impl<K: RecordKind> ChunkSink<K> for LimitedSink<'_, K> {
    fn restart(&mut self) -> Result<(), Disconnected> {
        self.remaining = self.limit.get();
        self.producer
            .send(ReaderEvent::InputEvent(self.input, InputEvent::Restart))
    }

    fn push_chunk(
        &mut self,
        chunk: Chunk,
        settings: &Arc<ValidationSettings<K>>,
    ) -> Result<Flow, Disconnected> {
        let context = &self.producer.context;
        let event = context.validate_here(chunk, settings, self.remaining);
        let mut flow = Flow::Continue;
        if let InputEvent::Chunk(validated) = &event {
            let records = validated.read - validated.skipped;
            self.remaining = self.remaining.saturating_sub(records);
            if validated.limit_reached {
                flow = Flow::LimitReached;
            }
        }
        self.producer
            .send(ReaderEvent::InputEvent(self.input, event))?;
        Ok(flow)
    }
}
