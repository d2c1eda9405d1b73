//! Whether a full snapshot is to be applied: the snapshot and those applied before come in; its
//! place among them goes out.
//!
//! | date | content | result |
//! |---|---|---|
//! | later than every date of the company | any | applied |
//! | the latest date | never applied at it | applied: a correction |
//! | the latest date | the last one applied at it | known: nothing changes |
//! | the latest date | one that another has followed at it | refused (`CPL-SNAPSHOT-REPEATED`) |
//! | an earlier date | applied at it | known: nothing changes |
//! | an earlier date | never applied at it | refused (`CPL-SNAPSHOT-OLDER`) |
//!
//! A snapshot of several companies is applied to all of them or to none.

use crate::input::Refusal;
use crate::lake::{AppliedFullSnapshot, CompanySnapshot};
use crate::rules::RuleId;

/// The place of a full snapshot among those of its companies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SnapshotOrder {
    /// It is to be applied.
    Next,
    /// It was applied before, with its date.
    Applied,
    /// It must not be applied.
    Refused(Refusal),
}

/// The place of a snapshot, given by its companies, among those applied before.
pub(super) fn order_of(
    parts: &[CompanySnapshot],
    applied: &[AppliedFullSnapshot],
) -> SnapshotOrder {
    let mut is_applied = false;
    for part in parts {
        let of_company: Vec<&AppliedFullSnapshot> = applied
            .iter()
            .filter(|applied| applied.company_id == part.company_id)
            .collect();
        match order_in_company(part, &of_company) {
            SnapshotOrder::Next => {}
            SnapshotOrder::Applied => is_applied = true,
            refused @ SnapshotOrder::Refused(_) => return refused,
        }
    }
    // One commit applies a snapshot to all its companies.
    if is_applied {
        SnapshotOrder::Applied
    } else {
        SnapshotOrder::Next
    }
}

fn order_in_company(part: &CompanySnapshot, applied: &[&AppliedFullSnapshot]) -> SnapshotOrder {
    let own = Some(part.date);
    let has_own_date = |applied: &&&AppliedFullSnapshot| applied.date == own;
    let of_date = applied.iter().filter(has_own_date);
    let is_known = of_date.clone().any(|one| one.digest == part.digest);
    let newest = applied.iter().max_by_key(|one| (one.date, one.version));
    let later = newest.filter(|newest| newest.date > own);
    match (is_known, later) {
        (true, Some(_)) => SnapshotOrder::Applied,
        (false, Some(later)) => SnapshotOrder::Refused(older(part, later)),
        (false, None) => SnapshotOrder::Next,
        (true, None) => match of_date.max_by_key(|one| one.version) {
            Some(last) if last.digest != part.digest => {
                SnapshotOrder::Refused(repeated(part, last))
            }
            _ => SnapshotOrder::Applied,
        },
    }
}

/// The refusal of a snapshot that is older than `later`.
fn older(part: &CompanySnapshot, later: &AppliedFullSnapshot) -> Refusal {
    let CompanySnapshot {
        company_id, date, ..
    } = part;
    let newest = later.date.map_or_else(String::new, |date| date.to_string());
    let version = later.version;
    refusal(
        RuleId::CplSnapshotOlder,
        &format!(
            "the full snapshot of {date} is older than the one of {newest} that was applied to company {company_id} (version {version})"
        ),
        "ingest a newer dump, or correct --snapshot-date",
        later,
    )
}

/// The refusal of a snapshot that `last` has followed at the same date.
fn repeated(part: &CompanySnapshot, last: &AppliedFullSnapshot) -> Refusal {
    let CompanySnapshot {
        company_id, date, ..
    } = part;
    let version = last.version;
    refusal(
        RuleId::CplSnapshotRepeated,
        &format!(
            "the full snapshot of {date} was applied to company {company_id} before, and another one of the same date has followed it (version {version})"
        ),
        "ingest it with a later --snapshot-date if it is the current state",
        last,
    )
}

