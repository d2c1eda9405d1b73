//! The entries of the catalogue, read from its file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};

use super::id::RuleId;

/// One entry of the catalogue.
///
/// No text is empty. `sentence` is quoted verbatim from `source`, in the language of that page, or
/// begins with "our own rule:" where no documentation defines the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The rule this entry describes.
    #[serde(rename(deserialize = "code"), skip_serializing)]
    pub id: RuleId,
    /// When the severity differs from the usual one, or what the examples require.
    pub note: Option<String>,
    /// The rule in one line.
    pub summary: String,
    /// The sentence the rule is based on.
    pub sentence: String,
    /// Name and address of the page that contains the sentence.
    pub source: String,
    /// The error text of the real service, where known.
    pub wire_message: Option<String>,
    /// Options of the command line that the examples require; for the test that runs them.
    #[serde(skip_serializing)]
    pub options: Option<String>,
    /// Other rules that the examples cannot but violate; for the same test.
    #[serde(skip_serializing, default)]
    pub also: Vec<RuleId>,
    /// A valid example: it violates no rule. Several records are one per line.
    #[serde(deserialize_with = "example")]
    pub accepted: String,
    /// An invalid example.
    #[serde(deserialize_with = "example")]
    pub rejected: String,
    /// How to fix a violation.
    pub remedy: String,
}

impl RuleId {
    /// The catalogue entry.
    pub fn rule(self) -> &'static Rule {
        &rules()[self.index()]
    }
}

/// Every entry, at the position of its id.
pub(super) fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        let read = read(include_str!("catalogue.toml"));
        read.unwrap_or_else(|error| panic!("catalogue.toml, which a test reads: {error}"))
    });
    &RULES
}

/// Reads the text of a catalogue. Codes and sources that do not exist are errors, and so are keys that no
/// entry has.
fn read(text: &str) -> Result<Vec<Rule>, toml::de::Error> {
    let Catalogue { sources, mut rule } = toml::from_str(text)?;
    for rule in &mut rule {
        let page = sources.get(&rule.source);
        rule.source.clone_from(page.ok_or_else(|| {
            serde::de::Error::custom(format!("{}: unknown source {:?}", rule.id, rule.source))
        })?);
    }
    Ok(rule)
}

/// The catalogue as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    /// The pages that rules are quoted from, with name and address.
    sources: BTreeMap<String, String>,
    rule: Vec<Rule>,
}

/// An example as the file has it; a long one consists of parts, of which some are repeated.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Example {
    Text(String),
    Repeated { text: String, times: usize },
    Joined(Vec<Self>),
}

impl From<Example> for String {
    fn from(example: Example) -> Self {
        match example {
            Example::Text(text) => text,
            Example::Repeated { text, times } => text.repeat(times),
            Example::Joined(parts) => parts.into_iter().map(Self::from).collect(),
        }
    }
}

fn example<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Example::deserialize(deserializer).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A catalogue with one entry; `more` is at its end.
    fn with(more: &str) -> String {
        format!(
            r#"
            [sources]
            page = "A page, https://example.com"
            [[rule]]
            code = "BRZ-QTY-RANGE"
            summary = "quantity is from 1 to 100"
            sentence = "must be <= 100"
            remedy = "Split the order."
            accepted = ['"', {{ text = "ab", times = 2 }}, '"']
            {more}
            "#
        )
    }

    #[test]
    fn an_entry_is_read_with_the_page_it_names_and_joined_examples() {
        let rules = read(&with("source = 'page'\nrejected = 'b'")).unwrap();
        let [rule] = rules.as_slice() else {
            panic!("{rules:?}");
        };
        assert_eq!(rule.id, RuleId::BrzQtyRange);
        assert_eq!(rule.source, "A page, https://example.com");
        assert_eq!((&*rule.accepted, &*rule.rejected), (r#""abab""#, "b"));
        assert_eq!((&rule.note, &rule.wire_message), (&None, &None));
    }

    #[test]
    fn a_malformed_entry_is_an_error() {
        for (more, error) in [
            ("source = 'page'", "missing field `rejected`"),
            (
                "source = 'page'\nrejected = 'b'\nsumary = 's'",
                "unknown field `sumary`",
            ),
            ("source = 'pag'\nrejected = 'b'", "unknown source"),
            (
                "source = 'page'\nrejected = [{ text = 'b' }]",
                "did not match",
            ),
            (
                "source = 'page'\nrejected = 'b'\n[[rule]]\ncode = 'BRZ-QTY'",
                "unknown variant",
            ),
        ] {
            let found = read(&with(more)).unwrap_err().to_string();
            assert!(found.contains(error), "{more}: {found}");
        }
    }

    #[test]
    fn every_page_is_the_source_of_a_rule() {
        let Catalogue { sources, rule } = toml::from_str(include_str!("catalogue.toml")).unwrap();
        for page in sources.keys() {
            let is_quoted = rule.iter().any(|rule: &Rule| rule.source == *page);
            assert!(is_quoted, "{page} is the source of no rule");
        }
    }
}
