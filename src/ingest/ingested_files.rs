//! Files that were ingested before, recognised by path, size and modification time without reading
//! them.

use std::collections::HashMap;

use crate::input::{Input, InputLocation};
use crate::lake::{IngestedInput, Lake, LakeError};

/// The files listed in the table of inputs, with the number of their records.
#[derive(Debug, Default)]
pub struct IngestedFiles(HashMap<FileIdentity, u64>);

/// Two ticks of a clock with a resolution of one second.
const MIN_AGE_MICROS: i64 = 2_000_000;

/// Path, size in bytes and modification time in µs since 1970.
type FileIdentity = (String, i64, i64);

impl IngestedFiles {
    /// Reads the files of a record kind from the table of inputs.
    ///
    /// # Errors
    /// The table of inputs cannot be read.
    pub fn load(lake: &Lake, record_kind: &str) -> Result<Self, LakeError> {
        let inputs = lake.ingested_inputs(record_kind)?;
        let recognisable = inputs.into_iter().filter(is_recognisable);
        let identified = recognisable.filter_map(|input| {
            let identity = (input.path, input.size_bytes, input.modified_at?);
            Some((identity, u64::try_from(input.read).unwrap_or_default()))
        });
        Ok(Self(identified.collect()))
    }

    /// Whether the input is one of them and unchanged; never true for standard input.
    pub fn contains(&self, input: &Input) -> bool {
        self.record_count(input).is_some()
    }

    /// The number of records of the input, if it is one of them.
    pub(super) fn record_count(&self, input: &Input) -> Option<u64> {
        self.0.get(&identity(input)?).copied()
    }
}

/// Whether path, size and modification time identify the content. Object stores and some file systems
/// give the time in whole seconds, so a file replaced within the second of its ingest has the same
/// identity. One that was younger than two seconds is read again and recognised by its digest.
fn is_recognisable(input: &IngestedInput) -> bool {
    let Some(modified) = input.modified_at else {
        return false;
    };
    let is_whole_second = modified % 1_000_000 == 0;
    let age = input.ingested_at.saturating_sub(modified);
    !is_whole_second || age >= MIN_AGE_MICROS
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

    #[test]
    fn a_file_with_a_time_in_seconds_that_was_young_when_it_was_ingested_is_read_again() {
        let input = |modified_at: i64, age_micros: i64| IngestedInput {
            path: "/dumps/a.json".to_owned(),
            size_bytes: 1,
            modified_at: Some(modified_at),
            digest: "00".repeat(32).parse().unwrap(),
            read: 1,
            accepted: 1,
            ingested_at: modified_at + age_micros,
            run_id: "run-1".to_owned(),
        };
        for (modified_at, age_micros, recognisable) in [
            (1_000_000_000, 2_000_000, true),
            (1_000_000_000, 1_999_999, false),
            (1_000_000_000, -5, false),
            (1_000_000_001, 0, true),
        ] {
            assert_eq!(
                is_recognisable(&input(modified_at, age_micros)),
                recognisable,
                "{modified_at} {age_micros}"
            );
        }
        let undated = IngestedInput {
            modified_at: None,
            ..input(1_000_000_000, 2_000_000)
        };
        assert!(!is_recognisable(&undated));
    }
}