fn refusal(rule: RuleId, reason: &str, remedy: &str, follower: &AppliedFullSnapshot) -> Refusal {
    let table = "supplier_purchases";
    let before = follower.version - 1;
    Refusal::new(
        rule,
        format!(
            "{reason}; `lake history --table {table}` shows the run of that version. Nothing was changed: {remedy}; to return to an earlier state, restore it with `lake restore --table {table} --to-version {before}`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::Digest;
    use chrono::NaiveDate;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    /// The snapshot `content` of a day, for company 12.
    fn part(date: u32, content: &str) -> CompanySnapshot {
        CompanySnapshot {
            company_id: 12,
            digest: Digest::of(content.as_bytes()),
            date: day(date),
        }
    }

    /// Snapshots applied one after the other; day 0 is none.
    fn applied(of: &[(u32, &str)]) -> Vec<AppliedFullSnapshot> {
        let one = |(&(date, content), version): (&(u32, &str), i64)| AppliedFullSnapshot {
            company_id: 12,
            digest: Digest::of(content.as_bytes()),
            date: (date > 0).then(|| day(date)),
            version,
        };
        of.iter().zip(1..).map(one).collect()
    }

    /// `next`, `applied`, or the code of the rule and the message.
    fn order(own: &[CompanySnapshot], applied: &[AppliedFullSnapshot]) -> String {
        match order_of(own, applied) {
            SnapshotOrder::Next => "next".to_owned(),
            SnapshotOrder::Applied => "applied".to_owned(),
            SnapshotOrder::Refused(refusal) => format!("{} {}", refusal.rule, refusal.message),
        }
    }

    #[test]
    fn date_and_content_determine_what_happens() {
        let (older, repeated) = ("CPL-SNAPSHOT-OLDER", "CPL-SNAPSHOT-REPEATED");
        for (before, own, expected) in [
            (&[][..], (2, "a"), "next"),
            // A later date, whatever the content.
            (&[(1, "a")], (2, "a"), "next"),
            (&[(1, "a"), (2, "b")], (3, "a"), "next"),
            // The same date: a correction, a repetition, a return.
            (&[(2, "a")], (2, "b"), "next"),
            (&[(2, "a")], (2, "a"), "applied"),
            (&[(2, "a"), (2, "b")], (2, "b"), "applied"),
            (&[(2, "a"), (2, "b")], (2, "a"), repeated),
            (&[(2, "a"), (2, "b"), (2, "c")], (2, "b"), repeated),
            // An earlier date.
            (&[(1, "a"), (2, "b")], (1, "a"), "applied"),
            (&[(1, "a"), (1, "b"), (2, "c")], (1, "a"), "applied"),
            (&[(1, "a"), (2, "b")], (1, "b"), older),
            (&[(3, "a")], (2, "a"), older),
            // Without a date: older than every date.
            (&[(0, "a"), (0, "b")], (1, "a"), "next"),
            (&[(0, "a"), (2, "b")], (1, "a"), older),
        ] {
            let found = order(&[part(own.0, own.1)], &applied(before));
            assert!(found.starts_with(expected), "{before:?} {own:?}: {found}");
        }
    }

    #[test]
    fn each_company_has_its_own_dates_and_one_refusal_refuses_all() {
        let of = |company_id, part: CompanySnapshot| CompanySnapshot { company_id, ..part };
        let before = applied(&[(5, "a")]);
        assert_eq!(order(&[of(34, part(1, "b"))], &before), "next");
        let both = [of(7, part(1, "b")), part(1, "b")];
        let refused = order(&both, &before);
        assert!(refused.starts_with("CPL-SNAPSHOT-OLDER"), "{refused}");
        assert!(refused.contains("company 12"), "{refused}");
    }

    #[test]
    fn a_refusal_names_dates_version_and_remedy() {
        let refused = order(&[part(1, "b")], &applied(&[(1, "a"), (2, "b")]));
        for text in ["2026-11-01", "2026-11-02", "version 2", "--to-version 1"] {
            assert!(refused.contains(text), "{text}: {refused}");
        }
        let refused = order(&[part(1, "a")], &applied(&[(1, "a"), (1, "b")]));
        for text in ["2026-11-01", "version 2", "--snapshot-date"] {
            assert!(refused.contains(text), "{text}: {refused}");
        }
    }
}
