//! What the records are missing, and the lines of a job file that complete it. A line is a proposal: the
//! user removes the comment sign of one of them.

use super::toml_text::{quoted, quoted_literal};
use crate::commands::survey::{DumpSurvey, SampleCheck, SurveyedColumn, ValueProfile};
use crate::input::csv::columns::normalise_header;
use crate::rules::RuleId;

/// Where a proposed line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProposalPlace {
    /// `[mapping]`
    Mapping,
    /// `[steps.ingest]`
    Ingest,
    /// `[steps.report]`
    Report,
}

/// Something that records cannot be accepted without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MissingField {
    /// What it is, for a sentence.
    pub(super) what: &'static str,
    /// The rule that rejects the records, or refuses the input.
    pub(super) rule: RuleId,
    pub(super) place: ProposalPlace,
    /// Proposed lines, without comment signs.
    pub(super) lines: Vec<String>,
}

/// A requirement of a record kind: the rule, what is missing, and the fields that can fill it.
struct Requirement {
    rule: RuleId,
    what: &'static str,
    fields: &'static [&'static str],
    accepts: fn(&ValueProfile) -> bool,
}

const fn requirement(
    rule: RuleId,
    what: &'static str,
    fields: &'static [&'static str],
    accepts: fn(&ValueProfile) -> bool,
) -> Requirement {
    Requirement {
        rule,
        what,
        fields,
        accepts,
    }
}

/// The requirements whose fields a mapping can fill. The first field is proposed, and `total_price`.
const MAPPED: [Requirement; 6] = [
    requirement(
        RuleId::BrzIdRequired,
        "the identifier of the buyer",
        &["external_id", "email", "phone", "alias_name", "braze_id"],
        ValueProfile::may_be_text,
    ),
    requirement(
        RuleId::BrzProductRequired,
        "the product",
        &["product_id"],
        ValueProfile::may_be_text,
    ),
    requirement(
        RuleId::BrzPriceRequired,
        "the price of one item, or the total of all items",
        &["price", "total_price"],
        ValueProfile::may_be_number,
    ),
    requirement(
        RuleId::BrzTimeRequired,
        "the time of the purchase",
        &["time"],
        ValueProfile::may_be_time,
    ),
    requirement(
        RuleId::CplIdRequired,
        "the id of the purchase",
        &["id"],
        ValueProfile::may_be_number,
    ),
    requirement(
        RuleId::CplDateRequired,
        "the date of the purchase",
        &["registration_date"],
        ValueProfile::may_be_time,
    ),
];

/// Rejects of a rule are single mistakes if they are at most one record in this many: the share of the
/// usual reject limit.
const FEW_ONE_IN: u64 = 20;

/// Proposed lines of one kind at most: a file may have thousands of columns.
pub(super) const MAX_LINES: usize = 40;

/// What is missing, in the order in which a record names it.
pub(super) fn missing_fields(
    survey: &DumpSurvey,
    sample: &SampleCheck,
    is_for_suppliers: bool,
) -> Vec<MissingField> {
    let unmapped = unmapped_columns(survey, sample);
    let mut missing: Vec<MissingField> = MAPPED
        .iter()
        .filter(|one| one.rule.is_of_suppliers() == is_for_suppliers)
        .filter(|one| is_missing(one, survey, sample))
        .map(|one| MissingField {
            what: one.what,
            rule: one.rule,
            place: ProposalPlace::Mapping,
            lines: proposals(one, &unmapped),
        })
        .collect();
    missing.extend(time_format(survey, sample));
    missing.extend(fractional_quantity(survey, sample));
    missing.extend(currency(survey, sample, is_for_suppliers));
    let refused_by = |rule| sample.refused_by.contains(&rule);
    let in_ingest = |what, rule, lines: &[&str]| MissingField {
        what,
        rule,
        place: ProposalPlace::Ingest,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    };
    if refused_by(RuleId::CplCompanyRequired) {
        let lines = ["company_id = 1"];
        let what = "the company of the purchases (CPlug-Company-Id)";
        let of_ingest = in_ingest(what, RuleId::CplCompanyRequired, &lines);
        let of_report = MissingField {
            place: ProposalPlace::Report,
            ..of_ingest.clone()
        };
        missing.extend([of_ingest, of_report]);
    }
    if refused_by(RuleId::FileCsvAmbig) {
        let lines = [
            "decimal = \"comma\"",
            "decimal = \"point\"",
            "date_order = \"dmy\"",
            "date_order = \"mdy\"",
        ];
        let what = "how numbers or dates are read that have two readings";
        missing.push(in_ingest(what, RuleId::FileCsvAmbig, &lines));
    }
    missing
}

/// The columns and keys that fill no field, each once.
pub(super) fn unmapped_columns<'s>(
    survey: &'s DumpSurvey,
    sample: &'s SampleCheck,
) -> Vec<&'s SurveyedColumn> {
    let columns = survey
        .columns
        .iter()
        .filter(|column| column.field.is_none());
    let is_column = |key: &&SurveyedColumn| !survey.columns.iter().any(|one| one.name == key.name);
    let keys = sample.unmapped.iter().filter(is_column);
    let named = columns.chain(keys).filter(|column| !column.name.is_empty());
    named.take(MAX_LINES).collect()
}

