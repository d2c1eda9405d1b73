//! What a check can say without a lake: the versions that other ones of the run repeat or
//! supersede, and pages that are missing.

use super::SupplierPieceRows;
use super::SupplierPurchases;
use super::dump::{InputPages, note_dumps};
use super::fold::{Absence, Candidate, arrange, fold};
use crate::ingest::error::RunError;
use crate::ingest::kind::{Across, EndedInput, ReadInput};
use crate::ingest::reports::Reports;
use crate::ingest::tally::{InputTally, RunTally};

/// What has been met so far.
#[derive(Debug, Default)]
pub struct AcrossSupplierPurchases {
    /// Of the inputs that have ended, and then of the open one.
    candidates: Vec<Candidate>,
    /// Where those of the open input begin.
    settled: usize,
    pages: InputPages,
    /// Pages of the inputs that have ended.
    ended: Vec<(usize, InputPages)>,
}

impl Across<SupplierPurchases> for AcrossSupplierPurchases {
    fn piece(&mut self, rows: SupplierPieceRows, _tally: &mut InputTally) -> Result<(), RunError> {
        let SupplierPieceRows {
            rows,
            pages,
            page_ends,
        } = rows;
        self.pages.take(pages, &page_ends, &rows.versions);
        for version in rows.versions {
            // As many as fit into memory, far below u32.
            let row = u32::try_from(self.candidates.len()).unwrap_or(u32::MAX);
            self.candidates.push(Candidate {
                version,
                input: 0,
                row,
            });
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.candidates.truncate(self.settled);
        self.pages = InputPages::default();
    }

    fn settle(&mut self, input: &EndedInput<'_, SupplierPurchases>, tally: &mut InputTally) {
        let index = input.index;
        for candidate in self.candidates.iter_mut().skip(self.settled) {
            candidate.input = index;
        }
        self.settled = self.candidates.len();
        let mut pages = std::mem::take(&mut self.pages);
        pages.end(input, tally);
        self.ended.push((index, pages));
    }

    fn finish(&mut self, read: &mut [ReadInput], reports: &mut Reports<'_>, run: &mut RunTally) {
        note_dumps(&self.ended, &[], run, reports);
        let copies: Vec<usize> = read
            .iter()
            .filter(|input| input.is_copy)
            .map(|input| input.index)
            .collect();
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.retain(|candidate| copies.binary_search(&candidate.input).is_err());
        arrange(&mut candidates);
        let folded = fold(&candidates, Absence::MeansNothing, &|_start| None);
        for input in read {
            let passed = folded.passed.get(&input.index).copied();
            let passed = passed.unwrap_or_default();
            input.tally.pass(passed.duplicate, passed.superseded);
        }
    }
}
