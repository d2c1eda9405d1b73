//! One judgement per parameter: a value comes back in any case, and what is wrong is kept.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{COMPANY_UNKNOWN, Deleted, PER_PAGE_DEFAULT, PER_PAGE_MAX, PurchaseStatus, SearchTerm};
use crate::report::calendar_date::calendar_date;
use crate::report::supplier_errors::{COMPANY_HEADER, InvalidParameter, Validation};
use crate::rules::RuleId;
use crate::values::instant::parse_instant;

/// The last page that can be asked for: readers of the answer hold `current_page` in 64 bits with
/// a sign.
const PAGE_MAX: u64 = i64::MAX.cast_unsigned();

const DATE_REQUIREMENT: &str = "must be a date, YYYY-MM-DD";

/// Both requests in one form.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Typed<'a> {
    pub(super) company_id: Option<&'a str>,
    pub(super) search_term: Option<&'a str>,
    pub(super) purchase_status: Option<&'a str>,
    pub(super) supplier_ids: Option<&'a str>,
    pub(super) registration_start: Option<&'a str>,
    pub(super) registration_end: Option<&'a str>,
    pub(super) page: Option<&'a str>,
    pub(super) per_page: Option<&'a str>,
    pub(super) updated_from: Option<&'a str>,
    pub(super) deleted: Option<&'a str>,
}

/// Collects what is wrong. The value that stands in for a wrong one is never used, because nothing
/// is resolved while anything is wrong.
#[derive(Debug, Default)]
pub(super) struct Judge {
    wrong: Vec<InvalidParameter>,
}

impl Judge {
    pub(super) fn into_wrong(self) -> Vec<InvalidParameter> {
        self.wrong
    }

    pub(super) fn company(&mut self, text: &str) -> i64 {
        if text == "unknown" {
            return COMPANY_UNKNOWN;
        }
        let number = whole_number(text).and_then(|number| i64::try_from(number).ok());
        number.filter(|number| *number >= 1).unwrap_or_else(|| {
            self.refuse(
                (RuleId::ParCompany, COMPANY_HEADER),
                text,
                "must be a whole number from 1, or unknown",
                Validation::new("Integer", &[]),
            )
        })
    }

    pub(super) fn search_term(&mut self, typed: Option<&str>) -> Option<SearchTerm> {
        let text = typed?;
        if is_digits(text) {
            return Some(SearchTerm::new(text));
        }
        self.refuse(
            (RuleId::ParSearch, "search_term"),
            text,
            "must be a whole number, digits only: the id of a purchase or the number of an invoice",
            Validation::new("Integer", &[]),
        )
    }

    pub(super) fn status(&mut self, typed: Option<&str>) -> Option<PurchaseStatus> {
        self.word(
            (RuleId::ParStatus, "purchase_status"),
            typed?,
            &PurchaseStatus::ALL,
        )
    }

    pub(super) fn deleted(&mut self, typed: Option<&str>) -> Deleted {
        typed
            .and_then(|text| self.word((RuleId::ParDeleted, "deleted"), text, &Deleted::ALL))
            .unwrap_or_default()
    }

    /// Spaces around the commas are tolerated; an empty list is no filter.
    pub(super) fn supplier_ids(&mut self, typed: Option<&str>) -> BTreeSet<i64> {
        let text = typed.unwrap_or_default();
        if text.trim().is_empty() {
            return BTreeSet::new();
        }
        let ids: Option<BTreeSet<i64>> = text
            .split(',')
            .map(|id| whole_number(id.trim()).and_then(|id| i64::try_from(id).ok()))
            .collect();
        ids.unwrap_or_else(|| {
            self.refuse(
                (RuleId::ParSuppliers, "supplier_ids"),
                text,
                "must be whole numbers with commas between them, such as 1,2,3",
                Validation::new("IntegerList", &[]),
            )
        })
    }

