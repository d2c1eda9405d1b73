//! What the collector does with each event of the runner.

use super::{Collector, Open, ReadInput};
use crate::ingest::error::RunError;
use crate::ingest::judge::Judged;
use crate::ingest::kind::{EndedInput, Kind};
use crate::ingest::reject_rows::reject_rows;
use crate::ingest::runner::{Flow, Sink};
use crate::ingest::supplier_purchases::fold::Candidate;
use crate::ingest::supplier_purchases::incoming::is_whole;
use crate::ingest::supplier_purchases::{SupplierPieceRows, SupplierPurchases};
use crate::input::{Refusal, Totals};
use crate::record::shift_source_rows;

impl Sink<SupplierPurchases> for Collector<'_> {
    fn restart(&mut self, _input: usize) -> Result<(), RunError> {
        self.abandon();
        Ok(())
    }

    fn piece(&mut self, input: usize, judged: Judged<SupplierPurchases>) -> Result<Flow, RunError> {
        if self.open.tally.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let index = self.index(input);
        let counts = self.open.tally.counts;
        let base = counts.read - counts.skipped;
        self.open.tally.add(&judged);
        if !judged.rejects.is_empty() {
            let path = self.reports.path(index);
            let run_id = &self.options.run.run_id;
            let rejects = reject_rows(&judged.rejects, base, &path, run_id)?;
            self.open.rejects.push(self.held_rejects.put(rejects)?);
        }
        if self.open.tally.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        if let Some(rows) = judged.rows {
            self.take(index, rows, base)?;
        }
        Ok(Flow::Continue)
    }

    fn end(&mut self, input: usize, totals: Totals) -> Result<(), RunError> {
        let index = self.index(input);
        self.open.tally.close(self.options.reject_limit, &totals);
        if self.open.tally.refusal.is_some() {
            self.refuse(index, Some(&totals));
            return Ok(());
        }
        let Open {
            mut tally,
            candidates,
            rejects,
            mut pages,
        } = std::mem::take(&mut self.open);
        let Some(input) = self.inputs.get(index) else {
            return Ok(());
        };
        let kind = &self.options.run.kind;
        let ended = EndedInput {
            index,
            input,
            totals: &totals,
            kind,
            json: self.options.run.reader.json(),
        };
        pages.end(&ended, &mut tally);
        let path = self.reports.path(index);
        let counts = tally.counts;
        // The ledger: nothing of an input whose records are not all accounted for is committed.
        if !counts.balances() || counts.accepted != candidates.len() as u64 {
            return Err(RunError::Unbalanced { path, counts });
        }
        self.pages.push((index, pages));
        self.read.push(ReadInput {
            index,
            path,
            digest: kind.digest(input, &totals),
            totals,
            tally,
            candidates,
            rejects,
        });
        Ok(())
    }

    fn left(&mut self, input: usize) -> Result<(), RunError> {
        let index = self.index(input);
        self.refuse(index, None);
        Ok(())
    }

    fn refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.tally.refusal.get_or_insert(refusal);
        let index = self.index(input);
        self.refuse(index, None);
        Ok(())
    }
}

impl Collector<'_> {
    /// Keeps the accepted rows of a piece; `base` records of the input came before it.
    fn take(&mut self, index: usize, piece: SupplierPieceRows, base: u64) -> Result<(), RunError> {
        let SupplierPieceRows {
            mut rows,
            pages,
            page_ends,
        } = piece;
        self.open.pages.take(pages, &page_ends, &rows.versions);
        if rows.versions.is_empty() {
            return Ok(());
        }
        if !is_whole(&rows) {
            return Err(RunError::Unbalanced {
                path: self.reports.path(index),
                counts: self.open.tally.counts,
            });
        }
        // Records of one input, far below i64.
        let shift = i64::try_from(base).unwrap_or(i64::MAX);
        rows.batch = shift_source_rows(&rows.batch, shift)?;
        let versions = rows.versions.clone();
        let first = self.incoming.put(rows)?;
        for (row, version) in (first..).zip(versions) {
            self.open.candidates.push(Candidate {
                version,
                input: index,
                row,
            });
        }
        Ok(())
    }
}
