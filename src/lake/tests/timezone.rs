//! The time zone of a lake: versions, checkpoints, and other writers at the same time.

use std::collections::BTreeMap;
use std::thread;

use chrono_tz::Tz;
use deltalake::kernel::MetadataExt;

use super::*;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit};
use crate::lake::maintenance::TimezoneReport;
use crate::lake::table::loaded_state;
use crate::lake::testing::{KIND, batch, distinct, lake, reopen, spec};

fn set(lake: &Lake, zone: Option<Tz>) -> TimezoneReport {
    lake.set_timezone(&spec(), zone, "set").unwrap()
}

fn zone_at(lake: &Lake, version: Option<i64>) -> Option<Tz> {
    let snapshot = lake.snapshot("purchases", version, None).unwrap();
    snapshot.timezone.map(|zone| zone.zone().unwrap())
}

fn append(lake: &Lake, run_id: &str) -> i64 {
    let spec = spec();
    let next = batch(lake, &spec, run_id, &format!("{run_id}.json"), 3, 0);
    committed(lake.commit_batch(next, &mut nothing).unwrap())
}

#[test]
fn each_version_has_the_zone_that_was_set_last_before_it() {
    let (_folder, lake) = lake();
    assert_eq!(
        set(&lake, Some(Tz::America__Sao_Paulo)).committed_version,
        Some(1)
    );
    assert_eq!(append(&lake, "run-1"), 2);
    let changed = set(&lake, Some(Tz::America__Manaus));
    let report = TimezoneReport {
        table: "purchases".to_owned(),
        before: Some("America/Sao_Paulo".to_owned()),
        timezone: Some("America/Manaus".to_owned()),
        committed_version: Some(3),
    };
    assert_eq!(changed, report);
    assert_eq!(
        set(&lake, Some(Tz::America__Manaus)).committed_version,
        None,
        "set already"
    );
    assert_eq!(set(&lake, None).committed_version, Some(4));
    assert_eq!(set(&lake, None).committed_version, None, "removed already");
    let zones = [0, 1, 2, 3, 4].map(|version| zone_at(&lake, Some(version)));
    let (sao_paulo, manaus) = (Some(Tz::America__Sao_Paulo), Some(Tz::America__Manaus));
    assert_eq!(zones, [None, sao_paulo, sao_paulo, manaus, None]);
    assert_eq!(distinct(&lake, "purchases"), 3);
}

#[test]
fn the_zone_is_part_of_checkpoints_and_only_of_its_table() {
    let (folder, lake) = lake();
    set(&lake, Some(Tz::America__Sao_Paulo));
    for number in 0..12 {
        append(&lake, &format!("run-{number}"));
    }
    let log = lake.table_directory("purchases").join("_delta_log");
    std::fs::remove_file(log.join(format!("{:020}.json", 1))).unwrap();
    let lake = reopen(&folder);
    let zone = lake
        .timezone("purchases")
        .unwrap()
        .map(|zone| zone.text().to_owned());
    assert_eq!(zone.as_deref(), Some("America/Sao_Paulo"));
    assert_eq!(lake.timezone("rejects").unwrap(), None);
    assert_eq!(lake.timezone("no_table").unwrap(), None);
}

#[test]
fn two_writers_that_set_different_zones_at_once_both_commit_one_after_the_other() {
    let (folder, lake) = lake();
    let zones = [
        Tz::America__Sao_Paulo,
        Tz::America__Manaus,
        Tz::America__Noronha,
    ];
    let versions: BTreeMap<i64, Tz> = thread::scope(|scope| {
        let writers = zones.map(|zone| {
            let lake = reopen(&folder);
            scope.spawn(move || {
                let report = lake.set_timezone(&spec(), Some(zone), zone.name()).unwrap();
                (report.committed_version.unwrap(), zone)
            })
        });
        writers.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(versions.keys().collect::<Vec<_>>(), [&1, &2, &3]);
    for (version, zone) in versions {
        assert_eq!(
            zone_at(&lake, Some(version)),
            Some(zone),
            "version {version}"
        );
    }
}

#[test]
fn a_zone_that_is_set_beside_a_writer_loses_no_row() {
    let (folder, lake) = lake();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let lake = reopen(&folder);
            for number in 0..20 {
                append(&lake, &format!("run-{number}"));
            }
        });
        let mut zones = [Tz::America__Manaus, Tz::America__Sao_Paulo]
            .into_iter()
            .cycle();
        let mut seen = 0;
        while !writer.is_finished() {
            // The writer gives up if every one of its attempts meets another set.
            let newest = lake
                .newest_version("purchases")
                .unwrap()
                .unwrap_or_default();
            if newest > seen + 1 {
                set(&lake, zones.next());
                seen = newest + 1;
            }
            thread::yield_now();
        }
        writer.join().unwrap();
    });
    set(&lake, Some(Tz::America__Noronha));
    assert_eq!(distinct(&lake, "purchases"), 60);
    assert_eq!(zone_at(&lake, None), Some(Tz::America__Noronha));
}

#[test]
fn a_zone_of_another_program_that_does_not_exist_is_refused_with_the_remedy() {
    let (_folder, lake) = lake();
    let spec = spec();
    let identity = CommitIdentity::of_properties(&spec, "other");
    let outcome = lake.commit::<LakeError>(&identity, &mut |table| {
        let metadata = loaded_state(spec.name, table)?.metadata().clone();
        let (key, zone) = ("purchase-etl.timezone", "Brasilia");
        let metadata = metadata
            .add_config_key(key.to_owned(), zone.to_owned())
            .unwrap();
        let properties = BTreeMap::new();
        Ok(Some(PlannedCommit {
            metadata: Some(metadata),
            ..PlannedCommit::new(CommitOperation::SetProperties { properties })
        }))
    });
    assert_eq!(outcome.unwrap(), CommitOutcome::Committed(1));
    let property = lake.timezone("purchases").unwrap().unwrap();
    let error = property.zone().unwrap_err().to_string();
    assert!(
        error.contains("\"Brasilia\"") && error.contains("lake set --timezone"),
        "{error}"
    );
    assert_eq!(property.text(), "Brasilia");
    set(&lake, Some(Tz::UTC));
    assert_eq!(zone_at(&lake, None), Some(Tz::UTC));
}

#[test]
fn zones_of_inputs_are_counted_by_kind_and_unknown_ones_are_not() {
    let (_folder, lake) = lake();
    let spec = spec();
    for (name, zone) in [
        ("a", Some("UTC")),
        ("b", Some("UTC")),
        ("c", None),
        ("d", Some("Asia/Tokyo")),
    ] {
        let mut next = batch(&lake, &spec, name, name, 1, 0);
        next.inputs[0].default_timezone = zone.map(str::to_owned);
        committed(lake.commit_batch(next, &mut nothing).unwrap());
    }
    let expected = BTreeMap::from([("UTC".to_owned(), 2), ("Asia/Tokyo".to_owned(), 1)]);
    assert_eq!(lake.input_timezones(&[KIND]).unwrap(), expected);
    assert_eq!(
        lake.input_timezones(&["supplier_purchases", KIND]).unwrap(),
        expected
    );
    assert!(
        lake.input_timezones(&["supplier_purchases"])
            .unwrap()
            .is_empty()
    );
}
