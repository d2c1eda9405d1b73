//! The date order of each column of dates or times; the table is in [`dialect`](super).

use super::super::columns::ColumnForm;
use super::super::refusal::CsvRefusal;
use super::tally::{Scene, Tally, decide};
use super::{ColumnPlan, Notes};
use crate::values::pt_br::{DateEvidence, DateOrder, DecimalSign, date_evidence};

/// What the dates of one column say.
#[derive(Clone, Debug, Default)]
struct Dates {
    day_first: Tally,
    month_first: Tally,
    /// Such as `05/04/2024`.
    either: Tally,
    iso: Tally,
}

/// Sets the order of every column of dates. The decimal signs must have been settled.
pub(super) fn settle(
    scene: &Scene<'_>,
    choice: Option<DateOrder>,
    plans: &mut [ColumnPlan],
    notes: &mut Notes,
) -> Result<(), CsvRefusal> {
    let columns = scene.columns_of(plans, ColumnForm::has_date_order);
    if let Some(order) = choice {
        for column in columns {
            plans[column].date_order = order;
            notes.decided(what(&plans[column]), name(order), "--date-order", None);
        }
        return Ok(());
    }
    let mut seen = vec![Dates::default(); columns.len()];
    scene.each_value(&columns, |place, value, at| {
        let dates = &mut seen[place];
        match date_evidence(value) {
            DateEvidence::DayFirst => dates.day_first.add(value, at),
            DateEvidence::MonthFirst => dates.month_first.add(value, at),
            DateEvidence::EitherOrder => dates.either.add(value, at),
            DateEvidence::Iso => dates.iso.add(value, at),
            DateEvidence::NotDate => {}
        }
    });
    let has_decimal_comma = plans
        .iter()
        .any(|plan| plan.decimal_is_proven && plan.decimal == DecimalSign::Comma);
    let is_day_first_likely = scene.is_portuguese || has_decimal_comma;
    for (column, dates) in columns.into_iter().zip(seen) {
        order_of(&dates, is_day_first_likely, &mut plans[column], notes)?;
    }
    Ok(())
}

fn order_of(
    dates: &Dates,
    is_day_first_likely: bool,
    plan: &mut ColumnPlan,
    notes: &mut Notes,
) -> Result<(), CsvRefusal> {
    use DateOrder::{DayFirst, MonthFirst, YearFirst};
    let form = ColumnForm::Timestamp;
    let Dates {
        day_first,
        month_first,
        either,
        iso,
    } = dates;
    let decided = decide(
        form,
        &plan.header,
        (day_first, DayFirst),
        (month_first, MonthFirst),
        notes,
    )?;
    let (order, why, because) = match (decided, either.first()) {
        (Some((order, value)), _) => (order, "the value has only one reading", Some(value)),
        (None, Some(value)) if is_day_first_likely => {
            let header = &plan.header;
            notes.warnings.push(format!(
                "column {header:?}: {value} is read day first, as is usual with \
                 Portuguese headers or a decimal comma; no value proves it (see --date-order)"
            ));
            (
                DayFirst,
                "usual with Portuguese headers or a decimal comma",
                Some(value.clone()),
            )
        }
        (None, Some(value)) => {
            return Err(CsvRefusal::ambiguous(
                form,
                &plan.header,
                value.clone(),
                None,
            ));
        }
        (None, None) => (YearFirst, "no date but ISO 8601", iso.first().cloned()),
    };
    plan.date_order = order;
    notes.decided(what(plan), name(order), why, because);
    Ok(())
}

fn what(plan: &ColumnPlan) -> String {
    format!("date order of {:?}", plan.header)
}

fn name(order: DateOrder) -> &'static str {
    match order {
        DateOrder::YearFirst => "year first",
        DateOrder::DayFirst => "day first",
        DateOrder::MonthFirst => "month first",
    }
}
