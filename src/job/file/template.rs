//! Braces in the texts of a job file: a text comes in, the same with its values in goes out.
//!
//! | written | stands for |
//! |---|---|
//! | `{date}` | the data date, `2026-11-20` |
//! | `{date:%Y/%m/%d}` | the data date in a form of `strftime` |
//! | `{env:NAME}` | the environment variable; it has to be there |
//! | `{env:NAME:-other}` | the same, or `other` when it is not there or empty |
//! | `{name}` | the variable `name` of `[variables]` |
//! | `{{`, `}}` | a brace |
//!
//! Anything else in braces is refused, so that a typing error is not taken for a path; and so is a
//! variable that looks like a secret, because what is filled in stands in run reports.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use chrono::format::{Item, StrftimeItems};

use super::Environment;
use super::suggest;
use crate::job::explain::is_secret;

/// What braces may stand for.
pub(super) struct TemplateValues<'a> {
    pub(super) date: NaiveDate,
    pub(super) environment: Environment<'a>,
    pub(super) variables: BTreeMap<String, String>,
}

/// Why braces cannot be filled, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TemplateError {
    pub(super) message: String,
    pub(super) remedy: String,
}

impl TemplateValues<'_> {
    /// Fills the braces of a text; those around one of the `verbatim` names stay as they are.
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
                    message: format!("{text:?} has a {{ without its }}"),
                    remedy: "close it, or write {{ for a brace".to_owned(),
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
                    message: format!("{{{name}}} is not known"),
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

    /// `to_string` of chrono panics on a form that the date has no value for; this asks first.
    fn formatted(&self, form: &str) -> Result<String, TemplateError> {
        let items: Vec<Item<'_>> = StrftimeItems::new(form).collect();
        let mut out = String::new();
        let is_wrong = form.is_empty()
            || items.contains(&Item::Error)
            || write!(out, "{}", self.date.format_with_items(items.into_iter())).is_err();
        if is_wrong {
            return Err(TemplateError {
                message: format!("{form:?} is no form of a date"),
                remedy: "use %Y, %m, %d, %j, %V and the like, as in {date:%Y/%m/%d}".to_owned(),
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
                message: format!("{name:?} is no name of an environment variable"),
                remedy: "write {env:NAME}, or {env:NAME:-default}".to_owned(),
            });
        }
        if is_secret(name) {
            return Err(TemplateError {
                message: format!("{name} looks like a secret, which would stand in run reports"),
                remedy: "leave it out: what needs it reads the environment itself".to_owned(),
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
    fn braces_stand_for_the_date_the_environment_variables_and_themselves() {
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
            ("{date", "without its }"),
            ("{date:%Q}", "%Q"),
            ("{date:%H}", "%H"),
            ("{date:}", "no form"),
            ("{env:NONE}", "NONE"),
            ("{env:}", "no name"),
            ("{env:A-B}", "A-B"),
            ("{env:AWS_SECRET_ACCESS_KEY}", "looks like a secret"),
            ("{env:DB_PASSWORD:-x}", "looks like a secret"),
            ("{}", "{}"),
        ] {
            let TemplateError { message, remedy } = fill(text).unwrap_err();
            let said = format!("{message}; {remedy}");
            assert!(said.contains(named), "{text}: {said}");
        }
    }
}
