//! The text of the job file that `init` writes.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::missing::{MissingField, ProposalPlace, missing_fields, property_key, unmapped_columns};
use super::toml_text::{comment, quoted, quoted_literal};
use crate::commands::survey::{
    DumpSurvey, SAMPLE_RECORDS, SampleCheck, SurveyedColumn, SurveyedKind,
};
use crate::rules::RuleId;
use crate::values::instant::local_date;

/// Days of a series at most (`length`).
const MAX_SERIES_DAYS: i64 = 100;

/// The settings of the job, as they are typed or detected.
#[derive(Clone, Debug)]
pub(super) struct JobDraft {
    pub(super) inputs: Vec<String>,
    pub(super) lake: String,
    /// The value of the key `kind`.
    pub(super) kind: &'static str,
    pub(super) timezone: Option<Tz>,
    /// Entries of `--map`: source and field with its format.
    pub(super) map: Vec<(String, String)>,
    /// Fields with a default that only the search for the days of the records needs.
    pub(super) defaults: Vec<(&'static str, &'static str)>,
    pub(super) default_currency: Option<String>,
    pub(super) company_id: Option<String>,
}

/// What is known of the inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence<'e> {
    pub(super) survey: &'e DumpSurvey,
    pub(super) sample: &'e SampleCheck,
    /// Earliest and latest time of the records, µs since 1970.
    pub(super) times: Option<(i64, i64)>,
    pub(super) now: DateTime<Utc>,
}

impl JobDraft {
    pub(super) fn is_for_suppliers(&self) -> bool {
        self.kind == "supplier-purchases"
    }

    /// What the records are missing.
    pub(super) fn missing(&self, survey: &DumpSurvey, sample: &SampleCheck) -> Vec<MissingField> {
        missing_fields(survey, sample, self.is_for_suppliers())
    }

    /// The same with a default for each missing field but the time, so that records without them have
    /// days all the same; none if that changes nothing.
    pub(super) fn with_defaults(&self, missing: &[MissingField]) -> Option<Self> {
        let default = |rule: RuleId| match rule {
            RuleId::BrzIdRequired => Some(("external_id", "unknown")),
            RuleId::BrzProductRequired => Some(("product_id", "unknown")),
            RuleId::BrzPriceRequired => Some(("price", "0")),
            RuleId::BrzCurRequired => Some(("currency", "XAU")),
            _ => None,
        };
        let defaults = missing.iter().filter_map(|one| default(one.rule));
        let defaults: Vec<_> = defaults.collect();
        (!defaults.is_empty()).then(|| Self {
            defaults,
            ..self.clone()
        })
    }

    /// The text without comments and without a report: the settings that the inputs are read with.
    pub(super) fn settings_only(&self) -> String {
        format!("{}\n{}{}", self.top(), self.mapping(), self.ingest())
    }

    /// The whole text.
    pub(super) fn text(&self, evidence: Evidence<'_>) -> String {
        let Evidence { survey, sample, .. } = evidence;
        let missing = self.missing(survey, sample);
        let of_place = |place| missing.iter().filter(move |one| one.place == place);
        let mut text = comment(&format!(
            "Written by `purchase-etl init`: {}.\nLines that begin with `# ` and have a `=` are proposals: remove the `# ` of those that are right.",
            records_read(survey, sample)
        ));
        text.push_str(&self.top_with_evidence(sample));
        text.push('\n');
        text.push_str(&comment(
            "What fills each field: FIELD = \"COLUMN OR KEY\".",
        ));
        text.push_str(&recognised(survey));
        text.push_str(&self.mapping());
        of_place(ProposalPlace::Mapping).for_each(|one| text.push_str(&proposal(one, sample)));
        text.push_str(&leftovers(evidence, &missing));
        text.push('\n');
        text.push_str(&dialect(survey));
        if survey.kind == SurveyedKind::Unknown {
            text.push_str(&comment(
                "The kind was not recognised by the headers or keys; the other one is \"supplier-purchases\".",
            ));
        }
        text.push_str(&self.ingest());
        of_place(ProposalPlace::Ingest).for_each(|one| text.push_str(&proposal(one, sample)));
        text.push('\n');
        text.push_str(&self.report(evidence));
        of_place(ProposalPlace::Report).for_each(|one| text.push_str(&proposal(one, sample)));
        text
    }

