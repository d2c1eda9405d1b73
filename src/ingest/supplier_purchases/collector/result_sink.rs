//! Handles the events of the runner.

use super::{OpenSupplierInput, PendingSupplierInput, SupplierCollector};
use crate::ingest::cross_chunk::FinishedInput;
use crate::ingest::error::RunError;
use crate::ingest::record_kind::RecordKind;
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
        if self.open.counters.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let index = self.index(input);
        let counts = self.open.counters.counts;
        let base = counts.read - counts.skipped;
        self.open.counters.add(&validated);
        if !validated.rejects.is_empty() {
            let path = self.reports.path(index);
            let run_id = &self.options.run.run_id;
            let rejects = reject_rows(&validated.rejects, base, &path, run_id)?;
            self.open.rejects.push(self.buffered_rejects.put(rejects)?);
        }
        if self.open.counters.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        if let Some(rows) = validated.rows {
            self.add_rows(index, rows, base)?;
        }
        Ok(Flow::Continue)
    }

    fn on_end(&mut self, input: usize, totals: InputTotals) -> Result<(), RunError> {
        let index = self.index(input);
        self.open.counters.close(self.options.reject_limit, &totals);
        if self.open.counters.refusal.is_some() {
            self.refuse(index, Some(&totals));
            return Ok(());
        }
        let OpenSupplierInput {
            mut counters,
            candidates,
            rejects,
            mut pages,
        } = std::mem::take(&mut self.open);
        let Some(input) = self.inputs.get(index) else {
            return Ok(());
        };
        let kind = &self.options.run.kind;
        let ended = FinishedInput {
            index,
            input,
            totals: &totals,
            kind,
            json: self.options.run.reader.json(),
        };
        pages.finish(&ended, &mut counters);
        let path = self.reports.path(index);
        let counts = counters.counts;
        // An input whose records are not all accounted for is not committed.
        if !counts.balances() || counts.accepted != candidates.len() as u64 {
            return Err(RunError::Unbalanced { path, counts });
        }
        self.pages.push((index, pages));
        self.read.push(PendingSupplierInput {
            index,
            path,
            digest: kind.digest(input, &totals),
            totals,
            counters,
            candidates,
            rejects,
        });
        Ok(())
    }

    fn on_abandoned(&mut self, input: usize) -> Result<(), RunError> {
        let index = self.index(input);
        self.refuse(index, None);
        Ok(())
    }

    fn on_refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.counters.refusal.get_or_insert(refusal);
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
                path: self.reports.path(index),
                counts: self.open.counters.counts,
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
