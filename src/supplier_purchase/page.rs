//! Whether a dump of saved responses is whole.
//!
//! In: the `meta` of each response ([`read_meta`]), and how many purchases stood beside it. Out:
//! what is missing or moved ([`completeness`]), as warnings. Refused: nothing; a `meta` that
//! cannot be read is a [`MetaFault`], and its purchases count all the same.

use std::collections::BTreeMap;

use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, JsonStr};
use crate::record::{Field, excerpt, read_field};
use crate::rules::RuleId;

/// The pagination of one response, as its `meta` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// Which page, from 1.
    pub current_page: u64,
    /// How many pages there are.
    pub last_page: u64,
    /// Purchases of a full page.
    pub per_page: u64,
    /// Purchases of all pages.
    pub total: u64,
}

/// A `meta` that says no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaFault {
    /// The rule it breaks: CPL-META-SHAPE.
    pub rule: RuleId,
    /// The member, such as `meta.total`, or `meta`.
    pub field: String,
    /// The value as the dump writes it, cut and escaped.
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

/// Reads the JSON text of the member `meta`; nothing when it is `null`. Other members of it are
/// left alone.
///
/// # Errors
/// `meta` is no object, one of its four members stands there twice or not at all, or is no whole
/// number from 0.
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
            return Err(MetaFault::new(MEMBERS[place].1, "", "stands there twice"));
        }
    }
    let number = |place: usize| {
        let value = found[place].clone().unwrap_or_default();
        let whole = match &value {
            // Digits alone: neither 1.0 nor -1 nor 1e2.
            Field::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        let detail = "must be a whole number from 0";
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
    /// What its `meta` says.
    pub page: Page,
    /// Purchases that stood on it, rejected ones too.
    pub rows: u64,
}

/// Something that is wrong with a dump as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageWarning {
    /// CPL-PAGE-GAP or CPL-PAGE-DRIFT.
    pub rule: RuleId,
    /// What is wrong, for people.
    pub detail: String,
}

/// Says whether the pages of one dump make a whole. `repeated_ids` is how many purchases stood on
/// a page after they had stood on another one.
///
/// A page that is there twice counts once. No pages at all are no dump of pages, and nothing is
/// said about them.
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
            "{repeated_ids} purchase(s) stand on more than one page: the list moved while it was read"
        ));
    }
    let totals = pages.iter().map(|seen| seen.page.total);
    let (Some(least), Some(most)) = (totals.clone().min(), totals.max()) else {
        return notes;
    };
    if least != most {
        drifted(format!(
            "the pages do not agree on the total: {least} and {most} purchases"
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
            "all pages are there, with {rows} purchases, but the total is {most}"
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

/// Pages next to each other, from the first to the last of them.
#[derive(Clone, Copy)]
struct PageRange {
    first: u64,
    last: u64,
}

/// The pages from 1 to `last` that are not there. Never walks through them one by one: `last` is
/// whatever the dump says.
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
    /// Enough to see what is missing; the list of a hostile dump could be long.
    const MAX_SHOWN_RANGES: usize = 20;
    let one = |range: &PageRange| match *range {
        PageRange { first, last } if first == last => first.to_string(),
        PageRange { first, last } => format!("{first}-{last}"),
    };
    let shown: Vec<String> = absent.iter().take(MAX_SHOWN_RANGES).map(one).collect();
    let more = absent.len().saturating_sub(MAX_SHOWN_RANGES);
    let rest = if more > 0 {
        format!(" and {more} more stretches")
    } else {
        String::new()
    };
    let is_one = matches!(absent, [only] if only.first == only.last);
    let word = if is_one { "page" } else { "pages" };
    format!("{word} {}{rest}", shown.join(", "))
}

#[cfg(test)]
mod tests;
