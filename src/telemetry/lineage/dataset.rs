//! Datasets named by the rules of OpenLineage (<https://openlineage.io/docs/spec/naming>), with the
//! facets known to the run.

use serde_json::{Map, Value, json};
use url::Url;

use super::facet::facet;
use crate::run_report::{
    ExpectationOutcome, ExpectationResult, InputOutcome, InputReport, RunReport,
};
use crate::storage::scrubbed_location;
use crate::telemetry::steps::{LineageDataset, StepEnd, StepStart};

/// The datasets that a step reads.
pub(super) fn inputs(start: &StepStart, end: Option<&StepEnd>) -> Vec<Value> {
    let report = end.and_then(|end| end.report.as_ref());
    let expected = report.map_or(&[][..], |report| &report.expectations);
    let read = start.inputs.iter();
    let mut inputs: Vec<_> = read.map(|dataset| compared(dataset, expected)).collect();
    inputs.extend(
        report
            .iter()
            .flat_map(|report| &report.inputs)
            .map(ingested),
    );
    inputs
}

/// The datasets that a step writes; at its end, without tables that the run did not change.
pub(super) fn outputs(start: &StepStart, end: Option<&StepEnd>) -> Vec<Value> {
    let report = end.and_then(|end| end.report.as_ref());
    let mut outputs = Vec::new();
    for output in &start.outputs {
        let mut dataset = dataset_json(output);
        if let (Some(report), LineageDataset::Table { table, .. }) = (report, output) {
            let versions = report.table_versions.named();
            let mut versions = versions.filter(|(name, _)| name == table);
            let Some((_, version)) = versions.next() else {
                continue;
            };
            let version = json!({ "datasetVersion": version.to_string() });
            dataset["facets"]["version"] = facet("1-0-1/DatasetVersionDatasetFacet", version);
            if let Some(rows) = rows_written(table, report) {
                let rows = json!({ "rowCount": rows });
                dataset["outputFacets"] = json!({
                    "outputStatistics": facet("1-0-2/OutputStatisticsOutputDatasetFacet", rows),
                });
            }
        }
        outputs.push(dataset);
    }
    outputs
}

/// The report has one number for both record tables: it is used when only one of them was written.
fn rows_written(table: &str, report: &RunReport) -> Option<u64> {
    let versions = report.table_versions;
    match table {
        "rejects" => Some(report.counts.rejected),
        "inputs" => Some(report.inputs_with(InputOutcome::Ingested) as u64),
        "purchases" if versions.supplier_purchases.is_none() => Some(report.counts.accepted),
        "supplier_purchases" if versions.purchases.is_none() => Some(report.counts.accepted),
        _ => None,
    }
}

fn dataset_json(dataset: &LineageDataset) -> Value {
    match dataset {
        LineageDataset::File(location) => named(location, &Map::new()),
        LineageDataset::DatabaseTable { namespace, name } => {
            json!({ "namespace": namespace, "name": name, "facets": {} })
        }
        LineageDataset::Table {
            lake,
            table,
            columns,
        } => {
            let mut facets = Map::new();
            if !columns.is_empty() {
                let fields: Vec<_> = columns
                    .iter()
                    .map(|(name, kind)| json!({ "name": name, "type": kind }))
                    .collect();
                let schema = facet("1-2-0/SchemaDatasetFacet", json!({ "fields": fields }));
                facets.insert("schema".to_owned(), schema);
            }
            let storage = json!({ "storageLayer": "delta", "fileFormat": "parquet" });
            let storage = facet("1-0-1/StorageDatasetFacet", storage);
            facets.insert("storage".to_owned(), storage);
            named(&format!("{}/{table}", lake.trim_end_matches('/')), &facets)
        }
    }
}

fn named(location: &str, facets: &Map<String, Value>) -> Value {
    let (namespace, name) = name_of(location);
    json!({ "namespace": namespace, "name": name, "facets": facets })
}

