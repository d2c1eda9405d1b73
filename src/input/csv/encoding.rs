//! Decodes the character encoding of an input into UTF-8.
//!
//! A byte order mark determines the encoding. Without one, an input that is entirely UTF-8 is UTF-8,
//! and anything else is Windows-1252, in which every byte is a character. Whether *all* bytes are UTF-8
//! is known only at the end of the input, so [`Decoder`] returns the first invalid byte as
//! [`InvalidBytes`], and [`Encoding::fallback`] decides whether to read the input again. Invalid bytes
//! are refused when a mark or the user set the encoding.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use simdutf8::compat::from_utf8;

/// The supported character sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, which Brazilian programs call ANSI; ISO 8859-1 text reads the same.
    Windows1252,
}

impl Charset {
    /// Its byte order mark; empty where there is none.
    fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xef\xbb\xbf",
            Self::Utf16Le => b"\xff\xfe",
            Self::Utf16Be => b"\xfe\xff",
            Self::Windows1252 => b"",
        }
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        })
    }
}

/// An unknown value of `--encoding`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected utf-8, utf-16le, utf-16be or windows-1252")]
pub struct UnknownCharset;

impl FromStr for Charset {
    type Err = UnknownCharset;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "utf-16le" => Ok(Self::Utf16Le),
            "utf-16be" => Ok(Self::Utf16Be),
            "windows-1252" | "cp1252" | "ansi" | "iso-8859-1" | "latin1" => Ok(Self::Windows1252),
            _ => Err(UnknownCharset),
        }
    }
}

impl Charset {
    /// `text` encoded in this character set: the verbatim bytes that were decoded.
    pub fn stored(self, text: &str) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 => Cow::Borrowed(text.as_bytes()),
            Self::Windows1252 => WINDOWS_1252.encode(text).0,
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// The length of a UTF-8 text in this character set, bytes.
    pub fn encoded_len_of(self, text: &[u8]) -> u64 {
        match self {
            Self::Utf8 => text.len() as u64,
            other => other.encoded_len(std::str::from_utf8(text).unwrap_or_default()),
        }
    }

    /// The length of `text` in this character set, bytes.
    pub fn encoded_len(self, text: &str) -> u64 {
        let count = match self {
            Self::Utf8 => text.len(),
            Self::Windows1252 => text.chars().count(),
            Self::Utf16Le | Self::Utf16Be => 2 * text.encode_utf16().count(),
        };
        count as u64
    }
}

/// How the encoding was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingBasis {
    /// The user's choice.
    Choice,
    /// A byte order mark.
    Mark,
    /// The bytes themselves.
    Content,
}

/// The encoding of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The character set.
    pub charset: Charset,
    /// How it was determined.
    pub basis: EncodingBasis,
    /// Length of the byte order mark, which the decoder removes.
    pub mark_bytes: usize,
    /// Offset in the input of the first byte that is not UTF-8, if that determined the encoding.
    pub first_invalid_byte: Option<u64>,
}

impl Encoding {
    /// The encoding set by the user; a byte order mark of that encoding is still removed.
    pub fn chosen(charset: Charset, sample: &[u8]) -> Self {
        let mark = charset.mark();
        let mark_bytes = if sample.starts_with(mark) {
            mark.len()
        } else {
            0
        };
        Self {
            mark_bytes,
            ..Self::of(charset, EncodingBasis::Choice)
        }
    }

    fn of(charset: Charset, basis: EncodingBasis) -> Self {
        Self {
            charset,
            basis,
            mark_bytes: 0,
            first_invalid_byte: None,
        }
    }

    /// The encoding for reading the input again after `bad`, or `None` when it must be refused.
    pub fn fallback(self, bad: InvalidBytes) -> Option<Self> {
        (self.charset == Charset::Utf8 && self.basis == EncodingBasis::Content)
            .then(|| Self::windows_1252(bad.byte_offset))
    }

    fn windows_1252(first_invalid_byte: u64) -> Self {
        Self {
            first_invalid_byte: Some(first_invalid_byte),
            ..Self::of(Charset::Windows1252, EncodingBasis::Content)
        }
    }
}

/// Detects the encoding of an input by its first bytes. A partial character at the end of a sample that
/// is not `complete` is ignored.
pub fn detect_encoding(sample: &[u8], complete: bool) -> Encoding {
    for charset in [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be] {
        let mark = charset.mark();
        if sample.starts_with(mark) {
            return Encoding {
                mark_bytes: mark.len(),
                ..Encoding::of(charset, EncodingBasis::Mark)
            };
        }
    }
    match from_utf8(sample) {
        Err(error) if complete || error.error_len().is_some() => {
            Encoding::windows_1252(error.valid_up_to() as u64)
        }
        _ => Encoding::of(Charset::Utf8, EncodingBasis::Content),
    }
}

