//! Determines the company of a dump whose records do not contain it: a saved response does not
//! repeat the header of the request.

use std::fmt;
use std::str::FromStr;

use crate::input::{Input, InputLocation};
use crate::supplier_purchase::CompanyId;

/// Where the company of an input is taken from.
#[derive(Clone, Debug, Default)]
pub enum CompanySource {
    /// Only from the records themselves.
    #[default]
    Records,
    /// One for all inputs.
    Given(CompanyId),
    /// From the path of each input.
    Path(CompanyPath),
}

impl CompanySource {
    /// Whether the company is taken from the records: the same file is then of the same company in
    /// every run.
    pub fn is_in_records(&self) -> bool {
        matches!(self, Self::Records)
    }

    /// The company of an input; `None` if it is taken from the records or the path has none.
    pub fn company_of(&self, input: &Input) -> Option<CompanyId> {
        match self {
            Self::Records => None,
            Self::Given(company) => Some(*company),
            Self::Path(template) => match &input.location {
                InputLocation::File(path) => template.company_in(&path.to_string_lossy()),
                InputLocation::Object(url) => template.company_in(url.key()),
                InputLocation::Stdin => None,
            },
        }
    }
}

const PLACEHOLDER: &str = "{company_id}";

/// A template such as `company={company_id}/*/*.json`, compared with the end of a path segment by
/// segment; `*`, `?` and `[…]` match parts of a segment without `{company_id}`.
#[derive(Clone, Debug)]
pub struct CompanyPath {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
enum Segment {
    Pattern(glob::Pattern),
    Company { before: String, after: String },
}

/// An invalid path template.
#[derive(Debug, thiserror::Error)]
#[error("expected a path that contains {{company_id}} once, such as company={{company_id}}/*.json")]
pub struct InvalidCompanyPath;

impl fmt::Display for CompanyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for CompanyPath {
    type Err = InvalidCompanyPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.matches(PLACEHOLDER).count() != 1 {
            return Err(InvalidCompanyPath);
        }
        let segment = |segment: &str| match segment.split_once(PLACEHOLDER) {
            Some((before, after)) if (before.to_owned() + after).contains(['*', '?', '[']) => {
                Err(InvalidCompanyPath)
            }
            Some((before, after)) => Ok(Segment::Company {
                before: before.to_owned(),
                after: after.to_owned(),
            }),
            None => glob::Pattern::new(segment)
                .map(Segment::Pattern)
                .map_err(|_bad| InvalidCompanyPath),
        };
        let segments = text.trim_start_matches('/').split('/').map(segment);
        Ok(Self {
            text: text.to_owned(),
            segments: segments.collect::<Result<_, _>>()?,
        })
    }
}

impl CompanyPath {
    fn company_in(&self, path: &str) -> Option<CompanyId> {
        let parts: Vec<&str> = path.split('/').collect();
        let skipped = parts.len().checked_sub(self.segments.len())?;
        let mut company = None;
        for (segment, part) in self.segments.iter().zip(parts.iter().skip(skipped)) {
            match segment {
                Segment::Pattern(pattern) if pattern.matches(part) => {}
                Segment::Pattern(_) => return None,
                Segment::Company { before, after } => {
                    let digits = part.strip_prefix(before.as_str())?;
                    company = digits.strip_suffix(after.as_str())?.parse().ok();
                }
            }
        }
        company.filter(|company| *company != CompanyId::UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(template: &str, path: &str) -> Option<i64> {
        let template: CompanyPath = template.parse().unwrap();
        template.company_in(path).map(CompanyId::get)
    }

    #[test]
    fn the_end_of_a_path_is_compared_segment_by_segment() {
        for (template, path, expected) in [
            (
                "company={company_id}/*.json",
                "/dumps/company=12/page-1.json",
                Some(12),
            ),
            (
                "{company_id}/*/*",
                "dumps/7/2026-11-20/page-1.json.gz",
                Some(7),
            ),
            ("filial_{company_id}.csv", "/x/filial_34.csv", Some(34)),
            (
                "company={company_id}/*.json",
                "/dumps/company=12/x/page-1.json",
                None,
            ),
            (
                "company={company_id}/*.json",
                "/dumps/company=/page-1.json",
                None,
            ),
            (
                "company={company_id}/*.json",
                "/dumps/company=unknown/page-1.json",
                None,
            ),
            (
                "company={company_id}/*.json",
                "/dumps/company=-1/page-1.json",
                None,
            ),
            ("company={company_id}/*.json", "page-1.json", None),
        ] {
            assert_eq!(company(template, path), expected, "{template} {path}");
        }
        for text in [
            "",
            "*.json",
            "{company_id}/{company_id}",
            "{company}/x",
            "x_*_{company_id}.csv",
        ] {
            assert!(text.parse::<CompanyPath>().is_err(), "{text}");
        }
    }
}
