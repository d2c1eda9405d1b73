//! The listed inputs of a record kind: which files are known without reading them, and what a path
//! or a content has brought before.

use std::collections::{HashMap, HashSet};

use crate::input::{Input, InputLocation};
use crate::lake::{Digest, InputState, Lake, LakeError, ListedInput, TableSpec};

/// The rows of the table of inputs of a record kind.
#[derive(Debug, Default)]
pub struct ListedInputs {
    rows: Vec<ListedInput>,
    /// Positions of the current rows.
    by_path: HashMap<String, Vec<usize>>,
    /// Of the current rows of a content, the position of the one with the counts.
    holders: HashMap<Digest, usize>,
    /// The contents that are ignored.
    ignored: HashSet<Digest>,
    /// Files that need not be read, by their identity.
    files: HashMap<FileIdentity, KnownFile>,
}

/// Two ticks of a clock with a resolution of one second.
const MIN_AGE_MICROS: i64 = 2_000_000;

/// Path, size in bytes and modification time in µs since 1970.
type FileIdentity = (String, i64, i64);

/// A file that need not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownFile {
    /// The number of its records.
    pub(super) records: u64,
    /// Whether it is ignored instead of ingested.
    pub(super) is_ignored: bool,
    /// A hash of the settings that its rows depend on; `None` if it is not known.
    pub(super) reading_settings: Option<String>,
}

impl ListedInputs {
    /// Reads the inputs of a record kind.
    ///
    /// # Errors
    /// The table of inputs, or a log, cannot be read.
    pub fn load(lake: &Lake, rows_table: &TableSpec, kind: &str) -> Result<Self, LakeError> {
        let rows = lake.listed_inputs(kind)?;
        let mut files = HashMap::new();
        if !rows.is_empty() {
            let incomplete = lake.contents_without_rejects(rows_table, kind)?;
            let complete = |listed: &&ListedInput| !incomplete.contains(&listed.row.digest);
            files.extend(rows.iter().filter(complete).filter_map(known_file));
        }
        let mut listed = Self {
            files,
            ..Self::default()
        };
        for (at, input) in rows.iter().enumerate() {
            let (path, digest) = (&input.row.path, input.row.digest);
            if input.is_current() {
                listed.by_path.entry(path.clone()).or_default().push(at);
                let holder = listed.holders.entry(digest).or_insert(at);
                let read = |at: usize| rows.get(at).map(|input| input.row.counts.read);
                if read(at) > read(*holder) {
                    *holder = at;
                }
            } else if input.row.state == InputState::Ignored {
                listed.ignored.insert(digest);
            }
        }
        listed.rows = rows;
        Ok(listed)
    }

    /// The same rows, but every file is read.
    #[must_use]
    pub fn with_files_unknown(self) -> Self {
        Self {
            files: HashMap::new(),
            ..self
        }
    }

    /// Whether the input is a known file and unchanged; never true for standard input.
    pub fn contains(&self, input: &Input) -> bool {
        self.known_file(input).is_some()
    }

    /// Whether the input is a file that is ignored, and unchanged.
    pub fn is_ignored_file(&self, input: &Input) -> bool {
        self.known_file(input).is_some_and(|known| known.is_ignored)
    }

    /// The known file that the input is, if it is one.
    pub(super) fn known_file(&self, input: &Input) -> Option<&KnownFile> {
        self.files.get(&identity(input)?)
    }

    /// Whether inputs of this content are ignored.
    pub(super) fn is_ignored(&self, digest: Digest) -> bool {
        self.ignored.contains(&digest)
    }

    /// The current inputs of a path.
    pub(super) fn of_path(&self, path: &str) -> impl Iterator<Item = &ListedInput> {
        let positions = self.by_path.get(path).into_iter().flatten();
        positions.filter_map(|at| self.rows.get(*at))
    }

