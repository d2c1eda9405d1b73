//! Assigns columns to fields: by the mapping of the user, then the alias table, then property headers.

use std::collections::HashMap;

use super::super::columns::{ColumnAliases, normalise_header};
use super::super::refusal::CsvRefusal;
use super::delimiter_candidate::DelimiterCandidate;
use super::layout::ColumnPlan;
use super::notes::DetectionNotes;
use super::overrides::DialectOverrides;
use crate::input::mapping::MappedTarget;
use crate::values::pt_br::{DateOrder, DecimalSign};

/// The plans of the columns; decimal signs and date orders are detected later.
pub(super) fn plan_columns(
    split: &DelimiterCandidate,
    text: &str,
    columns: &dyn ColumnAliases,
    overrides: &DialectOverrides,
    notes: &mut DetectionNotes,
) -> Result<Vec<ColumnPlan>, CsvRefusal> {
    if split.known_headers == 0 {
        return Err(CsvRefusal::HeaderUnknown {
            found: split.header.clone(),
            accepted: columns.roles().iter().map(|role| role.name).collect(),
            has_nul: text.contains('\0'),
            at: split.header_at,
        });
    }
    let mut assigned = HashMap::new();
    for (position, header) in split.header.iter().enumerate() {
        if let Some(source) = overrides.mapping.of_header(&normalise_header(header)) {
            assign_meaning(
                source.target.clone(),
                position,
                &mut assigned,
                split,
                columns,
            )?;
        }
    }
    let mapped = assigned.clone();
    for (position, header) in split.header.iter().enumerate() {
        let name = normalise_header(header);
        let Some(meaning) = columns
            .role_of(&name)
            .map(MappedTarget::Role)
            .or_else(|| columns.property_of(header).map(MappedTarget::Property))
            .filter(|_| overrides.mapping.of_header(&name).is_none())
        else {
            continue;
        };
        // The mapping assigns the field to another column; this one becomes an extra field.
        if !mapped.contains_key(&meaning) {
            assign_meaning(meaning, position, &mut assigned, split, columns)?;
        }
    }
    let mut meanings: HashMap<usize, MappedTarget> = assigned
        .iter()
        .filter(|(meaning, _)| {
            mapped.contains_key(*meaning) || is_read(meaning, columns, &assigned)
        })
        .map(|(meaning, position)| (meaning.clone(), *position))
        .map(|(meaning, position)| (position, meaning))
        .collect();
    let plans: Vec<_> = (split.header.iter().enumerate())
        .map(|(position, header)| plan_column(header, meanings.remove(&position), overrides))
        .collect();
    warn_about_unmapped_columns(&plans, columns, notes);
    warn_about_unused_mappings(split, columns, overrides, notes);
    Ok(plans)
}

/// Whether no column fills the field in whose place this one would be read.
fn is_read(
    meaning: &MappedTarget,
    columns: &dyn ColumnAliases,
    assigned: &HashMap<MappedTarget, usize>,
) -> bool {
    let MappedTarget::Role(role) = meaning else {
        return true;
    };
    let other = columns.replaced_field(*role).map(MappedTarget::Role);
    other.is_none_or(|other| !assigned.contains_key(&other))
}

fn assign_meaning(
    meaning: MappedTarget,
    position: usize,
    assigned: &mut HashMap<MappedTarget, usize>,
    split: &DelimiterCandidate,
    columns: &dyn ColumnAliases,
) -> Result<(), CsvRefusal> {
    let field = field_name(&meaning, columns);
    match assigned.insert(meaning, position) {
        None => Ok(()),
        Some(first) => Err(CsvRefusal::HeaderDuplicate {
            first: split.header[first].clone(),
            second: split.header[position].clone(),
            field,
            at: split.header_at,
        }),
    }
}

fn plan_column(
    header: &str,
    meaning: Option<MappedTarget>,
    overrides: &DialectOverrides,
) -> ColumnPlan {
    let source = overrides.mapping.of_header(&normalise_header(header));
    let (role, property) = match meaning {
        Some(MappedTarget::Role(role)) => (Some(role), None),
        Some(MappedTarget::Property(key)) => (None, Some(key)),
        None => (None, None),
    };
    ColumnPlan {
        header: header.to_owned(),
        role,
        property,
        decimal: DecimalSign::Point,
        decimal_is_proven: false,
        date_order: DateOrder::YearFirst,
        format: source.and_then(|source| source.format.clone()),
        is_mapped: source.is_some(),
    }
}

fn warn_about_unmapped_columns(
    plans: &[ColumnPlan],
    columns: &dyn ColumnAliases,
    notes: &mut DetectionNotes,
) {
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
            "unmapped column {header:?} is stored in extra; map it with --map SOURCE=FIELD"
        ));
    }
}

fn warn_about_unused_mappings(
    split: &DelimiterCandidate,
    columns: &dyn ColumnAliases,
    overrides: &DialectOverrides,
    notes: &mut DetectionNotes,
) {
    for source in overrides.mapping.sources() {
        let name = normalise_header(&source.source);
        let is_there = split
            .header
            .iter()
            .any(|header| normalise_header(header) == name);
        if !is_there {
            let field = field_name(&source.target, columns);
            notes.warnings.push(format!(
                "--map: no column {:?} to map to field {field:?}",
                source.source
            ));
        }
    }
}

fn field_name(target: &MappedTarget, columns: &dyn ColumnAliases) -> String {
    match target {
        MappedTarget::Role(role) => columns.roles()[*role].name.to_owned(),
        MappedTarget::Property(key) => format!("properties.{key}"),
    }
}
