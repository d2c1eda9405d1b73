//! What was found wrong once, each held by the shortest input that showed it.

use std::fs;

use serde_json::json;

use crate::schemas::assert_valid;
use crate::supplier_fixtures::{
    ingest, ingest_text, list, page, pairs, single_page, stored_notes, supplier_purchases,
};
use crate::workdir::{Output, Workdir};

/// A purchase on one line.
fn one(id: u64) -> String {
    supplier_purchases([id]).remove(0)
}

#[test]
fn a_repeated_key_in_an_envelope_hides_no_purchase() {
    let (a, b) = (one(1), one(2));
    for (name, text) in [
        (
            "data",
            format!("{{\"data\":{{\"purchases\":[{a}]}},\"data\":{{\"purchases\":[{b}]}}}}"),
        ),
        (
            "purchases",
            format!("{{\"purchases\":[{a}],\"purchases\":[{b}]}}"),
        ),
        (
            "inner",
            format!("{{\"data\":{{\"purchases\":[{a}],\"purchases\":[{b}]}}}}"),
        ),
    ] {
        let workdir = Workdir::new();
        workdir.write(name, &text);
        let output = ingest(&workdir, "12", [name]);
        let report = output.json();
        assert_eq!(
            report["counts"]["rejected"],
            1,
            "{name}: {}",
            output.transcript()
        );
        let rejected = report["rejected_by_rule"].as_object().expect("rules");
        assert!(rejected.contains_key("CPL-KEY-DUP"), "{name}: {report}");
        assert_eq!(stored_notes(&workdir), pairs(&[]), "{name}");
    }
}

#[test]
fn a_purchase_beside_an_array_of_purchases_is_never_skipped_without_a_warning() {
    let (a, b) = (one(1), one(2));
    let beside = a.replacen('{', "{\"purchases\":[],", 1);
    for (name, text) in [
        (
            "in data",
            format!("{{\n\"data\":{beside},\n\"purchases\":[{b}]}}"),
        ),
        (
            "escaped",
            format!("{{\n\"d\\u0061ta\":{{\"purchases\":[{a}]}},\n\"purchases\":[{b}]}}"),
        ),
    ] {
        let workdir = Workdir::new();
        workdir.write(name, &text);
        let output = ingest(&workdir, "12", [name]);
        output
            .assert_code(3)
            .assert_stderr_contains(&["FILE-MIXED"]);
        assert_eq!(stored_notes(&workdir), pairs(&[]), "{name}");
    }
}

#[test]
fn an_array_may_hold_whole_responses() {
    let workdir = Workdir::new();
    let (first, second) = (
        page(1, 2, 2, &supplier_purchases([1])),
        page(2, 2, 2, &supplier_purchases([2])),
    );
    for text in [
        format!("[{first},{second}]"),
        format!("[\n{first},\n{second}\n]"),
    ] {
        ingest_text(&workdir, "pages", &text);
        assert_eq!(stored_notes(&workdir), pairs(&[(2, "first"), (1, "first")]));
    }
}

#[test]
fn an_old_copy_does_not_restore_what_a_full_snapshot_deleted() {
    let workdir = Workdir::new();
    ingest_text(&workdir, "both", &single_page(&supplier_purchases([1, 2])));
    workdir.write("snapshot", single_page(&supplier_purchases([2])));
    ingest(&workdir, "12", ["--full-snapshot", "snapshot"]).assert_code(0);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(2, "first"), (1, "†first")])
    );
    ingest_text(&workdir, "old copy", &single_page(&supplier_purchases([1])));
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(2, "first"), (1, "†first")])
    );
    workdir.write("later", single_page(&supplier_purchases([1, 2, 3])));
    ingest(&workdir, "12", ["--full-snapshot", "later"]).assert_code(0);
    let all = [(3, "first"), (2, "first"), (1, "first")];
    assert_eq!(stored_notes(&workdir), pairs(&all));
}

#[test]
fn copies_of_an_input_complete_a_run_that_was_stopped_before_its_last_step() {
    let workdir = Workdir::new();
    workdir.write("a.json", single_page(&supplier_purchases([1])));
    workdir.write("b.json", single_page(&supplier_purchases([1])));
    ingest(&workdir, "12", ["a.json", "b.json"]).assert_code(0);
    // What a run leaves that ends between the rows and the inputs.
    fs::remove_dir_all(workdir.lake().join("inputs")).expect("the table of inputs");
    let healed = ingest(&workdir, "12", ["a.json", "b.json"]);
    healed.assert_code(0);
    assert_eq!(healed.json()["counts"]["accepted"], 0);
    assert!(healed.json()["table_versions"]["inputs"].is_number());
}

