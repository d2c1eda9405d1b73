//! A rule in a summary for people: its code, how often it is broken, and the share of the records.

use crate::rules::RuleId;
use crate::values::percent_of;

/// How often a rule is broken.
#[derive(Clone, Copy, Debug)]
pub struct CountedRule<'a> {
    /// Its code, also of a rule of another version.
    pub code: &'a str,
    /// The number that is shown.
    pub count: u64,
    /// The records that break it.
    pub records: u64,
    /// Whether they are rejected.
    pub is_rejected: bool,
}

impl<'a> CountedRule<'a> {
    /// A rule that rejects records.
    pub fn rejected(code: &'a str, records: u64) -> Self {
        Self {
            code,
            count: records,
            records,
            is_rejected: true,
        }
    }

    /// A rule that records, inputs or dumps break which are kept.
    pub fn warned(code: &'a str, count: u64) -> Self {
        Self {
            is_rejected: false,
            ..Self::rejected(code, count)
        }
    }

    /// Code, count, and the share of the records that break it among those `read`, in columns. A warning
    /// on inputs or dumps has no share.
    pub fn columns(self, read: u64) -> String {
        let Self {
            code,
            count,
            records,
            is_rejected,
        } = self;
        let is_of_records = is_rejected || code.parse().is_ok_and(RuleId::warns_of_records);
        let share = percent_of(records, read).filter(|_| is_of_records);
        let columns = format!("{code:<22}{count:>10}{:>11}", share.unwrap_or_default());
        columns.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_on_an_input_or_a_dump_has_no_share() {
        let share = |rule: CountedRule<'_>| rule.columns(8).split_once(" %").is_some();
        for code in [
            "BRZ-QTY-RANGE",
            "FILE-ENCODING",
            "FILE-JSON-SYNTAX",
            "NEW-RULE",
        ] {
            assert!(share(CountedRule::rejected(code, 1)), "{code}");
        }
        for code in ["BRZ-CUR-CASE", "BRZ-DUP-EVENT", "CPL-TS-ORDER"] {
            assert!(share(CountedRule::warned(code, 1)), "{code}");
        }
        for code in [
            "FILE-ENCODING",
            "FILE-TRAILING-COMMA",
            "BRZ-PRODUCT-CARD",
            "CPL-PAGE-GAP",
        ] {
            assert!(!share(CountedRule::warned(code, 1)), "{code}");
        }
    }
}
