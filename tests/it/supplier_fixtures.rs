//! Supplier purchases and pages of them as text, how they are ingested and asked for, and JSON that
//! is compared to the digit.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::python::python;
use crate::workdir::{Output, Workdir};

/// The zone of times without an offset in samples and generated dumps.
pub(crate) const ZONE: &str = "America/Sao_Paulo";

/// A purchase of supplier 3. The values are texts; the version is told by its notes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SupplierPurchaseFixture<'a> {
    pub(crate) id: u64,
    pub(crate) registration_date: &'a str,
    pub(crate) updated_at: &'a str,
    pub(crate) notes: &'a str,
    /// More members, each with a comma in front.
    pub(crate) more: &'a str,
}

impl Default for SupplierPurchaseFixture<'_> {
    fn default() -> Self {
        Self {
            id: 1,
            registration_date: "2026-10-05",
            updated_at: "2026-10-06T09:00:00-03:00",
            notes: "first",
            more: "",
        }
    }
}

impl SupplierPurchaseFixture<'_> {
    /// The object on one line, without a line break.
    pub(crate) fn json(self) -> String {
        let Self {
            id,
            registration_date,
            updated_at,
            notes,
            more,
        } = self;
        format!(
            "{{\"id\":{id},\"registration_date\":\"{registration_date}\",\
             \"supplier\":{{\"id\":3,\"name\":\"Moinho\"}},\"notes\":\"{notes}\",\
             \"total\":{{\"amount\":99.90,\"currency\":\"BRL\"}}{more},\
             \"updated_at\":\"{updated_at}\"}}"
        )
    }
}

/// The key that makes a purchase a deleted one.
pub(crate) const DELETED: &str = ",\"were_stock_movements_deleted\":true";

/// Purchases with these ids, otherwise alike.
pub(crate) fn supplier_purchases(ids: impl IntoIterator<Item = u64>) -> Vec<String> {
    let of = |id| SupplierPurchaseFixture {
        id,
        ..SupplierPurchaseFixture::default()
    };
    ids.into_iter().map(|id| of(id).json()).collect()
}

/// A saved response: page `current` of `last`, of a list of `total`.
pub(crate) fn page(current: usize, last: usize, total: usize, purchases: &[String]) -> String {
    format!(
        "{{\"data\":{{\"purchases\":[{}]}},\"meta\":{{\"current_page\":{current},\
         \"last_page\":{last},\"per_page\":20,\"total\":{total}}}}}",
        purchases.join(",")
    )
}

/// A whole list on one page.
pub(crate) fn single_page(purchases: &[String]) -> String {
    page(1, 1, purchases.len(), purchases)
}

/// The options that samples and generated dumps are ingested with.
pub(crate) fn options(company: &str) -> Vec<OsString> {
    let words = [
        "--kind",
        "supplier-purchases",
        "--default-timezone",
        ZONE,
        "--reject-limit",
        "100%",
        "--company-id",
        company,
    ];
    words.map(OsString::from).to_vec()
}

/// Ingests dumps of a company, however much of them is rejected.
#[track_caller]
pub(crate) fn ingest<A: Into<OsString>>(
    workdir: &Workdir,
    company: &str,
    inputs: impl IntoIterator<Item = A>,
) -> Output {
    let inputs = inputs.into_iter().map(Into::into);
    workdir.ingest(options(company).into_iter().chain(inputs))
}

/// Writes one dump and ingests it for company 12.
#[track_caller]
pub(crate) fn ingest_text(workdir: &Workdir, name: &str, text: &str) -> Output {
    let path = workdir.write(name, text);
    let output = ingest(workdir, "12", [path]);
    output.assert_code(0);
    output
}

/// The arguments of a question from the parameters' documented names.
pub(crate) fn arguments(company: &str, parameters: &Value) -> Vec<String> {
    let mut arguments = vec!["--company-id".to_owned(), company.to_owned()];
    for (name, value) in parameters.as_object().expect("parameters by name") {
        arguments.push(format!("--{}", name.replace('_', "-")));
        arguments.push(value.as_str().expect("a text").to_owned());
    }
    arguments
}

/// The list that answers these parameters.
#[track_caller]
pub(crate) fn list(workdir: &Workdir, company: &str, parameters: &Value) -> Output {
    let answer = workdir.report("supplier-purchases", arguments(company, parameters));
    answer.assert_code(0);
    answer
}

/// The rows of a summary as they stand, to the digit.
#[track_caller]
pub(crate) fn rows_of(summary: &Output) -> String {
    let text = canonical_json(summary.stdout());
    let rows = text.strip_prefix("{\"data\":");
    let rows = rows.and_then(|text| text.rsplit_once(",\"meta\":{"));
    rows.expect("data, then meta").0.to_owned()
}

