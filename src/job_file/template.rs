//! Replaces braces in the texts of a job file.
//!
//! | written | replaced with |
//! |---|---|
//! | `{date}` | the data date, `2026-11-20` |
//! | `{date:%Y/%m/%d}` | the data date in a `strftime` format |
//! | `{env:NAME}` | the environment variable, which must be set |
//! | `{env:NAME:-other}` | the same, or `other` if it is not set or empty |
//! | `{name}` | the variable `name` of `[variables]` |
//! | `{{`, `}}` | a brace |
//!
//! Anything else in braces is refused, so that a misspelling does not become a path. An environment
//! variable that looks like a secret is refused too, because run reports contain the values.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use chrono::format::{Item, StrftimeItems};

use super::explain::is_secret;
use super::job_text::Environment;
use super::suggest;

/// The values of templates.
pub(super) struct TemplateValues<'a> {
    pub(super) date: NaiveDate,
    pub(super) environment: Environment<'a>,
    pub(super) variables: BTreeMap<String, String>,
}

/// Why braces cannot be replaced, and the remedy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TemplateError {
    pub(super) message: String,
    pub(super) remedy: String,
}

impl TemplateValues<'_> {
    /// Replaces the braces of a text; those around a `verbatim` name stay.
    pub(super) fn fill(&self, text: &str, verbatim: &[&str]) -> Result<String, TemplateError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                out.push('{');
                rest = after;
            } else if let Some(after) = from.strip_prefix("}}") {
                out.push('}');
                rest = after;
            } else if let Some(after) = from.strip_prefix('}') {
                out.push('}');
                rest = after;
            } else {
                let (name, after) = from[1..].split_once('}').ok_or_else(|| TemplateError {
                    message: format!("unclosed {{ in {text:?}"),
                    remedy: "close it with }, or write {{ for a brace".to_owned(),
                })?;
                if verbatim.contains(&name) {
                    let _ = write!(out, "{{{name}}}");
                } else {
                    out.push_str(&self.value(name)?);
                }
                rest = after;
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, name: &str) -> Result<String, TemplateError> {
        match name.split_once(':') {
            None if name == "date" => Ok(self.date.to_string()),
            Some(("date", form)) => self.formatted(form),
            Some(("env", wanted)) => self.environment_value(wanted),
            _ => self
                .variables
                .get(name)
                .cloned()
                .ok_or_else(|| TemplateError {
                    message: format!("unknown variable {{{name}}}"),
                    remedy: {
                        let variables = self.variables.keys().map(String::as_str);
                        suggest::remedy(
                            name,
                            variables.chain(["date", "date:%Y/%m/%d", "env:NAME"]),
                        )
                    },
                }),
        }
    }

    /// `to_string` of chrono panics on a format that a date has no value for; this does not.
    fn formatted(&self, form: &str) -> Result<String, TemplateError> {
        let items: Vec<Item<'_>> = StrftimeItems::new(form).collect();
        let mut out = String::new();
        let is_wrong = form.is_empty()
            || items.contains(&Item::Error)
            || write!(out, "{}", self.date.format_with_items(items.into_iter())).is_err();
        if is_wrong {
            return Err(TemplateError {
                message: format!("invalid date format {form:?}"),
                remedy:
                    "use the fields of a date, such as %Y, %m, %d, %j and %V, as in {date:%Y/%m/%d}"
                        .to_owned(),
            });
        }
        Ok(out)
    }

    fn environment_value(&self, wanted: &str) -> Result<String, TemplateError> {
        let (name, default) = match wanted.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (wanted, None),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(TemplateError {
                message: format!("invalid environment variable name {name:?}"),
                remedy: "write {env:NAME}, or {env:NAME:-default}".to_owned(),
            });
        }
        if is_secret(name) {
            return Err(TemplateError {
                message: format!("{name} looks like a secret, and run reports would contain it"),
                remedy: "remove it: credentials are read from the environment".to_owned(),
            });
        }
        let value = (self.environment)(name).filter(|value| !value.is_empty());
        value
            .or_else(|| default.map(str::to_owned))
            .ok_or_else(|| TemplateError {
                message: format!("the environment variable {name} is not set"),
                remedy: format!("set it, or write {{env:{name}:-default}}"),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, TemplateError> {
        let environment = |name: &str| match name {
            "BUCKET" => Some("s3://b".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let templates = TemplateValues {
            date: NaiveDate::from_ymd_opt(2026, 11, 5).unwrap(),
            environment: &environment,
            variables: BTreeMap::from([("company".to_owned(), "12".to_owned())]),
        };
        templates.fill(text, &["company_id"])
    }

    #[test]
    fn braces_contain_the_date_an_environment_variable_a_variable_or_are_escaped() {
        for (text, expected) in [
            (
                "d/{date:%Y/%m/%d}/x-{date}.json",
                "d/2026/11/05/x-2026-11-05.json",
            ),
            ("{env:BUCKET}/x", "s3://b/x"),
            ("{env:NONE:-here}/x", "here/x"),
            ("{env:NONE:-}/x", "/x"),
            ("{env:EMPTY:-here}", "here"),
            ("company={company}", "company=12"),
            ("company={company_id}/*", "company={company_id}/*"),
            ("{{date}} {{{date}}}", "{date} {2026-11-05}"),
            ("ação", "ação"),
        ] {
            assert_eq!(fill(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_typing_error_in_braces_is_refused_and_named() {
        for (text, named) in [
            ("{day}", "{day}"),
            ("{compny}", "company"),
            ("{date", "unclosed {"),
            ("{date:%Q}", "%Q"),
            ("{date:%H}", "%H"),
            ("{date:}", "invalid date format"),
            ("{env:NONE}", "NONE"),
            ("{env:}", "invalid environment variable name"),
            ("{env:A-B}", "A-B"),
            ("{env:AWS_SECRET_ACCESS_KEY}", "looks like a secret"),
            ("{env:DB_PASSWORD:-x}", "looks like a secret"),
            ("{}", "{}"),
        ] {
            let TemplateError { message, remedy } = fill(text).unwrap_err();
            let message = format!("{message}; {remedy}");
            assert!(message.contains(named), "{text}: {message}");
        }
    }
}
