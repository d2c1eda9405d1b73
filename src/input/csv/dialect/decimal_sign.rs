//! Detects the decimal sign of each column of decimals; the rules are in [`dialect`](super).

use super::super::columns::CsvValueType;
use super::super::delimiter::Delimiter;
use super::super::refusal::{CsvRefusal, EvidenceValue};
use super::evidence_tally::{DetectionContext, EvidenceTally};
use super::layout::ColumnPlan;
use super::notes::DetectionNotes;
use crate::values::pt_br::{DecimalSign, NumberEvidence, number_evidence};

/// The evidence of the numbers of one column.
#[derive(Clone, Debug, Default)]
struct DecimalEvidence {
    point: EvidenceTally,
    comma: EvidenceTally,
    /// Such as `1.234`: a fraction or more than a thousand.
    one_point: EvidenceTally,
    /// Such as `1,234`: a fraction or more than a thousand.
    one_comma: EvidenceTally,
}

/// Sets the decimal sign of every column of decimals.
pub(super) fn detect_decimal_signs(
    context: &DetectionContext<'_>,
    user_choice: Option<DecimalSign>,
    plans: &mut [ColumnPlan],
    notes: &mut DetectionNotes,
) -> Result<(), CsvRefusal> {
    let columns = context.columns_of(plans, CsvValueType::has_decimal_sign);
    if let Some(sign) = user_choice {
        for column in columns {
            plans[column].decimal = sign;
            plans[column].decimal_is_proven = true;
            notes.record_decision(
                decision_name(&plans[column]),
                sign_name(sign),
                "--decimal",
                None,
            );
        }
        return Ok(());
    }
    let mut seen = vec![DecimalEvidence::default(); columns.len()];
    context.for_each_value(&columns, |index, value, at| {
        let numbers = &mut seen[index];
        match number_evidence(value) {
            NumberEvidence::PointDecimal => numbers.point.add(value, at),
            NumberEvidence::CommaDecimal => numbers.comma.add(value, at),
            NumberEvidence::Ambiguous if value.contains(',') => numbers.one_comma.add(value, at),
            NumberEvidence::Ambiguous => numbers.one_point.add(value, at),
            NumberEvidence::PlainInteger | NumberEvidence::NotNumber => {}
        }
    });
    let expects_decimal_comma =
        context.split.delimiter == Delimiter::SEMICOLON || context.is_portuguese;
    for (column, numbers) in columns.into_iter().zip(seen) {
        decide_sign(
            &numbers,
            expects_decimal_comma,
            context,
            &mut plans[column],
            notes,
        )?;
    }
    Ok(())
}

fn decide_sign(
    numbers: &DecimalEvidence,
    expects_decimal_comma: bool,
    context: &DetectionContext<'_>,
    plan: &mut ColumnPlan,
    notes: &mut DetectionNotes,
) -> Result<(), CsvRefusal> {
    use DecimalSign::{Comma, Point};
    let DecimalEvidence {
        one_point,
        one_comma,
        ..
    } = numbers;
    let column = plan.header.clone();
    let ambiguous = |value: &EvidenceValue, other: Option<&EvidenceValue>| CsvRefusal::Ambiguous {
        value_type: CsvValueType::Decimal,
        column,
        value: value.clone(),
        other: other.cloned(),
    };
    let decided = decide_by_unambiguous_values(numbers, expects_decimal_comma, plan, notes);
    let (sign, why, because) = match (decided, one_point.first(), one_comma.first()) {
        (Some((sign, value)), ..) => (sign, "the value is unambiguous", Some(value)),
        (None, Some(value), None) if context.has_decimal_point && !expects_decimal_comma => (
            Point,
            "exports of Currents have a decimal point",
            Some(value.clone()),
        ),
        (None, None, Some(value)) if expects_decimal_comma => {
            let header = &plan.header;
            notes.warnings.push(format!(
                "column {header:?}: {value} is read with a decimal comma, as usual with ; or \
                 Portuguese headers; no value confirms it (see --decimal)"
            ));
            (
                Comma,
                "usual with ; or Portuguese headers",
                Some(value.clone()),
            )
        }
        (None, None, None) => {
            plan.decimal = if expects_decimal_comma { Comma } else { Point };
            let why = "not confirmed: only whole numbers";
            notes.record_decision(decision_name(plan), sign_name(plan.decimal), why, None);
            return Ok(());
        }
        (None, Some(value), other) => return Err(ambiguous(value, other)),
        (None, None, Some(value)) => return Err(ambiguous(value, None)),
    };
    plan.decimal = sign;
    plan.decimal_is_proven = true;
    notes.record_decision(decision_name(plan), sign_name(sign), why, because);
    Ok(())
}

/// Decides by the unambiguous values. A column has one sign: records with the other sign are rejected.
fn decide_by_unambiguous_values(
    numbers: &DecimalEvidence,
    expects_decimal_comma: bool,
    plan: &ColumnPlan,
    notes: &mut DetectionNotes,
) -> Option<(DecimalSign, EvidenceValue)> {
    match (numbers.comma.first(), numbers.point.first()) {
        (Some(comma), Some(point)) => {
            let (sign, value) = if expects_decimal_comma {
                (DecimalSign::Comma, comma)
            } else {
                (DecimalSign::Point, point)
            };
            notes.warnings.push(format!(
                "column {:?} has {comma} and {point}: the {} is used, and records with the other sign are rejected",
                plan.header,
                sign_name(sign)
            ));
            Some((sign, value.clone()))
        }
        (Some(comma), None) => Some((DecimalSign::Comma, comma.clone())),
        (None, Some(point)) => Some((DecimalSign::Point, point.clone())),
        (None, None) => None,
    }
}

fn decision_name(plan: &ColumnPlan) -> String {
    format!("decimal sign of {:?}", plan.header)
}

fn sign_name(sign: DecimalSign) -> &'static str {
    match sign {
        DecimalSign::Point => "point",
        DecimalSign::Comma => "comma",
    }
}