/// Bytes that are invalid in the encoding of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the byte at offset {byte_offset} is invalid in {charset}")]
pub struct InvalidBytes {
    /// The encoding they were decoded with.
    pub charset: Charset,
    /// Offset of the first of them in the input, its byte order mark included.
    pub byte_offset: u64,
}

/// Decodes consecutive chunks of an input into UTF-8, without its byte order mark.
pub struct Decoder {
    charset: Charset,
    inner: CharsetDecoder,
    mark_left: usize,
    /// Bytes of the input decoded so far.
    consumed: u64,
}

enum CharsetDecoder {
    /// UTF-8, with the first bytes of an incomplete character.
    Utf8 {
        partial: Vec<u8>,
    },
    Other(Box<encoding_rs::Decoder>),
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("charset", &self.charset)
            .field("consumed", &self.consumed)
            .finish_non_exhaustive()
    }
}

impl Decoder {
    /// A decoder for an input from its first byte.
    pub fn new(encoding: Encoding) -> Self {
        let Encoding {
            charset,
            basis: _,
            mark_bytes,
            first_invalid_byte: _,
        } = encoding;
        let other = match charset {
            Charset::Utf8 => None,
            Charset::Utf16Le => Some(UTF_16LE),
            Charset::Utf16Be => Some(UTF_16BE),
            Charset::Windows1252 => Some(WINDOWS_1252),
        };
        let inner = match other {
            None => CharsetDecoder::Utf8 {
                partial: Vec::with_capacity(4),
            },
            Some(set) => CharsetDecoder::Other(Box::new(set.new_decoder_without_bom_handling())),
        };
        Self {
            charset,
            inner,
            mark_left: mark_bytes,
            consumed: 0,
        }
    }

    /// Appends the text of the next chunk to `out`; `last` means that the input ends with it.
    /// The appended text is valid UTF-8 and ends with a whole character.
    ///
    /// # Errors
    /// [`InvalidBytes`] for the first invalid bytes; `out` then contains the text before them.
    pub fn decode(
        &mut self,
        input: &[u8],
        last: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), InvalidBytes> {
        let mark = self.mark_left.min(input.len());
        self.mark_left -= mark;
        self.consumed += mark as u64;
        let input = &input[mark..];
        let bad = match &mut self.inner {
            CharsetDecoder::Utf8 { partial } => copy_utf8(partial, self.consumed, input, last, out),
            CharsetDecoder::Other(decoder) => transcode(decoder, self.consumed, input, last, out),
        };
        self.consumed += input.len() as u64;
        let charset = self.charset;
        bad.map_or(Ok(()), |byte_offset| {
            Err(InvalidBytes {
                charset,
                byte_offset,
            })
        })
    }
}

/// Copies UTF-8 text; returns the offset of the first invalid byte. `input_at` is the offset of
/// `input`.
fn copy_utf8(
    partial: &mut Vec<u8>,
    mut input_at: u64,
    mut input: &[u8],
    last: bool,
    out: &mut Vec<u8>,
) -> Option<u64> {
    while let (false, Some((next, rest))) = (partial.is_empty(), input.split_first()) {
        let partial_at = input_at - partial.len() as u64;
        partial.push(*next);
        match from_utf8(partial) {
            Ok(character) => {
                out.extend_from_slice(character.as_bytes());
                partial.clear();
            }
            Err(error) if error.error_len().is_some() => return Some(partial_at),
            Err(_) => {}
        }
        input = rest;
        input_at += 1;
    }
    if let Err(error) = from_utf8(input) {
        let (text, rest) = input.split_at(error.valid_up_to());
        out.extend_from_slice(text);
        input_at += text.len() as u64;
        if error.error_len().is_some() {
            return Some(input_at);
        }
        partial.extend_from_slice(rest);
        return last.then_some(input_at);
    }
    out.extend_from_slice(input);
    input_at += input.len() as u64;
    (last && !partial.is_empty()).then(|| input_at - partial.len() as u64)
}

/// Decodes any other character set; returns the offset of the first invalid bytes.
fn transcode(
    decoder: &mut encoding_rs::Decoder,
    input_at: u64,
    input: &[u8],
    last: bool,
    out: &mut Vec<u8>,
) -> Option<u64> {
    let start = out.len();
    let room = decoder
        .max_utf8_buffer_length_without_replacement(input.len())
        .expect("three times a buffer in memory fits into usize");
    out.resize(start + room, 0);
    let (result, read, written) =
        decoder.decode_to_utf8_without_replacement(input, &mut out[start..], last);
    out.truncate(start + written);
    match result {
        DecoderResult::Malformed(length, after) => {
            Some((input_at + read as u64).saturating_sub(u64::from(length) + u64::from(after)))
        }
        DecoderResult::InputEmpty | DecoderResult::OutputFull => None,
    }
}

#[cfg(test)]
mod tests;