/// All purchases of company 12, as id and notes in the order of the list; of deleted ones the notes
/// have a cross in front.
#[track_caller]
pub(crate) fn stored_notes(workdir: &Workdir) -> Vec<(u64, String)> {
    let every = json!({"deleted": "include", "per_page": "500"});
    let answer = list(workdir, "12", &every).json();
    let purchases = answer["data"]["purchases"].as_array().expect("a list");
    let shown = purchases.iter().map(|purchase| {
        let deleted = purchase.get("were_stock_movements_deleted").is_some();
        let notes = purchase["notes"].as_str().expect("a text");
        let cross = if deleted { "†" } else { "" };
        let id = purchase["id"].as_u64().expect("an id");
        (id, format!("{cross}{notes}"))
    });
    shown.collect()
}

/// Ids and notes as [`stored_notes`] gives them.
pub(crate) fn pairs(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
    let pairs = expected.iter();
    pairs
        .map(|(id, notes)| (*id, (*notes).to_owned()))
        .collect()
}

/// What the oracle says of a plan, and how each lake differs from it. See `supplier_lake.py`.
#[track_caller]
pub(crate) fn compare_with_oracle(plan: &Value, lakes: &[PathBuf]) -> Value {
    let plan = plan.to_string();
    let start = [OsStr::new("compare"), OsStr::new(&plan)].into_iter();
    let lakes = lakes.iter().map(|lake| lake.as_os_str());
    python("supplier_lake.py", start.chain(lakes))
}

/// Fails unless a lake holds the rows that the oracle says.
#[track_caller]
pub(crate) fn assert_same_rows(compared: &Value, story: &str) {
    let differences = compared["differences"].as_array().expect("a list");
    let shown: Vec<String> = differences
        .iter()
        .take(5)
        .map(|one| format!("{one:#}"))
        .collect();
    assert!(
        differences.is_empty(),
        "{story}: {} differences:\n{}",
        differences.len(),
        shown.join("\n")
    );
}

/// Rules that the oracle reports elsewhere: counts of their own, and how a file is packed.
const RULES_COUNTED_ELSEWHERE: [&str; 3] = ["CPL-STALE", "CPL-DUPLICATE", "FILE-ENCODING"];

/// Warnings by rule as the run report has them, out of what the oracle says in three places.
pub(crate) fn warnings(by_oracle: &Value) -> Value {
    let mut counts = BTreeMap::<String, u64>::new();
    for kind in ["warned_by_rule", "informed_by_rule"] {
        for (rule, count) in by_oracle["total"][kind]
            .as_object()
            .expect("counts by rule")
        {
            *counts.entry(rule.clone()).or_default() += count.as_u64().expect("a count");
        }
    }
    let listings = by_oracle["listings"].as_array().expect("a list");
    let snapshot = by_oracle.get("snapshot").map(|one| &one["warnings"]);
    for rules in listings.iter().map(|one| &one["warnings"]).chain(snapshot) {
        for rule in rules.as_array().expect("a list of rules") {
            let rule = rule.as_str().expect("a rule").to_owned();
            *counts.entry(rule).or_default() += 1;
        }
    }
    json!(counts)
}

/// The warnings of a run report without those that the oracle reports elsewhere.
pub(crate) fn reported_warnings(report: &Value) -> Value {
    let found = &report["warned_by_rule"];
    let mut found = found.as_object().expect("counts by rule").clone();
    found.retain(|rule, _| !RULES_COUNTED_ELSEWHERE.contains(&rule.as_str()));
    Value::Object(found)
}

/// JSON without white space and with its strings in one spelling; numbers and the order of keys
/// stay as they are.
pub(crate) fn canonical_json(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' {
            string_length(rest)
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        if first == '"' {
            let decoded: String = serde_json::from_str(token).expect("a JSON string");
            out.push_str(&json!(decoded).to_string());
        } else if !first.is_ascii_whitespace() {
            out.push(first);
        }
        rest = after;
    }
    out
}

/// The length of the JSON string at the start of a text.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    panic!("a string without an end: {text}");
}

#[test]
fn exact_texts_keep_digits_and_order_and_nothing_of_the_layout() {
    let text = "{ \"b\" : [1.50, -2e3],\n\t\"a\\u00e9\\\"\": \" x \\/\" }";
    assert_eq!(
        canonical_json(text),
        "{\"b\":[1.50,-2e3],\"aé\\\"\":\" x /\"}"
    );
}
