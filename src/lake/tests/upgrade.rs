//! Tables that were created before their specification had all of its columns.

use std::sync::Arc;
use std::{fs, thread};

use arrow::array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use serde_json::Value;

use super::*;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit};
use crate::lake::maintenance::{DatePartition, MaintainedTable, UpgradeReport};
use crate::lake::table::loaded_state;
use crate::lake::testing::{KIND, batch, date, day, lake, reopen, rows, spec, writer};

/// The specification of a later version: two further nullable columns, one of them in the middle.
fn later_spec() -> TableSpec {
    let mut fields = spec().schema.fields().to_vec();
    let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    fields.insert(2, Arc::new(Field::new("channel", text, true)));
    fields.push(Arc::new(Field::new("note", DataType::Utf8, true)));
    TableSpec {
        schema: Arc::new(Schema::new(fields)),
        ..spec()
    }
}

fn maintained(spec: TableSpec) -> MaintainedTable {
    MaintainedTable {
        spec,
        sort_columns: &["source_file", "source_row"],
        must_be_sorted: true,
        replaces_rows: false,
        date_partition: DatePartition::None,
    }
}

/// Rows of the later version, with a value in each of its columns.
fn later_rows(file: &str, from: i64, to: i64) -> RecordBatch {
    let old = rows(file, from, to);
    let mut columns = old.columns().to_vec();
    let channels: DictionaryArray<Int32Type> = (from..to).map(|_| Some("web")).collect();
    columns.insert(2, Arc::new(channels) as ArrayRef);
    let notes = StringArray::from_iter_values((from..to).map(|row| format!("note {row}")));
    columns.push(Arc::new(notes));
    RecordBatch::try_new(later_spec().schema, columns).unwrap()
}

/// A lake with three rows that the earlier version wrote, each on a day of its own.
fn old_lake() -> (tempfile::TempDir, Lake) {
    let (folder, lake) = lake();
    let spec = spec();
    let first = batch(&lake, &spec, "old", "old.json", 3, 0);
    committed(lake.commit_batch(first, &mut nothing).unwrap());
    (folder, lake)
}

fn upgrade(lake: &Lake, run_id: &str, dry_run: bool) -> UpgradeReport {
    let table = maintained(later_spec());
    lake.upgrade(&table, run_id, dry_run).unwrap().unwrap()
}

fn names(report: &UpgradeReport) -> Vec<String> {
    let columns = report.columns.iter();
    let shown = columns.map(|column| format!("{} {}", column.name, column.data_type));
    shown.collect()
}

/// The notes of all rows, by the lake's own reader.
fn notes(lake: &Lake, columns: Option<&[&str]>) -> Vec<Option<String>> {
    let mut notes = Vec::new();
    for file in &lake.snapshot("purchases", None, None).unwrap().files {
        for batch in lake.read_rows(&later_spec(), file, columns).unwrap() {
            let batch = batch.unwrap();
            let read = columns.map_or(6, <[&str]>::len);
            assert_eq!(batch.num_columns(), read);
            let texts = batch.column_by_name("note").unwrap();
            let texts = texts.as_any().downcast_ref::<StringArray>().unwrap();
            notes.extend(texts.iter().map(|text| text.map(str::to_owned)));
        }
    }
    notes
}

fn channels(lake: &Lake) -> Vec<String> {
    let mut texts = Vec::new();
    let mut add = |text: &str| texts.push(text.to_owned());
    let dates = Some(date(0)..=date(9));
    lake.for_each_text(&later_spec(), "channel", dates, &mut add)
        .unwrap();
    texts
}

