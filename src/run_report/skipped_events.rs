//! The events of a run that are no rows, by name.

use std::collections::BTreeMap;

use serde::Serialize;

/// Names that are counted one by one; a shop has some dozens. Names come from inputs, and would otherwise
/// take as much memory as these.
const MAX_NAMES: usize = 100;

/// The key of the events with other names.
const OTHER_NAMES: &str = "(other names)";

/// The number of skipped events by their name or, of Currents, their type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SkippedEvents(BTreeMap<String, u64>);

impl SkippedEvents {
    /// Counts events of a name.
    pub fn add(&mut self, name: &str, count: u64) {
        if let Some(known) = self.0.get_mut(name) {
            *known += count;
        } else if self.0.len() < MAX_NAMES {
            self.0.insert(name.to_owned(), count);
        } else {
            *self.0.entry(OTHER_NAMES.to_owned()).or_default() += count;
        }
    }

    /// Adds those of another part of the run.
    pub fn add_all(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            self.add(name, *count);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names and their counts, in the order of the names.
    pub fn by_name(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_is_lost_beyond_the_names_that_are_kept() {
        for names in [MAX_NAMES - 1, MAX_NAMES, MAX_NAMES + 1, 2 * MAX_NAMES] {
            let mut events = SkippedEvents::default();
            for name in (0..names).chain(0..names) {
                events.add(&name.to_string(), 2);
            }
            let mut twice = events.clone();
            twice.add_all(&events);
            let total: u64 = twice.by_name().map(|(_, count)| count).sum();
            assert_eq!(total, 8 * names as u64);
            assert_eq!(twice.by_name().count(), names.min(MAX_NAMES + 1));
        }
    }
}
