//! The catalogue as a reference page in Markdown.

use std::fmt::Write;

use super::{CATALOGUE, Rule};

/// The kinds of rules, by the beginning of their ids.
const SECTIONS: [(&str, &str); 4] = [
    ("BRZ-", "Customer purchases"),
    ("CPL-", "Supplier purchases"),
    ("FILE-", "Inputs"),
    ("PAR-", "Report parameters"),
];

/// What each severity means, in the order of the page.
const SEVERITIES: [(&str, &str); 5] = [
    (
        "reject",
        "the record is stored verbatim in the table `rejects`",
    ),
    ("warn", "the record is accepted and the warning is counted"),
    ("info", "the record is accepted and counted"),
    (
        "refuse",
        "the whole input is refused: nothing of it is committed",
    ),
    (
        "parameter",
        "the report is answered with the documented error response",
    ),
];

/// Every rule: id, severity, requirement, source and remedy; the caller adds the title.
pub fn reference() -> String {
    let mut text =
        "\n`purchase-etl rules explain ID` prints a rule with an accepted and a rejected example.\n\n\
         | severity | effect |\n|---|---|\n"
            .to_owned();
    for (severity, effect) in SEVERITIES {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{severity}` | {effect} |");
    }
    for (prefix, title) in SECTIONS {
        let of_section = || {
            CATALOGUE
                .iter()
                .filter(|rule| rule.code.starts_with(prefix))
        };
        let _ = writeln!(
            text,
            "\n## {title}\n\n| rule | severity | requirement |\n|---|---|---|"
        );
        for rule in of_section() {
            let _ = writeln!(
                text,
                "| [`{}`](#{}) | {} | {} |",
                rule.code,
                rule.code.to_lowercase(),
                rule.severity,
                escaped(rule.summary).replace('|', "\\|")
            );
        }
        for rule in of_section() {
            entry(&mut text, rule);
        }
    }
    text
}

fn entry(text: &mut String, rule: &Rule) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\n### {}\n\n{}.\n\n- **Severity:** {}",
        rule.code,
        escaped(rule.summary),
        rule.severity
    );
    if let Some(note) = rule.note {
        let _ = writeln!(text, "- **Note:** {}", escaped(note));
    }
    let _ = writeln!(
        text,
        "- **Source:** “{}” ({})",
        escaped(rule.sentence),
        escaped(rule.source)
    );
    if let Some(message) = rule.wire_message {
        let _ = writeln!(text, "- **Service response:** {}", escaped(message));
    }
    let _ = writeln!(text, "- **Remedy:** {}", escaped(rule.remedy));
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
    use crate::rules::RuleId;

    #[test]
    fn the_page_has_a_section_for_every_rule_and_a_line_for_every_severity() {
        let page = reference();
        for id in RuleId::ALL {
            assert!(page.contains(&format!("\n### {}\n", id.code())), "{id:?}");
            let severity = id.rule().severity.as_str();
            assert!(SEVERITIES.iter().any(|(name, _)| *name == severity));
        }
    }
}
