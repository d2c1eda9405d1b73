//! Reads and judges inputs on several threads and hands the results over in input order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::error::RunError;
use super::judge::{JudgeSettings, Judged, judge};
use super::kind::Kind;
use crate::rules::RuleId;
use crate::source::{Input, Piece, Problem, Reader, ReaderOptions, Refusal, Totals, shown};

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
    /// Judges at work at once.
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
    Restart(usize),
    Piece(usize, Receiver<Judged<K>>, Attempt),
    Left(usize),
    End(usize, Totals),
    Refused(usize, Refusal),
    /// Every input has been read.
    Done,
}

/// Reads and judges `inputs`.
///
/// Memory: at most `2 × threads` pieces are on their way between reader and sink.
pub(super) fn run<K: Kind>(
    inputs: &[Input],
    settings: &RunSettings<K>,
    progress: &Progress,
    sink: &mut dyn Sink<K>,
) -> Result<(), RunError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.threads)
        // A judge that panics leaves its receiver without an answer, which ends the run.
        .panic_handler(|_panic| {})
        .build()?;
    let (sender, receiver) = sync_channel(2 * settings.threads);
    let feeder = Feeder {
        settings: settings.clone(),
        progress: progress.clone(),
        pool: Arc::new(pool),
        sender,
    };
    let inputs = inputs.to_vec();
    // Not joined: it may be waiting for standard input, and ends by itself when nobody listens.
    std::thread::spawn(move || feeder.feed(&inputs));
    take_all(&receiver, progress, sink)
}

/// How long a signal may go unnoticed while nothing arrives.
const GLANCE: Duration = Duration::from_millis(100);

fn take_all<K: Kind>(
    receiver: &Receiver<Event<K>>,
    progress: &Progress,
    sink: &mut dyn Sink<K>,
) -> Result<(), RunError> {
    loop {
        let event = receiver.recv_timeout(GLANCE);
        if progress.interrupted.load(Ordering::Relaxed) {
            return Err(RunError::Interrupted);
        }
        match event {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(RunError::Worker),
            Ok(Event::Done) => return Ok(()),
            Ok(Event::Restart(input)) => sink.restart(input)?,
            Ok(Event::Left(input)) => sink.left(input)?,
            Ok(Event::Piece(input, judged, attempt)) => {
                let judged = judged.recv().map_err(|_gone| RunError::Worker)?;
                progress.records.fetch_add(judged.read, Ordering::Relaxed);
                if sink.piece(input, judged)? == Flow::SkipInput {
                    attempt.store(true, Ordering::Relaxed);
                }
            }
            Ok(Event::End(input, totals)) => sink.end(input, totals)?,
            Ok(Event::Refused(input, refusal)) => sink.refused(input, refusal)?,
        }
    }
}

/// The reading side.
struct Feeder<K: Kind> {
    settings: RunSettings<K>,
    progress: Progress,
    pool: Arc<rayon::ThreadPool>,
    sender: SyncSender<Event<K>>,
}

/// How a reading ended.
enum Ended {
    Whole(Totals),
    /// The rest is not wanted.
    Left,
    /// Nobody listens any more.
    Gone,
}

/// The other side has gone: it met an error and reports it itself.
struct Gone;

impl<K: Kind> Feeder<K> {
    fn feed(&self, inputs: &[Input]) {
        for (index, input) in inputs.iter().enumerate() {
            if self.feed_input(index, input).is_err() {
                return;
            }
        }
        // Nobody waits for it when the run has failed elsewhere.
        drop(self.send(Event::Done));
    }

    fn feed_input(&self, index: usize, input: &Input) -> Result<(), Gone> {
        let mut options = self.settings.reader.clone();
        loop {
            match self.read(index, input, &options) {
                Ok(Ended::Whole(totals)) => return self.send(Event::End(index, totals)),
                Ok(Ended::Left) => return self.send(Event::Left(index)),
                Ok(Ended::Gone) => return Err(Gone),
                Err(Problem::NotUtf8(bad))
                    if input.is_rereadable() && options.not_utf8.is_none() =>
                {
                    options.not_utf8 = Some(bad);
                    self.send(Event::Restart(index))?;
                }
                Err(problem) => return self.send(Event::Refused(index, refusal_of(problem))),
            }
        }
    }

    /// Reads one input once.
    fn read(&self, index: usize, input: &Input, options: &ReaderOptions) -> Result<Ended, Problem> {
        let stored = Arc::clone(&self.progress.bytes);
        let kind = self.settings.kind.of_input(input);
        let mut reader = Reader::open(input, options, kind.csv_columns(), stored)?;
        let judge_settings = Arc::new(JudgeSettings {
            kind,
            json: options.json(),
            limits: options.limits,
            source_file: input.location.to_string().into(),
            run_id: self.settings.run_id.as_str().into(),
            with_texts: self.settings.with_texts,
        });
        let attempt = Attempt::default();
        while let Some(piece) = reader.next_piece()? {
            if self.progress.interrupted.load(Ordering::Relaxed) {
                return Ok(Ended::Gone);
            }
            let judged = self.judge_later(piece, &judge_settings);
            if self
                .send(Event::Piece(index, judged, Arc::clone(&attempt)))
                .is_err()
            {
                return Ok(Ended::Gone);
            }
            if attempt.load(Ordering::Relaxed) {
                return Ok(Ended::Left);
            }
        }
        Ok(Ended::Whole(reader.finish()?))
    }

    fn judge_later(&self, piece: Piece, settings: &Arc<JudgeSettings<K>>) -> Receiver<Judged<K>> {
        let (sender, receiver) = sync_channel(1);
        let settings = Arc::clone(settings);
        self.pool.spawn(move || {
            // Nobody waits for it when the run has failed elsewhere.
            drop(sender.send(judge(&piece, &settings)));
        });
        receiver
    }

    fn send(&self, event: Event<K>) -> Result<(), Gone> {
        self.sender.send(event).map_err(|_gone| Gone)
    }
}

/// An input that cannot be read is refused; the others go on.
fn refusal_of(problem: Problem) -> Refusal {
    match problem {
        Problem::Refused(refusal) => refusal,
        Problem::NotUtf8(bad) => Refusal {
            rule: RuleId::FileEncoding,
            place: None,
            message: format!("{bad}; name the encoding with --encoding"),
        },
        Problem::Failed(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            Refusal {
                rule: RuleId::FileUnreadable,
                place: None,
                message: shown(&format!("{error}{}", cause.unwrap_or_default())),
            }
        }
    }
}
