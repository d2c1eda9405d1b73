//! Reads and judges inputs on several threads and hands the results over in input order.

mod feeder;
mod in_flight;
mod reading;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::error::RunError;
use super::judge::Judged;
use super::kind::Kind;
use crate::input::{Input, ReaderOptions, Refusal, SourceError, Totals};
use crate::lake::start_pool;
use crate::storage::LimitReached;
use feeder::Feeder;
use in_flight::{InFlight, Share};
use reading::{Bundled, Reading};

/// What a run counts while it goes on, for whoever watches.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Stored bytes read.
    pub bytes: Arc<AtomicU64>,
    /// Records judged.
    pub records: Arc<AtomicU64>,
    /// Set it to stop the run at the next piece.
    pub interrupted: Arc<AtomicBool>,
}

/// How a run reads and judges.
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
    /// Its fate is sealed; pieces on their way may still arrive.
    SkipInput,
}

/// Takes the results, in the order of the inputs and of the pieces in them.
pub(super) trait Sink<K: Kind> {
    /// Forgets what has been taken of this input: it will be read again from its start.
    fn restart(&mut self, input: usize) -> Result<(), RunError>;
    fn piece(&mut self, input: usize, judged: Judged<K>) -> Result<Flow, RunError>;
    fn end(&mut self, input: usize, totals: Totals) -> Result<(), RunError>;
    /// The input was left early, as [`Flow::SkipInput`] asked.
    fn left(&mut self, input: usize) -> Result<(), RunError>;
    fn refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError>;
}

/// One reading of an input; set when the rest of it is not wanted. An input that is read again
/// has another one, so that a late verdict on the first reading cannot cut the second short.
type Attempt = Arc<AtomicBool>;

enum Event<K: Kind> {
    /// A piece of a large input, which is being judged.
    Piece {
        input: usize,
        judged: Receiver<Judged<K>>,
        attempt: Attempt,
        share: Share,
    },
    Told(usize, Told<K>),
    /// Small inputs, which are being read.
    Bundle(Range<usize>, Receiver<Bundled<K>>),
    /// Every input has been read.
    Done,
}

/// What there is to say of an input.
enum Told<K: Kind> {
    Restart,
    Piece(Box<Judged<K>>),
    Left,
    End(Totals),
    Refused(Refusal),
    /// It cannot be read, and is not to blame.
    Exhausted(SourceError),
}

/// Reads and judges `inputs`. Judges and encoders share one pool, so that they are as many threads
/// together as the settings say.
///
/// Memory: some `2 × threads` pieces are on their way between reader and sink, whatever their
/// length; a longer one travels alone.
pub(super) fn run<K: Kind>(
    inputs: &[Input],
    settings: &RunSettings<K>,
    progress: &Progress,
    sink: &mut dyn Sink<K>,
) -> Result<(), RunError> {
    start_pool(Some(settings.threads))?;
    let (sender, receiver) = sync_channel(2 * settings.threads);
    let reading = Arc::new(Reading::new(inputs, settings, progress));
    let most_bytes = (2 * settings.threads + 1) * settings.reader.piece_bytes;
    let feeder = Feeder {
        reading: Arc::clone(&reading),
        in_flight: Arc::new(InFlight::of(most_bytes)),
        sender,
    };
    // Not joined: it may be waiting for standard input, and ends by itself when nobody listens.
    let started = std::thread::Builder::new().spawn(move || feeder.feed());
    started.map_err(LimitReached::threads(1))?;
    let mut taker = Taker {
        reading,
        progress,
        sink,
    };
    taker.take_all(&receiver)
}

/// How long a signal may go unnoticed while nothing arrives.
const GLANCE: Duration = Duration::from_millis(100);

/// The side that hands over to the sink.
struct Taker<'a, K: Kind> {
    reading: Arc<Reading<K>>,
    progress: &'a Progress,
    sink: &'a mut dyn Sink<K>,
}

impl<K: Kind> Taker<'_, K> {
    fn take_all(&mut self, receiver: &Receiver<Event<K>>) -> Result<(), RunError> {
        loop {
            let event = receiver.recv_timeout(GLANCE);
            self.heed()?;
            match event {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(RunError::Worker),
                Ok(Event::Done) => return Ok(()),
                Ok(Event::Told(input, told)) => {
                    self.tell(input, told)?;
                }
                Ok(Event::Piece {
                    input,
                    judged,
                    attempt,
                    share,
                }) => {
                    let judged = judged.recv().map_err(|_gone| RunError::Worker)?;
                    if self.tell(input, Told::Piece(Box::new(judged)))? == Flow::SkipInput {
                        attempt.store(true, Ordering::Relaxed);
                    }
                    drop(share);
                }
                Ok(Event::Bundle(inputs, bundled)) => self.take_bundle(&inputs, bundled)?,
            }
        }
    }

    fn heed(&self) -> Result<(), RunError> {
        if self.progress.interrupted.load(Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        Ok(())
    }

    fn take_bundle(
        &mut self,
        inputs: &Range<usize>,
        mut bundled: Receiver<Bundled<K>>,
    ) -> Result<(), RunError> {
        loop {
            let Bundled { told, next } = bundled.recv().map_err(|_gone| RunError::Worker)?;
            for (input, told) in told {
                self.tell(input, told)?;
            }
            self.heed()?;
            if next >= inputs.end {
                return Ok(());
            }
            // They held more than their size let expect, and were left for later.
            bundled = self.reading.bundle_later(next..inputs.end);
        }
    }

    fn tell(&mut self, input: usize, told: Told<K>) -> Result<Flow, RunError> {
        match told {
            Told::Restart => self.sink.restart(input)?,
            Told::Piece(judged) => {
                let records = &self.progress.records;
                records.fetch_add(judged.read, Ordering::Relaxed);
                return self.sink.piece(input, *judged);
            }
            Told::Left => self.sink.left(input)?,
            Told::End(totals) => self.sink.end(input, totals)?,
            Told::Refused(refusal) => self.sink.refused(input, refusal)?,
            Told::Exhausted(error) => return Err(RunError::Exhausted(error)),
        }
        Ok(Flow::Continue)
    }
}
