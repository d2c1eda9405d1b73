//! Resolves arguments (files, folders, globs, `-`, URLs of object stores) into a list of inputs.

mod event_type;
mod glob_pattern;
mod local;
mod object_store;
mod object_tree;

use std::collections::HashSet;

use super::discovered::{DiscoveredInputs, Input, InputLocation};
use super::order_events::OrderEvents;
use super::refusal::InputError;
use crate::storage::{StoreUrl, Stores};

pub(super) use local::modified_micros;

/// Finds the inputs as [`discover_present`] does; each argument must match one.
///
/// # Errors
/// An argument matches nothing, is inside the lake, or cannot be listed.
pub fn discover(
    arguments: &[String],
    stores: &Stores,
    lake: Option<&InputLocation>,
) -> Result<DiscoveredInputs, InputError> {
    let found = discover_present(arguments, stores, lake, OrderEvents::Skip)?;
    match found.missing.first() {
        Some(argument) => Err(InputError::NotFound(argument.clone())),
        None => Ok(found),
    }
}

/// Finds the inputs. Folders and key prefixes are searched recursively, without entries whose name
/// begins with `.` or `_`, as is usual for partitioned folders, and without the contents of the target
/// `lake`, and without those of other events of Currents, which their folder names; custom events are
/// others unless `order_events` are read.
///
/// # Errors
/// An argument is inside the lake, or cannot be listed.
pub fn discover_present(
    arguments: &[String],
    stores: &Stores,
    lake: Option<&InputLocation>,
    order_events: OrderEvents,
) -> Result<DiscoveredInputs, InputError> {
    let mut all = DiscoveredInputs::default();
    for argument in arguments {
        let mut found = discover_one(argument, stores, lake, order_events)?;
        found.inputs.sort_by(|a, b| a.location.cmp(&b.location));
        if found.inputs.is_empty() {
            all.missing.push(argument.clone());
        }
        all.inputs.append(&mut found.inputs);
        all.excluded.append(&mut found.excluded);
        for (event_type, count) in found.passed_over {
            all.passed_over.entry(event_type).or_default().add(count);
        }
    }
    let mut seen = HashSet::new();
    all.inputs
        .retain(|input| seen.insert(input.location.clone()));
    Ok(all)
}

fn discover_one(
    argument: &str,
    stores: &Stores,
    lake: Option<&InputLocation>,
    order_events: OrderEvents,
) -> Result<DiscoveredInputs, InputError> {
    let mut found = DiscoveredInputs::default();
    if argument == "-" {
        found.inputs.push(Input::at(InputLocation::Stdin));
        return Ok(found);
    }
    let (mut folder, mut prefix) = (None, None);
    match lake {
        Some(InputLocation::File(lake)) => folder = Some(lake.as_path()),
        Some(InputLocation::Object(lake)) => prefix = Some(lake),
        Some(InputLocation::Stdin) | None => {}
    }
    if let Some(url) = StoreUrl::parse(argument)? {
        let searched = object_store::SearchedStore {
            stores,
            lake: prefix,
            order_events,
        };
        object_store::discover(argument, &url, searched, &mut found)?;
    } else {
        local::discover(argument, folder, order_events, &mut found)?;
    }
    Ok(found)
}
