//! Whether a dump of list pages is whole. A dump is the pages of one company that stand in one
//! folder, or in one file if it holds several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{SupplierPurchases, pages_of_frame};
use crate::ingest::kind::EndedInput;
use crate::ingest::reports::Reports;
use crate::ingest::tally::{InputTally, RunTally};
use crate::rules::RuleId;
use crate::supplier_purchase::page::{SeenPage, completeness};
use crate::supplier_purchase::{CompanyId, Key, Version};

/// What an input says about its pages.
#[derive(Clone, Debug, Default)]
pub(super) struct InputPages {
    pub(super) path: String,
    /// The company, where it is said beside the input.
    pub(super) company: Option<i64>,
    pub(super) pages: Vec<SeenPage>,
    /// The purchases in it, with those that stand in it twice.
    pub(super) keys: Vec<PagedKey>,
}

/// A purchase, and the number of the page it stands on; 0 where none is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PagedKey {
    pub(super) key: Key,
    pub(super) page: u64,
}

impl InputPages {
    /// Takes the pages of a piece and the purchases on them; `ends` is how many of the purchases
    /// stand before the end of each page.
    pub(super) fn take(&mut self, pages: Vec<SeenPage>, ends: &[usize], versions: &[Version]) {
        let mut ends = pages.iter().zip(ends).peekable();
        for (at, version) in versions.iter().enumerate() {
            while ends.next_if(|(_, end)| **end <= at).is_some() {}
            let page = ends.peek().map_or(0, |(seen, _)| seen.page.current_page);
            let key = version.key;
            self.keys.push(PagedKey { key, page });
        }
        self.pages.extend(pages);
    }

    /// The input has ended; its counts are in `tally`.
    pub(super) fn end(
        &mut self,
        ended: &EndedInput<'_, SupplierPurchases>,
        tally: &mut InputTally,
    ) {
        let (page, is_broken) = pages_of_frame(ended.totals, tally.counts.read, ended.json);
        self.frame(page);
        tally.warn(RuleId::CplMetaShape, u64::from(is_broken));
        self.path = ended.input.location.to_string();
        let company = ended.kind.company().of(ended.input);
        self.company = company.map(CompanyId::get);
    }

    /// The page that the text around all records describes.
    fn frame(&mut self, seen: Option<SeenPage>) {
        if let Some(seen) = seen {
            for paged in self.keys.iter_mut().filter(|paged| paged.page == 0) {
                paged.page = seen.page.current_page;
            }
            self.pages.push(seen);
        }
    }
}

impl InputPages {
    /// The company, as far as it is known: a page may hold nothing.
    fn company(&self) -> Option<i64> {
        self.company
            .or_else(|| self.keys.first().map(|paged| paged.key.company_id))
    }

    /// The folder, or the file when several pages stand in it.
    fn place(&self) -> String {
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

/// What is wrong with a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DumpNote {
    /// The input to which it is reported: the first of the dump.
    input: usize,
    rule: RuleId,
    sentence: String,
}

/// Notes missing pages; tells whether the dumps are whole as far as they say. `inputs` are those
/// that were read, with their position.
pub(super) fn note_dumps(
    inputs: &[(usize, InputPages)],
    unread: &[String],
    run: &mut RunTally,
    reports: &mut Reports<'_>,
) -> bool {
    let notes = check_dumps(inputs, unread);
    let is_whole = notes.is_empty();
    for note in notes {
        *run.warned_by_rule.entry(note.rule).or_default() += 1;
        reports.add_finding(note.input, note.rule, note.sentence);
    }
    is_whole
}

/// Checks the dumps of a run. Nothing is said of a folder with inputs that were not read.
fn check_dumps(inputs: &[(usize, InputPages)], unread: &[String]) -> Vec<DumpNote> {
    let unread: BTreeSet<String> = unread.iter().map(|path| folder_of(path)).collect();
    let mut notes = Vec::new();
    for inputs in dumps(inputs) {
        let Some((first, input)) = inputs.first() else {
            continue;
        };
        if unread.contains(&folder_of(&input.path)) {
            continue;
        }
        let pages: Vec<SeenPage> = inputs
            .iter()
            .flat_map(|(_, input)| input.pages.iter().copied())
            .collect();
        let repeated = repeats(inputs.iter().flat_map(|(_, input)| &input.keys));
        let found = completeness(&pages, repeated).into_iter();
        notes.extend(found.map(|note| DumpNote {
            input: *first,
            rule: note.rule,
            sentence: note.detail,
        }));
    }
    notes
}

/// The inputs with pages, by place and company. A page without purchases belongs to the only
/// company of its place.
fn dumps(inputs: &[(usize, InputPages)]) -> Vec<Vec<&(usize, InputPages)>> {
    let mut companies: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    let with_pages = || inputs.iter().filter(|(_, input)| !input.pages.is_empty());
    for (_, input) in with_pages() {
        let of_place = companies.entry(input.place()).or_default();
        of_place.extend(input.company());
    }
    let mut dumps: BTreeMap<(String, Option<i64>), Vec<_>> = BTreeMap::new();
    for input in with_pages() {
        let place = input.1.place();
        let of_place = companies.get(&place).filter(|of_place| of_place.len() == 1);
        let only = of_place.and_then(|of_place| of_place.first().copied());
        let company = input.1.company().or(only);
        dumps.entry((place, company)).or_default().push(input);
    }
    dumps.into_values().collect()
}

/// How many purchases of a dump stand on a page after they have stood on another one.
fn repeats<'k>(keys: impl Iterator<Item = &'k PagedKey>) -> u64 {
    let mut keys: Vec<&PagedKey> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.windows(2)
        .filter(|pair| pair.first().map(|one| one.key) == pair.last().map(|one| one.key))
        .count() as u64
}
