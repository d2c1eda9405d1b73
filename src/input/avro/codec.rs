//! Unpacks the data of a block (Apache Avro 1.11, "Required Codecs" and "Optional Codecs").

use std::borrow::Cow;
use std::io::{self, Read};

use super::fault::AvroFault;
use crate::input::stream::InputLimits;
use crate::rules::RuleId;

/// How the data of the blocks are packed: `avro.codec` in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AvroCodec {
    /// Not at all; also when the header names none.
    Null,
    /// RFC 1951.
    Deflate,
    /// With the CRC-32 of the plain data behind.
    Snappy,
    Zstandard,
    Bzip2,
}

/// The ratio of packed to plain data is not limited below this number of plain bytes.
const RATIO_GRACE_BYTES: usize = 1 << 20;

/// Writers that take the data out of a zlib stream leave up to so many bytes of its checksum behind
/// them (the Python packages `avro` and `fastavro` cut off one byte of four).
const MAX_DEFLATE_TRAILER_BYTES: usize = 3;

/// The maximum ratio of Snappy: a copy of 64 bytes takes three (its format description), and the ratio
/// of a literal is below one.
const SNAPPY_MAX_RATIO: usize = 22;

impl AvroCodec {
    /// The codec of this name.
    pub(super) fn of_name(name: &[u8]) -> Result<Self, AvroFault> {
        match name {
            b"null" => Ok(Self::Null),
            b"deflate" => Ok(Self::Deflate),
            b"snappy" => Ok(Self::Snappy),
            b"zstandard" => Ok(Self::Zstandard),
            b"bzip2" => Ok(Self::Bzip2),
            other => Err(AvroFault {
                rule: RuleId::FileAvroCodec,
                message: format!(
                    "the blocks are packed with the codec {}, which is not supported; write the file with null, deflate, snappy, zstandard or bzip2",
                    other.escape_ascii()
                ),
            }),
        }
    }

    /// The plain data of a block.
    pub(super) fn unpack(
        self,
        packed: &[u8],
        limits: InputLimits,
    ) -> Result<Cow<'_, [u8]>, AvroFault> {
        let bound = PlainBound::of(packed.len(), limits);
        let plain = match self {
            Self::Null => return Ok(Cow::Borrowed(packed)),
            Self::Deflate => {
                let mut decoder = flate2::bufread::DeflateDecoder::new(packed);
                let plain = bound.read(&mut decoder, "deflate")?;
                if decoder.into_inner().len() > MAX_DEFLATE_TRAILER_BYTES {
                    let message = "there are bytes behind the deflate data";
                    return Err(AvroFault::damaged(message));
                }
                plain
            }
            Self::Snappy => unsnappy(packed, bound)?,
            Self::Zstandard => {
                let decoder = zstd::stream::read::Decoder::with_buffer(packed);
                let mut decoder = decoder.map_err(|error| broken("zstandard", &error))?;
                bound.read(&mut decoder, "zstandard")?
            }
            Self::Bzip2 => {
                let mut decoder = bzip2::bufread::BzDecoder::new(packed);
                let plain = bound.read(&mut decoder, "bzip2")?;
                check_end("bzip2", decoder.into_inner())?;
                plain
            }
        };
        Ok(Cow::Owned(plain))
    }
}

/// Refuses bytes behind packed data.
fn check_end(codec: &str, rest: &[u8]) -> Result<(), AvroFault> {
    if rest.is_empty() {
        return Ok(());
    }
    let message = format!("there are bytes behind the {codec} data");
    Err(AvroFault::damaged(message))
}

fn broken(codec: &str, error: &io::Error) -> AvroFault {
    AvroFault::damaged(format!("the {codec} data are damaged ({error})"))
}

fn unsnappy(packed: &[u8], bound: PlainBound) -> Result<Vec<u8>, AvroFault> {
    let damaged = |error: snap::Error| {
        let message = format!("the snappy data are damaged ({error})");
        AvroFault::damaged(message)
    };
    let Some((packed, checksum)) = packed.split_last_chunk::<4>() else {
        let message = "the snappy data are shorter than their checksum";
        return Err(AvroFault::damaged(message));
    };
    let length = snap::raw::decompress_len(packed).map_err(damaged)?;
    if length > packed.len().saturating_mul(SNAPPY_MAX_RATIO) {
        let message = "the snappy data announce more bytes than they can contain";
        return Err(AvroFault::damaged(message));
    }
    bound.check(length)?;
    let plain = snap::raw::Decoder::new().decompress_vec(packed);
    let plain = plain.map_err(damaged)?;
    if crc32fast::hash(&plain) != u32::from_be_bytes(*checksum) {
        let message = "the checksum of the snappy data does not match";
        return Err(AvroFault::damaged(message));
    }
    Ok(plain)
}

/// The number of plain bytes that a block may have.
#[derive(Clone, Copy)]
struct PlainBound {
    packed: usize,
    block: usize,
    ratio: u64,
}

impl PlainBound {
    fn of(packed: usize, limits: InputLimits) -> Self {
        Self {
            packed,
            block: limits.max_line_bytes,
            ratio: limits.max_ratio,
        }
    }

    /// The largest permitted number of plain bytes.
    fn most(self) -> usize {
        let ratio = usize::try_from(self.ratio).unwrap_or(usize::MAX);
        let by_ratio = self.packed.saturating_mul(ratio).max(RATIO_GRACE_BYTES);
        by_ratio.min(self.block)
    }

