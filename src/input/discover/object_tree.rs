//! Lists the objects that a prefix or a pattern can match. A level of the tree is listed by itself where
//! that leaves out folders: those that a segment of the pattern does not match, and those of other
//! events of Currents. Below the last such level all objects are listed at once, which takes the fewest
//! requests.

use super::event_type::{
    count_file, count_folder, is_export_folder, other_type_of_path, other_type_of_segment,
};
use super::glob_pattern::{is_pattern, matches_pattern};
use crate::input::discovered::PassedOver;
use crate::input::order_events::OrderEvents;
use crate::storage::{StoreError, StoreLevel, StoreObject, StoreUrl, Stores};

/// A search in one store.
pub(super) struct ObjectTree<'a> {
    pub(super) stores: &'a Stores,
    pub(super) order_events: OrderEvents,
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

    /// All objects below a prefix; the folders of an export of Currents, and a folder that is alone, are
    /// listed one by one.
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
        if folders.len() > 1 && !folders.iter().any(is_export) {
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
        let event_type = other_type_of_segment(folder_name(folder), self.order_events);
        event_type
            .map(|event_type| count_folder(self.passed_over, event_type))
            .is_some()
    }

    fn all(&mut self, url: &StoreUrl, objects: &mut Vec<StoreObject>) -> Result<(), StoreError> {
        let (passed_over, order_events) = (&mut *self.passed_over, self.order_events);
        let listed = self.stores.list_kept(url, &mut |key| {
            let event_type = other_type_of_path(key, order_events);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::ObjectStoreExt;
    use object_store::memory::InMemory;
    use object_store::path::Path;

    use super::*;
    use crate::input::{PassedOverCount, discover};

    const ROOT: &str = "currents/dataexport.eu-01.S3.integration.5f1";

    /// A year of purchases, a file every five minutes, and as many files of other events.
    fn year() -> Stores {
        let store = InMemory::new();
        let put = |key: String| {
            let key = Path::from(key);
            let written = store.put(&key, "x".into());
            futures::executor::block_on(written).unwrap();
        };
        for number in 0..105_120 {
            let (hour, file) = (number / 12, number % 12);
            let (day, hour) = (hour / 24, hour % 24);
            for event_type in ["users.behaviors.Purchase", "users.messages.email.Open"] {
                put(format!(
                    "{ROOT}/event_type={event_type}/date=2026-{day:03}-{hour:02}/version=9/{file}.avro"
                ));
            }
        }
        let url = StoreUrl::parse("s3://bucket").unwrap().unwrap();
        Stores::with_store(&url, Arc::new(store))
    }

    #[test]
    fn a_year_of_currents_is_listed_without_its_other_events() {
        let stores = year();
        let found = |argument: &str| {
            let found = discover(&[argument.to_owned()], &stores, None).unwrap();
            let passed_over = found.passed_over.get("users.messages.email.Open").copied();
            (found.inputs.len(), passed_over.unwrap_or_default())
        };
        let folder = PassedOverCount {
            files: 0,
            folders: 1,
        };
        assert_eq!(found("s3://bucket"), (105_120, folder));
        assert_eq!(found("s3://bucket/currents"), (105_120, folder));
        let hours = "event_type=*/date=2026-011-*";
        let day = format!("s3://bucket/currents/dataexport.*/{hours}");
        assert_eq!(found(&day), (288, folder));
        let purchases = format!("s3://bucket/{ROOT}/event_type=users.behaviors.Purchase");
        let hour = format!("{purchases}/date=2026-364-23");
        assert_eq!(found(&hour), (12, PassedOverCount::default()));
        let file = format!("{purchases}/date=2026-00[01]-05/*/7.avro");
        assert_eq!(found(&file), (2, PassedOverCount::default()));
        // Below two stars every object is listed, and those of other events do not count.
        let files = PassedOverCount {
            files: 105_120,
            folders: 0,
        };
        assert_eq!(found("s3://bucket/**/7.avro"), (8_760, files));
    }
}