    fn top(&self) -> String {
        let zone = self.timezone.unwrap_or(Tz::UTC);
        format!(
            "lake = {}\ntimezone = {}\n",
            quoted_literal(&self.lake),
            quoted(zone.name())
        )
    }

    fn top_with_evidence(&self, sample: &SampleCheck) -> String {
        let rules = [
            RuleId::BrzTimeNooffset,
            RuleId::BrzTimeDateonly,
            RuleId::CplTsNooffset,
        ];
        let without: u64 = rules
            .iter()
            .filter_map(|rule| sample.warned_by_rule.get(rule))
            .sum();
        let zone = match (self.timezone, without) {
            (Some(_), _) => {
                "The zone of times without an offset, and of the days of the answer.".to_owned()
            }
            (None, 0) => "Days of the answer are counted in this zone.".to_owned(),
            (None, without) => format!(
                "{without} records have times without a UTC offset. In which zone were they written, e.g. America/Sao_Paulo?\nThey are read in UTC unless you change it; the days of the answer are of the same zone."
            ),
        };
        let top = self.top();
        let (lake, timezone) = top.split_once('\n').unwrap_or((&top, ""));
        format!("{lake}\n{}{timezone}", comment(&zone))
    }

    fn mapping(&self) -> String {
        let mut text = "[mapping]\n".to_owned();
        for (field, value) in &self.defaults {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{field} = {{ default = {} }}", quoted(value));
        }
        for (source, field) in &self.map {
            let source = quoted_literal(source);
            // Writing to a String cannot fail.
            let _ = match field.split_once(':') {
                None => writeln!(text, "{} = {source}", quoted(field)),
                Some((field, format)) => writeln!(
                    text,
                    "{} = {{ from = {source}, format = {} }}",
                    quoted(field),
                    quoted_literal(format)
                ),
            };
        }
        text
    }

    fn ingest(&self) -> String {
        let inputs: Vec<String> = self
            .inputs
            .iter()
            .map(|input| quoted_literal(input))
            .collect();
        let mut text = format!(
            "[[steps]]\nname = \"ingest\"\n[steps.ingest]\ninputs = [{}]\nkind = {}\n",
            inputs.join(", "),
            quoted(self.kind)
        );
        let explicit = [
            ("default_currency", &self.default_currency),
            ("company_id", &self.company_id),
        ];
        for (key, value) in explicit {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", quoted_literal(value));
            }
        }
        text
    }

    fn report(&self, evidence: Evidence<'_>) -> String {
        if self.is_for_suppliers() {
            return self.purchase_list(evidence.sample);
        }
        let (note, range) = self.series_range(evidence);
        format!(
            "[[steps]]\nname = \"quantity per day\"\n[steps.report]\ntype = \"quantity-series\"\n{}{range}",
            comment(&note)
        )
    }

    fn purchase_list(&self, sample: &SampleCheck) -> String {
        let mut text =
            "[[steps]]\nname = \"purchase list\"\n[steps.report]\ntype = \"supplier-purchases\"\n"
                .to_owned();
        let mut companies = sample.companies.iter().map(ToString::to_string);
        let company = self.company_id.clone().or_else(|| companies.next());
        let others: Vec<String> = companies.collect();
        if self.company_id.is_none() && !others.is_empty() {
            text.push_str(&comment(&format!(
                "The list is of one company; others are {}.",
                others.join(", ")
            )));
        }
        if let Some(company) = company {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "company_id = {}", quoted_literal(&company));
        }
        text
    }

    /// The days of the series, and where they come from.
    fn series_range(&self, evidence: Evidence<'_>) -> (String, String) {
        let Some((first, last)) = evidence.times else {
            return (
                "The days of the records are not known yet: the month that ends today.".to_owned(),
                "length = 31\nending_at = \"{date}\"\nallow_future = true\n".to_owned(),
            );
        };
        let zone = self.timezone.unwrap_or(Tz::UTC);
        let (first, last) = (local_date(first, zone), local_date(last, zone));
        let days = (last - first).num_days() + 1;
        let length = days.clamp(1, MAX_SERIES_DAYS);
        let mut note = format!("The records that were read are of {first} to {last}.");
        if days > length {
            let _ = write!(
                note,
                " A series has at most {MAX_SERIES_DAYS} days: the last ones."
            );
        }
        if evidence.sample.is_partial {
            note.push_str("\nThe rest of the dump may have other days: adapt both keys.");
        }
        let mut range = format!("length = {length}\nending_at = \"{last}\"\n");
        if last >= local_date(evidence.now.timestamp_micros(), zone) {
            range.push_str("allow_future = true\n");
        }
        (note, range)
    }
}