/// A dataset that was read, with the expectations of its table as assertions.
fn compared(dataset: &LineageDataset, expected: &[ExpectationResult]) -> Value {
    let mut json = dataset_json(dataset);
    let LineageDataset::Table { table, .. } = dataset else {
        return json;
    };
    let of_table = expected.iter().filter(|result| result.table == *table);
    let known = of_table.filter(|result| result.outcome != ExpectationOutcome::Skipped);
    let assertions: Vec<Value> = known
        .map(|result| {
            let success = result.outcome == ExpectationOutcome::Passed;
            json!({ "assertion": result.expectation, "success": success })
        })
        .collect();
    if !assertions.is_empty() {
        json["inputFacets"] = json!({ "dataQualityAssertions": assertions_facet(&assertions) });
    }
    json
}

fn assertions_facet(assertions: &[Value]) -> Value {
    let assertions = json!({ "assertions": assertions });
    facet("1-1-0/DataQualityAssertionsDatasetFacet", assertions)
}

fn ingested(input: &InputReport) -> Value {
    let mut dataset = named(&input.path, &Map::new());
    let statistics = json!({ "rowCount": input.counts.read, "size": input.bytes });
    let mut facets = Map::new();
    let statistics = facet("1-0-0/InputStatisticsInputDatasetFacet", statistics);
    facets.insert("inputStatistics".to_owned(), statistics);
    let assertions = assertions(input);
    if !assertions.is_empty() {
        let assertions = assertions_facet(&assertions);
        facets.insert("dataQualityAssertions".to_owned(), assertions);
    }
    dataset["inputFacets"] = facets.into();
    dataset
}

/// Whether records were rejected, and the rule that refused the whole input. The rules that
/// rejected records are known only for the run, not per input.
fn assertions(input: &InputReport) -> Vec<Value> {
    let mut assertions = Vec::new();
    if input.outcome == InputOutcome::Ingested {
        let success = input.counts.rejected == 0;
        assertions.push(json!({ "assertion": "no_record_rejected", "success": success }));
    }
    if let Some(refusal) = &input.refusal {
        let assertion = refusal.rule_id.code();
        assertions.push(json!({ "assertion": assertion, "success": false }));
    }
    assertions
}

/// Namespace and name of a path or URL.
pub(super) fn name_of(location: &str) -> (String, String) {
    if location == "-" {
        return ("file".to_owned(), "/dev/stdin".to_owned());
    }
    let location = scrubbed_location(location);
    let Some((scheme, rest)) = location.split_once("://") else {
        let path = std::path::absolute(&location);
        return local(&path.map_or(location, |path| path.display().to_string()));
    };
    if scheme == "file" {
        let path = Url::parse(&location)
            .ok()
            .and_then(|url| url.to_file_path().ok());
        return local(&path.map_or_else(|| rest.to_owned(), |path| path.display().to_string()));
    }
    let (container, name) = rest.split_once('/').unwrap_or((rest, ""));
    let name = name.trim_matches('/');
    let name = if name.is_empty() { "/" } else { name };
    (format!("{scheme}://{container}"), name.to_owned())
}

fn local(path: &str) -> (String, String) {
    let name = path.trim_end_matches('/');
    let name = if name.is_empty() { "/" } else { name };
    ("file".to_owned(), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_named_as_the_standard_requires() {
        for (location, namespace, name) in [
            ("/data/a b.json", "file", "/data/a b.json"),
            ("file:///data/a%20b/", "file", "/data/a b"),
            ("-", "file", "/dev/stdin"),
            (
                "s3://bucket/dumps/a b.json?X-Amz-Signature=x",
                "s3://bucket",
                "dumps/a b.json",
            ),
            ("gs://bucket", "gs://bucket", "/"),
            (
                "abfss://box@shop.dfs.core.windows.net/lake/purchases",
                "abfss://box@shop.dfs.core.windows.net",
                "lake/purchases",
            ),
        ] {
            let expected = (namespace.to_owned(), name.to_owned());
            assert_eq!(name_of(location), expected, "{location}");
        }
    }
}
