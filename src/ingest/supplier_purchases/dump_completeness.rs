//! Checks whether dumps of list pages are complete. A dump is the pages of one company in one
//! folder, or in one file that contains several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{SupplierPurchases, page_of_frame};
use crate::ingest::counters::{InputCounters, RunCounters};
use crate::ingest::input_reports::InputReports;
use crate::ingest::runner::RunSettings;
use crate::input::{Input, InputTotals};
use crate::rules::RuleId;
use crate::supplier_purchase::page::{DumpPage, completeness};
use crate::supplier_purchase::{CompanyId, SupplierPurchaseKey, SupplierPurchaseVersion};

/// The list pages of an input.
#[derive(Clone, Debug, Default)]
pub(super) struct InputPages {
    pub(super) path: String,
    /// The company, if an option gives it.
    pub(super) company: Option<i64>,
    pub(super) pages: Vec<DumpPage>,
    /// The keys of its purchases, with repetitions.
    pub(super) keys: Vec<PagedKey>,
}

/// The key of a purchase and the number of its page; 0 if unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PagedKey {
    pub(super) key: SupplierPurchaseKey,
    pub(super) page: u64,
}

impl InputPages {
    /// Adds the pages of a chunk and their purchases; `ends` are the numbers of purchases before
    /// the end of each page.
    pub(super) fn add_chunk(
        &mut self,
        pages: Vec<DumpPage>,
        ends: &[usize],
        versions: &[SupplierPurchaseVersion],
    ) {
        let mut ends = pages.iter().zip(ends).peekable();
        for (at, version) in versions.iter().enumerate() {
            while ends.next_if(|(_, end)| **end <= at).is_some() {}
            let page = ends.peek().map_or(0, |(seen, _)| seen.page.current_page);
            let key = version.key;
            self.keys.push(PagedKey { key, page });
        }
        self.pages.extend(pages);
    }

    /// The input has ended; its counts are in `counters`.
    pub(super) fn finish(
        &mut self,
        input: &Input,
        totals: &InputTotals,
        settings: &RunSettings<SupplierPurchases>,
        counters: &mut InputCounters,
    ) {
        let (page, is_broken) = page_of_frame(totals, counters.counts.read, settings.reader.json());
        self.add_frame_page(page);
        counters.count_warning(RuleId::CplMetaShape, u64::from(is_broken));
        self.path = input.location.to_string();
        let company = settings.kind.company().company_of(input);
        self.company = company.map(CompanyId::get);
    }

    /// Adds the page described by the envelope of the whole document.
    fn add_frame_page(&mut self, seen: Option<DumpPage>) {
        if let Some(seen) = seen {
            for paged in self.keys.iter_mut().filter(|paged| paged.page == 0) {
                paged.page = seen.page.current_page;
            }
            self.pages.push(seen);
        }
    }
}

impl InputPages {
    /// The company, if known: a page may contain no purchase.
    fn company(&self) -> Option<i64> {
        self.company
            .or_else(|| self.keys.first().map(|paged| paged.key.company_id))
    }

    /// The folder, or the file if it contains several pages.
    fn dump_path(&self) -> String {
        if self.pages.len() > 1 {
            return self.path.clone();
        }
        folder_of(&self.path)
    }
}

fn folder_of(path: &str) -> String {
    let folder = Path::new(path).parent();
    folder.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned())
}

/// A finding on a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DumpFinding {
    /// The input it is reported on: the first of the dump.
    input: usize,
    rule: RuleId,
    sentence: String,
}

/// Reports missing pages; returns whether the dumps are complete as far as their pages show.
/// `inputs` are those that were read, with their positions; `skipped_paths` those that were not.
pub(super) fn report_incomplete_dumps(
    inputs: &[(usize, InputPages)],
    skipped_paths: &[String],
    run: &mut RunCounters,
    reports: &mut InputReports<'_>,
) -> bool {
    let findings = find_incomplete_dumps(inputs, skipped_paths);
    let is_complete = findings.is_empty();
    for finding in findings {
        *run.warned_by_rule.entry(finding.rule).or_default() += 1;
        reports.add_finding(finding.input, finding.rule, finding.sentence);
    }
    is_complete
}

/// Checks the dumps of a run, except in folders with inputs that were not read.
fn find_incomplete_dumps(
    inputs: &[(usize, InputPages)],
    skipped_paths: &[String],
) -> Vec<DumpFinding> {
    let skipped_paths: BTreeSet<String> =
        skipped_paths.iter().map(|path| folder_of(path)).collect();
    let mut findings = Vec::new();
    for inputs in group_by_dump(inputs) {
        let Some((first, input)) = inputs.first() else {
            continue;
        };
        if skipped_paths.contains(&folder_of(&input.path)) {
            continue;
        }
        let pages: Vec<DumpPage> = inputs
            .iter()
            .flat_map(|(_, input)| input.pages.iter().copied())
            .collect();
        let repeated = count_repeated(inputs.iter().flat_map(|(_, input)| &input.keys));
        let found = completeness(&pages, repeated).into_iter();
        findings.extend(found.map(|finding| DumpFinding {
            input: *first,
            rule: finding.rule,
            sentence: finding.detail,
        }));
    }
    findings
}

/// The inputs with pages, by folder or file and by company. A page without purchases belongs to the
/// company of its folder or file, if there is only one.
fn group_by_dump(inputs: &[(usize, InputPages)]) -> Vec<Vec<&(usize, InputPages)>> {
    let mut companies: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let with_pages = || inputs.iter().filter(|(_, input)| !input.pages.is_empty());
    for (_, input) in with_pages() {
        let companies_of_dump = companies.entry(input.dump_path()).or_default();
        companies_of_dump.extend(input.company());
    }
    let mut dumps: BTreeMap<(String, Option<i64>), Vec<_>> = BTreeMap::new();
    for input in with_pages() {
        let dump_path = input.1.dump_path();
        let companies_of_dump = companies
            .get(&dump_path)
            .filter(|companies_of_dump| companies_of_dump.len() == 1);
        let only =
            companies_of_dump.and_then(|companies_of_dump| companies_of_dump.first().copied());
        let company = input.1.company().or(only);
        dumps.entry((dump_path, company)).or_default().push(input);
    }
    dumps.into_values().collect()
}

/// The number of repetitions of purchases on further pages of a dump.
fn count_repeated<'k>(keys: impl Iterator<Item = &'k PagedKey>) -> u64 {
    let mut keys: Vec<&PagedKey> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.windows(2)
        .filter(|pair| pair.first().map(|one| one.key) == pair.last().map(|one| one.key))
        .count() as u64
}
