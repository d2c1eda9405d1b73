//! Validates the parameters one by one: each method returns a value and records the error of an
//! invalid one.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::selection::{COMPANY_UNKNOWN, DeletedFilter, PurchaseStatus, SearchTerm};
use crate::report::calendar_date::calendar_date;
use crate::report::supplier_errors::{COMPANY_HEADER, FailedValidation, InvalidParameter};
use crate::rules::RuleId;
use crate::values::instant::parse_instant;

/// Default number of purchases per page: the example of the documented `meta.per_page`.
pub const PER_PAGE_DEFAULT: u32 = 20;

/// Maximum number of purchases per page. The documentation defines no limit; this one is our
/// choice.
pub const PER_PAGE_MAX: u32 = 500;

/// The largest valid page: readers of the answer store `current_page` as a signed 64-bit integer.
const PAGE_MAX: u64 = i64::MAX.cast_unsigned();

const DATE_REQUIREMENT: &str = "must be a date, YYYY-MM-DD";

/// Collects errors. The value returned for an invalid parameter is never used, because nothing is
/// resolved when there are errors.
#[derive(Debug, Default)]
pub(super) struct ParameterValidator {
    invalid: Vec<InvalidParameter>,
}

impl ParameterValidator {
    pub(super) fn into_invalid(self) -> Vec<InvalidParameter> {
        self.invalid
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
                "must be a whole number, 1 or greater, or unknown",
                FailedValidation::new("Integer", &[]),
            )
        })
    }

    pub(super) fn search_term(&mut self, raw: Option<&str>) -> Option<SearchTerm> {
        let text = raw?;
        if is_digits(text) {
            return Some(SearchTerm::new(text));
        }
        self.refuse(
            (RuleId::ParSearch, "search_term"),
            text,
            "must be a whole number, digits only: the id of a purchase or the number of an invoice",
            FailedValidation::new("Integer", &[]),
        )
    }

    pub(super) fn status(&mut self, raw: Option<&str>) -> Option<PurchaseStatus> {
        self.choice(
            (RuleId::ParStatus, "purchase_status"),
            raw?,
            &PurchaseStatus::ALL,
        )
    }

    pub(super) fn deleted(&mut self, raw: Option<&str>) -> DeletedFilter {
        raw.and_then(|text| self.choice((RuleId::ParDeleted, "deleted"), text, &DeletedFilter::ALL))
            .unwrap_or_default()
    }

    /// Accepts spaces around the commas; an empty list is no filter.
    pub(super) fn supplier_ids(&mut self, raw: Option<&str>) -> BTreeSet<i64> {
        let text = raw.unwrap_or_default();
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
                "must be whole numbers separated by commas, such as 1,2,3",
                FailedValidation::new("IntegerList", &[]),
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
                FailedValidation::new("NotBefore", &[&first]),
            );
        }
        (first, last)
    }

    pub(super) fn page(&mut self, raw: Option<&str>) -> u64 {
        let Some(text) = raw else { return 1 };
        let field = (RuleId::ParPage, "page");
        let requirement = "must be a whole number, 1 or greater";
        match whole_number(text) {
            None => self.refuse(
                field,
                text,
                requirement,
                FailedValidation::new("Integer", &[]),
            ),
            Some(0) => self.refuse(
                field,
                text,
                requirement,
                FailedValidation::new("Min", &["1"]),
            ),
            Some(page) if page <= PAGE_MAX => page,
            Some(_) => {
                let most = PAGE_MAX.to_string();
                let requirement =
                    format!("must be a whole number between 1 and {most} (inclusive)");
                let validation = FailedValidation::new("Between", &["1", &most]);
                self.refuse(field, text, &requirement, validation)
            }
        }
    }

    pub(super) fn per_page(&mut self, raw: Option<&str>) -> u32 {
        let Some(text) = raw else {
            return PER_PAGE_DEFAULT;
        };
        let field = (RuleId::ParPerpage, "per_page");
        let most = PER_PAGE_MAX.to_string();
        let requirement = format!("must be a whole number between 1 and {most} (inclusive)");
        let validation = match whole_number(text).map(u32::try_from) {
            None => FailedValidation::new("Integer", &[]),
            Some(Ok(number)) if (1..=PER_PAGE_MAX).contains(&number) => return number,
            Some(_) => FailedValidation::new("Between", &["1", &most]),
        };
        self.refuse(field, text, &requirement, validation)
    }

    /// A space before the offset is read as `+`, because decoding a URL turns `+` into a space.
    pub(super) fn updated_from(&mut self, raw: Option<&str>) -> Option<i64> {
        let text = raw?;
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
                FailedValidation::new("DateTime", &["YYYY-MM-DDThh:mm:ss+hh:mm"]),
            ),
        }
    }

    fn date(&mut self, field: (RuleId, &'static str), raw: Option<&str>) -> Option<NaiveDate> {
        let text = raw?;
        calendar_date(text).or_else(|| {
            self.refuse(
                field,
                text,
                DATE_REQUIREMENT,
                FailedValidation::new("Date", &["YYYY-MM-DD"]),
            )
        })
    }

    fn choice<T: Copy>(
        &mut self,
        field: (RuleId, &'static str),
        text: &str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let requirement = format!("must be {}", alternatives(&names));
        self.refuse(
            field,
            text,
            &requirement,
            FailedValidation::new("Enum", &names),
        )
    }

    fn refuse<T: Default>(
        &mut self,
        (rule, field): (RuleId, &'static str),
        text: &str,
        requirement: &str,
        validation: FailedValidation,
    ) -> T {
        let invalid = InvalidParameter::new(rule, field, text, requirement, validation);
        self.invalid.push(invalid);
        T::default()
    }
}

/// `a, b or c`.
fn alternatives(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses unsigned digits; a number that does not fit counts as the largest.
fn whole_number(text: &str) -> Option<u64> {
    is_digits(text).then(|| text.parse().unwrap_or(u64::MAX))
}
