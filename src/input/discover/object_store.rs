//! Discovers inputs in an object store: the URL of an object, of a prefix, or with a pattern in its key.

use glob::Pattern;

use super::super::discovered::{DiscoveredInputs, ExcludedPath, Input, InputLocation};
use super::super::order_events::OrderEvents;
use super::super::refusal::InputError;
use super::glob_pattern::{is_hidden, is_pattern, matches_pattern};
use super::object_tree::ObjectTree;
use crate::storage::{StoreObject, StoreUrl, Stores};

/// The stores that are searched, and how.
#[derive(Clone, Copy)]
pub(super) struct SearchedStore<'a> {
    pub(super) stores: &'a Stores,
    /// The prefix of the lake, which is excluded.
    pub(super) lake: Option<&'a StoreUrl>,
    pub(super) order_events: OrderEvents,
}

/// Adds the objects of an argument to `found`; the prefix of the lake is excluded.
pub(super) fn discover(
    argument: &str,
    url: &StoreUrl,
    searched: SearchedStore<'_>,
    found: &mut DiscoveredInputs,
) -> Result<(), InputError> {
    let SearchedStore {
        stores,
        lake,
        order_events,
    } = searched;
    if lake.is_some_and(|lake| url.is_below(lake)) {
        return Err(InputError::InLake(argument.to_owned()));
    }
    let mut is_named = false;
    let mut tree = ObjectTree {
        stores,
        order_events,
        passed_over: &mut found.passed_over,
    };
    let mut objects = if is_pattern(url.key()) {
        Pattern::new(url.key()).map_err(|source| InputError::Pattern {
            pattern: argument.to_owned(),
            source,
        })?;
        let plain = url.key().split('/').take_while(|name| !is_pattern(name));
        let prefix = plain.collect::<Vec<_>>().join("/");
        let mut objects = without_folder_markers(&tree.matching(url)?, &prefix);
        objects.retain(|object| matches_pattern(url.key(), object.url.key()));
        objects
    } else if let Some(object) = stores.head(url)? {
        is_named = true;
        vec![object]
    } else {
        let mut objects = without_folder_markers(&tree.below(url)?, url.key());
        let below = url.key().len();
        objects.retain(|object| {
            let rest = object.url.key().get(below..).unwrap_or_default();
            !rest.split('/').any(is_hidden)
        });
        objects
    };
    if let Some(lake) = lake {
        let listed = objects.len();
        objects.retain(|object| !object.url.is_below(lake));
        if objects.len() < listed {
            let location = InputLocation::Object(lake.clone());
            found.excluded.push(ExcludedPath::Lake(location));
        }
    }
    let input = |object: StoreObject| Input {
        location: InputLocation::Object(object.url.clone()),
        size_bytes: Some(object.size_bytes),
        modified_micros: Some(object.modified_micros),
        is_named,
        object: Some((stores.clone(), object)),
    };
    found.inputs.extend(objects.into_iter().map(input));
    Ok(())
}

/// Removes the empty objects that store consoles create for folders.
fn without_folder_markers(objects: &[StoreObject], prefix: &str) -> Vec<StoreObject> {
    let is_folder = |at: usize, object: &StoreObject| {
        let key = object.url.key();
        let leads_on = objects.get(at + 1..).is_some_and(|later| {
            later
                .iter()
                .take_while(|next| next.url.key().starts_with(key))
                .any(|next| next.url.key().as_bytes().get(key.len()) == Some(&b'/'))
        });
        object.size_bytes == 0 && (key == prefix || leads_on)
    };
    let kept = objects
        .iter()
        .enumerate()
        .filter(|(at, object)| !is_folder(*at, object));
    kept.map(|(_, object)| object.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, size_bytes: u64) -> StoreObject {
        let url = StoreUrl::parse("s3://b").unwrap().unwrap();
        StoreObject {
            url: url.with_key(key),
            size_bytes,
            modified_micros: 0,
            etag: None,
        }
    }

    #[test]
    fn empty_objects_that_mark_folders_are_excluded() {
        let listed = vec![
            object("d", 0),
            object("d/a.json", 0),
            object("d/x", 0),
            object("d/x-1.json", 5),
            object("d/x/b.json", 7),
        ];
        let left: Vec<String> = without_folder_markers(&listed, "d")
            .iter()
            .map(|object| object.url.key().to_owned())
            .collect();
        assert_eq!(left, ["d/a.json", "d/x-1.json", "d/x/b.json"]);
    }
}
