//! What happens when a path brings other content than before, or a known content is read with other
//! settings.

use clap::ValueEnum;

use super::listed_inputs::ListedInputs;
use crate::input::Refusal;
use crate::lake::{Digest, InputRow, ListedInput};
use crate::rules::RuleId;

/// What happens when a path brings other content than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChangedInput {
    /// Refuse the input by the rule FILE-CHANGED
    Refuse,
    /// Add the new content; the earlier content stays
    Append,
    /// Put the new content in the place of all that the path brought before
    Replace,
}

/// Hashes of the settings that the rows of an input depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingSettings {
    /// Of all but the default time zone; `None` if they are not compared.
    pub base: Option<String>,
    /// Of all of them.
    pub with_zone: Option<String>,
}

impl ReadingSettings {
    /// The hash of the settings for an input; the zone matters only if a time had no offset.
    pub(super) fn of_input(&self, uses_zone: bool) -> Option<&String> {
        if uses_zone {
            self.with_zone.as_ref()
        } else {
            self.base.as_ref()
        }
    }

    /// Whether rows with this hash would be the same; true if it is not known.
    pub(super) fn give_the_rows_of(&self, hash: Option<&String>) -> bool {
        let known = self.base.as_ref().zip(self.with_zone.as_ref()).zip(hash);
        known.is_none_or(|((base, with_zone), hash)| hash == base || hash == with_zone)
    }
}

/// What an input takes the place of.
#[derive(Debug, Default)]
pub(super) struct InputDifference {
    /// Other content that its path brought before.
    pub(super) earlier: Vec<ListedInput>,
    /// The same content, read with other settings.
    pub(super) other_settings: Option<ListedInput>,
    /// Whether that content was read from the same path: only then the events of its rows are known
    /// to be those of the input.
    is_of_path: bool,
}

impl InputDifference {
    /// The difference of a content of a path from the listed inputs.
    pub(super) fn of(
        listed: &ListedInputs,
        path: &str,
        digest: Digest,
        settings: &ReadingSettings,
    ) -> Self {
        let holder = listed.holder(digest);
        let differs = |row: &InputRow| !settings.give_the_rows_of(row.reading_settings.as_ref());
        let earlier = listed.earlier_contents(path, digest).into_iter();
        Self {
            earlier: earlier.cloned().collect(),
            other_settings: holder.filter(|holder| differs(&holder.row)).cloned(),
            is_of_path: holder.is_some_and(|holder| holder.row.path == path),
        }
    }

    /// The difference of standard input: it has no path that could bring other content.
    pub(super) fn of_standard_input(self) -> Self {
        Self {
            earlier: Vec::new(),
            is_of_path: false,
            ..self
        }
    }

    /// Whether there is none.
    pub(super) fn is_none(&self) -> bool {
        self.earlier.is_empty() && self.other_settings.is_none()
    }

    /// The listed inputs that the content takes the place of.
    pub(super) fn outgoing(&self) -> Vec<ListedInput> {
        let rows = self.earlier.iter().chain(&self.other_settings);
        rows.cloned().collect()
    }

    /// The refusal of the input, unless a difference is permitted.
    pub(super) fn refusal(&self, policy: ChangedInput) -> Option<Refusal> {
        let is_replaced = policy == ChangedInput::Replace;
        if let Some(other) = self.other_settings.as_ref()
            && !(is_replaced && self.is_of_path)
        {
            let remedy = if self.is_of_path {
                "with --changed-input replace to read it again with these"
            } else {
                "take that input out with `purchase-etl inputs remove` and ingest this one again"
            };
            return Some(settings_refusal(other, remedy));
        }
        if is_replaced {
            return None;
        }
        let newest = self
            .earlier
            .last()
            .filter(|_| policy == ChangedInput::Refuse)?;
        Some(changed_refusal(newest))
    }
}

/// FILE-CHANGED, with the earlier run and its counts.
fn changed_refusal(earlier: &ListedInput) -> Refusal {
    let counts = earlier.row.counts;
    let message = format!(
        "the path brought other content before: run {} read {} records of it, {} accepted and {} rejected; ingest with --changed-input replace if this file corrects or continues that one, or with --changed-input append if both count",
        earlier.run_id, counts.read, counts.accepted, counts.rejected
    );
    Refusal::new(RuleId::FileChanged, message)
}

/// FILE-SETTINGS-CHANGED, with the earlier run.
fn settings_refusal(earlier: &ListedInput, remedy: &str) -> Refusal {
    let message = format!(
        "run {} ingested the same content from {} with other settings, which give other rows; ingest with the settings of that run (`purchase-etl runs show`), or {remedy}",
        earlier.run_id, earlier.row.path
    );
    Refusal::new(RuleId::FileSettingsChanged, message)
}
