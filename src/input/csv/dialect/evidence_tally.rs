//! Counts the values of a column that support one reading or the other.

use super::super::columns::{ColumnRole, CsvValueType};
use super::super::refusal::{CsvRefusal, EvidenceValue, TextPosition};
use super::delimiter_candidate::{DelimiterCandidate, for_each_row};
use super::layout::ColumnPlan;
use super::notes::DetectionNotes;
use super::sample::CsvSample;

/// The context that all columns of a file share.
pub(super) struct DetectionContext<'a> {
    pub(super) sample: &'a CsvSample<'a>,
    pub(super) split: &'a DelimiterCandidate,
    pub(super) roles: &'static [ColumnRole],
    pub(super) is_portuguese: bool,
    /// Whether ambiguous numbers have a decimal point.
    pub(super) has_decimal_point: bool,
}

impl DetectionContext<'_> {
    /// The positions of the columns whose value type `accepts` accepts.
    pub(super) fn columns_of(
        &self,
        plans: &[ColumnPlan],
        accepts: fn(CsvValueType) -> bool,
    ) -> Vec<usize> {
        let has_wanted_type = |plan: &ColumnPlan| {
            plan.role
                .and_then(|role| self.roles.get(role))
                .is_some_and(|role| accepts(role.value_type))
        };
        (0..plans.len())
            .filter(|position| has_wanted_type(&plans[*position]))
            .collect()
    }

    /// Visits the values of some columns in the rows that are as wide as the header.
    pub(super) fn for_each_value(
        &self,
        columns: &[usize],
        mut visit: impl FnMut(usize, &str, TextPosition),
    ) {
        let DelimiterCandidate {
            delimiter,
            header,
            body,
            ..
        } = self.split;
        if columns.is_empty() {
            return;
        }
        for_each_row(self.sample, *delimiter, *body, |row| {
            let Some(row) = row.ok().filter(|row| row.fields().len() == header.len()) else {
                return;
            };
            for (index, column) in columns.iter().enumerate() {
                if let Some(value) = row.get(*column) {
                    visit(index, value, row.at());
                }
            }
        });
    }
}

/// The number of values that support a reading, and the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct EvidenceTally {
    count: u64,
    first: Option<EvidenceValue>,
}

impl EvidenceTally {
    pub(super) fn add(&mut self, value: &str, at: TextPosition) {
        self.count += 1;
        self.first
            .get_or_insert_with(|| EvidenceValue::new(value, at));
    }

    pub(super) fn first(&self) -> Option<&EvidenceValue> {
        self.first.as_ref()
    }
}

/// The share of contradicting values that are treated as errors of the file: 1 in this many.
const MAX_SLIPS_ONE_IN: u64 = 100;

/// The reading that the values of a column support; `None` without evidence.
///
/// # Errors
/// Both readings are supported, and neither by nearly all values.
pub(super) fn choose_reading<T>(
    value_type: CsvValueType,
    column: &str,
    first: (&EvidenceTally, T),
    second: (&EvidenceTally, T),
    notes: &mut DetectionNotes,
) -> Result<Option<(T, EvidenceValue)>, CsvRefusal> {
    let ((more, reading), (less, _)) = if first.0.count >= second.0.count {
        (first, second)
    } else {
        (second, first)
    };
    let Some(value) = more.first.clone() else {
        return Ok(None);
    };
    if let Some(other) = less.first.clone() {
        if less.count * MAX_SLIPS_ONE_IN > more.count + less.count {
            return Err(CsvRefusal::Ambiguous {
                value_type,
                column: column.to_owned(),
                value,
                other: Some(other),
            });
        }
        let count = less.count;
        notes.warnings.push(format!(
            "column {column:?}: {count} value(s) contradict the others, the first is {other}"
        ));
    }
    Ok(Some((reading, value)))
}
