//! Reads and validates inputs on several threads and hands the results over in input order.

mod in_flight_bytes;
mod input_producer;
mod read_input;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::error::RunError;
use super::record_kind::RecordKind;
use super::validate::ValidatedChunk;
use crate::input::{Input, InputError, InputTotals, ReaderOptions, Refusal};
use crate::lake::start_pool;
use crate::storage::LimitReached;
use in_flight_bytes::{InFlightBytes, MemoryPermit};
use input_producer::InputProducer;
use read_input::{InputBundle, ReadContext};

/// What a run counts while it goes on, for whoever watches.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Stored bytes read.
    pub bytes: Arc<AtomicU64>,
    /// Records validated.
    pub records: Arc<AtomicU64>,
    /// Set it to stop the run at the next chunk.
    pub interrupted: Arc<AtomicBool>,
}

/// How a run reads and validates.
#[derive(Clone, Debug)]
pub struct RunSettings<K> {
    /// Id of the run.
    pub run_id: String,
    /// How inputs are read.
    pub reader: ReaderOptions,
    /// The kind of the records, with its rules.
    pub kind: K,
    /// Keep the text of warnings.
    pub with_texts: bool,
    /// Threads that judge and encode.
    pub threads: usize,
}

/// Whether an input is worth reading on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    /// Its fate is sealed; chunks on their way may still arrive.
    SkipInput,
}

/// Takes the results, in the order of the inputs and of the chunks in them.
pub(super) trait ResultSink<K: RecordKind> {
    /// Forgets what has been taken of this input: it will be read again from its start.
    fn on_restart(&mut self, input: usize) -> Result<(), RunError>;
    fn on_chunk(&mut self, input: usize, validated: ValidatedChunk<K>) -> Result<Flow, RunError>;
    fn on_end(&mut self, input: usize, totals: InputTotals) -> Result<(), RunError>;
    /// The input was left early, as [`Flow::SkipInput`] asked.
    fn on_abandoned(&mut self, input: usize) -> Result<(), RunError>;
    fn on_refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError>;
}

/// One reading of an input; set when the rest of it is not wanted. An input that is read again
/// has another one, so that a late outcome on the first reading cannot cut the second short.
type CancelFlag = Arc<AtomicBool>;

enum ReaderEvent<K: RecordKind> {
    /// A chunk of a large input, which is being validated.
    Chunk {
        input: usize,
        validated: Receiver<ValidatedChunk<K>>,
        cancel: CancelFlag,
        permit: MemoryPermit,
    },
    InputEvent(usize, InputEvent<K>),
    /// Small inputs, which are being read.
    Bundle(Range<usize>, Receiver<InputBundle<K>>),
    /// Every input has been read.
    Done,
}

/// What there is to say of an input.
enum InputEvent<K: RecordKind> {
    Restart,
    Chunk(Box<ValidatedChunk<K>>),
    Abandoned,
    End(InputTotals),
    Refused(Refusal),
    /// It cannot be read, and is not to blame.
    Exhausted(InputError),
}

/// Reads and validates `inputs`. Validators and encoders share one pool, so that they are as many threads
/// together as the settings say.
///
/// Memory: some `2 × threads` chunks are on their way between reader and sink, whatever their
/// length; a longer one travels alone.
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
    // Not joined: it may be waiting for standard input, and ends by itself when nobody listens.
    let started = std::thread::Builder::new().spawn(move || producer.run());
    started.map_err(LimitReached::threads(1))?;
    let mut consumer = ResultConsumer {
        context,
        progress,
        sink,
    };
    consumer.consume(&receiver)
}

/// How long a signal may go unnoticed while nothing arrives.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The side that hands over to the sink.
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
                    let validated = validated.recv().map_err(|_disconnected| RunError::Worker)?;
                    if self.dispatch(input, InputEvent::Chunk(Box::new(validated)))?
                        == Flow::SkipInput
                    {
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
            // They held more than their size let expect, and were left for later.
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
            InputEvent::Exhausted(error) => return Err(RunError::Exhausted(error)),
        }
        Ok(Flow::Continue)
    }
}
