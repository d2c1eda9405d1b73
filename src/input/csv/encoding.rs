//! Character encoding: bytes come in, UTF-8 comes out.
//!
//! A byte order mark decides; without one, bytes that are UTF-8 throughout are UTF-8 and anything
//! else is Windows-1252, in which every byte is a character. Whether *all* bytes are UTF-8 shows
//! only at the end of the input, so [`Decoder`] hands back the first byte that is not as a
//! [`InvalidBytes`], and [`Encoding::fallback`] says whether to start again. Bytes that a mark or the
//! user promised to be UTF-8 or UTF-16 and that are not are refused.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use simdutf8::compat::from_utf8;

/// The character sets that dumps come in.
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

/// A name that `--encoding` does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding \"{name}\": use utf-8, utf-16le, utf-16be or windows-1252")]
pub struct UnknownCharset {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Charset {
    type Err = UnknownCharset;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "utf-16le" => Ok(Self::Utf16Le),
            "utf-16be" => Ok(Self::Utf16Be),
            "windows-1252" | "cp1252" | "ansi" | "iso-8859-1" | "latin1" => Ok(Self::Windows1252),
            _ => Err(UnknownCharset {
                name: name.to_owned(),
            }),
        }
    }
}

impl Charset {
    /// The bytes that `text` has in this character set: what a decoder has read, verbatim.
    pub fn stored(self, text: &str) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 => Cow::Borrowed(text.as_bytes()),
            Self::Windows1252 => WINDOWS_1252.encode(text).0,
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// How many bytes a text in UTF-8 has in this character set.
    pub fn encoded_len_of(self, text: &[u8]) -> u64 {
        match self {
            Self::Utf8 => text.len() as u64,
            other => other.encoded_len(std::str::from_utf8(text).unwrap_or_default()),
        }
    }

    /// How many bytes `text` has in this character set.
    pub fn encoded_len(self, text: &str) -> u64 {
        let count = match self {
            Self::Utf8 => text.len(),
            Self::Windows1252 => text.chars().count(),
            Self::Utf16Le | Self::Utf16Be => 2 * text.encode_utf16().count(),
        };
        count as u64
    }
}

/// What an encoding was decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingBasis {
    /// The user's choice.
    Choice,
    /// A byte order mark.
    Mark,
    /// The bytes themselves.
    Content,
}

/// How the bytes of one input become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// The character set.
    pub charset: Charset,
    /// What decided it.
    pub basis: EncodingBasis,
    /// Length of the byte order mark, which the decoder drops.
    pub mark_bytes: usize,
    /// Offset in the input of the first byte that is not UTF-8, where that decided.
    pub first_invalid_byte: Option<u64>,
}

impl Encoding {
    /// The encoding the user asked for; a mark of that encoding at the start is still dropped.
    pub fn chosen(charset: Charset, sample: &[u8]) -> Self {
        let mark = charset.mark();
        let mark_bytes = if sample.starts_with(mark) {
            mark.len()
        } else {
            0
        };
        Self {
            charset,
            basis: EncodingBasis::Choice,
            mark_bytes,
            first_invalid_byte: None,
        }
    }

    /// What to start the input again with after `bad`, or `None` when the input is to be refused.
    pub fn fallback(self, bad: InvalidBytes) -> Option<Self> {
        (self.charset == Charset::Utf8 && self.basis == EncodingBasis::Content)
            .then(|| Self::windows_1252(bad.byte_offset))
    }

    fn windows_1252(first_invalid_byte: u64) -> Self {
        Self {
            charset: Charset::Windows1252,
            basis: EncodingBasis::Content,
            mark_bytes: 0,
            first_invalid_byte: Some(first_invalid_byte),
        }
    }
}

/// The encoding of an input, from its first bytes. A character torn at the end of a sample that
/// is not `complete` proves nothing.
pub fn detect_encoding(sample: &[u8], complete: bool) -> Encoding {
    for charset in [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be] {
        let mark = charset.mark();
        if sample.starts_with(mark) {
            let mark_bytes = mark.len();
            return Encoding {
                charset,
                basis: EncodingBasis::Mark,
                mark_bytes,
                first_invalid_byte: None,
            };
        }
    }
    match from_utf8(sample) {
        Err(error) if complete || error.error_len().is_some() => {
            Encoding::windows_1252(error.valid_up_to() as u64)
        }
        _ => Encoding {
            charset: Charset::Utf8,
            basis: EncodingBasis::Content,
            mark_bytes: 0,
            first_invalid_byte: None,
        },
    }
}

/// Bytes that are not text in the encoding of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the byte at offset {byte_offset} is not {charset} text")]
pub struct InvalidBytes {
    /// The encoding they were read in.
    pub charset: Charset,
    /// Offset of the first of them in the input, its byte order mark included.
    pub byte_offset: u64,
}

/// Turns consecutive chunks of an input into UTF-8, without its byte order mark.
pub struct Decoder {
    charset: Charset,
    inner: CharsetDecoder,
    mark_left: usize,
    /// Bytes of the input taken so far.
    consumed: u64,
}

enum CharsetDecoder {
    /// The first bytes of a character whose rest has not come yet.
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
    /// A decoder for an input from its first byte on.
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

    /// Appends the text of the next chunk to `out`; `last` says that the input ends with it.
    /// Everything appended is valid UTF-8 and ends at a character.
    ///
    /// # Errors
    /// [`InvalidBytes`] for the first bytes that are no text; `out` then holds what came before them.
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

/// Copies UTF-8 through; gives the offset of the first byte that is none. `input_at` is the offset
/// of `input`.
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

/// Decodes any other set; gives the offset of the first bytes that are none of it.
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
