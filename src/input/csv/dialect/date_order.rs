//! Detects the date order of each column of dates or times; the rules are in [`dialect`](super).

use super::super::columns::CsvValueType;
use super::super::refusal::CsvRefusal;
use super::evidence_tally::{DetectionContext, EvidenceTally, choose_reading};
use super::layout::ColumnPlan;
use super::notes::DetectionNotes;
use crate::values::pt_br::{DateEvidence, DateOrder, DecimalSign, date_evidence};

/// The evidence of the dates of one column.
#[derive(Clone, Debug, Default)]
struct DateOrderEvidence {
    day_first: EvidenceTally,
    month_first: EvidenceTally,
    /// Such as `05/04/2024`.
    either: EvidenceTally,
    iso: EvidenceTally,
}

/// Sets the date order of every column of dates. The decimal signs must be set.
pub(super) fn detect_date_orders(
    context: &DetectionContext<'_>,
    user_choice: Option<DateOrder>,
    plans: &mut [ColumnPlan],
    notes: &mut DetectionNotes,
) -> Result<(), CsvRefusal> {
    let mut columns = context.columns_of(plans, CsvValueType::has_date_order);
    columns.retain(|column| {
        let Some(format) = &plans[*column].format else {
            return true;
        };
        let what = format!("date format of {:?}", plans[*column].header);
        notes.record_decision(what, format, "--map", None);
        false
    });
    if let Some(order) = user_choice {
        for column in columns {
            plans[column].date_order = order;
            notes.record_decision(
                decision_name(&plans[column]),
                order_name(order),
                "--date-order",
                None,
            );
        }
        return Ok(());
    }
    let mut seen = vec![DateOrderEvidence::default(); columns.len()];
    context.for_each_value(&columns, |index, value, at| {
        let dates = &mut seen[index];
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
    let is_day_first_likely = context.is_portuguese || has_decimal_comma;
    for (column, dates) in columns.into_iter().zip(seen) {
        decide_order(&dates, is_day_first_likely, &mut plans[column], notes)?;
    }
    Ok(())
}

fn decide_order(
    dates: &DateOrderEvidence,
    is_day_first_likely: bool,
    plan: &mut ColumnPlan,
    notes: &mut DetectionNotes,
) -> Result<(), CsvRefusal> {
    use DateOrder::{DayFirst, MonthFirst, YearFirst};
    let value_type = CsvValueType::Timestamp;
    let DateOrderEvidence {
        day_first,
        month_first,
        either,
        iso,
    } = dates;
    let decided = choose_reading(
        value_type,
        &plan.header,
        (day_first, DayFirst),
        (month_first, MonthFirst),
        notes,
    )?;
    let (order, why, because) = match (decided, either.first()) {
        (Some((order, value)), _) => (order, "the value is unambiguous", Some(value)),
        (None, Some(value)) if is_day_first_likely => {
            let header = &plan.header;
            notes.warnings.push(format!(
                "column {header:?}: {value} is read day first, as usual with Portuguese headers \
                 or a decimal comma; no value confirms it (see --date-order)"
            ));
            (
                DayFirst,
                "usual with Portuguese headers or a decimal comma",
                Some(value.clone()),
            )
        }
        (None, Some(value)) => {
            return Err(CsvRefusal::Ambiguous {
                value_type,
                column: plan.header.clone(),
                value: value.clone(),
                other: None,
            });
        }
        (None, None) => (YearFirst, "only ISO 8601 dates", iso.first().cloned()),
    };
    plan.date_order = order;
    notes.record_decision(decision_name(plan), order_name(order), why, because);
    Ok(())
}

fn decision_name(plan: &ColumnPlan) -> String {
    format!("date order of {:?}", plan.header)
}

fn order_name(order: DateOrder) -> &'static str {
    match order {
        DateOrder::YearFirst => "year first",
        DateOrder::DayFirst => "day first",
        DateOrder::MonthFirst => "month first",
    }
}
