//! Binary files, compressed files and text with additions of other programs.

use std::io::Write;

use crate::check::check;
use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir};

/// Fails unless the only input is refused by this rule, with these words.
#[track_caller]
fn assert_refused(output: &Output, rule: &str, words: &[&str]) {
    let report = output.assert_code(3).json();
    let refusal = &report["inputs"][0]["refusal"];
    assert_eq!(refusal["rule_id"], rule, "{}", output.transcript());
    let message = refusal["message"].as_str().expect("a text");
    for word in words {
        assert!(message.contains(word), "{word}: {message}");
    }
    assert!(!message.contains(['\0', '\u{FFFD}']), "{message:?}");
}

#[test]
fn a_file_of_another_program_is_refused_by_what_it_is() {
    let workdir = Workdir::new();
    let cases: [(&str, Vec<u8>, &[&str]); 3] = [
        ("a.orc", b"ORC\n\x15\x04".to_vec(), &["ORC", "NDJSON"]),
        (
            "a.csv",
            b"\xFD7zXZ\0\0\x04\xE6\xD6".to_vec(),
            &["xz", "decompress"],
        ),
        ("a.pdf", b"%PDF-1.7\n%\xE2\xE3\n".to_vec(), &["PDF", "CSV"]),
    ];
    for (name, bytes, words) in cases {
        workdir.write(name, bytes);
        for kind in ["purchases", "supplier-purchases", "auto"] {
            let output = workdir.ingest(["--kind", kind, name]);
            assert_refused(&output, "FILE-FORMAT", words);
        }
        let checked = check(&workdir, &["--format", "json", name]);
        checked
            .assert_code(3)
            .assert_stdout_contains(&["FILE-FORMAT"]);
    }
    let wide: Vec<u8> = numbered(0, 2)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    workdir.write("wide.json", wide);
    let output = workdir.ingest(["wide.json"]);
    assert_refused(&output, "FILE-ENCODING", &["UTF-16", "iconv"]);
}

#[test]
fn invalid_bytes_violate_the_rule_of_the_encoding_in_every_format() {
    let workdir = Workdir::new();
    let lines = numbered(0, 3);
    let (first, rest) = lines.split_once('\n').expect("lines");
    let latin = |text: &str| text.replace("\"external_id\":\"", "\"external_id\":\"caf\u{E9}");
    let latin = |text: &str| -> Vec<u8> {
        let characters = latin(text).chars().map(u32::from).collect::<Vec<_>>();
        let bytes = characters.into_iter().map(u8::try_from);
        bytes.collect::<Result<_, _>>().expect("Latin-1")
    };
    let rest_array = rest.trim_end().replace('\n', ",");
    let document = [b"[", first.as_bytes(), b",\n", &latin(&rest_array), b"]"].concat();
    let position = document.iter().position(|byte| *byte == 0xE9);
    workdir.write("document.json", document);
    let output = workdir.ingest(["--input-format", "json", "document.json"]);
    assert_refused(&output, "FILE-ENCODING", &["iconv -f WINDOWS-1252"]);
    let refusal = &output.json()["inputs"][0]["refusal"];
    assert_eq!(refusal["line"], 2, "{refusal:#}");
    assert_eq!(
        refusal["byte_offset"].as_u64(),
        position.map(|at| at as u64)
    );

    let (second, third) = rest.split_once('\n').expect("lines");
    let mixed = [
        first.as_bytes(),
        b"\n",
        &latin(second),
        b"\n",
        third.as_bytes(),
    ]
    .concat();
    workdir.write("lines.ndjson", mixed);
    let checked = check(
        &workdir,
        &["--format", "json", "--reject-limit=100%", "lines.ndjson"],
    );
    let found = checked
        .assert_code(0)
        .stdout()
        .lines()
        .next()
        .expect("a line");
    for words in ["\"FILE-ENCODING\"", "\"line\":2", "bytes into the record"] {
        assert!(found.contains(words), "{words}: {found}");
    }
    let ingested = workdir.ingest(["--reject-limit=100%", "lines.ndjson"]);
    assert_eq!(ingested.summary_count("accepted"), 2);
    assert_eq!(ingested.summary_count("rejected"), 1);

    let csv = b"external_id,product_id,currency,price,time\nu,caf\xE9,BRL,1,2026-10-05T10:00:00Z\n";
    workdir.write("latin.csv", csv);
    let read = workdir.ingest(["latin.csv"]);
    let report = read.assert_code(0).json();
    assert_eq!(
        report["inputs"][0]["findings"][0]["rule_id"],
        "FILE-ENCODING"
    );
}