    fn check(self, plain: usize) -> Result<(), AvroFault> {
        if plain <= self.most() {
            return Ok(());
        }
        let Self {
            packed,
            block,
            ratio,
        } = self;
        Err(AvroFault::limit(if plain > block {
            format!(
                "the block unpacks to more than {block} bytes; raise --max-line-bytes if this is intended"
            )
        } else {
            format!(
                "{packed} bytes unpack to more than {ratio} times their size; raise --max-ratio if the file is trusted"
            )
        }))
    }

    /// Reads a decoder to its end, at most one byte beyond the bound.
    fn read(self, decoder: &mut impl Read, codec: &str) -> Result<Vec<u8>, AvroFault> {
        let mut plain = Vec::new();
        let bound = self.most() as u64 + 1;
        let read = decoder.take(bound).read_to_end(&mut plain);
        read.map_err(|error| broken(codec, &error))?;
        self.check(plain.len())?;
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn deflated(plain: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::best();
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn snapped(plain: &[u8]) -> Vec<u8> {
        let mut packed = snap::raw::Encoder::new().compress_vec(plain).unwrap();
        packed.extend(crc32fast::hash(plain).to_be_bytes());
        packed
    }

    fn rule(found: Result<Cow<'_, [u8]>, AvroFault>) -> Option<RuleId> {
        found.err().map(|fault| fault.rule)
    }

    #[test]
    fn each_codec_gives_back_the_plain_data() {
        let plain = b"one two one two one two".repeat(9);
        let zstandard = zstd::stream::encode_all(&plain[..], 3).unwrap();
        let level = bzip2::Compression::best();
        let mut bzip2 = Vec::new();
        let mut encoder = bzip2::bufread::BzEncoder::new(&plain[..], level);
        encoder.read_to_end(&mut bzip2).unwrap();
        for (name, packed) in [
            ("bzip2", bzip2),
            ("null", plain.clone()),
            ("deflate", deflated(&plain)),
            ("snappy", snapped(&plain)),
            ("zstandard", zstandard),
        ] {
            let codec = AvroCodec::of_name(name.as_bytes()).unwrap();
            let unpacked = codec.unpack(&packed, InputLimits::default()).unwrap();
            assert_eq!(unpacked, plain, "{name}");
        }
        let unknown = AvroCodec::of_name(b"lz4").map_err(|fault| fault.rule);
        assert_eq!(unknown, Err(RuleId::FileAvroCodec));
    }

    #[test]
    fn damaged_data_are_reported() {
        let plain = b"one two one two one two".repeat(9);
        let cut = |packed: Vec<u8>, bytes: usize| packed[..packed.len() - bytes].to_vec();
        let longer = |packed: Vec<u8>, bytes: usize| [packed, vec![0; bytes]].concat();
        let mut checksum = snapped(&plain);
        *checksum.last_mut().unwrap() ^= 1;
        let zstandard = zstd::stream::encode_all(&plain[..], 3).unwrap();
        // A Snappy preamble of 2 GiB.
        let huge = vec![0x80, 0x80, 0x80, 0x80, 0x08, 0, 0, 0, 0];
        for (codec, packed) in [
            (AvroCodec::Deflate, cut(deflated(&plain), 1)),
            (AvroCodec::Deflate, longer(deflated(&plain), 4)),
            (AvroCodec::Deflate, vec![]),
            (AvroCodec::Snappy, checksum),
            (AvroCodec::Snappy, vec![0; 3]),
            (AvroCodec::Snappy, huge),
            (AvroCodec::Zstandard, cut(zstandard.clone(), 1)),
            (AvroCodec::Zstandard, longer(zstandard, 1)),
        ] {
            let found = codec.unpack(&packed, InputLimits::default());
            assert_eq!(rule(found), Some(RuleId::FileAvroDamaged), "{codec:?}");
        }
        let trailer = longer(deflated(&plain), MAX_DEFLATE_TRAILER_BYTES);
        let found = AvroCodec::Deflate.unpack(&trailer, InputLimits::default());
        assert_eq!(rule(found), None);
    }

    #[test]
    fn the_size_of_a_block_is_limited_to_the_byte() {
        let packed = deflated(&[7; 2000]);
        for (most, broken) in [(1999, Some(RuleId::FileLimit)), (2000, None), (2001, None)] {
            let limits = InputLimits {
                max_line_bytes: most,
                ..InputLimits::default()
            };
            assert_eq!(rule(AvroCodec::Deflate.unpack(&packed, limits)), broken);
            assert_eq!(
                rule(AvroCodec::Snappy.unpack(&snapped(&[7; 2000]), limits)),
                broken
            );
        }
    }

    #[test]
    fn the_ratio_of_a_block_is_limited_after_a_megabyte() {
        let small = deflated(&vec![0; RATIO_GRACE_BYTES]);
        let large = deflated(&vec![0; RATIO_GRACE_BYTES + 1]);
        let ratio_of_large = (RATIO_GRACE_BYTES as u64 + 1).div_ceil(large.len() as u64);
        for (packed, max_ratio, broken) in [
            (&small, 1, None),
            (&large, ratio_of_large - 1, Some(RuleId::FileLimit)),
            (&large, ratio_of_large, None),
        ] {
            let limits = InputLimits {
                max_ratio,
                ..InputLimits::default()
            };
            assert_eq!(rule(AvroCodec::Deflate.unpack(packed, limits)), broken);
        }
    }
}
