//! Lists the objects that a prefix or a pattern can match. A level of the tree is listed by itself where
//! that leaves out folders: those that a segment of the pattern does not match, and those of other
//! events of Currents. Below the last such level all objects are listed at once, which takes the fewest
//! requests.

use super::event_type::{
    count_file, count_folder, is_export_folder, other_type_of_path, other_type_of_segment,
};
use super::glob_pattern::{is_pattern, matches_pattern};
use crate::input::discovered::PassedOver;
use crate::storage::{StoreError, StoreLevel, StoreObject, StoreUrl, Stores};

/// A search in one store.
pub(super) struct ObjectTree<'a> {
    pub(super) stores: &'a Stores,
    pub(super) passed_over: &'a mut PassedOver,
}

impl ObjectTree<'_> {
    /// The objects whose key can match the pattern in the key of `url`, sorted by key.
    pub(super) fn matching(&mut self, url: &StoreUrl) -> Result<Vec<StoreObject>, StoreError> {
        let segments: Vec<&str> = url
            .key()
            .split('/')
            .filter(|name| !name.is_empty())
            .collect();
        let plain = segments.iter().take_while(|name| !is_pattern(name)).count();
        let (fixed, pattern) = segments.split_at(plain);
        let mut objects = Vec::new();
        self.levels(&url.with_key(&fixed.join("/")), pattern, &mut objects)?;
        objects.sort_by(|one, other| one.url.cmp(&other.url));
        Ok(objects)
    }

    /// The objects below a prefix, sorted by key.
    pub(super) fn below(&mut self, url: &StoreUrl) -> Result<Vec<StoreObject>, StoreError> {
        let mut objects = Vec::new();
        self.exports(url, &mut objects)?;
        objects.sort_by(|one, other| one.url.cmp(&other.url));
        Ok(objects)
    }

    fn levels(
        &mut self,
        url: &StoreUrl,
        pattern: &[&str],
        objects: &mut Vec<StoreObject>,
    ) -> Result<(), StoreError> {
        let Some((segment, rest)) = pattern.split_first() else {
            return self.exports(url, objects);
        };
        if *segment == "**" {
            return self.all(url, objects);
        }
        if !is_pattern(segment) && !rest.is_empty() {
            return self.levels(&joined(url, segment), rest, objects);
        }
        let level = self.stores.list_level(url)?;
        if rest.is_empty() {
            objects.extend(level.objects);
        }
        for folder in level.folders {
            if matches_pattern(segment, folder_name(&folder)) && !self.passes_over(&folder) {
                self.levels(&folder, rest, objects)?;
            }
        }
        Ok(())
    }

    /// All objects below a prefix; the folders of an export of Currents are listed one by one.
    fn exports(
        &mut self,
        url: &StoreUrl,
        objects: &mut Vec<StoreObject>,
    ) -> Result<(), StoreError> {
        let is_purchases = url
            .key()
            .split('/')
            .any(|name| name.starts_with("event_type="));
        if is_purchases {
            return self.all(url, objects);
        }
        let StoreLevel {
            objects: mut found,
            folders,
        } = self.stores.list_level(url)?;
        let is_export = |folder: &StoreUrl| is_export_folder(folder_name(folder));
        if !folders.is_empty() && !folders.iter().any(is_export) {
            return self.all(url, objects);
        }
        objects.append(&mut found);
        for folder in folders {
            if !self.passes_over(&folder) {
                self.exports(&folder, objects)?;
            }
        }
        Ok(())
    }

    fn passes_over(&mut self, folder: &StoreUrl) -> bool {
        let event_type = other_type_of_segment(folder_name(folder));
        event_type
            .map(|event_type| count_folder(self.passed_over, event_type))
            .is_some()
    }

    fn all(&mut self, url: &StoreUrl, objects: &mut Vec<StoreObject>) -> Result<(), StoreError> {
        let passed_over = &mut *self.passed_over;
        let listed = self.stores.list_kept(url, &mut |key| {
            let event_type = other_type_of_path(key);
            event_type
                .map(|event_type| count_file(passed_over, event_type))
                .is_none()
        })?;
        objects.extend(listed);
        Ok(())
    }
}

fn folder_name(folder: &StoreUrl) -> &str {
    folder.key().rsplit('/').next().unwrap_or_default()
}

fn joined(url: &StoreUrl, segment: &str) -> StoreUrl {
    if url.key().is_empty() {
        url.with_key(segment)
    } else {
        url.with_key(&format!("{}/{segment}", url.key()))
    }
}
