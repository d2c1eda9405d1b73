//! The discovered inputs of a step; excluded paths are logged.

use crate::input::{DiscoveredInputs, ExcludedPath, Input, InputLocation};
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
