//! What the collector does with each event of the runner.

use super::{Closed, Collector};
use crate::ingest::error::RunError;
use crate::ingest::judge::Judged;
use crate::ingest::purchases::Purchases;
use crate::ingest::purchases::batch::Settled;
use crate::ingest::runner::{Flow, Sink};
use crate::input::{Refusal, Totals};

impl Sink<Purchases> for Collector<'_> {
    fn restart(&mut self, _input: usize) -> Result<(), RunError> {
        self.abandon().map(drop)
    }

    fn piece(&mut self, input: usize, judged: Judged<Purchases>) -> Result<Flow, RunError> {
        if self.open.tally.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let index = self.index(input);
        self.open.pieces += 1;
        let taken = self.take(index, judged)?;
        if self.open.tally.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        self.keep(taken)?;
        Ok(Flow::Continue)
    }

    fn end(&mut self, input: usize, totals: Totals) -> Result<(), RunError> {
        let index = self.index(input);
        let limit = self.options.reject_limit;
        self.open.tally.close(limit, &totals);
        if self.open.tally.refusal.is_some() {
            return self.refuse(index, Some(&totals));
        }
        let Closed { waiting, own } = self.close(index, totals)?;
        let Some(own) = own else {
            if self.room.is_full_for(&waiting) {
                self.commit_waiting()?;
            }
            self.across.settle_open();
            let settled = self.room.admit(waiting, self.options.now_micros)?;
            return self.settle(settled);
        };
        let now = self.options.now_micros;
        if let Some(outcome) = self.room.commit_own(own, &waiting, now)? {
            self.across.settle_open();
            self.settle(Settled {
                ended: vec![(waiting, outcome)],
                again: Vec::new(),
            })?;
        } else {
            // Its own events must not look like repeats when it is read again.
            self.across.forget_open();
            self.again.push(index);
        }
        Ok(())
    }

    fn left(&mut self, input: usize) -> Result<(), RunError> {
        let index = self.index(input);
        self.refuse(index, None)
    }

    fn refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.tally.refusal.get_or_insert(refusal);
        let index = self.index(input);
        self.refuse(index, None)
    }
}
