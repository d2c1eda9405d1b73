//! Jobs with supplier purchases: ingest, list, summary and page in one file, and dry runs.

use std::fs;

use serde_json::{Value, json};

use crate::schemas::assert_valid;
use crate::supplier_fixtures::{
    canonical_json, ingest, list, page, single_page, supplier_purchases,
};
use crate::workdir::{NOW, Output, Workdir, read_json, sample};

/// Every key that a step of supplier purchases has.
const JOB: &str = r#"
lake = "lake"
[[steps]]
name = "supplier purchases of the week"
[steps.ingest]
inputs = ["dumps/{date}"]
kind = "supplier-purchases"
company_id = 12
default_currency = "BRL"
default_timezone = "America/Sao_Paulo"
full_snapshot = true
reject_limit = "100%"
summary = "out/run.json"
[[steps]]
name = "branches, by their folders"
[steps.ingest]
inputs = ["branches"]
kind = "auto"
company_path = "branches/{company_id}/*"
[[steps]]
name = "one page"
[steps.report]
question = "supplier-purchases"
company_id = 12
page = 2
per_page = 2
deleted = "include"
registration_end = "{date}"
output = "out/page.json"
[[steps]]
name = "every page"
[steps.report]
question = "supplier-purchases"
company_id = "12"
per_page = "2"
supplier_ids = 3
all_pages = "out/pages"
[[steps]]
name = "summary"
[steps.report]
question = "supplier-summary"
company_id = 34
deleted = "not_include"
[[steps]]
name = "a page to look at"
[steps.page]
output = "out/site"
company_id = 12
"#;

fn run(workdir: &Workdir, job: &str, more: &[&str]) -> Output {
    workdir.write("job.toml", job);
    let words = ["run", "job.toml", "--date", "2026-11-07"];
    workdir.run(words.iter().chain(more))
}

/// Five purchases in the lake; the dump of the date lacks the fourth.
fn prepared() -> Workdir {
    let workdir = Workdir::new();
    let old = workdir.write("old", single_page(&supplier_purchases(1..6)));
    ingest(&workdir, "12", [old]).assert_code(0);
    workdir.write(
        "dumps/2026-11-07/1.json",
        page(1, 2, 4, &supplier_purchases([1, 2])),
    );
    workdir.write(
        "dumps/2026-11-07/2.json",
        page(2, 2, 4, &supplier_purchases([3, 5])),
    );
    workdir.write(
        "branches/34/list.json",
        single_page(&supplier_purchases([7])),
    );
    workdir
}

#[test]
fn a_job_ingests_lists_summarises_and_draws_supplier_purchases() {
    let workdir = prepared();
    let ran = run(&workdir, JOB, &[]);
    ran.assert_code(0)
        .assert_stderr_contains(&["1 purchases", "deleted"]);
    let summary = canonical_json(ran.stdout());
    let row = "{\"data\":[{\"company_id\":34,\"supplier_id\":3,\"supplier_name\":\"Moinho\",";
    assert!(summary.starts_with(row), "{summary}");
    assert!(summary.contains("\"total\":99.90"), "{summary}");
    let report = read_json(&workdir.path("out/run.json"));
    assert_eq!(report["settings"]["company_id"], "12");
    assert_eq!(report["settings"]["full_snapshot"], "true");
    assert_eq!(report["settings"]["default_currency"], "BRL");

    let text = fs::read_to_string(workdir.path("out/page.json")).expect("the page");
    assert_valid("supplier_purchases", &text);
    let parameters = json!({"page": "2", "per_page": "2", "deleted": "include"});
    list(&workdir, "12", &parameters).assert_stdout(&text);
    let ids = |page: &Value| {
        let purchases = page["data"]["purchases"].as_array().expect("a list");
        purchases
            .iter()
            .map(|one| one["id"].as_u64())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(&read_json(&workdir.path("out/page.json"))),
        [Some(3), Some(2)]
    );
    let pages = [1, 2].map(|page| read_json(&workdir.path(&format!("out/pages/page-{page}.json"))));
    assert_eq!(
        pages.each_ref().map(ids).concat(),
        [Some(5), Some(3), Some(2), Some(1)]
    );
    let html = fs::read_to_string(workdir.path("out/site/index.html")).expect("the page");
    assert!(
        html.contains("Moinho"),
        "the page does not name the supplier"
    );

    let again = run(&workdir, JOB, &[]);
    again.assert_code(0).assert_stdout(ran.stdout());
    assert_eq!(
        read_json(&workdir.path("out/run.json"))["counts"]["accepted"],
        0
    );
}

