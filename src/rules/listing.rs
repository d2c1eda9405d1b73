//! The catalogue as text and as JSON, for `rules list` and `rules explain`.
//!
//! All texts end with a line break. A filter that matches no rule gives a message, or an empty JSON list.

use serde::Serialize;

use super::catalogue::{Rule, rules};
use super::id::RuleId;
use super::severities::RuleSeverities;
use super::severity::Severity;

/// Longest example in the text form, in characters: some examples would fill a screen.
const SHOWN_EXAMPLE_CHARS: usize = 400;

/// A rule as JSON: its code and severity, and what else is shown of it.
#[derive(Serialize)]
struct RuleJson<T> {
    code: RuleId,
    severity: Severity,
    /// The severities that the user can set.
    can_be: &'static [Severity],
    #[serde(flatten)]
    texts: T,
}

/// What the list shows.
#[derive(Serialize)]
struct Summary<'a> {
    summary: &'a str,
}

impl<T> RuleJson<T> {
    fn new(rule: RuleId, severity: Severity, texts: T) -> Self {
        Self {
            code: rule,
            severity,
            can_be: rule.choices(),
            texts,
        }
    }
}

/// A table of code, severity, the severities that the user can set, and summary, one rule per line under
/// a header. The severities are those of a run with these settings.
///
/// The filter matches a part of a code (`qty`, `BRZ-TIME`) or the name of a severity (`reject`),
/// ignoring case.
///
/// ```
/// use purchase_etl::rules::{RuleSeverities, render_list};
///
/// assert_eq!(
///     render_list(Some("qty-range"), &RuleSeverities::default()),
///     "CODE           SEVERITY   CAN BE            SUMMARY\n\
///      BRZ-QTY-RANGE  reject     reject,warn,off   quantity is from 1 to 100\n"
/// );
/// ```
pub fn render_list(filter: Option<&str>, severities: &RuleSeverities) -> String {
    let rules: Vec<&Rule> = matching(filter, severities).collect();
    let lengths = rules.iter().map(|rule| rule.id.code().len());
    let Some(width) = lengths.max() else {
        return format!("no rule matches {:?}\n", filter.unwrap_or_default());
    };
    let mut lines = vec![format!(
        "{:width$}  SEVERITY   CAN BE            SUMMARY\n",
        "CODE"
    )];
    lines.extend(rules.iter().map(|rule| {
        let (code, summary) = (rule.id, &rule.summary);
        let (severity, choices) = (severities.severity(rule.id), choices(rule.id, ","));
        format!("{code:width$}  {severity:9}  {choices:16}  {summary}\n")
    }));
    lines.concat()
}

/// The same list as a JSON array of objects with `code`, `severity`, `can_be` and `summary`.
pub fn list_json(filter: Option<&str>, severities: &RuleSeverities) -> String {
    let entries = matching(filter, severities).map(|rule| {
        let summary = &*rule.summary;
        RuleJson::new(rule.id, severities.severity(rule.id), Summary { summary })
    });
    pretty(&entries.collect::<Vec<_>>())
}

/// All fields of one rule, for a terminal. Long examples are shortened in the middle.
pub fn render_explain(rule: &Rule) -> String {
    let (code, severity, summary) = (rule.id, rule.id.severity(), &rule.summary);
    let paragraphs = [
        ("Severity", severity_note(rule.id)),
        ("Note", rule.note.clone()),
        ("Source text", Some(rule.sentence.clone())),
        ("Source", Some(rule.source.clone())),
        ("Service response", rule.wire_message.clone()),
        ("Valid example", Some(shortened(&rule.accepted))),
        ("Invalid example", Some(shortened(&rule.rejected))),
        ("Remedy", Some(rule.remedy.clone())),
    ];
    let mut text = vec![format!("{code} ({severity}): {summary}\n")];
    text.extend(paragraphs.into_iter().filter_map(|(heading, body)| {
        let body = body?.replace('\n', "\n  ");
        Some(format!("\n{heading}:\n  {body}\n"))
    }));
    text.concat()
}

/// One rule as a JSON object: its code, its severity, and the texts of [`Rule`]; examples are complete.
pub fn explain_json(rule: &Rule) -> String {
    pretty(&RuleJson::new(rule.id, rule.id.severity(), rule))
}

/// What the user can set; none for rules that are not on single records.
fn severity_note(rule: RuleId) -> Option<String> {
    let choices = choices(rule, ", ");
    if !choices.is_empty() {
        return Some(format!(
            "--rule {rule}=SEVERITY sets it to one of {choices}"
        ));
    }
    let is_fixed = rule.severity() == Severity::Reject;
    let note = "fixed: a record that breaks the rule has no value that could be stored";
    is_fixed.then(|| note.to_owned())
}

/// The severities that the user can set.
fn choices(rule: RuleId, separator: &str) -> String {
    let choices = rule.choices().iter().map(|choice| choice.as_str());
    choices.collect::<Vec<_>>().join(separator)
}

fn matching<'s>(
    filter: Option<&str>,
    severities: &'s RuleSeverities,
) -> impl Iterator<Item = &'static Rule> + use<'s> {
    let wanted = filter.unwrap_or_default().to_ascii_uppercase();
    rules().iter().filter(move |rule| {
        rule.id.code().contains(&wanted)
            || severities
                .severity(rule.id)
                .as_str()
                .eq_ignore_ascii_case(&wanted)
    })
}

