//! Whether a dump of list pages is whole. A dump is the pages of one company that stand in one
//! folder, or in one file if it holds several.

use std::collections::BTreeMap;
use std::path::Path;

use crate::rules::RuleId;
use crate::supplier_purchase::page::{SeenPage, completeness};
use crate::supplier_purchase::{Key, Version};

/// What an input says about its pages.
#[derive(Clone, Debug, Default)]
pub(super) struct InputPages {
    pub(super) path: String,
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

    /// The page that the text around all records describes.
    pub(super) fn frame(&mut self, seen: Option<SeenPage>) {
        if let Some(seen) = seen {
            for paged in self.keys.iter_mut().filter(|paged| paged.page == 0) {
                paged.page = seen.page.current_page;
            }
            self.pages.push(seen);
        }
    }
}

/// What is wrong with a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DumpNote {
    /// The input to which it is reported: the first of the dump.
    pub(super) input: usize,
    pub(super) rule: RuleId,
    pub(super) sentence: String,
}

/// Checks the dumps of a run; `inputs` are those that were read, with their position.
pub(super) fn check_dumps(inputs: &[(usize, InputPages)]) -> Vec<DumpNote> {
    let mut dumps: BTreeMap<(String, i64), Vec<&(usize, InputPages)>> = BTreeMap::new();
    for input in inputs.iter().filter(|(_, input)| !input.pages.is_empty()) {
        dumps.entry(dump_of(&input.1)).or_default().push(input);
    }
    let mut notes = Vec::new();
    for inputs in dumps.values() {
        let pages: Vec<SeenPage> = inputs
            .iter()
            .flat_map(|(_, input)| input.pages.iter().copied())
            .collect();
        let first = inputs.first().map_or(0, |(index, _)| *index);
        let repeated = repeats(inputs.iter().flat_map(|(_, input)| &input.keys));
        notes.extend(
            completeness(&pages, repeated)
                .into_iter()
                .map(|note| DumpNote {
                    input: first,
                    rule: note.rule,
                    sentence: note.detail,
                }),
        );
    }
    notes
}

/// The folder or file, and the company.
fn dump_of(input: &InputPages) -> (String, i64) {
    let company = input.keys.first().map_or(0, |paged| paged.key.company_id);
    if input.pages.len() > 1 {
        return (input.path.clone(), company);
    }
    let folder = Path::new(&input.path).parent();
    let folder = folder.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    (folder, company)
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
