//! Sets or removes the time zone of a lake: a table and a zone come in, a version with the property
//! goes out. No data file is changed, and older versions keep the zone that they had.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use deltalake::kernel::MetadataExt;
use deltalake::table::state::DeltaTableState;
use serde::Serialize;

use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit};
use crate::lake::table::loaded_state;
use crate::lake::timezone::{TIMEZONE_PROPERTY, TimezoneProperty};
use crate::lake::{Lake, LakeError, TableSpec};

/// The time zone of a lake before and after a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimezoneReport {
    /// The table with the property.
    pub table: String,
    /// The zone before, as it was stored; null if it was not set.
    pub before: Option<String>,
    /// The zone after; null if it is not set.
    pub timezone: Option<String>,
    /// The version that has it first; null if nothing changed.
    pub committed_version: Option<i64>,
}

impl Lake {
    /// Sets the time zone of a table in one commit, or removes it if `zone` is `None`. A table that
    /// has the zone is not changed.
    ///
    /// # Errors
    /// [`LakeError::NoTable`], [`LakeError::SchemaDiffers`], [`LakeError::Conflict`] if all attempts
    /// conflicted with other writers, or an error of the store.
    pub fn set_timezone(
        &self,
        spec: &TableSpec,
        zone: Option<Tz>,
        run_id: &str,
    ) -> Result<TimezoneReport, LakeError> {
        let wanted = zone.map(|zone| zone.name().to_owned());
        let mut before = None;
        let identity = CommitIdentity::of_properties(spec, run_id);
        let committed = self.commit(&identity, &mut |table| {
            let state = loaded_state(spec.name, table)?;
            let found = TimezoneProperty::of(spec.name, state);
            before = found.map(|property| property.text().to_owned());
            if before == wanted {
                return Ok(None);
            }
            Ok::<_, LakeError>(Some(planned(spec, state, wanted.as_deref())?))
        })?;
        Ok(TimezoneReport {
            table: spec.name.to_owned(),
            before,
            timezone: wanted,
            committed_version: committed.version(),
        })
    }
}

/// The commit that gives the metadata this zone; everything else in them stays.
fn planned(
    spec: &TableSpec,
    state: &DeltaTableState,
    zone: Option<&str>,
) -> Result<PlannedCommit, LakeError> {
    let (key, metadata) = (TIMEZONE_PROPERTY.to_owned(), state.metadata().clone());
    let properties = zone.map(|zone| (key.clone(), zone.to_owned()));
    let metadata = match zone {
        Some(zone) => metadata.add_config_key(key, zone.to_owned()),
        None => metadata.remove_config_key(&key),
    };
    let failed = LakeError::delta("set the time zone of", spec.name);
    let metadata = metadata.map_err(|error| failed(error.into()))?;
    let properties: BTreeMap<String, String> = properties.into_iter().collect();
    Ok(PlannedCommit {
        metadata: Some(metadata),
        ..PlannedCommit::new(CommitOperation::SetProperties { properties })
    })
}
