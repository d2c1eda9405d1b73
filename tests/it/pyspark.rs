//! The recipe for PySpark in the documentation, over a lake in which a glob would count rows twice.
//!
//! `PURCHASE_ETL_SPARK_PYTHON` names the Python with PySpark, `PURCHASE_ETL_JAVA_HOME` its Java (the
//! one that Spark finds when it is not set). Only with `none` for the latter PySpark is skipped, and the
//! test prints that.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::documentation::spark_recipe;
use crate::earlier_lake::lake_of_0_1_0;
use crate::lake_maintenance::{lake_command, live};
use crate::purchase_fixtures::numbered;
use crate::python::{interpreter, python};
use crate::supplier_fixtures::{ZONE, ingest};
use crate::workdir::{Output, Workdir, files_below, project, sample};

const JAVA_HOME: &str = "PURCHASE_ETL_JAVA_HOME";

/// A zone that is not UTC: the instants must not depend on the zone of the machine.
const MACHINE_ZONE: &str = "America/Sao_Paulo";

/// A lake with files from before an upgrade, an input that was replaced, and files that a compaction
/// replaced.
fn lake(workdir: &Workdir) {
    lake_of_0_1_0(workdir);
    lake_command(workdir, "upgrade", &[]).assert_code(0);
    let samples = [
        "web_2026-10.ndjson",
        "balcao_2026-10.csv",
        "dirty/records.ndjson",
    ]
    .map(sample);
    let options = ["--reject-limit", "100%", "--default-timezone", ZONE].map(OsString::from);
    let ingest_purchases = |more: &[&str], inputs: &[PathBuf]| {
        let inputs = inputs.iter().map(OsString::from);
        let more = more.iter().map(OsString::from);
        let arguments = options.iter().cloned().chain(more).chain(inputs);
        workdir.ingest(arguments).assert_code(0);
    };
    ingest_purchases(&[], &samples);
    let changed = [workdir.write("changed.ndjson", numbered(0, 40))];
    ingest_purchases(&[], &changed);
    workdir.write("changed.ndjson", numbered(0, 4));
    ingest_purchases(&["--changed-input", "replace"], &changed);
    for snapshot in ["2026-10-31", "2026-11-07"] {
        ingest(workdir, "12", [sample("suppliers").join(snapshot)]).assert_code(0);
    }
    lake_command(workdir, "compact", &[]).assert_code(0);
    lake_command(workdir, "manifest", &[]).assert_code(0);
}

/// Runs the recipe in one process of Spark, with one thread, that listens on loopback only and writes
/// nothing outside the folder.
fn read_by_spark(workdir: &Workdir) -> Value {
    let folder = workdir.path("spark");
    let shown = folder.display();
    let settings = format!(
        "spark.master local[1]\n\
         spark.driver.bindAddress 127.0.0.1\n\
         spark.driver.host 127.0.0.1\n\
         spark.driver.memory 512m\n\
         spark.ui.enabled false\n\
         spark.jars.ivy {shown}/ivy\n\
         spark.sql.shuffle.partitions 1\n\
         spark.sql.sources.parallelPartitionDiscovery.threshold 10000\n\
         spark.sql.warehouse.dir {shown}/warehouse\n"
    );
    workdir.write("spark/spark-defaults.conf", settings);
    let recipe = workdir.write("spark/recipe.py", spark_recipe());
    let mut command = Command::new(interpreter("PURCHASE_ETL_SPARK_PYTHON"));
    workdir.isolate(&mut command);
    let java = format!(
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Djava.io.tmpdir={shown}"
    );
    command
        .arg(project().join("tests/it/pyspark_lake.py"))
        .arg("spark")
        .arg(recipe)
        .env("JDK_JAVA_OPTIONS", java)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SPARK_CONF_DIR", &folder)
        .env("SPARK_LOCAL_DIRS", &folder)
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .env("TMPDIR", &folder)
        .env("TZ", MACHINE_ZONE);
    if let Some(home) = std::env::var_os(JAVA_HOME) {
        command.env("JAVA_HOME", home);
    }
    let output = Output::of(command);
    output.assert_code(0);
    output.json()
}

#[test]
fn pyspark_reads_the_rows_types_and_exact_sums_of_the_delta_logs() {
    if std::env::var_os(JAVA_HOME).is_some_and(|home| home == "none") {
        eprintln!("SKIPPED: {JAVA_HOME} is none: the recipe for PySpark was NOT CHECKED");
        return;
    }
    let workdir = Workdir::new();
    lake(&workdir);
    for table in ["purchases", "supplier_purchases"] {
        let files = files_below(&workdir.lake().join(table), ".parquet");
        let live = live(&workdir, table);
        assert!(files.len() > live.len(), "{table}: a glob would be right");
    }
    let delta = python("pyspark_lake.py", ["deltalake".into(), workdir.lake()]);
    let spark = read_by_spark(&workdir);
    for (table, expected) in delta.as_object().expect("tables") {
        let read = &spark[table];
        assert!(expected["rows"].as_u64() > Some(0), "{table}");
        for (fact, expected) in expected.as_object().expect("facts") {
            assert_eq!(&read[fact], expected, "{table}: {fact}");
        }
    }
}