/// Keeps both ends of an example, where it differs from an ordinary record.
fn shortened(example: &str) -> String {
    let length = example.chars().count();
    if length <= SHOWN_EXAMPLE_CHARS {
        return example.to_owned();
    }
    let half = SHOWN_EXAMPLE_CHARS / 2;
    let start: String = example.chars().take(half).collect();
    let end: String = example.chars().skip(length - half).collect();
    format!("{start} [... {} characters ...] {end}", length - 2 * half)
}

fn pretty<T: Serialize>(value: &T) -> String {
    let text = serde_json::to_string_pretty(value);
    text.expect("texts and names always make JSON") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_aligned_and_complete() {
        let text = render_list(None, &RuleSeverities::default());
        assert_eq!(text.lines().count(), RuleId::COUNT + 1);
        let summary_column = text.find("SUMMARY").unwrap();
        for (printed, id) in text.lines().skip(1).zip(RuleId::ALL) {
            assert_eq!(
                printed[..summary_column].split_whitespace().next(),
                Some(id.code())
            );
            assert_eq!(&printed[summary_column..], id.rule().summary);
        }
    }

    #[test]
    fn filter_takes_part_of_a_code_or_a_severity() {
        assert_eq!(
            render_list(Some("brz-qty"), &RuleSeverities::default())
                .lines()
                .count(),
            1 + 4
        );
        let parameters = render_list(Some("Parameter"), &RuleSeverities::default());
        assert!(
            parameters
                .lines()
                .skip(1)
                .all(|printed| printed.starts_with("PAR-"))
        );
        assert_eq!(parameters.lines().count(), 1 + 15);
        assert_eq!(
            render_list(Some("no-such"), &RuleSeverities::default()),
            "no rule matches \"no-such\"\n"
        );
        assert_eq!(
            list_json(Some("no-such"), &RuleSeverities::default()),
            "[]\n"
        );
    }

    #[test]
    fn severities_of_the_user_are_listed_and_filtered_by() {
        let set = ["BRZ-QTY-RANGE=warn".parse().unwrap()];
        let severities = RuleSeverities::of(&set);
        let listed = render_list(Some("qty-range"), &severities);
        assert!(listed.contains("BRZ-QTY-RANGE  warn "), "{listed}");
        assert!(render_list(Some("warn"), &severities).contains("BRZ-QTY-RANGE"));
        assert!(!render_list(Some("reject"), &severities).contains("BRZ-QTY-RANGE"));
        let entry: serde_json::Value =
            serde_json::from_str(&list_json(Some("qty-type"), &severities)).unwrap();
        assert_eq!(entry[0]["can_be"], serde_json::json!([]));
    }

    #[test]
    fn explanation_has_every_part() {
        let rule = RuleId::BrzQtyRange.rule();
        let expected = r#"BRZ-QTY-RANGE (reject): quantity is from 1 to 100

Severity:
  --rule BRZ-QTY-RANGE=SEVERITY sets it to one of reject, warn, off

Note:
  from 101 to 32767 it is stored if the severity is warn or off; zero, negative and larger quantities are always rejected

Source text:
  the quantity purchased (defaults to 1, must be <= 100 -- currently, Braze treats a quantity _X_ as _X_ separate purchases with quantity 1)

Source:
  Braze, "Objeto de compra" (purchase object), https://www.braze.com/docs/pt-br/api/objects_filters/purchase_object/

Service response:
  'quantity' is not valid

Valid example:
  {"external_id":"user1","product_id":"pencil","currency":"USD","price":2.00,"quantity":100,"time":"2013-07-17T19:20:20+01:00"}

Invalid example:
  {"external_id":"user1","product_id":"pencil","currency":"USD","price":2.00,"quantity":101,"time":"2013-07-17T19:20:20+01:00"}

Remedy:
  Split a larger order into several purchases; write a refund as a negative price, not as a negative quantity.
"#;
        assert_eq!(render_explain(rule), expected);
    }

    #[test]
    fn a_rule_that_always_rejects_says_so() {
        let fixed = "\nSeverity:\n  fixed: a record that breaks the rule has no value";
        assert!(render_explain(RuleId::BrzPriceType.rule()).contains(fixed));
        assert!(!render_explain(RuleId::FileLimit.rule()).contains("\nSeverity:"));
    }

    #[test]
    fn explanation_of_a_long_example_stays_on_a_screen() {
        let text = render_explain(RuleId::BrzPropSize.rule());
        assert!(text.len() < 3_000, "{} bytes", text.len());
        assert!(text.contains("characters ...]"));
    }

    #[test]
    fn json_forms_have_the_same_content() {
        let list: serde_json::Value =
            serde_json::from_str(&list_json(None, &RuleSeverities::default())).unwrap();
        assert_eq!(list.as_array().unwrap().len(), RuleId::COUNT);
        assert_eq!(list[0]["code"], "BRZ-RECORD-OBJECT");
        assert_eq!(list[0]["severity"], "reject");
        let entry: serde_json::Value =
            serde_json::from_str(&explain_json(RuleId::BrzQtyRange.rule())).unwrap();
        assert_eq!(entry["wire_message"], "'quantity' is not valid");
        assert_eq!(
            entry["can_be"],
            serde_json::json!(["reject", "warn", "off"])
        );
        assert!(entry.get("id").is_none());
    }
}
