//! The time zone of a command whose options set none: that of its lake, or else UTC. In: a lake. Out:
//! its zone, and what to say if its inputs were read in another one.

use chrono_tz::Tz;

use super::tables::OpenedTable;
use crate::ingest::purchases::purchases_spec;
use crate::lake::{Lake, LakeError};
use crate::report::{PurchaseFile, SeriesRequest};
use crate::storage::error_text;
use crate::values::{is_same_timezone, parse_timezone};

/// What a command does in UTC because nothing sets its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnsetTimezone {
    /// Reads times without an offset.
    Reading,
    /// Counts days and hours.
    Counting,
}

/// The time zone of the newest version of a lake, if it is set.
pub(super) fn lake_timezone(lake: &Lake) -> Result<Option<Tz>, LakeError> {
    let property = lake.timezone(purchases_spec().name)?;
    property.map(|property| property.zone()).transpose()
}

/// The request of a series with the time zone of the lake at the version of this table, if the request
/// has none.
pub(super) fn in_lake_timezone(
    request: &SeriesRequest,
    table: Option<&OpenedTable<PurchaseFile>>,
) -> Result<SeriesRequest, LakeError> {
    let mut request = request.clone();
    if let (None, Some(table)) = (&request.timezone, table) {
        request.timezone = table.timezone()?.map(|zone| zone.name().to_owned());
    }
    Ok(request)
}

/// Logs the note on a series whose days are those of UTC because nothing sets its zone.
pub(super) fn warn_of_unset_timezone(lake: &Lake) {
    let kinds = [purchases_spec().name];
    match unset_timezone_note(lake, &kinds, UnsetTimezone::Counting) {
        Ok(note) => note.into_iter().for_each(|note| tracing::warn!("{note}")),
        // The answer does not depend on the table of inputs.
        Err(error) => tracing::warn!(
            "days are counted in UTC; the zone of the inputs cannot be read: {}",
            error_text(&error)
        ),
    }
}

/// The note on a command that works in UTC although inputs of these record kinds were read in another
/// zone, so that its days are most likely not those of the shop; none if there are no such inputs.
pub(super) fn unset_timezone_note(
    lake: &Lake,
    kinds: &[&str],
    unset: UnsetTimezone,
) -> Result<Option<String>, LakeError> {
    let Some(others) = OtherTimezones::of(lake, kinds, Tz::UTC)? else {
        return Ok(None);
    };
    let (does, option) = match unset {
        UnsetTimezone::Reading => ("times without an offset are read", "--default-timezone"),
        UnsetTimezone::Counting => ("days are counted", "--timezone"),
    };
    let OtherTimezones { text, most } = others;
    // An older version is read, and what is set later does not change it.
    let (why, remedy) = if lake_timezone(lake)?.is_some() {
        ("this version has no time zone", String::new())
    } else {
        let set = format!(
            "set that of the lake with `purchase-etl lake set --lake {} --timezone {most}`, or ",
            lake.location()
        );
        ("no time zone is set", set)
    };
    Ok(Some(format!(
        "{does} in UTC, because {why}, but {text}: {remedy}use {option}"
    )))
}

/// Inputs that were read in another zone than one that is expected.
pub(super) struct OtherTimezones {
    /// The numbers of inputs with their zones.
    pub(super) text: String,
    /// The zone of most of them.
    pub(super) most: String,
}

impl OtherTimezones {
    /// The inputs of these record kinds that were read in another zone than `expected`; none if
    /// there are none. Those whose zone is not known do not count.
    pub(super) fn of(lake: &Lake, kinds: &[&str], expected: Tz) -> Result<Option<Self>, LakeError> {
        let is_other =
            |zone: &str| !parse_timezone(zone).is_ok_and(|zone| is_same_timezone(zone, expected));
        let mut others = lake.input_timezones(kinds)?;
        others.retain(|zone, _| is_other(zone));
        let Some((most, _)) = others.iter().max_by_key(|(_, inputs)| **inputs) else {
            return Ok(None);
        };
        let numbers = others.iter().map(|(zone, &inputs)| {
            let were = if inputs == 1 {
                "input was"
            } else {
                "inputs were"
            };
            format!("{inputs} {were} read in {zone}")
        });
        Ok(Some(Self {
            text: numbers.collect::<Vec<_>>().join(" and "),
            most: most.clone(),
        }))
    }
}