#[test]
fn an_old_table_is_read_with_nulls_and_refuses_rows_until_it_is_upgraded() {
    let (_folder, lake) = old_lake();
    let (earlier, later) = (spec(), later_spec());
    assert_eq!(notes(&lake, None), [None, None, None]);
    assert_eq!(notes(&lake, Some(&["note"])), [None, None, None]);
    assert_eq!(channels(&lake), [""; 0]);

    let refused = lake.create_if_missing(&later).unwrap_err();
    let LakeError::MissingColumns { table, columns, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(
        (table.as_str(), columns.join(" ")),
        ("purchases", "channel note".into())
    );
    let remedy = format!("`purchase-etl lake upgrade --lake {}`", lake.location());
    assert!(refused.to_string().contains(&remedy), "{refused}");
    let next = batch(&lake, &earlier, "next", "next.json", 0, 0);
    let next = CommitBatch {
        rows_table: &later,
        ..next
    };
    let refused = lake.commit_batch(next, &mut nothing).unwrap_err();
    assert!(
        matches!(refused, LakeError::MissingColumns { .. }),
        "{refused}"
    );
    assert_eq!(lake.newest_version("purchases").unwrap(), Some(1));

    let expected = ["channel string", "note string"];
    let planned = upgrade(&lake, "plan", true);
    assert_eq!(names(&planned), expected);
    assert_eq!(planned.committed_version, None);
    assert_eq!(lake.newest_version("purchases").unwrap(), Some(1));

    let done = upgrade(&lake, "upgrade", false);
    assert_eq!(
        (names(&done), done.committed_version),
        (names(&planned), Some(2))
    );
    let again = upgrade(&lake, "again", false);
    assert_eq!((names(&again).len(), again.committed_version), (0, None));
    lake.create_if_missing(&later).unwrap();

    let mut more = writer(&lake, &later, "more");
    more.append(day(1), later_rows("more.json", 0, 2)).unwrap();
    let mut next = batch(&lake, &earlier, "more", "more.json", 0, 0);
    next.rows_table = &later;
    next.rows = more.finish().unwrap();
    assert_eq!(committed(lake.commit_batch(next, &mut nothing).unwrap()), 3);
    let mut found = notes(&lake, None);
    found.sort_unstable();
    let written = ["note 0", "note 1"].map(|note| Some(note.to_owned()));
    assert_eq!(found, [vec![None; 3], written.to_vec()].concat());
    assert_eq!(channels(&lake), ["web", "web"]);
}

#[test]
fn an_upgrade_is_one_commit_of_metadata_in_the_order_of_the_specification() {
    let (_folder, lake) = old_lake();
    upgrade(&lake, "upgrade", false);
    let log = lake.table_directory("purchases").join("_delta_log");
    let commit = |version| fs::read_to_string(log.join(format!("{version:020}.json"))).unwrap();
    let actions: Vec<Value> = commit(2)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kind: &str| -> Vec<Value> {
        let found = actions.iter().filter_map(|action| action.get(kind));
        found.cloned().collect()
    };
    for kind in ["add", "remove", "protocol"] {
        assert_eq!(of(kind).len(), 0, "{kind}");
    }
    let info = &of("commitInfo")[0];
    assert_eq!(info["operation"], "ADD COLUMN");
    assert_eq!(info["runId"], "upgrade");
    let [metadata] = of("metaData").try_into().unwrap();
    let schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
    let fields = schema["fields"].as_array().unwrap();
    let columns: Vec<&str> = fields
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    let expected = "source_file source_row channel price purchased_at note purchase_date";
    assert_eq!(columns.join(" "), expected);
    // Everything else of the metadata stays.
    let first = commit(0);
    let first: Value = first
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find_map(|action| action.get("metaData").cloned())
        .unwrap();
    for key in [
        "id",
        "name",
        "partitionColumns",
        "configuration",
        "createdTime",
    ] {
        assert_eq!(metadata[key], first[key], "{key}");
    }
}

#[test]
fn of_several_upgrades_at_once_one_commits_and_writers_go_on() {
    let (folder, lake) = old_lake();
    let versions: Vec<Option<i64>> = thread::scope(|scope| {
        let upgrades: Vec<_> = (0..4)
            .map(|number| {
                let lake = reopen(&folder);
                scope.spawn(move || upgrade(&lake, &format!("run-{number}"), false))
            })
            .collect();
        let done = upgrades.into_iter().map(|one| one.join().unwrap());
        done.map(|report| report.committed_version).collect()
    });
    assert_eq!(versions.iter().flatten().collect::<Vec<_>>(), [&2]);
    assert_eq!(lake.newest_version("purchases").unwrap(), Some(2));
    // A program of the earlier version does not know the columns.
    let refused = lake.create_if_missing(&spec()).unwrap_err();
    assert!(
        matches!(&refused, LakeError::SchemaDiffers { column, .. } if column == "channel"),
        "{refused}"
    );
}

#[test]
fn a_commit_of_the_earlier_version_that_an_upgrade_overtakes_is_refused() {
    let (folder, lake) = old_lake();
    let (earlier, other) = (spec(), reopen(&folder));
    let digests = [Digest::of(b"late")];
    let identity = CommitIdentity::of_inputs(&earlier, "late", KIND, &digests).unwrap();
    let late = batch(&lake, &earlier, "late", "late.json", 3, 0);
    let adds = lake.add_actions(&earlier, &late.rows).unwrap();
    let mut plans = 0;
    let refused = lake.commit::<LakeError>(&identity, &mut |_table| {
        plans += 1;
        upgrade(&other, "upgrade", false);
        Ok(Some(PlannedCommit {
            adds: adds.clone(),
            ..PlannedCommit::new(CommitOperation::Append)
        }))
    });
    let refused = refused.unwrap_err();
    assert!(
        matches!(&refused, LakeError::SchemaDiffers { column, .. } if column == "channel"),
        "{refused}"
    );
    assert_eq!(plans, 1, "nothing is planned on columns that are not known");
    assert_eq!(lake.newest_version("purchases").unwrap(), Some(2));
}

#[test]
fn an_upgrade_that_an_append_overtakes_is_planned_again() {
    let (folder, lake) = old_lake();
    let (earlier, later, other) = (spec(), later_spec(), reopen(&folder));
    let identity = CommitIdentity::of_upgrade(&later, "upgrade");
    let mut plans = 0;
    let upgraded = lake.commit::<LakeError>(&identity, &mut |table| {
        plans += 1;
        if plans == 1 {
            let next = batch(&other, &earlier, "next", "next.json", 3, 0);
            committed(other.commit_batch(next, &mut nothing)?);
        }
        let metadata = loaded_state(later.name, table)?.metadata().clone();
        let columns = Vec::new();
        Ok(Some(PlannedCommit {
            metadata: Some(metadata),
            ..PlannedCommit::new(CommitOperation::AddColumns { columns })
        }))
    });
    assert_eq!(upgraded.unwrap(), CommitOutcome::Committed(3));
    assert_eq!(plans, 2);
}

#[test]
fn an_upgrade_beside_a_writer_of_the_earlier_version_keeps_all_that_it_has_committed() {
    let (folder, lake) = old_lake();
    let written = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let (lake, spec) = (reopen(&folder), spec());
            let commits = (0..100).take_while(|number| {
                let (run_id, name) = (format!("run-{number}"), format!("{number}.json"));
                let next = batch(&lake, &spec, &run_id, &name, 3, 0);
                match lake.commit_batch(next, &mut nothing) {
                    Ok(outcome) => committed(outcome) > 0,
                    Err(LakeError::SchemaDiffers { .. }) => false,
                    Err(error) => panic!("{error}"),
                }
            });
            commits.count()
        });
        while lake.newest_version("purchases").unwrap() < Some(4) && !writer.is_finished() {
            thread::yield_now();
        }
        let done = upgrade(&lake, "upgrade", false);
        assert!(done.committed_version > Some(4), "{done:?}");
        let written = writer.join().unwrap();
        assert_eq!(done.committed_version, i64::try_from(written + 2).ok());
        written
    });
    assert_eq!(notes(&lake, None), vec![None; 3 * (written + 1)]);
}

