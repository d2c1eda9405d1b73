//! The time zone of a lake: a property of a table, read at one version.
//!
//! Refused: a value that is not the name of a zone, which only another program can have set.

use chrono_tz::Tz;
use deltalake::table::state::DeltaTableState;

use super::{Lake, LakeError};
use crate::values::parse_timezone;

/// The key of the property in the metadata of the table. Delta keeps keys without the prefix
/// `delta.` as they are; the name is stored, so it does not change.
pub(super) const TIMEZONE_PROPERTY: &str = "purchase-etl.timezone";

/// The time zone that a version of a table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimezoneProperty {
    table: String,
    text: String,
}

impl TimezoneProperty {
    /// The property of a loaded table, if it is set.
    pub(super) fn of(table: &str, state: &DeltaTableState) -> Option<Self> {
        let text = state.metadata().configuration().get(TIMEZONE_PROPERTY)?;
        Some(Self {
            table: table.to_owned(),
            text: text.clone(),
        })
    }

    /// The value as it is stored.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The zone.
    ///
    /// # Errors
    /// [`LakeError::LogDamaged`] if the value is not the name of a zone.
    pub fn zone(&self) -> Result<Tz, LakeError> {
        parse_timezone(&self.text).map_err(|unknown| LakeError::LogDamaged {
            table: self.table.clone(),
            file: "its metadata".to_owned(),
            reason: format!(
                "the property {TIMEZONE_PROPERTY} is {:?}, but {unknown}; set it with `purchase-etl lake set --timezone ZONE`",
                self.text
            ),
        })
    }
}

impl Lake {
    /// The time zone of the newest version of a table; `None` if it is not set, or if there is no
    /// such table.
    ///
    /// # Errors
    /// As [`Lake::snapshot`].
    pub fn timezone(&self, table: &str) -> Result<Option<TimezoneProperty>, LakeError> {
        let handle = match self.open(table, None) {
            Err(LakeError::NoTable { .. }) => return Ok(None),
            opened => opened?,
        };
        let state = super::table::loaded_state(table, &handle)?;
        Ok(TimezoneProperty::of(table, state))
    }
}
