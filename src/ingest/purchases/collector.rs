//! Takes judged pieces in order, decides the fate of each input at its end, and commits.
//!
//! An input of one piece waits in memory with others like it, so that thousands of small files
//! share data files and commits; a larger one has data files and a commit of its own.

mod sink;

use chrono::NaiveDate;

use super::across::{AcrossPurchases, apply_day_limit};
use super::batch::{Settled, Waiting, WaitingRoom};
use super::own_files::{OwnFiles, Taken};
use super::table::purchases_spec;
use super::{PurchaseRows, Purchases};
use crate::ingest::error::RunError;
use crate::ingest::judge::Judged;
use crate::ingest::kind::Kind;
use crate::ingest::known_files::KnownFiles;
use crate::ingest::options::{IngestOptions, Ingested, Stopped};
use crate::ingest::reject_rows::reject_rows;
use crate::ingest::reports::Reports;
use crate::ingest::runner::{Progress, run};
use crate::ingest::tally::{InputTally, RunTally};
use crate::input::{Input, Totals};
use crate::lake::{Lake, inputs_spec, rejects_spec};
use crate::purchase::columns::shift_source_rows;
use crate::run_report::Outcome;

/// Ingests customer purchases. Running it again with the same inputs changes nothing.
///
/// # Errors
/// The lake fails, the ledger does not balance, or the run is interrupted: what was committed before
/// stays and is told with the error, the rest is not visible to any reader, and the same command
/// heals it.
pub fn ingest(
    lake: &Lake,
    inputs: &[Input],
    options: &IngestOptions<Purchases>,
    progress: &Progress,
) -> Result<Ingested, Stopped> {
    let mut collector = Collector::new(lake, inputs, options);
    let ended = collector.read_all(inputs, progress);
    let ingested = collector.finish();
    match ended {
        Ok(()) => Ok(ingested),
        Err(error) => Err(Stopped::after(error, ingested)),
    }
}

/// An input that is being read.
#[derive(Default)]
struct Open {
    tally: InputTally,
    pieces: usize,
    /// Results of the only piece so far.
    first: Option<Taken>,
    /// Data files of its own, from the second piece on.
    own: Option<OwnFiles>,
}

struct Collector<'a> {
    lake: &'a Lake,
    options: &'a IngestOptions<Purchases>,
    /// Indices of the inputs of the current pass.
    reading: Vec<usize>,
    /// Inputs to be read once more.
    again: Vec<usize>,
    open: Open,
    room: WaitingRoom<'a>,
    tally: RunTally,
    reports: Reports<'a>,
    across: AcrossPurchases,
}

impl<'a> Collector<'a> {
    fn new(lake: &'a Lake, inputs: &'a [Input], options: &'a IngestOptions<Purchases>) -> Self {
        Self {
            lake,
            options,
            reading: Vec::new(),
            again: Vec::new(),
            open: Open::default(),
            room: WaitingRoom::new(lake, &options.run.run_id, options.max_partitions),
            tally: RunTally::default(),
            reports: Reports::new(inputs, Purchases::NAME),
            across: AcrossPurchases::default(),
        }
    }

    fn read_all(&mut self, inputs: &[Input], progress: &Progress) -> Result<(), RunError> {
        for spec in [purchases_spec(), rejects_spec(), inputs_spec()] {
            self.lake.create_if_missing(&spec)?;
        }
        let known = if self.options.verify_content {
            KnownFiles::default()
        } else {
            KnownFiles::of(self.lake, Purchases::NAME)?
        };
        let mut to_read = self.reports.leave_out(&known, &mut self.tally);
        // An input that another process committed meanwhile is read again, and then found known.
        while !to_read.is_empty() {
            let list: Vec<Input> = to_read
                .iter()
                .filter_map(|&i| inputs.get(i).cloned())
                .collect();
            self.reading = to_read;
            run(&list, &self.options.run, progress, self)?;
            self.commit_waiting()?;
            to_read = std::mem::take(&mut self.again);
        }
        Ok(())
    }

    fn finish(self) -> Ingested {
        let Self {
            mut tally,
            across,
            reports,
            room,
            ..
        } = self;
        across.note_whole_run(&mut tally);
        tally.notes.extend(room.notes);
        Ingested {
            tally,
            inputs: reports.finish(),
            versions: room.versions,
        }
    }