#[test]
fn a_dry_run_of_supplier_purchases_writes_nothing() {
    let workdir = prepared();
    workdir.write("job.toml", JOB);
    let before = workdir.files();
    let planned = run(&workdir, JOB, &["--dry-run"]);
    planned
        .assert_code(0)
        .assert_stdout_contains(&["2 of 2 inputs would be read", "out/pages"]);
    assert_eq!(workdir.files(), before);

    // A file may be known under another company: it is read, and then found to be known or not.
    let kind = [
        "--kind",
        "supplier-purchases",
        "--company-path",
        "branches/{company_id}/*",
    ];
    let plan = |expected: &str| {
        let planned = workdir.ingest(kind.iter().chain(&["--dry-run", "branches"]));
        planned.assert_code(0).assert_stdout_contains(&[expected]);
    };
    plan("1 of 1 inputs would be read");
    assert_eq!(workdir.files(), before);
    workdir
        .ingest(kind.iter().chain(&["branches"]))
        .assert_code(0);
    plan("1 of 1 inputs would be read");
    let again = workdir.ingest(kind.iter().chain(&["branches"]));
    assert_eq!(
        again.summary_count("inputs already ingested"),
        1,
        "{}",
        again.transcript()
    );
}

/// Steps with a key that is wrong, and the word that has to be named.
fn wrong_steps() -> [(String, &'static str); 11] {
    let ingest = |keys: &str| {
        format!("[[steps]]\nname = \"two\"\ningest = {{ inputs = [\"dumps\"], {keys} }}\n")
    };
    let report = |keys: &str| format!("[[steps]]\nname = \"two\"\nreport = {{ {keys} }}\n");
    [
        (ingest("kind = \"suppliers\""), "suppliers"),
        (
            ingest("kind = \"supplier-purchases\", company = 12"),
            "company",
        ),
        (
            ingest("kind = \"supplier-purchases\", company_id = 0"),
            "company",
        ),
        (
            ingest("kind = \"supplier-purchases\", company_path = \"*.json\""),
            "company_id",
        ),
        (
            ingest("kind = \"supplier-purchases\", default_currency = \"real\""),
            "real",
        ),
        (ingest("kind = \"purchases\", company_id = 12"), "company"),
        (
            report("question = \"supplier-purchases\", length = 3"),
            "length",
        ),
        (
            report("question = \"supplier-summary\", company_id = 12, per_page = 3"),
            "per_page",
        ),
        (
            report("question = \"supplier-summary\", company_id = 12, search_term = 3"),
            "search_term",
        ),
        (
            report("question = \"quantity-series\", length = 3, company_id = 12"),
            "company_id",
        ),
        (
            report("question = \"product-list\", all_pages = \"x\""),
            "all_pages",
        ),
    ]
}

#[test]
fn keys_that_mean_nothing_to_a_step_are_refused_before_anything_runs() {
    let first = JOB.split("[[steps]]\nname = \"branches").next();
    let first = first.expect("a step");
    for (second, named) in wrong_steps() {
        let workdir = prepared();
        let before = fs::read_dir(workdir.lake().join("_runs"))
            .expect("runs")
            .count();
        let ran = run(&workdir, &format!("{first}{second}"), &[]);
        ran.assert_code(2)
            .assert_stdout("")
            .assert_stderr_contains(&["job.toml", named]);
        let after = fs::read_dir(workdir.lake().join("_runs"))
            .expect("runs")
            .count();
        assert_eq!(after, before, "{named}: a step has run");
    }
}

#[test]
fn a_job_answers_wrong_parameters_in_the_documented_shape_and_goes_no_further() {
    let workdir = prepared();
    let job = "lake = \"lake\"\n[[steps]]\nname = \"list\"\nreport = { question = \
        \"supplier-purchases\", company_id = 12, page = 0 }\n[[steps]]\nname = \"never\"\nreport = \
        { question = \"supplier-summary\", company_id = 12, output = \"out/never.json\" }\n";
    let ran = run(&workdir, job, &[]);
    ran.assert_code(2);
    assert_valid("error_code", ran.stdout());
    assert_eq!(ran.json()["meta"][0]["field"], "page");
    assert!(!workdir.path("out/never.json").exists());
}

#[test]
fn the_dashboard_of_a_lake_shows_both_kinds_of_purchases() {
    let workdir = Workdir::new();
    workdir
        .ingest([sample("web_2026-10.ndjson")])
        .assert_code(0);
    let dump = sample("suppliers/2026-10-31");
    ingest(&workdir, "12", [dump]).assert_code(0);
    let lake = workdir.lake();
    let words = [
        "page",
        "--lake",
        lake.to_str().expect("a path of letters"),
        "--now",
        NOW,
    ];
    workdir
        .run(words.iter().chain(&["--output", "site"]))
        .assert_code(0);
    let html = fs::read_to_string(workdir.path("site/index.html")).expect("the page");
    for text in ["Torrefação Serra Clara Ltda", "Café em grãos 1 kg"] {
        assert!(html.contains(text), "{text}");
    }
}
