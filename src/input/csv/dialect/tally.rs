//! Counting the values of a column that speak for one reading or for the other.

use super::super::columns::{ColumnForm, Role};
use super::super::refusal::{At, CsvRefusal, Sighting};
use super::split::{Split, each_row};
use super::{ColumnPlan, Notes, Sample};

/// What all columns of a file share.
pub(super) struct Scene<'a> {
    pub(super) sample: &'a Sample<'a>,
    pub(super) split: &'a Split,
    pub(super) roles: &'static [Role],
    pub(super) is_portuguese: bool,
    /// Whether numbers that say nothing have a decimal point.
    pub(super) has_decimal_point: bool,
}

impl Scene<'_> {
    /// The columns whose field has a form that `wanted` accepts, by position.
    pub(super) fn columns_of(
        &self,
        plans: &[ColumnPlan],
        wanted: fn(ColumnForm) -> bool,
    ) -> Vec<usize> {
        let is_wanted = |plan: &ColumnPlan| {
            plan.role
                .and_then(|role| self.roles.get(role))
                .is_some_and(|role| wanted(role.form))
        };
        (0..plans.len())
            .filter(|position| is_wanted(&plans[*position]))
            .collect()
    }

    /// Shows the values of some columns in the rows that are as wide as the header.
    pub(super) fn each_value(&self, columns: &[usize], mut look: impl FnMut(usize, &str, At)) {
        let Split {
            delimiter,
            header,
            body,
            ..
        } = self.split;
        if columns.is_empty() {
            return;
        }
        each_row(self.sample, *delimiter, *body, |row| {
            let Some(row) = row.ok().filter(|row| row.fields().len() == header.len()) else {
                return;
            };
            for (place, column) in columns.iter().enumerate() {
                if let Some(value) = row.get(*column) {
                    look(place, value, row.at());
                }
            }
        });
    }
}

/// How many values speak for a reading, and the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    count: u64,
    first: Option<Sighting>,
}

impl Tally {
    pub(super) fn add(&mut self, value: &str, at: At) {
        self.count += 1;
        self.first.get_or_insert_with(|| Sighting::new(value, at));
    }

    pub(super) fn first(&self) -> Option<&Sighting> {
        self.first.as_ref()
    }
}

/// The share of values that may contradict the others and be taken for slips: 1 in this many.
const SLIPS_ONE_IN: u64 = 100;

/// Which of two readings the values of a column speak for: `None` when none speaks.
///
/// # Errors
/// Refused when both are spoken for and neither by nearly all values.
pub(super) fn decide<T>(
    form: ColumnForm,
    column: &str,
    first: (&Tally, T),
    second: (&Tally, T),
    notes: &mut Notes,
) -> Result<Option<(T, Sighting)>, CsvRefusal> {
    let ((more, reading), (less, _)) = if first.0.count >= second.0.count {
        (first, second)
    } else {
        (second, first)
    };
    let Some(value) = more.first.clone() else {
        return Ok(None);
    };
    if let Some(other) = less.first.clone() {
        if less.count * SLIPS_ONE_IN > more.count + less.count {
            return Err(CsvRefusal::ambiguous(form, column, value, Some(other)));
        }
        let count = less.count;
        notes.warnings.push(format!(
            "column {column:?}: {count} value(s) contradict the others, the first is {other}"
        ));
    }
    Ok(Some((reading, value)))
}
