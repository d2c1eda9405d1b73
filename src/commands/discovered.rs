//! The discovered inputs of a step; excluded paths are logged.

use crate::input::{
    DiscoveredInputs, ExcludedPath, Input, InputLocation, PassedOver, PassedOverCount,
    escape_unprintable,
};
use crate::lake::Lake;

/// The location of the lake, which contains no inputs.
pub fn lake_location(lake: &Lake) -> Option<InputLocation> {
    let directory = lake.local_path().map(ToOwned::to_owned);
    let store = || lake.store_url().cloned();
    directory
        .map(InputLocation::File)
        .or_else(|| store().map(InputLocation::Object))
}

/// Returns the inputs and logs excluded paths. A lake among the inputs may be intended; a pipe in a
/// folder is not.
pub fn log_omitted_inputs(found: DiscoveredInputs) -> Vec<Input> {
    for excluded in &found.excluded {
        match excluded {
            ExcludedPath::Lake(_) => tracing::info!("{excluded}"),
            ExcludedPath::Pipe(_) => tracing::warn!("{excluded}"),
        }
    }
    found.inputs
}

/// Logs the number of files with other events than purchases, by the type of the events.
pub(super) fn log_passed_over(passed_over: &PassedOver) {
    for line in passed_over_lines(passed_over) {
        tracing::info!("{line}");
    }
}

/// A line for each type of events that was passed over.
pub(super) fn passed_over_lines(passed_over: &PassedOver) -> Vec<String> {
    let line = |(event_type, count): (&String, &PassedOverCount)| {
        let PassedOverCount { files, folders } = count;
        let what = match (files, folders) {
            (files, 0) => format!("{files} files"),
            (0, folders) => format!("{folders} folders"),
            (files, folders) => format!("{files} files and {folders} folders"),
        };
        let event_type = escape_unprintable(event_type);
        format!("passed over {what} of other events ({event_type})")
    };
    passed_over.iter().map(line).collect()
}
