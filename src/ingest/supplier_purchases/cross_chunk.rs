//! Findings of a check without a lake: duplicate and superseded versions within the run, and
//! missing pages.

use super::SupplierChunkRows;
use super::SupplierPurchases;
use super::dump_completeness::{InputPages, report_incomplete_dumps};
use super::select_versions::{SnapshotMode, VersionCandidate, select_newest, sort_candidates};
use crate::ingest::counters::{InputCounters, RunCounters};
use crate::ingest::cross_chunk::{CheckedInput, CheckedKind, CrossChunkState, FinishedInput};
use crate::ingest::error::RunError;
use crate::ingest::input_reports::InputReports;

/// The versions and pages of the run so far.
#[derive(Debug, Default)]
pub struct SupplierCrossChunkState {
    /// Versions of the finished inputs, then those of the open one.
    candidates: Vec<VersionCandidate>,
    /// Position of the first version of the open input.
    open_start: usize,
    pages: InputPages,
    /// Pages of the finished inputs.
    finished: Vec<(usize, InputPages)>,
}

impl CheckedKind for SupplierPurchases {
    type CrossChunk = SupplierCrossChunkState;
}

impl CrossChunkState<SupplierPurchases> for SupplierCrossChunkState {
    fn add_chunk(
        &mut self,
        rows: SupplierChunkRows,
        _counters: &mut InputCounters,
    ) -> Result<(), RunError> {
        let SupplierChunkRows {
            rows,
            pages,
            page_ends,
        } = rows;
        self.pages.add_chunk(pages, &page_ends, &rows.versions);
        for version in rows.versions {
            // Limited by memory, far below u32.
            let row = u32::try_from(self.candidates.len()).unwrap_or(u32::MAX);
            self.candidates.push(VersionCandidate {
                version,
                input: 0,
                row,
            });
        }
        Ok(())
    }

    fn discard_input(&mut self) {
        self.candidates.truncate(self.open_start);
        self.pages = InputPages::default();
    }

    fn finish_input(
        &mut self,
        input: &FinishedInput<'_, SupplierPurchases>,
        counters: &mut InputCounters,
    ) {
        let index = input.index;
        for candidate in self.candidates.iter_mut().skip(self.open_start) {
            candidate.input = index;
        }
        self.open_start = self.candidates.len();
        let mut pages = std::mem::take(&mut self.pages);
        pages.finish(input, counters);
        self.finished.push((index, pages));
    }

    fn finish_run(
        &mut self,
        read: &mut [CheckedInput],
        reports: &mut InputReports<'_>,
        run: &mut RunCounters,
    ) {
        report_incomplete_dumps(&self.finished, &[], run, reports);
        let copies: Vec<usize> = read
            .iter()
            .filter(|input| input.is_copy)
            .map(|input| input.index)
            .collect();
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.retain(|candidate| copies.binary_search(&candidate.input).is_err());
        sort_candidates(&mut candidates);
        let selection = select_newest(&candidates, SnapshotMode::Incremental, &|_start| None);
        for input in read {
            let discarded = selection.discarded.get(&input.index).copied();
            let discarded = discarded.unwrap_or_default();
            input
                .counters
                .record_discarded(discarded.duplicate, discarded.superseded);
        }
    }
}
