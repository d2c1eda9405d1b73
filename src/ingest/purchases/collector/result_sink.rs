//! Handles the events of the runner.

use super::{OpenPurchaseInput, PurchaseCollector};
use crate::ingest::error::RunError;
use crate::ingest::purchases::Purchases;
use crate::ingest::purchases::commit_buffer::commit_large_input;
use crate::ingest::runner::{Flow, ResultSink};
use crate::ingest::validate::ValidatedChunk;
use crate::input::{InputTotals, Refusal};

impl ResultSink<Purchases> for PurchaseCollector<'_> {
    fn on_restart(&mut self, _input: usize) -> Result<(), RunError> {
        self.abandon().map(drop)
    }

    fn on_chunk(
        &mut self,
        input: usize,
        validated: ValidatedChunk<Purchases>,
    ) -> Result<Flow, RunError> {
        if self.open.counters.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let index = self.index(input);
        self.open.chunks += 1;
        let batches = self.number_rows(index, validated)?;
        if self.open.counters.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        self.keep(batches)?;
        Ok(Flow::Continue)
    }

    fn on_end(&mut self, input: usize, totals: InputTotals) -> Result<(), RunError> {
        let index = self.index(input);
        let limit = self.run.options.reject_limit;
        self.open.counters.close(limit, &totals);
        if self.open.counters.refusal.is_some() {
            return self.refuse(index, Some(&totals));
        }
        let OpenPurchaseInput {
            counters,
            first_chunk,
            writers,
            ..
        } = std::mem::take(&mut self.open);
        let pending = self.run.close(index, totals, counters, first_chunk)?;
        let Some(writers) = writers else {
            let max_partitions = self.run.options.max_partitions;
            if self.buffer.is_full_for(&pending, max_partitions) {
                self.commit_pending()?;
            }
            self.cross_chunk.accept_open();
            return self.buffer.push(&mut self.run, pending);
        };
        if commit_large_input(&mut self.run, writers, &pending)? {
            self.cross_chunk.accept_open();
            return self.run.take_failure();
        }
        // Its own events must not count as duplicates when it is read again.
        self.cross_chunk.discard_open();
        self.retry.push(index);
        Ok(())
    }

    fn on_abandoned(&mut self, input: usize) -> Result<(), RunError> {
        let index = self.index(input);
        self.refuse(index, None)
    }

    fn on_refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.counters.refusal.get_or_insert(refusal);
        let index = self.index(input);
        self.refuse(index, None)
    }
}
