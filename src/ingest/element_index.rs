//! Where a record would be in a request to `/users/track`: its array, and its index there.

/// The array of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementArray {
    /// `purchases`
    Purchases,
    /// `events`
    Events,
}

/// The place of a record in its array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementIndex {
    /// The array.
    pub array: ElementArray,
    /// The position among the elements of the array, from 0.
    pub index: u64,
}

/// The numbers of elements of both arrays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ElementCounts {
    purchases: u64,
    events: u64,
}

impl ElementCounts {
    /// Counts an element, and returns its place.
    pub(super) fn add_element(&mut self, array: ElementArray) -> ElementIndex {
        let count = match array {
            ElementArray::Purchases => &mut self.purchases,
            ElementArray::Events => &mut self.events,
        };
        let index = *count;
        *count += 1;
        ElementIndex { array, index }
    }

    /// Adds the elements of another part of the input.
    pub(super) fn add(&mut self, other: Self) {
        let Self { purchases, events } = other;
        self.purchases += purchases;
        self.events += events;
    }

    /// A place in a part of the input that comes after these elements.
    pub(super) fn after(self, place: ElementIndex) -> ElementIndex {
        let before = match place.array {
            ElementArray::Purchases => self.purchases,
            ElementArray::Events => self.events,
        };
        ElementIndex {
            index: before + place.index,
            ..place
        }
    }
}