#[test]
fn an_upgrade_adds_only_nullable_columns_to_a_table_that_is_otherwise_as_specified() {
    let (_folder, lake) = old_lake();
    let with = |change: &dyn Fn(&mut Vec<Arc<Field>>)| {
        let mut fields = later_spec().schema.fields().to_vec();
        change(&mut fields);
        TableSpec {
            schema: Arc::new(Schema::new(fields)),
            ..spec()
        }
    };
    let required = with(&|fields| fields.push(Arc::new(Field::new("due", DataType::Utf8, false))));
    let unknown = with(&|fields| drop(fields.remove(0)));
    let other =
        with(&|fields| fields[1] = Arc::new(Field::new("source_row", DataType::Utf8, true)));
    let date = Field::new("purchase_date", DataType::Date32, false);
    let unpartitioned = TableSpec {
        partition_columns: &[],
        ..with(&|fields| fields.push(Arc::new(date.clone())))
    };
    for (spec, at_fault) in [
        (required, "due"),
        (unknown, "source_file"),
        (other, "source_row"),
        (unpartitioned, "purchase_date"),
    ] {
        let table = maintained(spec);
        let opened = lake.create_if_missing(&table.spec).unwrap_err();
        let upgraded = lake.upgrade(&table, "upgrade", false).unwrap_err();
        for error in [opened, upgraded] {
            assert!(
                matches!(&error, LakeError::SchemaDiffers { column, .. } if column == at_fault),
                "{error}"
            );
        }
    }
    assert_eq!(lake.newest_version("purchases").unwrap(), Some(1));
    let missing = reopen(&tempfile::tempdir().unwrap());
    let none = missing.upgrade(&maintained(later_spec()), "upgrade", false);
    assert_eq!(none.unwrap(), None);
}
