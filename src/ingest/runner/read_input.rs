//! Reads inputs: large ones chunk by chunk, small ones in bundles.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};

use super::input_event::{Flow, InputEvent};
use super::settings::{Progress, RunSettings};
use crate::ingest::error::RunError;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::validate::{ValidationSettings, validate_first_records};
use crate::input::{
    BufferPool, CUSTOM_EVENT, Chunk, Input, InputReader, InputTotals, ReadError, ReaderOptions,
    Refusal, escape_unprintable,
};
use crate::rules::RuleId;
use crate::storage::{is_exhausted, remedy, scrubbed};

/// Maximum number of inputs in a bundle. The columns of a small file take several times its size:
/// more of them would need more memory than the chunks of a large one.
const MAX_INPUTS_IN_BUNDLE: usize = 16;

/// Typical compression ratio of a dump.
const TYPICAL_COMPRESSION_RATIO: u64 = 10;

/// The inputs, settings and buffers that readers share.
pub(super) struct ReadContext<K: RecordKind> {
    pub(super) inputs: Vec<Input>,
    pub(super) settings: RunSettings<K>,
    pub(super) progress: Progress,
    buffers: BufferPool,
}

/// Receives the chunks of one input.
pub(super) trait ChunkSink<K: RecordKind> {
    /// Discards the chunks so far: the input is read again.
    fn restart(&mut self) -> Result<(), Disconnected>;
    fn push_chunk(
        &mut self,
        chunk: Chunk,
        settings: &Arc<ValidationSettings<K>>,
    ) -> Result<Flow, Disconnected>;
}

/// The receiver is dropped, or has to end the run: because of an error or a signal that it reports
/// itself.
pub(super) struct Disconnected;

/// The events of small inputs, in their order.
pub(super) struct InputBundle<K: RecordKind> {
    pub(super) events: Vec<(usize, InputEvent<K>)>,
    /// The first input of the bundle that is not read yet.
    pub(super) next: usize,
}

/// How a reading ended.
enum ReadEnd {
    /// At its end, or after the records that are wanted.
    Complete(InputTotals),
    /// Stopped by [`Flow::SkipInput`].
    Abandoned,
    Disconnected,
}

impl<K: RecordKind> ReadContext<K> {
    pub(super) fn new(inputs: &[Input], settings: &RunSettings<K>, progress: &Progress) -> Self {
        Self {
            inputs: inputs.to_vec(),
            settings: settings.clone(),
            progress: progress.clone(),
            buffers: BufferPool::default(),
        }
    }

    /// The end of the bundle of small inputs that begins at `start`; `start` itself if that input
    /// is not small, or not to be read to its end.
    pub(super) fn bundle_end(&self, start: usize) -> usize {
        if self.settings.max_records.is_some() {
            return start;
        }
        let chunk_bytes = self.settings.reader.chunk_bytes as u64;
        let inputs = self.inputs.get(start..).unwrap_or_default();
        let mut bytes = 0;
        let fits = inputs
            .iter()
            .take(MAX_INPUTS_IN_BUNDLE)
            .take_while(|input| {
                let size = expected_bytes(input).filter(|size| *size <= chunk_bytes / 8);
                bytes += size.unwrap_or(u64::MAX / 2);
                bytes <= chunk_bytes / 2
            });
        start + fits.count()
    }

    /// Reads and validates small inputs on a thread of the pool.
    pub(super) fn bundle_on_pool(
        self: &Arc<Self>,
        inputs: Range<usize>,
    ) -> Receiver<InputBundle<K>> {
        let context = Arc::clone(self);
        on_pool(move || context.bundle(inputs))
    }

    /// Validates the first `most` records of a chunk on this thread.
    pub(super) fn validate_here(
        &self,
        chunk: Chunk,
        settings: &ValidationSettings<K>,
        most: u64,
    ) -> InputEvent<K> {
        validate_and_recycle(chunk, settings, &self.buffers, most)
    }