#[test]
fn a_dump_of_deleted_purchases_is_ingested_only_when_the_user_confirms_it() {
    let workdir = Workdir::new();
    ingest_text(&workdir, "all", &single_page(&supplier_purchases([1, 2])));
    workdir.write("deleted", single_page(&supplier_purchases([1])));
    ingest(&workdir, "12", ["--deleted-only", "deleted"]).assert_code(0);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(2, "first"), (1, "†first")])
    );
}

#[test]
fn the_empty_page_after_the_last_one_belongs_to_the_dump() {
    let workdir = Workdir::new();
    workdir.write("dump/page-1.json", page(1, 2, 2, &supplier_purchases([1])));
    workdir.write("dump/page-2.json", page(2, 2, 2, &supplier_purchases([2])));
    workdir.write("dump/page-3.json", page(3, 2, 2, &[]));
    let output = ingest(&workdir, "12", ["dump"]);
    let report = output.json();
    let warned = report["warned_by_rule"].as_object().expect("rules");
    assert!(
        !warned.contains_key("CPL-PAGE-GAP"),
        "{}",
        output.transcript()
    );
}

#[test]
fn a_saved_error_response_is_not_taken_for_purchases() {
    for text in [
        r#"{"code":"missing_headers","message":"error message","meta":[]}"#,
        r#"{"message":"Unauthenticated."}"#,
    ] {
        let workdir = Workdir::new();
        workdir.write("page.json", text);
        let output = ingest(&workdir, "12", ["page.json"]);
        output
            .assert_code(3)
            .assert_stderr_contains(&["FILE-ERROR-RESPONSE"]);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_never_opened_before_it_is_read() {
    let workdir = Workdir::new();
    let text = single_page(&supplier_purchases([1]));
    let piped = |kind: &str, more: &[&str]| {
        let words = ["ingest", "--lake", "lake", "--kind", kind, "/dev/stdin"];
        workdir.run_with_stdin(words.iter().chain(more), text.as_bytes())
    };
    let refused = piped("auto", &[]);
    refused
        .assert_code(3)
        .assert_stderr_contains(&["/dev/stdin", "--kind"]);
    let named = piped("supplier-purchases", &["--company-id", "12"]);
    named.assert_code(0);
    assert_eq!(stored_notes(&workdir), pairs(&[(1, "first")]));
}

#[test]
fn a_page_and_its_copies_are_one_page() {
    let workdir = Workdir::new();
    for (name, number) in [("1", 1), ("1-again", 1), ("2", 2)] {
        let text = page(number, 2, 2, &supplier_purchases([number as u64]));
        workdir.write(&format!("dump/page-{name}.json"), text);
    }
    workdir.write("old", single_page(&supplier_purchases([1, 2, 3])));
    ingest(&workdir, "12", ["old"]).assert_code(0);
    ingest(&workdir, "12", ["--full-snapshot", "dump"]).assert_code(0);
    let left = [(3, "†first"), (2, "first"), (1, "first")];
    assert_eq!(stored_notes(&workdir), pairs(&left));
}

#[test]
fn a_negative_parameter_is_answered_like_any_wrong_one() {
    let workdir = Workdir::new();
    ingest_text(&workdir, "page", &single_page(&supplier_purchases([1])));
    let lake = workdir.lake();
    let lake = lake.to_str().expect("a path of text");
    let words = ["report", "supplier-purchases", "--lake", lake];
    for more in [
        ["--company-id", "12", "--page", "-1"],
        ["--company-id", "-12", "--page", "1"],
    ] {
        let answer: Output = workdir.run(words.iter().chain(&more));
        answer.assert_code(2);
        assert_valid("error_code", answer.stdout());
        assert_eq!(answer.json()["code"], "uneditable_entity");
    }
}

#[cfg(unix)]
#[test]
fn an_output_is_written_through_a_link_and_never_replaces_it() {
    let workdir = Workdir::new();
    ingest_text(&workdir, "page", &single_page(&supplier_purchases([1])));
    let target = workdir.write("target.json", "old");
    let link = workdir.path("link.json");
    std::os::unix::fs::symlink(&target, &link).expect("a link");
    let output = ["--company-id", "12", "--output", "link.json"];
    let words = ["report", "supplier-purchases", "--lake", "lake"];
    workdir.run(words.iter().chain(&output)).assert_code(0);
    assert!(link.is_symlink());
    let written = fs::read_to_string(&target).expect("the answer");
    assert_eq!(written, list(&workdir, "12", &json!({})).stdout());
}

#[test]
fn a_dashboard_of_a_missing_lake_is_an_error() {
    let workdir = Workdir::new();
    let words = ["page", "--lake", "nowhere", "--output", "site"];
    workdir
        .run(words)
        .assert_code(1)
        .assert_stderr_contains(&["nowhere"]);
    assert!(!workdir.path("site").exists());
}