    /// The current input whose records the tables hold for a content; its copies have no counts.
    pub(super) fn holder(&self, digest: Digest) -> Option<&ListedInput> {
        self.rows.get(*self.holders.get(&digest)?)
    }

    /// The inputs with records that a path brought before, if it did not bring this content too.
    pub(super) fn earlier_contents(&self, path: &str, digest: Digest) -> Vec<&ListedInput> {
        if self.of_path(path).any(|listed| listed.row.digest == digest) {
            return Vec::new();
        }
        let has_records = |listed: &&ListedInput| {
            let holder = self.holder(listed.row.digest);
            holder.is_some_and(|holder| holder.row.counts.read > 0)
        };
        self.of_path(path).filter(has_records).collect()
    }

    /// All rows, in any state.
    pub(super) fn rows(&self) -> &[ListedInput] {
        &self.rows
    }
}

/// The identity of a listed file by which it is recognised without being read. Object stores and
/// some file systems give the time in whole seconds, so a file replaced within the second of its
/// ingest has the same identity. One that was younger than two seconds is read again and recognised
/// by its digest.
fn known_file(listed: &ListedInput) -> Option<(FileIdentity, KnownFile)> {
    let row = &listed.row;
    let is_ignored = row.state == InputState::Ignored;
    if !is_ignored && !listed.is_current() {
        return None;
    }
    let modified = row.modified_at?;
    let is_whole_second = modified % 1_000_000 == 0;
    if is_whole_second && row.ingested_at.saturating_sub(modified) < MIN_AGE_MICROS {
        return None;
    }
    let known = KnownFile {
        records: u64::try_from(row.counts.read).unwrap_or_default(),
        is_ignored,
        reading_settings: row.reading_settings.clone(),
    };
    Some(((row.path.clone(), row.size_bytes, modified), known))
}

fn identity(input: &Input) -> Option<FileIdentity> {
    if input.location == InputLocation::Stdin {
        return None;
    }
    let size = i64::try_from(input.size_bytes?).ok()?;
    Some((input.location.to_string(), size, input.modified_micros?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{InputCounts, InputRow};

    fn listed(modified_at: Option<i64>, age_micros: i64, state: InputState) -> ListedInput {
        let ingested_at = modified_at.unwrap_or_default() + age_micros;
        let row = InputRow {
            path: "/dumps/a.json".to_owned(),
            size_bytes: 1,
            modified_at,
            digest: Digest::of(b"a"),
            shape: "ndjson".to_owned(),
            counts: InputCounts::default(),
            ingested_at,
            default_timezone: None,
            with_rejects: false,
            state,
            reading_settings: None,
            reason: None,
        };
        ListedInput {
            run_id: "run-1".to_owned(),
            record_kind: "purchases".to_owned(),
            row,
        }
    }

    #[test]
    fn a_file_with_a_time_in_seconds_that_was_young_when_it_was_ingested_is_read_again() {
        for (modified_at, age_micros, is_known) in [
            (Some(1_000_000_000), 2_000_000, true),
            (Some(1_000_000_000), 1_999_999, false),
            (Some(1_000_000_000), -5, false),
            (Some(1_000_000_001), 0, true),
            (None, 2_000_000, false),
        ] {
            let listed = listed(modified_at, age_micros, InputState::Current);
            let known = known_file(&listed).is_some();
            assert_eq!(known, is_known, "{modified_at:?} {age_micros}");
        }
    }

    #[test]
    fn a_file_that_was_replaced_or_removed_is_read_again() {
        for (state, is_known) in [
            (InputState::Current, true),
            (InputState::Ignored, true),
            (InputState::Replaced, false),
            (InputState::Removed, false),
        ] {
            let known = known_file(&listed(Some(1), 0, state));
            assert_eq!(known.is_some(), is_known, "{state:?}");
            let is_ignored = known.is_some_and(|(_, known)| known.is_ignored);
            assert_eq!(is_ignored, state == InputState::Ignored);
        }
    }
}
