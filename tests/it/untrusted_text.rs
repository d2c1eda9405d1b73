//! Terminal control characters in values, names and parameters; and readers that stop early.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::check::{ALL, check, mixed};
use crate::dump_generator::Dump;
use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::workdir::{Output, Workdir};

#[test]
fn a_reader_that_closes_the_pipe_early_is_no_failure() {
    let workdir = Workdir::new();
    let dump = Dump::make(&workdir, "dump", &["--rows", "20000", "--dirt", "0.3"]);
    let mut command = workdir.program();
    command
        .args(["check", "--format", "json", ALL[0], ALL[1]])
        .arg(dump.file());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let shown = format!("{command:?} | head -1");
    let mut child = command.spawn().expect("the program starts");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
    stdout.read_line(&mut line).expect("a line");
    drop(stdout);
    serde_json::from_str::<Value>(&line).expect("a finding");
    let output = Output::new(shown, child.wait_with_output().expect("the program ends"));
    output.assert_code(0);
    assert_eq!(output.stderr(), "", "{}", output.transcript());
}

/// Escape, bell, delete, the eight-bit form of escape-[, the right-to-left override, and the two
/// line separators.
#[track_caller]
fn assert_harmless(output: &Output) {
    let steers = [
        '\u{1b}', '\u{7}', '\u{7f}', '\u{9b}', '\u{202e}', '\u{2028}', '\u{2029}',
    ];
    for text in [output.stdout(), output.stderr()] {
        assert!(!text.contains(steers), "{text:?}\n{}", output.transcript());
    }
}

/// Writes dumps with these characters in every value, name and header, and returns their names.
fn untrusted_dumps(workdir: &Workdir) -> [&'static str; 5] {
    let steer = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{7f}\u{2028}\u{2029}";
    let escaped = r#""\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\u007f\u2028\u2029""#;
    let usual = PurchaseFixture::default();
    let key = format!(",\"properties\":{{{escaped}:1,\"$x{steer}\":1}}");
    let lines = [
        usual.json(),
        PurchaseFixture {
            currency: escaped,
            ..usual
        }
        .json(),
        PurchaseFixture {
            price: escaped,
            ..usual
        }
        .json(),
        PurchaseFixture {
            time: escaped,
            ..usual
        }
        .json(),
        PurchaseFixture {
            product_id: escaped,
            quantity: "0",
            ..usual
        }
        .json(),
        PurchaseFixture {
            more: r#","properties":{"$\u001b[31m":1}"#,
            ..usual
        }
        .json(),
        PurchaseFixture {
            more: r#","\u001b[31m":1,"\u001b[31m":2"#,
            ..usual
        }
        .json(),
        PurchaseFixture {
            more: &key,
            ..usual
        }
        .json(),
        format!("{{\"external_id\":\"{steer}\""),
        steer.to_owned(),
    ];
    let header = "external_id,product_id,currency,price,time";
    workdir.write("a.ndjson", lines.join("\n"));
    workdir.write(
        "b.csv",
        format!("{header}\na,{steer},{steer},{steer},{steer}\na,b,{steer}\n"),
    );
    workdir.write(
        "c.csv",
        format!("{header},{steer}\na,b,BRL,1,2026-10-05T10:00:00Z,{steer}\n"),
    );
    workdir.write("d.csv", format!("{steer},{header}\n{steer},{steer},\"\n"));
    workdir.write("e.json", format!("{{\"purchases\":[{steer}]}}"));
    ["a.ndjson", "b.csv", "c.csv", "d.csv", "e.json"]
}

#[test]
fn control_characters_of_a_dump_do_not_reach_a_terminal() {
    let workdir = Workdir::new();
    for input in untrusted_dumps(&workdir) {
        for format in ["text", "json", "response"] {
            let output = check(&workdir, &[ALL[0], ALL[1], "--format", format, input]);
            assert!(!output.stdout().is_empty(), "{}", output.transcript());
            assert_harmless(&output);
        }
        for log in ["text", "json"] {
            let lake = format!("lake of {input} {log}");
            let arguments = [
                "ingest",
                "--lake",
                &lake,
                ALL[0],
                ALL[1],
                "--log-format",
                log,
                input,
            ];
            assert_harmless(&workdir.run(arguments));
        }
    }
}

#[test]
fn control_characters_of_file_names_and_parameters_do_not_reach_a_terminal() {
    let workdir = Workdir::new();
    let steer = "\u{1b}[31mred\u{7f}\u{9b}\u{202e}\u{2028}\u{2029}";
    workdir.write(steer, mixed());
    for format in ["text", "json", "response"] {
        assert_harmless(&check(&workdir, &["--format", format, steer]));
    }
    for log in ["text", "json"] {
        let refused = workdir.run(["ingest", "--lake", "lake", "--log-format", log, steer]);
        assert_harmless(refused.assert_code(3));
    }
    for arguments in [
        ["ingest", "--lake", "lake", "no such \u{1b}[31m"],
        ["ingest", "--lake", "lake", "no such \u{1b}[31m*"],
        ["run", "no such \u{1b}[31m", "--date", "2026-10-05"],
        ["rules", "list", "no such \u{1b}[31m", "--quiet"],
    ] {
        assert_harmless(&workdir.run(arguments));
    }
    workdir.write("good.ndjson", numbered(0, 1));
    workdir.ingest(["good.ndjson"]).assert_code(0);
    for arguments in [
        &["--length", steer][..],
        &["--length", "1", "--unit", steer],
        &["--length", "1", "--ending-at", steer],
        &["--length", "1", "--timezone", steer],
    ] {
        assert_harmless(workdir.report("quantity-series", arguments).assert_code(2));
    }
}