    /// Validates a chunk on a thread of the pool.
    pub(super) fn validate_on_pool(
        &self,
        chunk: Chunk,
        settings: &Arc<ValidationSettings<K>>,
    ) -> Receiver<InputEvent<K>> {
        let settings = Arc::clone(settings);
        let buffers = self.buffers.clone();
        on_pool(move || validate_and_recycle(chunk, &settings, &buffers, u64::MAX))
    }

    /// Reads inputs until their text reaches the size of a chunk.
    fn bundle(&self, inputs: Range<usize>) -> InputBundle<K> {
        let mut inline = InlineSink {
            input: inputs.start,
            events: Vec::new(),
            bytes: 0,
            buffers: &self.buffers,
        };
        for input in inputs {
            inline.input = input;
            let enough = inline.bytes >= self.settings.reader.chunk_bytes;
            if enough || self.is_interrupted() {
                break;
            }
            let Ok(end) = self.read(input, &mut inline) else {
                break;
            };
            inline.events.push((input, end));
            inline.input = input + 1;
        }
        InputBundle {
            events: inline.events,
            next: inline.input,
        }
    }

    fn is_interrupted(&self) -> bool {
        self.progress.interrupted.load(Ordering::Relaxed)
    }

    /// Reads an input, if necessary again with another encoding; returns its last event.
    pub(super) fn read(
        &self,
        index: usize,
        chunk_sink: &mut dyn ChunkSink<K>,
    ) -> Result<InputEvent<K>, Disconnected> {
        let Some(input) = self.inputs.get(index) else {
            return Err(Disconnected);
        };
        let mut options = self.settings.reader.clone();
        loop {
            match self.read_once(input, &options, chunk_sink) {
                Ok(ReadEnd::Complete(totals)) => return Ok(InputEvent::End(totals)),
                Ok(ReadEnd::Abandoned) => return Ok(InputEvent::Abandoned),
                Ok(ReadEnd::Disconnected) => return Err(Disconnected),
                Err(ReadError::NotUtf8(bad))
                    if input.is_rereadable() && options.not_utf8.is_none() =>
                {
                    options.not_utf8 = Some(bad);
                    chunk_sink.restart()?;
                }
                Err(ReadError::OtherEvents(event_type)) if !input.is_named => {
                    return Ok(InputEvent::PassedOver(event_type));
                }
                Err(ReadError::Failed(error)) if is_exhausted(&error) => {
                    return Ok(InputEvent::Failed(RunError::Exhausted(error)));
                }
                Err(problem) => return Ok(InputEvent::Refused(refusal_of(problem))),
            }
        }
    }

    fn read_once(
        &self,
        input: &Input,
        options: &ReaderOptions,
        chunk_sink: &mut dyn ChunkSink<K>,
    ) -> Result<ReadEnd, ReadError> {
        let stored = Arc::clone(&self.progress.bytes);
        let kind = self.settings.kind.for_input(input);
        let reader = InputReader::open(input, options, kind.csv_columns(), stored)?;
        let mut reader = reader.with_buffers(&self.buffers);
        let validation_settings = Arc::new(ValidationSettings {
            kind,
            json: options.json(),
            mapping: options.json_mapping(),
            limits: options.limits,
            source_file: input.location.to_string().into(),
            run_id: self.settings.run_id.as_str().into(),
            severities: self.settings.severities.clone(),
            with_texts: self.settings.with_texts,
        });
        while let Some(chunk) = reader.next_chunk()? {
            if self.is_interrupted() {
                return Ok(ReadEnd::Disconnected);
            }
            match chunk_sink.push_chunk(chunk, &validation_settings) {
                Ok(Flow::Continue) => {}
                Ok(Flow::SkipInput) => return Ok(ReadEnd::Abandoned),
                Ok(Flow::LimitReached) => return Ok(ReadEnd::Complete(reader.partial_totals())),
                Err(Disconnected) => return Ok(ReadEnd::Disconnected),
            }
        }
        Ok(ReadEnd::Complete(reader.finish()?))
    }
}

