//! The builder of a nullable text column.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, StringBuilder};

/// Builds a nullable text column. Nulls are appended in runs: most records have one of the five
/// identifiers.
#[derive(Debug)]
pub(super) struct OptionalTextBuilder {
    /// Created with the first text: most columns of most chunks have none.
    builder: Option<StringBuilder>,
    rows: usize,
    bytes: usize,
    nulls_due: usize,
}

impl OptionalTextBuilder {
    /// An empty column; the capacity of so many rows and bytes is allocated with the first text.
    pub(super) fn new(rows: usize, bytes: usize) -> Self {
        Self {
            builder: None,
            rows,
            bytes,
            nulls_due: 0,
        }
    }

    /// Appends a text or a null.
    #[inline]
    pub(super) fn push(&mut self, value: Option<&str>) {
        let Some(value) = value else {
            self.nulls_due += 1;
            return;
        };
        let builder = self
            .builder
            .get_or_insert_with(|| StringBuilder::with_capacity(self.rows, self.bytes));
        if self.nulls_due > 0 {
            builder.append_nulls(self.nulls_due);
            self.nulls_due = 0;
        }
        builder.append_value(value);
    }

    /// The column.
    pub(super) fn finish(self) -> ArrayRef {
        let Some(mut builder) = self.builder else {
            return Arc::new(StringArray::new_null(self.nulls_due));
        };
        builder.append_nulls(self.nulls_due);
        Arc::new(builder.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_present_whatever_is_between_the_nulls() {
        let rows = [None, None, Some("a"), Some(""), None, Some("b"), None];
        for count in 0..=rows.len() {
            let rows = &rows[..count];
            let mut column = OptionalTextBuilder::new(2, 1);
            for row in rows {
                column.push(*row);
            }
            let expected: ArrayRef = Arc::new(StringArray::from(rows.to_vec()));
            assert_eq!(&column.finish(), &expected);
        }
    }
}
