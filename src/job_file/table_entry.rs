//! An entry of `[mapping]` or `[rules]`.

use std::ops::Range;

/// The options that an entry of a table at the top means.
#[derive(Clone, Debug)]
pub(super) struct TableEntry {
    /// The key of a step that means the same: `map` or `rule`.
    pub(super) key: &'static str,
    /// Its path in the file.
    pub(super) path: String,
    pub(super) argv: Vec<String>,
    pub(super) span: Range<usize>,
}