/// Which records the file rests on.
pub(super) fn records_read(survey: &DumpSurvey, sample: &SampleCheck) -> String {
    let records = sample.records();
    let which = if sample.is_partial {
        format!("{records} records, at most the first {SAMPLE_RECORDS} of each input")
    } else {
        format!("all {records} records")
    };
    format!(
        "read {which}, of {} of {} inputs",
        sample.inputs, survey.inputs
    )
}

/// The recognised columns.
fn recognised(survey: &DumpSurvey) -> String {
    let columns = survey.columns.iter().filter_map(|column| {
        let field = column.field.as_ref()?;
        let formats = column.values.format_evidence();
        let formats = formats.filter(|_| matches!(&field[..], "time" | "registration_date"));
        let formats = formats.map_or_else(String::new, |evidence| format!(" ({evidence})"));
        Some(comment(&format!(
            "recognised: {} fills {}{formats}",
            quoted(&column.name),
            quoted(field)
        )))
    });
    columns.collect()
}

/// A missing field with its proposed lines.
fn proposal(missing: &MissingField, sample: &SampleCheck) -> String {
    let rejected = sample.rejected_by_rule.get(&missing.rule);
    let extent = rejected.map_or_else(String::new, |count| {
        format!(" in {count} of {} records", sample.records())
    });
    let mut text = comment(&format!(
        "TODO: missing {} ({}{extent}). Complete with one of these, or a line of your own:",
        missing.what,
        missing.rule.code()
    ));
    for line in &missing.lines {
        text.push_str(&comment(line));
    }
    text
}

/// The columns that fill no field, as properties; those that are candidates for a missing field too.
fn leftovers(evidence: Evidence<'_>, missing: &[MissingField]) -> String {
    let unmapped = unmapped_columns(evidence.survey, evidence.sample);
    if unmapped.is_empty() {
        return String::new();
    }
    let what = if missing.is_empty() {
        "Stored in the column `extra`, unless a line makes them properties:"
    } else {
        "Columns and keys that fill no field are stored in `extra`, unless a line makes them properties:"
    };
    let mut text = comment(what);
    for column in unmapped {
        let field = quoted(&format!("properties.{}", property_key(&column.name)));
        text.push_str(&comment(&format!(
            "{field} = {}",
            quoted_literal(&column.name)
        )));
    }
    text
}

/// What was decided about delimited text, and why.
fn dialect(survey: &DumpSurvey) -> String {
    let decisions = survey.decisions.iter();
    let mut text: String = decisions
        .map(|decision| comment(&format!("decided: {decision}")))
        .collect();
    let fills = |column: &SurveyedColumn, field| column.field.as_deref() == Some(field);
    let has_currency = survey.columns.iter().any(|one| fills(one, "currency"));
    let mut prices = survey
        .columns
        .iter()
        .filter(|one| !has_currency && (fills(one, "price") || fills(one, "total_price")));
    let sign = prices.find_map(|column| Some((column, column.values.currency()?)));
    if let Some((column, code)) = sign {
        text.push_str(&comment(&format!(
            "decided: currency {code}, by the sign before the amounts of {}",
            quoted(&column.name)
        )));
    }
    text
}
