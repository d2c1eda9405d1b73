//! The inputs of a step: what discovery has found comes in; the inputs go out, and what was left
//! out is logged.

use crate::input::{DiscoveredInputs, ExcludedPath, Input, InputLocation};
use crate::lake::Lake;

/// The lake as a place that holds no inputs.
pub(super) fn lake_location(lake: &Lake) -> Option<InputLocation> {
    let directory = lake.local_path().map(ToOwned::to_owned);
    let store = || lake.store_url().cloned();
    directory
        .map(InputLocation::File)
        .or_else(|| store().map(InputLocation::Object))
}

/// The inputs. That the lake lies among them may be meant; a pipe in a folder hardly is.
pub(super) fn log_omitted_inputs(found: DiscoveredInputs) -> Vec<Input> {
    for excluded in &found.excluded {
        match excluded {
            ExcludedPath::Lake(_) => tracing::info!("{excluded}"),
            ExcludedPath::Pipe(_) => tracing::warn!("{excluded}"),
        }
    }
    found.inputs
}
