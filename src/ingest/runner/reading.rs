//! Reading inputs, large ones piece by piece and small ones many at a time.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};

use super::{Flow, Progress, RunSettings, Told};
use crate::ingest::judge::{JudgeSettings, Judged, judge};
use crate::ingest::kind::Kind;
use crate::input::{
    Input, Piece, Problem, Reader, ReaderOptions, Refusal, SpareBuffers, Totals, shown,
};
use crate::rules::RuleId;
use crate::storage::{is_exhausted, remedy, scrubbed};

/// Most inputs that are read at a time. The columns of a small file take several times its size, so
/// that more of them would need more memory than the pieces of a large one.
const MOST_IN_BUNDLE: usize = 16;

/// What compression saves of a dump as a rule.
const USUAL_RATIO: u64 = 10;

/// What reading needs to know.
pub(super) struct Reading<K: Kind> {
    pub(super) inputs: Vec<Input>,
    pub(super) settings: RunSettings<K>,
    pub(super) progress: Progress,
    spare: SpareBuffers,
}

/// Takes the pieces of one input.
pub(super) trait Outlet<K: Kind> {
    /// What came before is void: the input is read again.
    fn restart(&mut self) -> Result<(), Gone>;
    fn piece(&mut self, piece: Piece, settings: &Arc<JudgeSettings<K>>) -> Result<Flow, Gone>;
}

/// The other side has gone: it met an error, or a signal, and reports it itself.
pub(super) struct Gone;

/// What there is to say of small inputs, in their order.
pub(super) struct Bundled<K: Kind> {
    pub(super) told: Vec<(usize, Told<K>)>,
    /// The first one that was left for later.
    pub(super) next: usize,
}

/// How a reading ended.
enum Ended {
    Whole(Totals),
    /// The rest is not wanted.
    Left,
    Gone,
}

impl<K: Kind> Reading<K> {
    pub(super) fn new(inputs: &[Input], settings: &RunSettings<K>, progress: &Progress) -> Self {
        Self {
            inputs: inputs.to_vec(),
            settings: settings.clone(),
            progress: progress.clone(),
            spare: SpareBuffers::default(),
        }
    }

    /// Where the small inputs end that are read together from `start` on; `start` itself when it
    /// is none.
    pub(super) fn bundle_end(&self, start: usize) -> usize {
        let piece_bytes = self.settings.reader.piece_bytes as u64;
        let inputs = self.inputs.get(start..).unwrap_or_default();
        let mut bytes = 0;
        let fits = inputs.iter().take(MOST_IN_BUNDLE).take_while(|input| {
            let size = expected_bytes(input).filter(|size| *size <= piece_bytes / 8);
            bytes += size.unwrap_or(u64::MAX / 2);
            bytes <= piece_bytes / 2
        });
        start + fits.count()
    }

    /// Reads and judges small inputs on a thread of the pool.
    pub(super) fn bundle_later(self: &Arc<Self>, inputs: Range<usize>) -> Receiver<Bundled<K>> {
        let reading = Arc::clone(self);
        on_pool(move || reading.bundle(inputs))
    }

    /// Judges a piece on a thread of the pool.
    pub(super) fn judge_later(
        &self,
        piece: Piece,
        settings: &Arc<JudgeSettings<K>>,
    ) -> Receiver<Judged<K>> {
        let settings = Arc::clone(settings);
        let spare = self.spare.clone();
        on_pool(move || judge_and_spare(piece, &settings, &spare))
    }

    /// Reads as many of the inputs as have the text of some pieces together.
    fn bundle(&self, inputs: Range<usize>) -> Bundled<K> {
        let mut here = Here {
            input: inputs.start,
            told: Vec::new(),
            bytes: 0,
            spare: &self.spare,
        };
        for input in inputs {
            here.input = input;
            let enough = here.bytes >= self.settings.reader.piece_bytes;
            if enough || self.is_interrupted() {
                break;
            }
            let Ok(end) = self.read(input, &mut here) else {
                break;
            };
            here.told.push((input, end));
            here.input = input + 1;
        }
        Bundled {
            told: here.told,
            next: here.input,
        }
    }

    fn is_interrupted(&self) -> bool {
        self.progress.interrupted.load(Ordering::Relaxed)
    }

