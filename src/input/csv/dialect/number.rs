//! The decimal sign of each column of decimals; the table is in [`dialect`](super).

use super::super::columns::ColumnForm;
use super::super::delimiter::Delimiter;
use super::super::refusal::{CsvRefusal, Sighting};
use super::tally::{Scene, Tally};
use super::{ColumnPlan, Notes};
use crate::values::pt_br::{DecimalSign, NumberEvidence, number_evidence};

/// What the numbers of one column say.
#[derive(Clone, Debug, Default)]
struct Numbers {
    point: Tally,
    comma: Tally,
    /// Such as `1.234`: a fraction, or a thousand.
    one_point: Tally,
    /// Such as `1,234`: a fraction, or a thousand.
    one_comma: Tally,
}

/// Sets the sign of every column of decimals.
pub(super) fn settle(
    scene: &Scene<'_>,
    choice: Option<DecimalSign>,
    plans: &mut [ColumnPlan],
    notes: &mut Notes,
) -> Result<(), CsvRefusal> {
    let columns = scene.columns_of(plans, ColumnForm::has_decimal_sign);
    if let Some(sign) = choice {
        for column in columns {
            plans[column].decimal = sign;
            plans[column].decimal_is_proven = true;
            notes.decided(what(&plans[column]), name(sign), "--decimal", None);
        }
        return Ok(());
    }
    let mut seen = vec![Numbers::default(); columns.len()];
    scene.each_value(&columns, |place, value, at| {
        let numbers = &mut seen[place];
        match number_evidence(value) {
            NumberEvidence::PointDecimal => numbers.point.add(value, at),
            NumberEvidence::CommaDecimal => numbers.comma.add(value, at),
            NumberEvidence::Ambiguous if value.contains(',') => numbers.one_comma.add(value, at),
            NumberEvidence::Ambiguous => numbers.one_point.add(value, at),
            NumberEvidence::PlainInteger | NumberEvidence::NotNumber => {}
        }
    });
    let is_comma_country = scene.split.delimiter == Delimiter::SEMICOLON || scene.is_portuguese;
    for (column, numbers) in columns.into_iter().zip(seen) {
        sign_of(&numbers, is_comma_country, scene, &mut plans[column], notes)?;
    }
    Ok(())
}

fn sign_of(
    numbers: &Numbers,
    is_comma_country: bool,
    scene: &Scene<'_>,
    plan: &mut ColumnPlan,
    notes: &mut Notes,
) -> Result<(), CsvRefusal> {
    use DecimalSign::{Comma, Point};
    let form = ColumnForm::Decimal;
    let Numbers {
        one_point,
        one_comma,
        ..
    } = numbers;
    let decided = by_plain_values(numbers, is_comma_country, plan, notes);
    let (sign, why, because) = match (decided, one_point.first(), one_comma.first()) {
        (Some((sign, value)), ..) => (sign, "the value has only one reading", Some(value)),
        (None, Some(value), None) if scene.has_decimal_point && !is_comma_country => (
            Point,
            "events of Currents have a decimal point",
            Some(value.clone()),
        ),
        (None, None, Some(value)) if is_comma_country => {
            let header = &plan.header;
            notes.warnings.push(format!(
                "column {header:?}: {value} is read with a decimal comma, as is \
                 usual in such files; no value proves it (see --decimal)"
            ));
            (
                Comma,
                "usual with ; or Portuguese headers",
                Some(value.clone()),
            )
        }
        (None, None, None) => {
            plan.decimal = if is_comma_country { Comma } else { Point };
            let why = "not proven: whole numbers only";
            notes.decided(what(plan), name(plan.decimal), why, None);
            return Ok(());
        }
        (None, Some(value), other) => {
            return Err(CsvRefusal::ambiguous(
                form,
                &plan.header,
                value.clone(),
                other.cloned(),
            ));
        }
        (None, None, Some(value)) => {
            return Err(CsvRefusal::ambiguous(
                form,
                &plan.header,
                value.clone(),
                None,
            ));
        }
    };
    plan.decimal = sign;
    plan.decimal_is_proven = true;
    notes.decided(what(plan), name(sign), why, because);
    Ok(())
}

/// What the values say that have only one reading. One sign serves a whole column: values in the
/// other are rejects of their records.
fn by_plain_values(
    numbers: &Numbers,
    is_comma_country: bool,
    plan: &ColumnPlan,
    notes: &mut Notes,
) -> Option<(DecimalSign, Sighting)> {
    match (numbers.comma.first(), numbers.point.first()) {
        (Some(comma), Some(point)) => {
            let (sign, value) = if is_comma_country {
                (DecimalSign::Comma, comma)
            } else {
                (DecimalSign::Point, point)
            };
            notes.warnings.push(format!(
                "column {:?} has {comma} and {point}: the {} decides, and records with the other sign are rejected",
                plan.header,
                name(sign)
            ));
            Some((sign, value.clone()))
        }
        (Some(comma), None) => Some((DecimalSign::Comma, comma.clone())),
        (None, Some(point)) => Some((DecimalSign::Point, point.clone())),
        (None, None) => None,
    }
}

fn what(plan: &ColumnPlan) -> String {
    format!("decimal sign of {:?}", plan.header)
}

fn name(sign: DecimalSign) -> &'static str {
    match sign {
        DecimalSign::Point => "point",
        DecimalSign::Comma => "comma",
    }
}
