use proptest::prelude::*;

use super::*;

fn decode_in_chunks(
    encoding: Encoding,
    input: &[u8],
    size: usize,
) -> Result<Vec<u8>, InvalidBytes> {
    let mut decoder = Decoder::new(encoding);
    let mut out = Vec::new();
    for chunk in input.chunks(size) {
        decoder.decode(chunk, false, &mut out)?;
    }
    decoder.decode(b"", true, &mut out)?;
    Ok(out)
}

fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn a_byte_order_mark_decides_and_is_dropped() {
    let text = "\u{feff}preço;ação\n😀";
    for (bytes, charset) in [
        (text.as_bytes().to_vec(), Charset::Utf8),
        (utf16(text, u16::to_le_bytes), Charset::Utf16Le),
        (utf16(text, u16::to_be_bytes), Charset::Utf16Be),
    ] {
        let encoding = detect_encoding(&bytes, true);
        assert_eq!(
            (encoding.charset, encoding.basis),
            (charset, EncodingBasis::Mark)
        );
        for size in 1..=bytes.len() {
            let out = decode_in_chunks(encoding, &bytes, size).unwrap();
            assert_eq!(out, "preço;ação\n😀".as_bytes(), "{charset} by {size}");
        }
    }
}

#[test]
fn bytes_that_are_not_utf8_are_windows_1252_from_the_first_of_them() {
    let bytes = b"pre\xe7o;descri\xe7\xe3o;\x80";
    let encoding = detect_encoding(bytes, true);
    assert_eq!(encoding.charset, Charset::Windows1252);
    assert_eq!(encoding.first_invalid_byte, Some(3));
    for size in 1..=bytes.len() {
        let out = decode_in_chunks(encoding, bytes, size).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "preço;descrição;€");
    }
}

#[test]
fn a_character_torn_by_the_end_of_the_sample_is_no_evidence() {
    let partial = &"preç".as_bytes()[..4];
    assert_eq!(detect_encoding(partial, false).charset, Charset::Utf8);
    assert_eq!(detect_encoding(partial, true).charset, Charset::Windows1252);
}

#[test]
fn the_first_bad_byte_restarts_an_unmarked_input_and_refuses_a_marked_one() {
    for (start, falls_back) in [("", true), ("\u{feff}", false)] {
        let mut bytes = start.as_bytes().to_vec();
        let sample = detect_encoding(&bytes, false);
        bytes.extend_from_slice("é".repeat(50).as_bytes());
        let bad_at = bytes.len() as u64;
        bytes.extend_from_slice(b"\xe9tude");
        for size in 1..=bytes.len() {
            let bad = decode_in_chunks(sample, &bytes, size).unwrap_err();
            assert_eq!(
                bad,
                InvalidBytes {
                    charset: Charset::Utf8,
                    byte_offset: bad_at
                }
            );
            let again = sample.fallback(bad);
            assert_eq!(again.is_some(), falls_back);
            assert!(again.is_none_or(|it| it.first_invalid_byte == Some(bad_at)));
        }
    }
}

#[test]
fn a_lone_surrogate_and_half_a_unit_are_refused_with_their_offset() {
    let mut bytes = utf16("\u{feff}ab", u16::to_le_bytes);
    bytes.extend_from_slice(b"\x00\xd8b\x00");
    let encoding = detect_encoding(&bytes, true);
    assert_eq!(
        decode_in_chunks(encoding, &bytes, 64)
            .unwrap_err()
            .byte_offset,
        6
    );
    let odd = &bytes[..5];
    assert_eq!(
        decode_in_chunks(encoding, odd, 64).unwrap_err().byte_offset,
        4
    );
}

#[test]
fn the_choice_of_the_user_wins_and_is_never_left() {
    let encoding = Encoding::chosen("CP1252".parse().unwrap(), b"abc");
    assert_eq!(encoding.charset, Charset::Windows1252);
    let encoding = Encoding::chosen(Charset::Utf8, b"\xef\xbb\xbfa\xe7");
    let bad = decode_in_chunks(encoding, b"\xef\xbb\xbfa\xe7", 2).unwrap_err();
    assert_eq!(bad.byte_offset, 4);
    assert_eq!(encoding.fallback(bad), None);
    assert!("ebcdic".parse::<Charset>().is_err());
}

proptest! {
    #[test]
    fn utf8_is_accepted_or_refused_at_the_offset_of_the_standard_library(
        bytes in proptest::collection::vec(
            prop_oneof![Just(b'a'), Just(0xc3), Just(0xa7), Just(0xf0), Just(0x9f), any::<u8>()],
            0..60,
        ),
        size in 1..20_usize,
    ) {
        let encoding = Encoding::chosen(Charset::Utf8, b"");
        match (std::str::from_utf8(&bytes), decode_in_chunks(encoding, &bytes, size)) {
            (Ok(text), Ok(out)) => prop_assert_eq!(text.as_bytes(), out),
            (Err(error), Err(bad)) => {
                prop_assert_eq!(error.valid_up_to() as u64, bad.byte_offset);
            }
            (expected, found) => prop_assert!(false, "{expected:?} against {found:?}"),
        }
    }
}
