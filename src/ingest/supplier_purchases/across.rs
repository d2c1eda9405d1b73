//! What a check can say without a lake: the versions of one input that another one in it repeats
//! or supersedes, and pages that are missing from it.

use super::SupplierPieceRows;
use super::SupplierPurchases;
use super::dump::{InputPages, check_dumps};
use super::fold::{Absence, Candidate, arrange, fold};
use super::pages_of_frame;
use crate::ingest::error::RunError;
use crate::ingest::kind::{Across, EndedInput};
use crate::ingest::tally::{InputTally, RunTally};
use crate::rules::RuleId;

/// What has been met so far.
#[derive(Debug, Default)]
pub struct AcrossSupplierPurchases {
    candidates: Vec<Candidate>,
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
            self.candidates.push(Candidate {
                version,
                input: 0,
                row: 0,
            });
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.candidates.clear();
        self.pages = InputPages::default();
    }

    fn settle(&mut self, input: EndedInput<'_>, tally: &mut InputTally) {
        let mut candidates = std::mem::take(&mut self.candidates);
        arrange(&mut candidates);
        let folded = fold(&candidates, Absence::MeansNothing, &|_start| None);
        for passed in folded.passed.values() {
            tally.pass(passed.duplicate, passed.superseded);
        }
        let mut pages = std::mem::take(&mut self.pages);
        if let Some(totals) = input.totals {
            let (page, is_broken) = pages_of_frame(totals, tally.counts.read, input.json);
            pages.frame(page);
            tally.warn(RuleId::CplMetaShape, u64::from(is_broken));
        }
        input.path.clone_into(&mut pages.path);
        self.ended.push((input.index, pages));
    }

    fn finish(&mut self, tally: &mut RunTally) {
        for note in check_dumps(&self.ended, &[]) {
            *tally.warned_by_rule.entry(note.rule).or_default() += 1;
            let path = self
                .ended
                .iter()
                .find(|(index, _)| *index == note.input)
                .map_or("", |(_, pages)| pages.path.as_str());
            let (rule, sentence) = (note.rule, note.sentence);
            tally
                .notes
                .push(format!("{path}: warning {rule}: {sentence}"));
        }
    }
}
