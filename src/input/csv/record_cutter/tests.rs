use proptest::prelude::*;

use super::*;

/// Feeds `text` in chunks of `size` bytes and collects the chunks between the cuts.
fn chunks(
    text: &[u8],
    size: usize,
    limit: usize,
) -> Result<Vec<(TextPosition, Vec<u8>)>, CsvRefusal> {
    let mut cutter = RecordCutter::new(Delimiter::COMMA, limit);
    let (mut chunks, mut carry) = (Vec::new(), Vec::new());
    for chunk in text.chunks(size) {
        let at = cutter.next_record();
        let cut = cutter.feed(chunk)?;
        carry.extend_from_slice(&chunk[..cut.unwrap_or(0)]);
        if cut.is_some() {
            chunks.push((at, std::mem::take(&mut carry)));
        }
        carry.extend_from_slice(&chunk[cut.unwrap_or(0)..]);
    }
    cutter.finish()?;
    chunks.push((cutter.next_record(), carry));
    Ok(chunks)
}

#[test]
fn the_cut_is_behind_the_last_whole_record() {
    for (text, cut) in [
        (&b"a,b\nc"[..], Some(4)),
        (b"a,b\r\nc,d\r\n\"e\r\n", Some(10)),
        (b"a\rb", Some(2)),
        (b"\"a\nb\"", None),
        (b"x\"y\nz\"\n1", Some(7)),
        (b"\"a\"\"\n\"\"b\"\nc", Some(10)),
        (b"\"a\"x\"\n", Some(6)),
        (b"", None),
    ] {
        let mut cutter = RecordCutter::new(Delimiter::COMMA, 99);
        assert_eq!(cutter.feed(text), Ok(cut), "{}", text.escape_ascii());
    }
}

#[test]
fn a_line_end_torn_between_buffers_stays_whole() {
    let mut cutter = RecordCutter::new(Delimiter::COMMA, 99);
    assert_eq!(cutter.feed(b"a\r\nb\r"), Ok(Some(3)));
    assert_eq!(cutter.feed(b"\nc\r"), Ok(Some(1)));
    assert_eq!(
        cutter.next_record(),
        TextPosition {
            byte_offset: 6,
            line: 3
        }
    );
    assert_eq!(cutter.feed(b"d"), Ok(Some(0)));
    assert_eq!(
        cutter.next_record(),
        TextPosition {
            byte_offset: 8,
            line: 4
        }
    );
}

#[test]
fn a_long_record_is_refused_where_it_begins_for_every_split() {
    let text = b"id,note\n1,ok\n2,\"a\nb\"\n3,0123456789abcdef\n4,ok\n";
    let at = TextPosition {
        byte_offset: 21,
        line: 5,
    };
    for size in 1..=text.len() {
        let refusal = chunks(text, size, 17).unwrap_err();
        assert_eq!(
            refusal,
            CsvRefusal::RecordTooLong { limit: 17, at },
            "{size}"
        );
        assert!(chunks(text, size, 18).is_ok(), "{size}");
    }
}

#[test]
fn an_unclosed_quote_is_refused_at_the_limit_and_at_the_end() {
    let text = b"1,ok\r\n2,\"open\r\n3,ok\r\n4,ok\r\n5,ok\r\n";
    let refusal = CsvRefusal::QuoteUnclosed {
        at: TextPosition {
            byte_offset: 6,
            line: 2,
        },
    };
    for size in 1..=text.len() {
        for limit in [12, 1000] {
            assert_eq!(
                chunks(text, size, limit).unwrap_err(),
                refusal,
                "{size} {limit}"
            );
        }
    }
}

#[test]
fn a_cutter_may_begin_behind_the_header() {
    let start = TextPosition {
        byte_offset: 100,
        line: 2,
    };
    let mut cutter = RecordCutter::new(Delimiter::COMMA, 9).starting_at(start);
    assert_eq!(cutter.feed(b"a\n\nb"), Ok(Some(3)));
    assert_eq!(
        cutter.next_record(),
        TextPosition {
            byte_offset: 103,
            line: 4
        }
    );
    assert_eq!(
        cutter.feed(b"0123456789"),
        Err(CsvRefusal::RecordTooLong {
            limit: 9,
            at: TextPosition {
                byte_offset: 103,
                line: 4
            }
        })
    );
}

proptest! {
    #[test]
    fn every_split_gives_the_same_bytes_positions_and_result(
        text in "[ab,\"\r\n]{0,60}",
        size in 1..61_usize,
        limit in 1..40_usize,
    ) {
        let text = text.as_bytes();
        match (chunks(text, 1, limit), chunks(text, size, limit)) {
            (Ok(bytewise), Ok(piecewise)) => {
                let (starts, _): (Vec<_>, Vec<_>) = bytewise.into_iter().unzip();
                for (at, _) in &piecewise {
                    prop_assert!(starts.contains(at), "{at:?} is not in {starts:?}");
                }
                let joined: Vec<u8> = piecewise.into_iter().flat_map(|(_, it)| it).collect();
                prop_assert_eq!(joined, text);
            }
            (bytewise, piecewise) => {
                prop_assert_eq!(bytewise.unwrap_err(), piecewise.unwrap_err());
            }
        }
    }
}
