//! Full snapshots in the log: written with a change, read back, also as earlier programs wrote them.

use chrono::NaiveDate;

use super::counters::{KIND, counters, digest, log_of, replacing, start, version};
use super::*;
use crate::lake::testing::{lake, put_commit};

fn snapshot(company_id: i64, content: &str, date: &str) -> CompanySnapshot {
    CompanySnapshot {
        company_id,
        digest: digest(content)[0],
        date: date.parse().unwrap(),
    }
}

/// Applies snapshots in a change without files.
fn apply(
    lake: &Lake,
    run_id: &str,
    snapshots: &[CompanySnapshot],
) -> Result<CommitOutcome<CommittedVersions>, LakeError> {
    let mut plan = |_: &Snapshot| -> Result<Option<TableChange>, LakeError> {
        let none = StagedFiles::none(&counters());
        Ok(Some(replacing(Vec::new(), none)))
    };
    lake.commit_change(&counters(), run_id, KIND, &[], snapshots, &mut plan)
}

/// Company, content (by the digests of these names), date and version, in the order of the versions.
fn applied(
    lake: &Lake,
    table: &str,
    at: Option<i64>,
) -> Vec<(i64, String, Option<NaiveDate>, i64)> {
    let mut found = lake.applied_full_snapshots(table, at).unwrap();
    found.sort_by_key(|one| (one.version, one.company_id));
    let name = |of: Digest| ["a", "b"].into_iter().find(|name| digest(name)[0] == of);
    found
        .into_iter()
        .map(|one| {
            let content = name(one.digest).unwrap_or("other").to_owned();
            (one.company_id, content, one.date, one.version)
        })
        .collect()
}

fn entry(
    company: i64,
    content: &str,
    date: Option<&str>,
    version: i64,
) -> (i64, String, Option<NaiveDate>, i64) {
    let date = date.map(|date| date.parse().unwrap());
    (company, content.to_owned(), date, version)
}

#[test]
fn each_snapshot_is_one_transaction_with_the_version_that_it_creates() {
    let (_folder, lake) = start();
    let of_both = [
        snapshot(12, "a", "2026-11-01"),
        snapshot(34, "a", "2026-11-01"),
    ];
    assert_eq!(version(apply(&lake, "run-1", &of_both)), 2);
    assert_eq!(
        version(apply(&lake, "run-2", &[snapshot(12, "b", "2026-11-02")])),
        3
    );
    assert_eq!(
        version(apply(&lake, "run-3", &[snapshot(12, "a", "2026-11-03")])),
        4
    );
    let found = [
        entry(12, "a", Some("2026-11-01"), 2),
        entry(34, "a", Some("2026-11-01"), 2),
        entry(12, "b", Some("2026-11-02"), 3),
        entry(12, "a", Some("2026-11-03"), 4),
    ];
    assert_eq!(applied(&lake, "counters", None), found);
    assert_eq!(applied(&lake, "counters", Some(3)), found[..3]);
    assert_eq!(applied(&lake, "counters", Some(1)), []);
    assert_eq!(applied(&lake, "nothing", None), []);
    let actions = log_of(&lake, 3);
    let txns: Vec<_> = actions.iter().filter_map(|one| one.get("txn")).collect();
    let id = format!("counters:snapshot_of:12:{}:2026-11-02", digest("b")[0]);
    assert_eq!(txns, [&serde_json::json!({"appId": id, "version": 3})]);
}

#[test]
fn a_snapshot_is_applied_once_and_a_plan_may_give_up() {
    let (_folder, lake) = start();
    let own = [snapshot(12, "a", "2026-11-01")];
    assert_eq!(version(apply(&lake, "run-1", &own)), 2);
    let again = apply(&lake, "run-2", &own).unwrap();
    let digests = Vec::new();
    assert_eq!(again, CommitOutcome::AlreadyCommitted { digests });
    let mut nothing = |_: &Snapshot| -> Result<Option<TableChange>, LakeError> { Ok(None) };
    let other = [snapshot(12, "b", "2026-11-01")];
    let given_up = lake.commit_change(&counters(), "run-3", KIND, &[], &other, &mut nothing);
    let digests = Vec::new();
    assert_eq!(
        given_up.unwrap(),
        CommitOutcome::AlreadyCommitted { digests }
    );
    assert_eq!(lake.newest_version("counters").unwrap(), Some(2));
}

#[test]
fn a_snapshot_without_a_date_has_the_day_of_its_commit_while_the_log_has_it() {
    let (_folder, lake) = lake();
    let log = lake.table_directory("t").join("_delta_log");
    std::fs::create_dir_all(&log).unwrap();
    let id =
        |company: u32, content: &str| format!("t:snapshot_of:{company}:{}", digest(content)[0]);
    let put = |version: u64, millis: u64, ids: &[String]| {
        let txn = |id| format!("\n{{\"txn\":{{\"appId\":\"{id}\",\"version\":{version}}}}}");
        let txns: String = ids.iter().map(txn).collect();
        let info = format!("{{\"commitInfo\":{{\"timestamp\":{millis}}}}}");
        put_commit(&lake, "t", version, &(info + &txns));
    };
    put(0, 0, &[]);
    // 2001-09-09T01:46:40Z, and a day later.
    put(1, 1_000_000_000_000, &[id(12, "a"), id(34, "a")]);
    put(2, 1_000_086_400_000, &[id(12, "b")]);
    assert_eq!(
        applied(&lake, "t", None),
        [
            entry(12, "a", Some("2001-09-09"), 1),
            entry(34, "a", Some("2001-09-09"), 1),
            entry(12, "b", Some("2001-09-10"), 2),
        ]
    );
    // One with a date follows; a withdrawn one and foreign ids are ignored.
    let dated = snapshot(12, "a", "2001-09-11").app_id("t");
    let foreign = [
        format!("{}:soon", id(12, "a")),
        "t:snapshot_of:x".to_owned(),
    ];
    put(
        3,
        1_000_200_000_000,
        &[vec![dated], foreign.to_vec()].concat(),
    );
    let withdrawn = format!(
        "{{\"txn\":{{\"appId\":\"{}\",\"version\":0}}}}",
        id(34, "a")
    );
    put_commit(&lake, "t", 4, &withdrawn);
    assert_eq!(
        applied(&lake, "t", None),
        [
            entry(12, "a", Some("2001-09-09"), 1),
            entry(12, "b", Some("2001-09-10"), 2),
            entry(12, "a", Some("2001-09-11"), 3),
        ]
    );
    // The commit of the first two is cleaned up.
    let kept = lake.applied_full_snapshots("t", None).unwrap();
    let mut undated = kept.clone();
    for one in &mut undated {
        one.date = None;
    }
    std::fs::remove_file(log.join(format!("{:020}.json", 1))).unwrap();
    lake.date_by_commits("t", &mut undated).unwrap();
    undated.sort_by_key(|one| one.version);
    let dates: Vec<_> = undated.iter().map(|one| one.date.is_some()).collect();
    assert_eq!(dates, [false, true, true]);
}
