//! Edge cases: texts similar to envelopes or to other kinds, adversarial texts, texts at the limits.

use super::fixture::{BAD, TestReader, purchase};
use crate::input::InputFormat;
use crate::rules::RuleId;

#[test]
fn an_envelope_is_distinguished_from_a_record_with_arrays() {
    let good = purchase("one");
    let doubled = format!("{{\"purchases\":[{good}],\"purchases\":[{good}]}}");
    let outcome = TestReader::new()
        .format(InputFormat::Ndjson)
        .validate(doubled.as_bytes());
    assert_eq!((outcome.accepted, outcome.read), (0, 1));
    assert!(outcome.broken().contains(&RuleId::BrzKeyDup));
    let row = r#"{"external_id":"u","payload":"{\"product_id\":\"p\",\"currency\":\"USD\",\"price\":1,\"time\":\"2026-10-01T10:00:00Z\"}","events":[]}"#;
    assert_eq!(TestReader::new().validate(row.as_bytes()).accepted, 1);
    let incomplete = r#"{"external_id":"u","price":1,"currency":"BRL","time":"2026-10-01T10:00:00Z","attributes":[1]}"#;
    assert_eq!(
        TestReader::new().validate(incomplete.as_bytes()).broken(),
        [RuleId::BrzProductRequired]
    );
    let spread = good.replacen('{', "{\n\"events\":[],", 1);
    for chunk_bytes in [1, 64, 1 << 20] {
        let reader = TestReader::new()
            .format(InputFormat::Json)
            .chunk_bytes(chunk_bytes);
        assert_eq!(
            reader.validate(spread.as_bytes()).broken(),
            [RuleId::FileMixed]
        );
    }
}

#[test]
fn one_row_without_a_product_does_not_make_a_file_one_of_another_kind() {
    let text = format!(
        "{}\n{}",
        purchase("one"),
        BAD.replace("\"product_id\":\"bad\"", "\"supplier\":\"x\",\"price\":1")
    );
    let outcome = TestReader::new().validate(text.as_bytes());
    assert_eq!(
        (outcome.accepted, outcome.broken()),
        (1, vec![RuleId::BrzProductRequired])
    );
}

#[test]
fn adversarial_records_cost_no_more_than_their_bytes() {
    let keys: Vec<String> = (0..60_000).map(|n| format!("\"k{n}\":1")).collect();
    let many_keys = format!("{{{}}}", keys.join(","));
    let outcome = TestReader::new().validate(many_keys.as_bytes());
    assert!(outcome.broken().contains(&RuleId::FileLimit));
    let dollars = "\"$\":1,".repeat(50_000);
    let many_findings = purchase("one").replace("\"list\":", &format!("{dollars}\"list\":"));
    let outcome = TestReader::new().validate(many_findings.as_bytes());
    let rules = outcome.broken();
    assert!(rules.contains(&RuleId::BrzPropNameDollar) && rules.contains(&RuleId::BrzKeyDup));
    assert!(rules.len() < 50, "{} findings are kept", rules.len());
    let arrays = format!("{{{}\"z\":1}}", "\"events\":[],".repeat(5_000));
    let refusal = TestReader::new()
        .format(InputFormat::Json)
        .validate(arrays.as_bytes())
        .refusal;
    assert_eq!(refusal.map(|refusal| refusal.rule), Some(RuleId::FileLimit));
}

#[test]
fn lines_and_records_have_their_limits() {
    let mut reader = TestReader::new().format(InputFormat::Ndjson);
    let good = purchase("one");
    reader.options.limits.max_line_bytes = good.len();
    assert_eq!(reader.validate(good.as_bytes()).accepted, 1);
    let refusal = reader
        .validate(format!("{good}\n {good}\n").as_bytes())
        .refusal
        .unwrap();
    assert_eq!(
        (refusal.rule, refusal.position.map(|position| position.line)),
        (RuleId::FileLimit, Some(2))
    );
    for (most, accepted) in [(good.len(), 1), (good.len() - 1, 0)] {
        let mut reader = TestReader::new();
        reader.options.limits.max_record_bytes = most;
        let outcome = reader.validate(good.as_bytes());
        assert_eq!(
            (outcome.accepted, outcome.refusal.is_some()),
            (accepted, accepted == 0)
        );
    }
}

