//! A nullable text column in the making.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};

/// Nulls are appended in runs: of the five ways to name a buyer most records use one.
#[derive(Debug, Default)]
pub(super) struct OptionalText {
    builder: StringBuilder,
    nulls_due: usize,
}

impl OptionalText {
    /// Appends a text or a null.
    #[inline]
    pub(super) fn push(&mut self, value: Option<&str>) {
        let Some(value) = value else {
            self.nulls_due += 1;
            return;
        };
        if self.nulls_due > 0 {
            self.append_due();
        }
        self.builder.append_value(value);
    }

    fn append_due(&mut self) {
        self.builder.append_nulls(self.nulls_due);
        self.nulls_due = 0;
    }

    /// The column.
    pub(super) fn finish(&mut self) -> ArrayRef {
        self.append_due();
        Arc::new(self.builder.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringArray;

    #[test]
    fn every_row_is_there_whatever_stands_between_the_nulls() {
        let rows = [None, None, Some("a"), Some(""), None, Some("b"), None];
        let mut column = OptionalText::default();
        for row in rows {
            column.push(row);
        }
        let expected: ArrayRef = Arc::new(StringArray::from(rows.to_vec()));
        assert_eq!(&column.finish(), &expected);
        assert_eq!(column.finish().len(), 0);
    }
}