    pub(super) fn registration(
        &mut self,
        start: Option<&str>,
        end: Option<&str>,
    ) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let first = self.date((RuleId::ParStart, "registration_start"), start);
        let end_field = (RuleId::ParEnd, "registration_end");
        let last = self.date(end_field, end);
        if let (Some(first), Some(last), Some(text)) = (first, last, end)
            && last < first
        {
            let requirement = format!("must not be before registration_start, {first}");
            let first = first.to_string();
            self.refuse::<()>(
                end_field,
                text,
                &requirement,
                Validation::new("NotBefore", &[&first]),
            );
        }
        (first, last)
    }

    pub(super) fn page(&mut self, typed: Option<&str>) -> u64 {
        let Some(text) = typed else { return 1 };
        let field = (RuleId::ParPage, "page");
        let requirement = "must be a whole number from 1";
        match whole_number(text) {
            None => self.refuse(field, text, requirement, Validation::new("Integer", &[])),
            Some(0) => self.refuse(field, text, requirement, Validation::new("Min", &["1"])),
            Some(page) if page <= PAGE_MAX => page,
            Some(_) => {
                let most = PAGE_MAX.to_string();
                let requirement =
                    format!("must be a whole number between 1 and {most} (inclusive)");
                let validation = Validation::new("Between", &["1", &most]);
                self.refuse(field, text, &requirement, validation)
            }
        }
    }

    pub(super) fn per_page(&mut self, typed: Option<&str>) -> u32 {
        let Some(text) = typed else {
            return PER_PAGE_DEFAULT;
        };
        let field = (RuleId::ParPerpage, "per_page");
        let most = PER_PAGE_MAX.to_string();
        let requirement = format!("must be a whole number between 1 and {most} (inclusive)");
        let validation = match whole_number(text).map(u32::try_from) {
            None => Validation::new("Integer", &[]),
            Some(Ok(number)) if (1..=PER_PAGE_MAX).contains(&number) => return number,
            Some(_) => Validation::new("Between", &["1", &most]),
        };
        self.refuse(field, text, &requirement, validation)
    }

    /// A `+` of the offset that an address turned into a space is read as the `+`.
    pub(super) fn updated_from(&mut self, typed: Option<&str>) -> Option<i64> {
        let text = typed?;
        let written = match text.split_once(' ') {
            Some((time, offset)) if time.contains('T') => format!("{time}+{offset}"),
            _ => text.to_owned(),
        };
        match parse_instant(&written, Tz::UTC) {
            Ok(parsed) if !parsed.notes.any() => Some(parsed.instant.micros_utc),
            _ => self.refuse(
                (RuleId::ParUpdated, "updated_from"),
                text,
                "must be a date and time with an offset, YYYY-MM-DDThh:mm:ss+hh:mm, between 1970 \
                 and 2261",
                Validation::new("DateTime", &["YYYY-MM-DDThh:mm:ss+hh:mm"]),
            ),
        }
    }

    fn date(&mut self, field: (RuleId, &'static str), typed: Option<&str>) -> Option<NaiveDate> {
        let text = typed?;
        calendar_date(text).or_else(|| {
            self.refuse(
                field,
                text,
                DATE_REQUIREMENT,
                Validation::new("Date", &["YYYY-MM-DD"]),
            )
        })
    }

    fn word<T: Copy>(
        &mut self,
        field: (RuleId, &'static str),
        text: &str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let requirement = format!("must be {}", alternatives(&words));
        self.refuse(field, text, &requirement, Validation::new("Enum", &words))
    }

    fn refuse<T: Default>(
        &mut self,
        (rule, field): (RuleId, &'static str),
        text: &str,
        requirement: &str,
        validation: Validation,
    ) -> T {
        let wrong = InvalidParameter::new(rule, field, text, requirement, validation);
        self.wrong.push(wrong);
        T::default()
    }
}

/// `a, b or c`.
fn alternatives(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits and nothing else, no sign, that fit; a number beyond every table counts as the largest.
fn whole_number(text: &str) -> Option<u64> {
    is_digits(text).then(|| text.parse().unwrap_or(u64::MAX))
}