#[test]
fn zstd_data_are_read_behind_a_skippable_frame_and_named_when_they_need_a_dictionary() {
    let workdir = Workdir::new();
    let packed = zstd::encode_all(numbered(0, 3).as_bytes(), 3).expect("into memory");
    // RFC 8878, 3.1.2: magic number, length, content.
    let skippable = [&b"\x5A\x2A\x4D\x18\x04\0\0\0meta"[..], &packed].concat();
    workdir.write("skippable.zst", skippable);
    let output = workdir.ingest(["skippable.zst"]);
    assert_eq!(output.assert_code(0).summary_count("accepted"), 3);

    // 3.1.1: one segment, dictionary 42, five bytes in one raw block.
    let frame = b"\x28\xB5\x2F\xFD\x21\x2A\x05\x29\0\0hello";
    workdir.write("dictionary.zst", frame);
    let output = workdir.ingest(["dictionary.zst"]);
    assert_refused(&output, "FILE-FORMAT", &["dictionary", "zstd -d -D"]);
}

#[test]
fn zero_bytes_behind_gzip_data_are_padding() {
    let workdir = Workdir::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(numbered(0, 3).as_bytes())
        .expect("into memory");
    let packed = gzip.finish().expect("into memory");
    workdir.write("padded.gz", [&packed[..], &[0; 512]].concat());
    let output = workdir.ingest(["padded.gz"]);
    assert_eq!(output.assert_code(0).summary_count("accepted"), 3);
    workdir.write("rubbish.gz", [&packed[..], b"\0\0rubbish"].concat());
    assert_refused(&workdir.ingest(["rubbish.gz"]), "FILE-TRUNCATED", &["gzip"]);
}

#[test]
fn a_first_line_that_states_the_delimiter_is_no_header() {
    let workdir = Workdir::new();
    for (name, first) in [("excel.csv", "sep=;\r\n"), ("again.csv", "\"sep=;\";;;;\n")] {
        let rows = "a;b;BRL;1,50;2026-10-05T10:00:00Z\nc;;BRL;2,50;2026-10-05T11:00:00Z\n";
        let header = "external_id;product_id;currency;price;time\n";
        workdir.write(name, format!("{first}{header}{rows}"));
        let arguments = ["--format", "json", "--reject-limit=100%", name];
        let checked = check(&workdir, &arguments);
        let reported = checked.assert_code(0).json_lines();
        let end = reported.last().expect("the counts");
        assert_eq!(end["counts"]["accepted"], 1, "{}", checked.transcript());
        let reject = reported
            .iter()
            .find(|line| line["rule_id"] == "BRZ-PRODUCT-REQUIRED");
        assert_eq!(
            reject.expect("a reject")["line"],
            4,
            "{}",
            checked.transcript()
        );
    }
}

#[test]
fn an_answer_with_profiles_is_a_user_export() {
    let workdir = Workdir::new();
    let bought = r#"{"name":"backpack","first":"2013-07-16T18:20:30.000Z","last":"2013-07-18T08:00:00.000Z","count":3}"#;
    let answer = format!(
        "{{\"users\":[{{\"external_id\":\"user1\",\"purchases\":[{bought}]}}],\"message\":\"success\"}}"
    );
    workdir.write("export.json", &answer);
    for kind in ["purchases", "auto"] {
        let output = workdir.ingest(["--kind", kind, "export.json"]);
        assert_refused(&output, "FILE-USER-EXPORT", &["/users/export"]);
    }
}
