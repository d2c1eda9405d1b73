//! The discovered inputs of a step; excluded paths are logged.

use crate::input::{DiscoveredInputs, ExcludedPath, Input, InputError, InputLocation, discover};
use crate::lake::Lake;
use crate::storage::Stores;

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

/// The inputs of each argument, and the arguments that match nothing, for a plan.
pub(super) fn plan_inputs(
    arguments: &[String],
    stores: &Stores,
    lake: Option<&InputLocation>,
) -> Result<(Vec<Input>, Vec<String>), InputError> {
    let (mut inputs, mut missing) = (Vec::new(), Vec::new());
    for argument in arguments {
        match discover(std::slice::from_ref(argument), stores, lake) {
            Ok(found) => inputs.extend(log_omitted_inputs(found)),
            Err(InputError::NotFound(argument)) => missing.push(argument),
            Err(error) => return Err(error),
        }
    }
    Ok((inputs, missing))
}
