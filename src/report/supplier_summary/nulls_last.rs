//! Optional values in the order of the summary.

/// An optional value that sorts last when it is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NullsLast<T> {
    is_null: bool,
    pub(super) value: Option<T>,
}

impl<T> From<Option<T>> for NullsLast<T> {
    fn from(value: Option<T>) -> Self {
        Self {
            is_null: value.is_none(),
            value,
        }
    }
}