/// Whether a rule rejects every record. If the input is refused before its first record, the columns
/// decide.
fn is_missing(requirement: &Requirement, survey: &DumpSurvey, sample: &SampleCheck) -> bool {
    if sample.records() > 0 {
        return rejects_all(sample, requirement.rule);
    }
    let fills = |column: &SurveyedColumn| {
        let field = column.field.as_deref().unwrap_or_default();
        requirement.fields.contains(&field)
    };
    !survey.columns.is_empty() && !survey.columns.iter().any(fills)
}

fn rejects_all(sample: &SampleCheck, rule: RuleId) -> bool {
    let rejected = sample.rejected_by_rule.get(&rule);
    sample.records() > 0 && rejected == Some(&sample.records())
}

fn proposals(requirement: &Requirement, unmapped: &[&SurveyedColumn]) -> Vec<String> {
    let fields = requirement.fields.iter().enumerate();
    let fields = fields.filter(|(at, field)| *at == 0 || **field == "total_price");
    let mut lines: Vec<String> = fields
        .flat_map(|(_, field)| {
            let accepted = unmapped
                .iter()
                .filter(|column| (requirement.accepts)(&column.values));
            accepted.flat_map(move |column| mapping_lines(field, column))
        })
        .collect();
    if lines.is_empty() {
        let field = requirement.fields.first().copied().unwrap_or_default();
        lines.push(format!("{field} = \"NAME OF THE COLUMN OR KEY\""));
    }
    if requirement.rule == RuleId::BrzIdRequired {
        lines.push("external_id = { default = \"anonymous\" }".to_owned());
    }
    lines
}

/// The lines that map a column to a field: with a format, if times are not read without one.
fn mapping_lines(field: &str, column: &SurveyedColumn) -> Vec<String> {
    let source = quoted_literal(&column.name);
    let is_time = matches!(field, "time" | "registration_date");
    if !is_time || column.values.is_instant() {
        return vec![format!("{field} = {source}")];
    }
    let formats = column.values.formats().into_iter();
    let line = |format: String| {
        format!(
            "{field} = {{ from = {source}, format = {} }}",
            quoted(&format)
        )
    };
    formats.map(line).collect()
}

/// The format of a recognised column of times that cannot be read without one.
fn time_format(survey: &DumpSurvey, sample: &SampleCheck) -> Option<MissingField> {
    if !rejects_all(sample, RuleId::BrzTimeFormat) {
        return None;
    }
    let column = survey.columns.iter();
    let mut column = column.filter(|column| column.field.as_deref() == Some("time"));
    Some(MissingField {
        what: "the format of the times",
        rule: RuleId::BrzTimeFormat,
        place: ProposalPlace::Mapping,
        lines: mapping_lines("time", column.next()?),
    })
}

/// A column that is recognised as the quantity and has weights: a quantity is a whole number.
fn fractional_quantity(survey: &DumpSurvey, sample: &SampleCheck) -> Option<MissingField> {
    let rejected = sample.rejected_by_rule.get(&RuleId::BrzQtyType)?;
    // A single mistake in the file is a reject, and says nothing about the column.
    if rejected.saturating_mul(FEW_ONE_IN) <= sample.records() {
        return None;
    }
    let mut columns = survey.columns.iter();
    let column = columns.find(|column| column.field.as_deref() == Some("quantity"))?;
    let source = quoted_literal(&column.name);
    Some(MissingField {
        what: "a whole number as the quantity (a weight is a property of one item)",
        rule: RuleId::BrzQtyType,
        place: ProposalPlace::Mapping,
        lines: vec![
            format!("\"properties.weight\" = {source}"),
            "quantity = { value = \"1\" }".to_owned(),
        ],
    })
}

/// The currency of customer purchases that have none, or a sign of several currencies.
fn currency(
    survey: &DumpSurvey,
    sample: &SampleCheck,
    is_for_suppliers: bool,
) -> Option<MissingField> {
    let by_column = || {
        let mut columns = survey.columns.iter();
        !columns.any(|column| {
            column.field.as_deref() == Some("currency") || column.values.currency().is_some()
        })
    };
    let rules = [RuleId::BrzCurRequired, RuleId::BrzCurSign];
    let mut rules = rules.into_iter();
    let rejecting = rules.find(|rule| rejects_all(sample, *rule));
    let unread = sample.records() == 0 && !survey.columns.is_empty() && by_column();
    let rule = rejecting.or(unread.then_some(RuleId::BrzCurRequired))?;
    (!is_for_suppliers).then(|| MissingField {
        what: "the currency",
        rule,
        place: ProposalPlace::Ingest,
        lines: vec!["default_currency = \"BRL\"".to_owned()],
    })
}

/// A key of properties for a column: letters, digits and `_` only.
pub(super) fn property_key(header: &str) -> String {
    let name = normalise_header(header);
    let safe = |character: char| {
        if character.is_alphanumeric() {
            character
        } else {
            '_'
        }
    };
    name.chars().map(safe).collect()
}
