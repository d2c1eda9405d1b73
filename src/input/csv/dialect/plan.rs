//! What each column means: the user's mapping first, then the alias table, then properties.

use std::collections::HashMap;

use super::super::columns::{Columns, normalise_header};
use super::super::refusal::CsvRefusal;
use super::split::Split;
use super::{ColumnPlan, DialectOverrides, Notes};
use crate::values::pt_br::{DateOrder, DecimalSign};

/// What a column fills.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Meaning {
    Role(usize),
    Property(String),
}

/// Plans for the columns of the header, their signs and orders not found yet.
pub(super) fn columns(
    split: &Split,
    text: &str,
    columns: &dyn Columns,
    overrides: &DialectOverrides,
    notes: &mut Notes,
) -> Result<Vec<ColumnPlan>, CsvRefusal> {
    if split.known == 0 {
        return Err(CsvRefusal::HeaderUnknown {
            found: split.header.clone(),
            accepted: columns.roles().iter().map(|role| role.name).collect(),
            has_nul: text.contains('\0'),
            at: split.header_at,
        });
    }
    let mut taken = HashMap::new();
    for (position, header) in split.header.iter().enumerate() {
        if let Some(role) = overrides.mapping.role_of(&normalise_header(header)) {
            claim(Meaning::Role(role), position, &mut taken, split, columns)?;
        }
    }
    let mapped = taken.clone();
    for (position, header) in split.header.iter().enumerate() {
        let name = normalise_header(header);
        let Some(meaning) = columns
            .role_of(&name)
            .map(Meaning::Role)
            .or_else(|| columns.property_of(header).map(Meaning::Property))
            .filter(|_| overrides.mapping.role_of(&name).is_none())
        else {
            continue;
        };
        // The mapping gave the field to another column; this one becomes an extra field.
        if !mapped.contains_key(&meaning) {
            claim(meaning, position, &mut taken, split, columns)?;
        }
    }
    let mut meanings: HashMap<usize, Meaning> = taken
        .into_iter()
        .map(|(meaning, position)| (position, meaning))
        .collect();
    let plans: Vec<_> = (split.header.iter().enumerate())
        .map(|(position, header)| plan(header, meanings.remove(&position)))
        .collect();
    warn_of_extras(&plans, columns, notes);
    warn_of_unused_mappings(split, columns, overrides, notes);
    Ok(plans)
}

fn claim(
    meaning: Meaning,
    position: usize,
    taken: &mut HashMap<Meaning, usize>,
    split: &Split,
    columns: &dyn Columns,
) -> Result<(), CsvRefusal> {
    let field = match &meaning {
        Meaning::Role(role) => columns.roles()[*role].name.to_owned(),
        Meaning::Property(key) => format!("properties.{key}"),
    };
    match taken.insert(meaning, position) {
        None => Ok(()),
        Some(first) => Err(CsvRefusal::HeaderDuplicate {
            first: split.header[first].clone(),
            second: split.header[position].clone(),
            field,
            at: split.header_at,
        }),
    }
}

fn plan(header: &str, meaning: Option<Meaning>) -> ColumnPlan {
    let (role, property) = match meaning {
        Some(Meaning::Role(role)) => (Some(role), None),
        Some(Meaning::Property(key)) => (None, Some(key)),
        None => (None, None),
    };
    ColumnPlan {
        header: header.to_owned(),
        role,
        property,
        decimal: DecimalSign::Point,
        decimal_is_proven: false,
        date_order: DateOrder::YearFirst,
    }
}

fn warn_of_extras(plans: &[ColumnPlan], columns: &dyn Columns, notes: &mut Notes) {
    let headers: Vec<String> = plans
        .iter()
        .map(|plan| normalise_header(&plan.header))
        .collect();
    for (plan, name) in plans.iter().zip(&headers) {
        let is_used = plan.role.is_some() || plan.property.is_some();
        if is_used || columns.is_documented(name, &headers) {
            continue;
        }
        let header = &plan.header;
        notes.warnings.push(format!(
            "column {header:?} fills no field and is kept as extra"
        ));
    }
}

fn warn_of_unused_mappings(
    split: &Split,
    columns: &dyn Columns,
    overrides: &DialectOverrides,
    notes: &mut Notes,
) {
    for (name, role) in overrides.mapping.iter() {
        if !split
            .header
            .iter()
            .any(|header| normalise_header(header) == name)
        {
            let field = columns.roles()[role].name;
            notes
                .warnings
                .push(format!("no column {name:?} for the mapping to {field:?}"));
        }
    }
}