    /// Reads an input, again if need be; what there is to say at its end comes out.
    pub(super) fn read(&self, index: usize, outlet: &mut dyn Outlet<K>) -> Result<Told<K>, Gone> {
        let Some(input) = self.inputs.get(index) else {
            return Err(Gone);
        };
        let mut options = self.settings.reader.clone();
        loop {
            match self.read_once(input, &options, outlet) {
                Ok(Ended::Whole(totals)) => return Ok(Told::End(totals)),
                Ok(Ended::Left) => return Ok(Told::Left),
                Ok(Ended::Gone) => return Err(Gone),
                Err(Problem::NotUtf8(bad))
                    if input.is_rereadable() && options.not_utf8.is_none() =>
                {
                    options.not_utf8 = Some(bad);
                    outlet.restart()?;
                }
                Err(Problem::Failed(error)) if is_exhausted(&error) => {
                    return Ok(Told::Exhausted(error));
                }
                Err(problem) => return Ok(Told::Refused(refusal_of(problem))),
            }
        }
    }

    fn read_once(
        &self,
        input: &Input,
        options: &ReaderOptions,
        outlet: &mut dyn Outlet<K>,
    ) -> Result<Ended, Problem> {
        let stored = Arc::clone(&self.progress.bytes);
        let kind = self.settings.kind.of_input(input);
        let reader = Reader::open(input, options, kind.csv_columns(), stored)?;
        let mut reader = reader.filling(&self.spare);
        let judge_settings = Arc::new(JudgeSettings {
            kind,
            json: options.json(),
            limits: options.limits,
            source_file: input.location.to_string().into(),
            run_id: self.settings.run_id.as_str().into(),
            with_texts: self.settings.with_texts,
        });
        while let Some(piece) = reader.next_piece()? {
            if self.is_interrupted() {
                return Ok(Ended::Gone);
            }
            match outlet.piece(piece, &judge_settings) {
                Ok(Flow::Continue) => {}
                Ok(Flow::SkipInput) => return Ok(Ended::Left),
                Err(Gone) => return Ok(Ended::Gone),
            }
        }
        Ok(Ended::Whole(reader.finish()?))
    }
}

/// Judges where it reads.
struct Here<'a, K: Kind> {
    input: usize,
    told: Vec<(usize, Told<K>)>,
    bytes: usize,
    spare: &'a SpareBuffers,
}

impl<K: Kind> Outlet<K> for Here<'_, K> {
    fn restart(&mut self) -> Result<(), Gone> {
        self.told.push((self.input, Told::Restart));
        Ok(())
    }

    fn piece(&mut self, piece: Piece, settings: &Arc<JudgeSettings<K>>) -> Result<Flow, Gone> {
        self.bytes += piece.bytes.len();
        let judged = judge_and_spare(piece, settings, self.spare);
        self.told.push((self.input, Told::Piece(Box::new(judged))));
        Ok(Flow::Continue)
    }
}

fn judge_and_spare<K: Kind>(
    piece: Piece,
    settings: &JudgeSettings<K>,
    spare: &SpareBuffers,
) -> Judged<K> {
    let judged = judge(&piece, settings);
    spare.give(piece.bytes);
    judged
}

/// Starts `work` on the pool. The receiver gets nothing when it panics, which ends the run.
fn on_pool<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = sync_channel(1);
    rayon::spawn(move || {
        if let Ok(done) = catch_unwind(AssertUnwindSafe(work)) {
            // Nobody waits for it when the run has failed elsewhere.
            drop(sender.send(done));
        }
    });
    receiver
}

/// The text that a file will be, by its size and name; nothing for pipes.
fn expected_bytes(input: &Input) -> Option<u64> {
    let extension = input.location.extension();
    let is_packed = extension.is_some_and(|extension| extension == "gz" || extension == "zst");
    let ratio = if is_packed { USUAL_RATIO } else { 1 };
    Some(input.size_bytes?.saturating_mul(ratio))
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
                message: shown(&told(&format!("{error}{}", cause.unwrap_or_default()))),
            }
        }
    }
}

/// A message of a store without its signatures, and with what to do about it.
fn told(message: &str) -> String {
    let clean = scrubbed(message);
    match remedy(message) {
        Some(remedy) => format!("{clean}; {remedy}"),
        None => clean,
    }
}