/// Validates chunks on the thread that reads them.
struct InlineSink<'a, K: RecordKind> {
    input: usize,
    events: Vec<(usize, InputEvent<K>)>,
    bytes: usize,
    buffers: &'a BufferPool,
}

impl<K: RecordKind> ChunkSink<K> for InlineSink<'_, K> {
    fn restart(&mut self) -> Result<(), Disconnected> {
        self.events.push((self.input, InputEvent::Restart));
        Ok(())
    }

    fn push_chunk(
        &mut self,
        chunk: Chunk,
        settings: &Arc<ValidationSettings<K>>,
    ) -> Result<Flow, Disconnected> {
        self.bytes += chunk.bytes.len();
        let event = validate_and_recycle(chunk, settings, self.buffers, u64::MAX);
        let has_failed = matches!(event, InputEvent::Failed(_));
        self.events.push((self.input, event));
        if has_failed {
            return Err(Disconnected);
        }
        Ok(Flow::Continue)
    }
}

fn validate_and_recycle<K: RecordKind>(
    chunk: Chunk,
    settings: &ValidationSettings<K>,
    buffers: &BufferPool,
    most: u64,
) -> InputEvent<K> {
    let mut validated = validate_first_records(&chunk, settings, most);
    buffers.release(chunk.bytes);
    let rows = validated.rows.as_mut();
    match rows.map_or(Ok(()), |rows| settings.kind.drop_known(rows)) {
        Ok(()) => InputEvent::Chunk(Box::new(validated)),
        Err(error) => InputEvent::Failed(error),
    }
}

/// Starts `work` on the pool. If it panics, the receiver gets an error, which ends the run.
fn on_pool<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = sync_channel(1);
    rayon::spawn(move || {
        if let Ok(done) = catch_unwind(AssertUnwindSafe(work)) {
            // The receiver is dropped when the run has failed.
            drop(sender.send(done));
        }
    });
    receiver
}

/// The estimated size of the decompressed text, by file size and name; `None` for pipes.
fn expected_bytes(input: &Input) -> Option<u64> {
    let extension = input.location.extension();
    let is_packed = extension.is_some_and(|extension| extension == "gz" || extension == "zst");
    let ratio = if is_packed {
        TYPICAL_COMPRESSION_RATIO
    } else {
        1
    };
    Some(input.size_bytes?.saturating_mul(ratio))
}

/// The refusal of an input that cannot be read; the run continues with the next one.
fn refusal_of(problem: ReadError) -> Refusal {
    match problem {
        ReadError::Refused(refusal) => refusal,
        ReadError::OtherEvents(event_type) => other_events(&event_type),
        ReadError::NotUtf8(bad) => Refusal::new(
            RuleId::FileEncoding,
            format!("{bad}; set the encoding with --encoding"),
        ),
        ReadError::Failed(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            Refusal::new(
                RuleId::FileUnreadable,
                escape_unprintable(&with_remedy(&format!(
                    "{error}{}",
                    cause.unwrap_or_default()
                ))),
            )
        }
    }
}

/// The refusal of an input with events that are no purchases.
fn other_events(event_type: &str) -> Refusal {
    let remedy = if event_type == CUSTOM_EVENT {
        "add --order-events rows to read the order events among them"
    } else {
        "give the folder with the files of users.behaviors.Purchase"
    };
    Refusal::new(
        RuleId::FileOtherEvent,
        format!(
            "the file contains events {}, not purchases; {remedy}",
            escape_unprintable(event_type)
        ),
    )
}

/// A message of an object store without signatures, and with the remedy where there is one.
fn with_remedy(message: &str) -> String {
    let clean = scrubbed(message);
    match remedy(message) {
        Some(remedy) => format!("{clean}; {remedy}"),
        None => clean,
    }
}
