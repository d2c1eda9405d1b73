//! The catalogue as a reference page in Markdown.

use super::catalogue::{Rule, rules};
use super::id::RuleId;
use super::severity::Severity;

/// The kinds of rules, by the beginning of their ids.
const SECTIONS: [(&str, &str); 4] = [
    ("BRZ-", "Customer purchases"),
    ("CPL-", "Supplier purchases"),
    ("FILE-", "Inputs"),
    ("PAR-", "Report parameters"),
];

/// What each severity means, in the order of the page.
const SEVERITIES: [(Severity, &str); 6] = [
    (
        Severity::Reject,
        "the record is stored verbatim in the table `rejects`",
    ),
    (
        Severity::Warn,
        "the record is accepted and the warning is counted",
    ),
    (Severity::Info, "the record is accepted and counted"),
    (
        Severity::Refuse,
        "the whole input is refused: nothing of it is committed",
    ),
    (
        Severity::Off,
        "the rule is not applied: a choice of the user, no severity of the catalogue",
    ),
    (
        Severity::Parameter,
        "the report is answered with the documented error response",
    ),
];

/// Every rule: id, severity, requirement, source and remedy; the caller adds the title.
pub fn reference() -> String {
    let severities = SEVERITIES.map(|(severity, effect)| format!("| `{severity}` | {effect} |\n"));
    format!(
        "\nThe severity of a rule with `reject`, `warn` and `off` in the column *can be* is the choice of the \
         user: `--rule BRZ-QTY-RANGE=warn`, or `[rules]` in a job file. Every other rule has the severity of this \
         page, because a record that breaks it could not be stored, or because it is not a rule on single \
         records.\n\n`purchase-etl rules explain ID` prints a rule with an accepted and a rejected example.\n\n\
         | severity | effect |\n|---|---|\n{}{}",
        severities.concat(),
        SECTIONS.map(section).concat()
    )
}

/// The rules whose ids begin with `prefix`: a table of all, then one entry each.
fn section((prefix, title): (&str, &str)) -> String {
    let of_section = || (rules().iter()).filter(|rule| rule.id.code().starts_with(prefix));
    let rows: Vec<String> = of_section().map(row).collect();
    let entries: Vec<String> = of_section().map(entry).collect();
    format!(
        "\n## {title}\n\n| rule | severity | can be | requirement |\n|---|---|---|---|\n{}{}",
        rows.concat(),
        entries.concat()
    )
}

fn row(rule: &Rule) -> String {
    let (code, severity) = (rule.id.code(), rule.id.severity());
    let anchor = code.to_lowercase();
    let summary = escaped(&rule.summary).replace('|', "\\|");
    let choices = choices(rule.id);
    format!("| [`{code}`](#{anchor}) | {severity} | {choices} | {summary} |\n")
}

/// The severities that the user can set.
fn choices(rule: RuleId) -> String {
    let choices = rule.choices().iter().map(|choice| choice.as_str());
    choices.collect::<Vec<_>>().join(", ")
}

fn entry(rule: &Rule) -> String {
    let severity = match choices(rule.id).as_str() {
        "" => rule.id.severity().to_string(),
        choices => format!("{}; can be {choices}", rule.id.severity()),
    };
    let source = format!("“{}” ({})", rule.sentence, rule.source);
    let parts = [
        ("Severity", Some(severity.as_str())),
        ("Note", rule.note.as_deref()),
        ("Source", Some(&source)),
        ("Service response", rule.wire_message.as_deref()),
        ("Remedy", Some(&rule.remedy)),
    ];
    let mut text = vec![format!(
        "\n### {}\n\n{}.\n\n",
        rule.id,
        escaped(&rule.summary)
    )];
    text.extend(
        parts
            .into_iter()
            .filter_map(|(name, part)| Some(format!("- **{name}:** {}\n", escaped(part?)))),
    );
    text.concat()
}

/// A text with the characters of Markdown taken literally.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let is_inside_word = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + 1..].chars().next();
        [before, after]
            .iter()
            .all(|c| c.is_some_and(char::is_alphanumeric))
    };
    for (at, c) in text.char_indices() {
        match c {
            '_' if is_inside_word(at) => out.push(c),
            '\\' | '`' | '*' | '_' | '<' | '[' | ']' => out.extend(['\\', c]),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_section_for_every_rule_and_a_line_for_every_severity() {
        let page = reference();
        for id in RuleId::ALL {
            assert!(page.contains(&format!("\n### {}\n", id.code())), "{id:?}");
            let severity = id.severity();
            assert!(SEVERITIES.iter().any(|(named, _)| *named == severity));
        }
    }
}
