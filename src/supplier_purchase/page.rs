//! Checks whether a dump of saved responses is complete.
//!
//! From the `meta` of each response ([`read_meta`]) and its number of purchases, [`completeness`]
//! derives warnings about missing pages and a list that changed. An invalid `meta` is a [`MetaFault`];
//! its purchases are ingested.

use std::collections::BTreeMap;

use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, JsonStr};
use crate::record::{Field, excerpt, read_field};
use crate::rules::RuleId;

/// The pagination of one response, from its `meta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// Page number, from 1.
    pub current_page: u64,
    /// Number of pages.
    pub last_page: u64,
    /// Purchases on a full page.
    pub per_page: u64,
    /// Purchases on all pages.
    pub total: u64,
}

/// An invalid `meta`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaFault {
    /// The violated rule: CPL-META-SHAPE.
    pub rule: RuleId,
    /// The member, such as `meta.total`, or `meta`.
    pub field: String,
    /// The value in the dump, shortened and escaped.
    pub value: String,
    /// What is wrong with it.
    pub detail: &'static str,
}

impl MetaFault {
    fn new(field: &str, value: &str, detail: &'static str) -> Self {
        Self {
            rule: RuleId::CplMetaShape,
            field: field.to_owned(),
            value: excerpt(value),
            detail,
        }
    }
}

/// The members of `meta`, in the order of [`Page`]'s fields.
const MEMBERS: [(&str, &str); 4] = [
    ("current_page", "meta.current_page"),
    ("last_page", "meta.last_page"),
    ("per_page", "meta.per_page"),
    ("total", "meta.total"),
];

/// Reads the JSON text of the member `meta`; `None` when it is `null`. Its other members are ignored.
///
/// # Errors
/// `meta` is not an object, or one of its four members is duplicated, missing, or not a whole number
/// from 0.
pub fn read_meta(text: &str, options: JsonOptions) -> Result<Option<Page>, MetaFault> {
    let unreadable = |_: JsonError| MetaFault::new("meta", text, "must be an object");
    let mut cursor = JsonCursor::new(text, options);
    match cursor.peek().map_err(unreadable)? {
        JsonKind::Null => return Ok(None),
        JsonKind::Object => {}
        _ => return Err(MetaFault::new("meta", text, "must be an object")),
    }
    let mut found: [Option<Field<'_>>; MEMBERS.len()] = Default::default();
    let mut members = cursor.open_object().map_err(unreadable)?;
    while let Some(key) = cursor.next_key(&mut members).map_err(unreadable)? {
        let value = read_field(&mut cursor).map_err(unreadable)?;
        let Some(place) = position(key) else {
            continue;
        };
        if found[place].replace(value).is_some() {
            return Err(MetaFault::new(MEMBERS[place].1, "", "must occur only once"));
        }
    }
    let number = |place: usize| {
        let value = found[place].clone().unwrap_or_default();
        let whole = match &value {
            // Digits only: neither 1.0 nor -1 nor 1e2.
            Field::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        let detail = "must be a whole number, 0 or greater";
        whole.ok_or_else(|| MetaFault::new(MEMBERS[place].1, &value.shown(), detail))
    };
    Ok(Some(Page {
        current_page: number(0)?,
        last_page: number(1)?,
        per_page: number(2)?,
        total: number(3)?,
    }))
}

fn position(key: JsonStr<'_>) -> Option<usize> {
    let key = key.decode();
    MEMBERS.iter().position(|(name, _)| *name == key)
}

/// A page of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DumpPage {
    /// Its `meta`.
    pub page: Page,
    /// Purchases on it, including rejected ones.
    pub rows: u64,
}

/// A warning about a dump as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageWarning {
    /// CPL-PAGE-GAP or CPL-PAGE-DRIFT.
    pub rule: RuleId,
    /// The message.
    pub detail: String,
}

/// Checks whether the pages of one dump are complete. `repeated_ids` is the number of purchases that
/// were found again on another page.
///
/// Duplicate pages count once. Without pages the dump has no pagination, and there are no warnings.
pub fn completeness(pages: &[DumpPage], repeated_ids: u64) -> Vec<PageWarning> {
    let mut notes = Vec::new();
    let mut drifted = |detail: String| {
        notes.push(PageWarning {
            rule: RuleId::CplPageDrift,
            detail,
        });
    };
    if repeated_ids > 0 {
        drifted(format!(
            "{repeated_ids} purchase(s) are on more than one page: the list changed while it was read"
        ));
    }
    let totals = pages.iter().map(|seen| seen.page.total);
    let (Some(least), Some(most)) = (totals.clone().min(), totals.max()) else {
        return notes;
    };
    if least != most {
        drifted(format!(
            "the pages have different totals: {least} and {most} purchases"
        ));
    }
    let last = (pages.iter()).map(|seen| seen.page.last_page).max();
    let last = last.unwrap_or_default();
    let by_number: BTreeMap<u64, u64> = pages
        .iter()
        .map(|seen| (seen.page.current_page, seen.rows))
        .collect();
    let absent = absent_pages(&by_number, last);
    let rows = by_number.values().copied().fold(0, u64::saturating_add);
    if absent.is_empty() && least == most && rows != most {
        drifted(format!(
            "all pages are present, with {rows} purchases, but the total is {most}"
        ));
    }
    if !absent.is_empty() {
        notes.push(PageWarning {
            rule: RuleId::CplPageGap,
            detail: format!(
                "dump incomplete: {} of {last} absent",
                describe_pages(&absent)
            ),
        });
    }
    notes
}

/// A range of consecutive pages.
#[derive(Clone, Copy)]
struct PageRange {
    first: u64,
    last: u64,
}

/// The missing pages from 1 to `last`. Does not iterate over all numbers, because `last` is untrusted.
fn absent_pages(there: &BTreeMap<u64, u64>, last: u64) -> Vec<PageRange> {
    let mut absent = Vec::new();
    let mut next = 1;
    for &page in there.keys().filter(|page| (1..=last).contains(*page)) {
        if page > next {
            absent.push(PageRange {
                first: next,
                last: page - 1,
            });
        }
        next = page.saturating_add(1);
    }
    if next <= last && !there.contains_key(&last) {
        absent.push(PageRange { first: next, last });
    }
    absent
}

/// `page 3`, or `pages 3, 5-7`.
fn describe_pages(absent: &[PageRange]) -> String {
    /// Maximum ranges in a message; a malicious dump could have many.
    const MAX_SHOWN_RANGES: usize = 20;
    let one = |range: &PageRange| match *range {
        PageRange { first, last } if first == last => first.to_string(),
        PageRange { first, last } => format!("{first}-{last}"),
    };
    let shown: Vec<String> = absent.iter().take(MAX_SHOWN_RANGES).map(one).collect();
    let more = absent.len().saturating_sub(MAX_SHOWN_RANGES);
    let rest = if more > 0 {
        format!(" and {more} more ranges")
    } else {
        String::new()
    };
    let is_one = matches!(absent, [only] if only.first == only.last);
    let word = if is_one { "page" } else { "pages" };
    format!("{word} {}{rest}", shown.join(", "))
}

#[cfg(test)]
mod tests;
