//! Problems of a job file, with line and column of their byte offset.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use toml::Spanned;
use toml::de::DeValue;

/// A problem of a job file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct JobFileProblem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key, with the tables around it, such as `steps."quantity per day".report.length`.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for JobFileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            key,
            message,
            remedy,
        } = self;
        write!(f, "{line}:{column}: ")?;
        if !key.is_empty() {
            write!(f, "{key}: ")?;
        }
        write!(f, "{message}; {remedy}")
    }
}

/// Collects the problems of one text.
#[derive(Debug)]
pub(super) struct ProblemCollector<'a> {
    text: &'a str,
    found: Vec<JobFileProblem>,
}

impl<'a> ProblemCollector<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            found: Vec::new(),
        }
    }

    /// Records a problem at `span`.
    pub(super) fn add(
        &mut self,
        span: &Range<usize>,
        key: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let (line, column) = line_and_column(self.text, span.start);
        self.found.push(JobFileProblem {
            line,
            column,
            key: key.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// Line of an offset, from 1.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        line_and_column(self.text, span.start).0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// Records a value of another type than the expected one.
    pub(super) fn add_wrong_type(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        key: &str,
        expected: &str,
        remedy: impl Into<String>,
    ) {
        let message = format!("expected {expected}, found {}", value.get_ref().type_str());
        self.add(&value.span(), key, message, remedy);
    }

    /// In the order of the text.
    pub(super) fn into_sorted(mut self) -> Vec<JobFileProblem> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

/// Line and column of a byte offset, both from 1; a column counts characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "a = 1\nção = 2\n";
        let offset = text.find('=').unwrap();
        assert_eq!(line_and_column(text, offset), (1, 3));
        assert_eq!(line_and_column(text, text.rfind('=').unwrap()), (2, 5));
        assert_eq!(line_and_column(text, text.len()), (3, 1));
    }
}
