//! Whether a dump of list pages is whole. A dump is the pages of one company that stand in one
//! folder, or in one file if it holds several.

use std::collections::BTreeMap;
use std::path::Path;

use crate::rules::RuleId;
use crate::supplier_purchase::Key;
use crate::supplier_purchase::page::{SeenPage, completeness};

/// What an input says about its pages.
#[derive(Clone, Debug, Default)]
pub(super) struct InputPages {
    pub(super) path: String,
    pub(super) pages: Vec<SeenPage>,
    /// The purchases in it, with those that stand in it twice.
    pub(super) keys: Vec<Key>,
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
    let company = input.keys.first().map_or(0, |key| key.company_id);
    if input.pages.len() > 1 {
        return (input.path.clone(), company);
    }
    let folder = Path::new(&input.path).parent();
    let folder = folder.map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
    (folder, company)
}

/// How many purchases of a dump stand in it more than once, each repeat counted.
fn repeats<'k>(keys: impl Iterator<Item = &'k Key>) -> u64 {
    let mut keys: Vec<&Key> = keys.collect();
    keys.sort_unstable();
    keys.windows(2)
        .filter(|pair| pair.first() == pair.last())
        .count() as u64
}