#[test]
fn comments_alone_are_skipped_in_lenient_mode() {
    let good = purchase("one");
    let document = format!("{{\"purchases\":[\n{good}, // the last\n]}}");
    let empty = "{\"purchases\":[\n// none yet\n]}";
    for (text, accepted) in [(document.as_str(), 1), (empty, 0)] {
        for chunk_bytes in [1, 16, 1 << 20] {
            let reader = TestReader::new()
                .lenient()
                .format(InputFormat::Json)
                .chunk_bytes(chunk_bytes);
            let outcome = reader.validate(text.as_bytes());
            assert_eq!(
                (outcome.accepted, outcome.refusal),
                (accepted, None),
                "{text}"
            );
        }
    }
    let lines = format!("// a dump\n{good}\n");
    let reader = TestReader::new().lenient().format(InputFormat::Ndjson);
    assert_eq!(
        (
            reader.validate(lines.as_bytes()).accepted,
            reader.validate(lines.as_bytes()).read
        ),
        (1, 1)
    );
}

#[test]
fn a_line_may_hold_as_many_records_as_its_limit_and_one_more_is_refused() {
    // The limit of README, 2^18.
    for (count, rule) in [(262_144, None), (262_145, Some(RuleId::FileLimit))] {
        let line = format!(
            "{{\"purchases\":[],\"events\":[{}{{}}]}}",
            "{},".repeat(count - 1)
        );
        let reader = TestReader::new().format(InputFormat::Ndjson);
        let outcome = reader.validate(line.as_bytes());
        assert_eq!(outcome.refusal.map(|refusal| refusal.rule), rule);
        assert_eq!(outcome.skipped, 262_144);
    }
}

#[test]
fn an_envelope_in_an_array_is_read_at_any_size() {
    let good = purchase("one");
    let track = format!("{{\"events\":[{{}},{{}}],\"purchases\":[{good},{BAD},{good}]}}");
    let small = format!("{{\"purchases\":[{good}]}}");
    for (text, accepted, rejected, skipped) in [
        (format!("[{track}]"), 2, 1, 2),
        (format!("[\n {track} ,\n{good}, {track}\n]\n"), 5, 2, 4),
        (
            format!("[{good},{small},{track},{small},{track},{BAD}]"),
            7,
            3,
            4,
        ),
    ] {
        for chunk_bytes in [1, 7, 64, 300, 1 << 20] {
            let mut reader = TestReader::new()
                .format(InputFormat::Json)
                .chunk_bytes(chunk_bytes);
            reader.options.limits.max_record_bytes = good.len() + 2;
            let outcome = reader.validate(text.as_bytes());
            let what = format!("{text} in chunks of {chunk_bytes}");
            assert_eq!(outcome.refusal, None, "{what}");
            let counts = (outcome.accepted, outcome.rejects.len(), outcome.skipped);
            assert_eq!(counts, (accepted, rejected, skipped), "{what}");
            for (_, position, raw) in &outcome.rejects {
                let start = usize::try_from(position.byte_offset).unwrap();
                assert_eq!(&text.as_bytes()[start..start + raw.len()], raw.as_slice());
                let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count();
                assert_eq!(position.line, lines as u64 + 1, "{what}");
            }
        }
    }
}

#[test]
fn what_is_wrong_around_an_envelope_in_an_array_is_refused() {
    let good = purchase("one");
    let track = format!("{{\"purchases\":[{good},{good}]}}");
    for (text, rule) in [
        (format!("[{track},]"), RuleId::FileTrailingComma),
        (format!("[{track}"), RuleId::FileTruncated),
        (format!("[{track}] x"), RuleId::FileJsonSyntax),
        (format!("[{track}{track}]"), RuleId::FileJsonSyntax),
        (
            format!("[{track},{}]", track.replace(":[", " [")),
            RuleId::FileJsonSyntax,
        ),
        (
            format!("[{{\"purchases\":[{good},{good}],\"price\":1}}]"),
            RuleId::FileMixed,
        ),
        (
            format!("[{{\"x\":\"{}\"}}]", "y".repeat(500)),
            RuleId::FileLimit,
        ),
        (
            format!("[{good},{{\"x\":[\"{}\"]}}]", "y".repeat(500)),
            RuleId::FileLimit,
        ),
    ] {
        for chunk_bytes in [1, 64] {
            let mut reader = TestReader::new()
                .format(InputFormat::Json)
                .chunk_bytes(chunk_bytes);
            reader.options.limits.max_record_bytes = good.len();
            let refusal = reader.validate(text.as_bytes()).refusal;
            assert_eq!(
                refusal.map(|refusal| refusal.rule),
                Some(rule),
                "{text} {chunk_bytes}"
            );
        }
    }
}
