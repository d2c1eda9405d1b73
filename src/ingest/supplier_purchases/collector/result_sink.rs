//! Handles the events of the runner.

use super::SupplierCollector;
use crate::ingest::cross_chunk::FinishedInput;
use crate::ingest::error::RunError;
use crate::ingest::reject_rows::reject_rows;
use crate::ingest::runner::{Flow, ResultSink};
use crate::ingest::supplier_purchases::accepted_rows::has_one_version_per_row;
use crate::ingest::supplier_purchases::select_versions::VersionCandidate;
use crate::ingest::supplier_purchases::{SupplierChunkRows, SupplierPurchases};
use crate::ingest::validate::ValidatedChunk;
use crate::input::{InputTotals, Refusal};
use crate::record::shift_source_rows;

impl ResultSink<SupplierPurchases> for SupplierCollector<'_> {
    fn on_restart(&mut self, _input: usize) -> Result<(), RunError> {
        self.abandon();
        Ok(())
    }

    fn on_chunk(
        &mut self,
        input: usize,
        validated: ValidatedChunk<SupplierPurchases>,
    ) -> Result<Flow, RunError> {
        if self.counters.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let index = self.index(input);
        let counts = self.counters.counts;
        let base = counts.read - counts.skipped;
        self.counters.add(&validated);
        if !validated.rejects.is_empty() {
            let path = self.run.reports.path(index);
            let run_id = self.run.run_id();
            let rejects = reject_rows(&validated.rejects, base, &path, run_id)?;
            self.open.rejects.push(self.buffered_rejects.put(rejects)?);
        }
        if self.counters.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        if let Some(rows) = validated.rows {
            self.add_rows(index, rows, base)?;
        }
        Ok(Flow::Continue)
    }

    fn on_end(&mut self, input: usize, totals: InputTotals) -> Result<(), RunError> {
        let index = self.index(input);
        let limit = self.run.options.reject_limit;
        self.counters.close(limit, &totals);
        if self.counters.refusal.is_some() {
            self.refuse(index, Some(&totals));
            return Ok(());
        }
        let content = std::mem::take(&mut self.open);
        let counters = std::mem::take(&mut self.counters);
        let mut pending = self.run.close(index, totals, counters, content)?;
        // An input whose records are not all accounted for is not committed.
        if pending.counters.counts.accepted != pending.content.candidates.len() as u64 {
            return Err(RunError::Unbalanced {
                path: pending.path,
                counts: pending.counters.counts,
            });
        }
        let mut pages = std::mem::take(&mut pending.content.pages);
        if let Some(input) = self.run.inputs.get(index) {
            let ended = FinishedInput {
                index,
                input,
                totals: &pending.totals,
                kind: &self.run.options.run.kind,
                json: self.run.options.run.reader.json(),
            };
            pages.finish(&ended, &mut pending.counters);
        }
        self.pages.push((index, pages));
        self.read.push(pending);
        Ok(())
    }

    fn on_abandoned(&mut self, input: usize) -> Result<(), RunError> {
        let index = self.index(input);
        self.refuse(index, None);
        Ok(())
    }

    fn on_refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.counters.refusal.get_or_insert(refusal);
        let index = self.index(input);
        self.refuse(index, None);
        Ok(())
    }
}

impl SupplierCollector<'_> {
    /// Adds the accepted rows of a chunk; `base` records of the input precede the chunk.
    fn add_rows(
        &mut self,
        index: usize,
        chunk: SupplierChunkRows,
        base: u64,
    ) -> Result<(), RunError> {
        let SupplierChunkRows {
            mut rows,
            pages,
            page_ends,
        } = chunk;
        self.open.pages.add_chunk(pages, &page_ends, &rows.versions);
        if rows.versions.is_empty() {
            return Ok(());
        }
        if !has_one_version_per_row(&rows) {
            return Err(RunError::Unbalanced {
                path: self.run.reports.path(index),
                counts: self.counters.counts,
            });
        }
        // Records of one input, far below i64.
        let shift = i64::try_from(base).unwrap_or(i64::MAX);
        rows.batch = shift_source_rows(&rows.batch, shift)?;
        let versions = rows.versions.clone();
        let first = self.accepted_rows.put(rows)?;
        for (row, version) in (first..).zip(versions) {
            self.open.candidates.push(VersionCandidate {
                version,
                input: index,
                row,
            });
        }
        Ok(())
    }
}
