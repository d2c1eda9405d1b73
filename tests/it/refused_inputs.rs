//! Refused inputs commit nothing, and the run continues with the rest.

use std::fs;

use crate::dump_generator::Dump;
use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::python::summary;
use crate::workdir::Workdir;

#[test]
fn a_refused_input_commits_nothing_and_the_rest_is_committed() {
    let workdir = Workdir::new();
    let dump = Dump::make(
        &workdir,
        "dump",
        &["--rows", "20000", "--seed", "7", "--gzip"],
    );
    // Enough is read before the missing end is detected that data files have been written.
    let packed = fs::read(dump.file()).expect("the dump");
    let cut = workdir.write("in/b cut.ndjson.gz", &packed[..packed.len() / 10 * 9]);
    workdir.write("in/a.ndjson", numbered(0, 3));
    workdir.write("in/c.ndjson", numbered(3, 4));
    let output = workdir.ingest(["in"]);
    output
        .assert_code(3)
        .assert_stderr_contains(&["b cut.ndjson.gz", "FILE-TRUNCATED"]);
    assert_eq!(
        output.outcomes(),
        ["ingested", "refused", "ingested"],
        "{}",
        output.transcript()
    );
    let report = output.json();
    assert_eq!(report["counts"]["accepted"], 7, "{}", output.transcript());
    assert_eq!(report["exit_code"], 3);
    let found = summary(&workdir.lake());
    assert_eq!(found["purchases"]["rows"], 7, "{found:#}");
    assert_eq!(found["rejects"]["rows"], 0, "{found:#}");
    assert_eq!(
        found["inputs"]["names"],
        serde_json::json!(["a.ndjson", "c.ndjson"])
    );

    // The complete file is ingested, and the rest is known.
    fs::copy(dump.file(), cut).expect("the whole dump");
    let output = workdir.ingest(["in"]);
    output.assert_code(0);
    let outcomes = ["already_ingested", "ingested", "already_ingested"];
    assert_eq!(output.outcomes(), outcomes, "{}", output.transcript());
    assert_eq!(output.summary_count("accepted"), dump.count("accepted"));
}

/// `count` purchases; the first `broken` have a quantity out of range.
fn partly_broken(count: usize, broken: usize) -> String {
    let bad = PurchaseFixture {
        quantity: "101",
        ..PurchaseFixture::default()
    }
    .json()
        + "\n";
    bad.repeat(broken) + &numbered(0, count - broken)
}

#[test]
fn an_input_with_more_rejects_than_its_limit_is_refused() {
    let workdir = Workdir::new();
    let at_limit = workdir.write("at.ndjson", partly_broken(100, 5));
    workdir.ingest([at_limit]).assert_code(0);
    let above = workdir.write("above.ndjson", partly_broken(99, 5));
    let refused = workdir.ingest([&above]);
    refused.assert_code(3).assert_stderr_contains(&[
        "FILE-REJECT-LIMIT",
        "BRZ-QTY-RANGE",
        "--reject-limit",
    ]);
    let report = refused.json();
    assert_eq!(report["inputs"][0]["counts"]["rejected"], 5, "{report:#}");
    let found = summary(&workdir.lake());
    assert_eq!(
        (&found["purchases"]["rows"], &found["rejects"]["rows"]),
        (&95.into(), &5.into())
    );

    for (limit, code) in [("0", 3), ("0.05", 3), ("5.05%", 3), ("5.1%", 0)] {
        let output = workdir.ingest(["--reject-limit".as_ref(), limit.as_ref(), above.as_os_str()]);
        output.assert_code(code);
    }
    let found = summary(&workdir.lake());
    assert_eq!(
        (&found["purchases"]["rows"], &found["rejects"]["rows"]),
        (&189.into(), &10.into())
    );
}

#[test]
fn an_input_that_storage_does_not_hand_over_is_refused_by_name() {
    let workdir = Workdir::new();
    let good = workdir.write("good.ndjson", numbered(0, 3));
    // Reading it fails for every user with an input/output error.
    let output = workdir.ingest(["/proc/self/mem".as_ref(), good.as_os_str()]);
    output
        .assert_code(3)
        .assert_stderr_contains(&["/proc/self/mem", "FILE-UNREADABLE"]);
    assert_eq!(
        output.outcomes(),
        ["refused", "ingested"],
        "{}",
        output.transcript()
    );
    assert_eq!(
        output.summary_count("accepted"),
        3,
        "{}",
        output.transcript()
    );
}

#[test]
fn an_empty_input_is_a_warning() {
    let cases = [
        ("", "empty"),
        (" \n", "blank"),
        ("external_id,product_id,currency,price,time\n", "header"),
    ];
    for (content, what) in cases {
        let workdir = Workdir::new();
        let path = workdir.write("dump", content);
        for _ in 0..2 {
            let output = workdir.ingest([&path]);
            output.assert_code(0);
            assert_eq!(
                output.json()["counts"]["read"],
                0,
                "{what}: {}",
                output.transcript()
            );
        }
        let workdir = Workdir::new();
        let output = workdir.ingest([path]);
        assert_eq!(
            output.json()["warned_by_rule"]["FILE-EMPTY"],
            1,
            "{what}: {}",
            output.transcript()
        );
        let found = summary(&workdir.lake());
        assert_eq!(found["purchases"]["rows"], 0, "{what}");
    }
}
