//! The inputs of a step: what discovery has found comes in; the inputs go out, and what was left
//! out is logged.

use crate::input::{Found, Input, LeftOut, Location};
use crate::lake::Lake;

/// The lake as a place that holds no inputs.
pub(super) fn place_of(lake: &Lake) -> Option<Location> {
    let directory = lake.local_path().map(ToOwned::to_owned);
    let store = || lake.store_url().cloned();
    directory
        .map(Location::File)
        .or_else(|| store().map(Location::Object))
}

/// The inputs. That the lake lies among them may be meant; a pipe in a folder hardly is.
pub(super) fn logged(found: Found) -> Vec<Input> {
    for left_out in &found.left_out {
        match left_out {
            LeftOut::Lake(_) => tracing::info!("{left_out}"),
            LeftOut::Pipe(_) => tracing::warn!("{left_out}"),
        }
    }
    found.inputs
}
