//! The dbt project of `integrations/dbt`, built by dbt over the files of the symlink manifests and over
//! a load.

use std::ffi::OsString;
use std::fs;

use serde_json::json;

use crate::lake_maintenance::{lake_command, status};
use crate::postgres_server::PostgresServer;
use crate::python::{python_of, table_rows};
use crate::supplier_fixtures::{DELETED, SupplierPurchaseFixture, ingest, single_page};
use crate::workdir::{Workdir, files_below, project, sample};

/// A lake of customer and supplier purchases, two of the latter not deleted.
fn lake() -> Workdir {
    let workdir = Workdir::new();
    workdir
        .ingest([sample("web_2026-10.ndjson")])
        .assert_code(0);
    let states = [(1, ""), (2, DELETED), (3, "")].map(|(id, more)| {
        let purchase = SupplierPurchaseFixture {
            id,
            more,
            ..SupplierPurchaseFixture::default()
        };
        purchase.json()
    });
    let input = workdir.write("suppliers.json", single_page(&states));
    ingest(&workdir, "12", [input]).assert_code(0);
    // Files that a glob would count twice.
    lake_command(&workdir, "compact", &[]).assert_code(0);
    lake_command(&workdir, "manifest", &[]).assert_code(0);
    workdir
}

#[test]
fn dbt_builds_the_staging_models_over_the_lake() {
    assert_built(&lake(), None);
}

#[test]
fn dbt_builds_the_staging_models_over_a_load() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = lake();
    let to = ["load", "--lake", "lake", "--schema", "lake", "--to"];
    let url = server.url();
    workdir.run(to.iter().chain(&[&*url])).assert_code(0);
    assert_built(&workdir, Some(server.port()));
}

/// Builds the models in DuckDB, or in the PostgreSQL of a port, and compares them with the lake.
fn assert_built(workdir: &Workdir, port: Option<u16>) {
    let source = project().join("integrations/dbt");
    for file in files_below(&source, "") {
        let relative = file.strip_prefix(&source).expect("a file of the project");
        let name = format!("dbt/{}", relative.display());
        workdir.write(&name, fs::read(&file).expect("a file"));
    }
    let mut arguments: Vec<OsString> = vec![workdir.path("dbt").into(), workdir.lake().into()];
    arguments.extend(port.map(|port| port.to_string().into()));
    let found = python_of("PURCHASE_ETL_DBT_PYTHON", "dbt_project.py", arguments);

    let nodes = found["nodes"].as_object().expect("nodes");
    assert!(nodes.len() >= 8, "{nodes:#?}");
    for (node, status) in nodes {
        let is_done = status == "pass" || status == "success";
        assert!(is_done, "{node}: {status}");
    }
    let purchases = table_rows(&workdir.lake(), "purchases");
    let quantity: i64 = purchases
        .iter()
        .map(|row| {
            row["quantity"]
                .as_str()
                .and_then(|text| text.parse::<i64>().ok())
        })
        .map(|quantity| quantity.expect("a number"))
        .sum();
    assert_eq!(
        found["purchases"],
        json!({"rows": purchases.len(), "quantity": quantity})
    );
    assert_eq!(status(workdir, "supplier_purchases")["rows"], 3);
    assert_eq!(found["supplier_purchases"], 2, "without the deleted one");
    let loaded = &found["loaded"]["source.purchase_lake.lake.inputs"];
    let ingested = table_rows(&workdir.lake(), "inputs");
    let newest = ingested
        .iter()
        .filter_map(|row| row["ingested_at"].as_str())
        .max();
    let day_and_time = |text: &str| text[..19].replace('T', " ");
    assert_eq!(
        loaded.as_str().map(day_and_time),
        newest.map(day_and_time),
        "{loaded}"
    );
}