    fn index(&self, input: usize) -> usize {
        self.reading.get(input).copied().unwrap_or(input)
    }

    /// Renumbers a piece's rows and drops the events seen before.
    fn take(&mut self, index: usize, judged: Judged<Purchases>) -> Result<Taken, RunError> {
        let base = self.open.tally.counts.read - self.open.tally.counts.skipped;
        self.open.tally.add(&judged);
        let mut rows = judged.rows.unwrap_or_default();
        self.look_across(&mut rows)?;
        // Records of one input, far below i64.
        let shift = i64::try_from(base).unwrap_or(i64::MAX);
        for day in &mut rows.days {
            day.batch = shift_source_rows(&day.batch, shift)?;
        }
        let rejects = if judged.rejects.is_empty() {
            None
        } else {
            let path = self.reports.path(index);
            let run_id = &self.options.run.run_id;
            Some(reject_rows(&judged.rejects, base, &path, run_id)?)
        };
        Ok(Taken {
            days: rows.days,
            rejects,
        })
    }

    fn look_across(&mut self, rows: &mut PurchaseRows) -> Result<(), RunError> {
        let lake = self.lake;
        let in_lake = |day: i32| {
            let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
            Ok(lake.column_texts(&purchases_spec(), "event_id", date..=date)?)
        };
        let tally = &mut self.open.tally;
        self.across.look(rows, tally, &in_lake)?;
        apply_day_limit(tally, rows, self.options.max_partitions);
        Ok(())
    }

    fn keep(&mut self, taken: Taken) -> Result<(), RunError> {
        if self.open.own.is_none() && self.open.first.is_none() && self.open.pieces == 1 {
            self.open.first = Some(taken);
            return Ok(());
        }
        if self.open.own.is_none() {
            // Two writers at work would hold twice the memory.
            let settled = self.room.rest(self.options.now_micros)?;
            self.settle(settled)?;
            let mut own = OwnFiles::create(
                self.lake,
                &self.options.run.run_id,
                self.options.max_partitions,
            )?;
            if let Some(first) = self.open.first.take() {
                own.append(first)?;
            }
            self.open.own = Some(own);
        }
        match &mut self.open.own {
            Some(own) => own.append(taken),
            None => Ok(()),
        }
    }

    /// Drops what was written of the open input and starts afresh.
    fn abandon(&mut self) -> Result<Open, RunError> {
        let mut open = std::mem::take(&mut self.open);
        self.across.forget_open();
        if let Some(own) = open.own.take() {
            own.discard()?;
        }
        Ok(open)
    }

    fn refuse(&mut self, index: usize, totals: Option<&Totals>) -> Result<(), RunError> {
        let open = self.abandon()?;
        self.reports
            .note(index, Outcome::Refused, totals, &open.tally);
        Ok(())
    }

    fn commit_waiting(&mut self) -> Result<(), RunError> {
        let settled = self.room.commit_all(self.options.now_micros)?;
        self.settle(settled)
    }

    /// Counts what became of inputs; fails when something failed after their rows were committed.
    fn settle(&mut self, settled: Settled) -> Result<(), RunError> {
        let Settled { ended, mut again } = settled;
        if !again.is_empty() {
            // Their own events must not look like repeats then.
            self.across.start_over();
            self.again.append(&mut again);
        }
        for (waiting, outcome) in ended {
            let tally = if outcome == Outcome::Ingested {
                waiting.tally
            } else {
                waiting.tally.of_known()
            };
            self.tally.add(&tally);
            self.reports
                .note(waiting.index, outcome, Some(&waiting.totals), &tally);
        }
        self.room.failure.take().map_or(Ok(()), Err)
    }

    /// The open input has been read whole: it is counted up and ready to be committed.
    fn close(&mut self, index: usize, totals: Totals) -> Result<Closed, RunError> {
        let open = std::mem::take(&mut self.open);
        let counts = open.tally.counts;
        if !counts.balances() {
            let path = self.reports.path(index);
            return Err(RunError::Unbalanced { path, counts });
        }
        let waiting = Waiting {
            index,
            path: self.reports.path(index),
            totals,
            tally: open.tally,
            taken: open.first,
        };
        Ok(Closed {
            waiting,
            own: open.own,
        })
    }
}

/// An input that has been read whole, with its data files if it has its own.
struct Closed {
    waiting: Waiting,
    own: Option<OwnFiles>,
}
