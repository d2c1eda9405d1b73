//! Reads and validates inputs on several threads and delivers the results in input order.

mod in_flight_bytes;
mod input_event;
mod input_producer;
mod read_input;
mod settings;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::error::RunError;
use super::record_kind::RecordKind;
use super::validate::ValidatedChunk;
use crate::input::{Input, InputTotals, Refusal};
use crate::lake::start_pool;
use crate::storage::LimitReached;
use in_flight_bytes::InFlightBytes;
use input_event::InputEvent;
use input_producer::{InputProducer, ReaderEvent};
use read_input::{InputBundle, ReadContext};

pub(super) use input_event::Flow;
pub use settings::{Progress, RunSettings};

/// Receives the results, in the order of the inputs and of their chunks.
pub(super) trait ResultSink<K: RecordKind> {
    /// Discards the results of this input: it is read again from its start.
    fn on_restart(&mut self, input: usize) -> Result<(), RunError>;
    fn on_chunk(&mut self, input: usize, validated: ValidatedChunk<K>) -> Result<Flow, RunError>;
    fn on_end(&mut self, input: usize, totals: InputTotals) -> Result<(), RunError>;
    /// Reading of the input stopped early because of [`Flow::SkipInput`].
    fn on_abandoned(&mut self, input: usize) -> Result<(), RunError>;
    fn on_refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError>;
    /// The input contains events of another type than purchases.
    fn on_passed_over(&mut self, event_type: String) -> Result<(), RunError>;
}

/// Reads and validates `inputs` and delivers the results to `sink`. Validation and encoding share
/// one pool of as many threads as the settings give.
///
/// Memory: the chunks in flight between reader and sink are limited to about `2 × threads` times
/// the chunk size; a chunk larger than the limit is admitted alone.
pub(super) fn process_inputs<K: RecordKind>(
    inputs: &[Input],
    settings: &RunSettings<K>,
    progress: &Progress,
    sink: &mut dyn ResultSink<K>,
) -> Result<(), RunError> {
    start_pool(Some(settings.threads))?;
    let (sender, receiver) = sync_channel(2 * settings.threads);
    let context = Arc::new(ReadContext::new(inputs, settings, progress));
    let max_bytes = (2 * settings.threads + 1) * settings.reader.chunk_bytes;
    let producer = InputProducer {
        context: Arc::clone(&context),
        in_flight: Arc::new(InFlightBytes::with_limit(max_bytes)),
        sender,
    };
    // Not joined: it may block on standard input. It ends when the receiver is dropped.
    let started = std::thread::Builder::new().spawn(move || producer.run());
    started.map_err(LimitReached::threads(1))?;
    let mut consumer = ResultConsumer {
        context,
        progress,
        sink,
    };
    consumer.consume(&receiver)
}

/// How often the stop flag is checked while no result arrives.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Receives the events of the reader and dispatches them to the sink.
struct ResultConsumer<'a, K: RecordKind> {
    context: Arc<ReadContext<K>>,
    progress: &'a Progress,
    sink: &'a mut dyn ResultSink<K>,
}

impl<K: RecordKind> ResultConsumer<'_, K> {
    fn consume(&mut self, receiver: &Receiver<ReaderEvent<K>>) -> Result<(), RunError> {
        loop {
            let event = receiver.recv_timeout(POLL_INTERVAL);
            self.check_cancelled()?;
            match event {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(RunError::Worker),
                Ok(ReaderEvent::Done) => return Ok(()),
                Ok(ReaderEvent::InputEvent(input, event)) => {
                    self.dispatch(input, event)?;
                }
                Ok(ReaderEvent::Chunk {
                    input,
                    validated,
                    cancel,
                    permit,
                }) => {
                    let event = validated.recv().map_err(|_disconnected| RunError::Worker)?;
                    if self.dispatch(input, event)? == Flow::SkipInput {
                        cancel.store(true, Ordering::Relaxed);
                    }
                    drop(permit);
                }
                Ok(ReaderEvent::Bundle(inputs, bundle)) => self.consume_bundle(&inputs, bundle)?,
            }
        }
    }

    fn check_cancelled(&self) -> Result<(), RunError> {
        if self.progress.interrupted.load(Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        Ok(())
    }

    fn consume_bundle(
        &mut self,
        inputs: &Range<usize>,
        mut bundle: Receiver<InputBundle<K>>,
    ) -> Result<(), RunError> {
        loop {
            let InputBundle { events, next } =
                bundle.recv().map_err(|_disconnected| RunError::Worker)?;
            for (input, event) in events {
                self.dispatch(input, event)?;
            }
            self.check_cancelled()?;
            if next >= inputs.end {
                return Ok(());
            }
            // The inputs were larger than their stored size suggested: read the remaining ones.
            bundle = self.context.bundle_on_pool(next..inputs.end);
        }
    }

    fn dispatch(&mut self, input: usize, event: InputEvent<K>) -> Result<Flow, RunError> {
        match event {
            InputEvent::Restart => self.sink.on_restart(input)?,
            InputEvent::Chunk(validated) => {
                let records = &self.progress.records;
                records.fetch_add(validated.read, Ordering::Relaxed);
                return self.sink.on_chunk(input, *validated);
            }
            InputEvent::Abandoned => self.sink.on_abandoned(input)?,
            InputEvent::End(totals) => self.sink.on_end(input, totals)?,
            InputEvent::Refused(refusal) => self.sink.on_refused(input, refusal)?,
            InputEvent::PassedOver(event_type) => self.sink.on_passed_over(event_type)?,
            InputEvent::Failed(error) => return Err(error),
        }
        Ok(Flow::Continue)
    }
}
