//! The unpacked bytes of one part of a workbook. Limits are enforced while it is unpacked, because the
//! sizes in the directory may be wrong; length and checksum are verified at its end.

use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::Arc;

use flate2::bufread::DeflateDecoder;

use super::fault::{damaged, too_large};
use super::limits::WorkbookLimits;
use super::zip_archive::{ZipArchive, ZipEntry};
use crate::input::refusal::Refusal;

/// The ratio is not checked before this many unpacked bytes, as for compressed inputs.
const RATIO_GRACE_BYTES: u64 = 1 << 20;

/// Bytes unpacked at once.
const BLOCK_BYTES: usize = 64 << 10;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Reads the bytes of a part.
pub(super) struct PartReader {
    source: PartSource,
    name: String,
    limits: WorkbookLimits,
    stored_bytes: u64,
    unpacked_bytes: u64,
    expected_crc: u32,
    crc: crc32fast::Hasher,
    block: Vec<u8>,
    /// Bytes of `block` that were read.
    used: usize,
    /// Bytes since the last call of [`Self::begin_token`].
    token_bytes: usize,
    ended: bool,
    /// Why reading failed.
    refusal: Option<Refusal>,
}

enum PartSource {
    Stored(StoredBytes),
    Deflated(Box<DeflateDecoder<StoredBytes>>),
}

/// A range of the file.
struct StoredBytes {
    file: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl StoredBytes {
    fn rest(&self) -> &[u8] {
        self.file.get(self.range.clone()).unwrap_or_default()
    }
}

impl Read for StoredBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rest().read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for StoredBytes {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.rest())
    }

    fn consume(&mut self, bytes: usize) {
        self.range.start = (self.range.start + bytes).min(self.range.end);
    }
}

impl PartReader {
    /// Opens a part.
    ///
    /// # Errors
    /// It is encrypted, packed with another method than deflate, or not where the directory says.
    pub(super) fn open(
        archive: &ZipArchive,
        entry: &ZipEntry,
        limits: WorkbookLimits,
    ) -> Result<Self, Refusal> {
        let name = crate::values::text::escape_unprintable(&entry.name);
        if entry.is_encrypted {
            return Err(super::fault::other_format(
                "a workbook whose parts are encrypted",
                "save it as .xlsx without a password",
            ));
        }
        let range = archive
            .stored_range(entry)
            .ok_or_else(|| damaged(format_args!("part {name} is not where the directory says")))?;
        let stored_bytes = range.len() as u64;
        let stored = StoredBytes {
            file: Arc::clone(&archive.bytes),
            range,
        };
        let source = match entry.method {
            STORED => PartSource::Stored(stored),
            DEFLATED => PartSource::Deflated(Box::new(DeflateDecoder::new(stored))),
            other => {
                return Err(damaged(format_args!(
                    "part {name} is packed with method {other} instead of deflate"
                )));
            }
        };
        Ok(Self {
            source,
            name,
            limits,
            stored_bytes,
            unpacked_bytes: 0,
            expected_crc: entry.crc32,
            crc: crc32fast::Hasher::new(),
            block: Vec::new(),
            used: 0,
            token_bytes: 0,
            ended: false,
            refusal: None,
        })
    }

    /// The name of the part, printable.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Begins a tag or text, whose length is limited.
    pub(super) fn begin_token(&mut self) {
        self.token_bytes = 0;
    }

    /// Why reading failed, if it is not the content.
    pub(super) fn take_refusal(&mut self) -> Option<Refusal> {
        self.refusal.take()
    }

    fn fill(&mut self) -> Result<(), Refusal> {
        self.block.resize(BLOCK_BYTES, 0);
        self.used = 0;
        let read = match &mut self.source {
            PartSource::Stored(stored) => stored.read(&mut self.block),
            PartSource::Deflated(deflated) => deflated.read(&mut self.block),
        };
        let name = &self.name;
        let read = read.map_err(|error| damaged(format_args!("part {name}: {error}")))?;
        self.block.truncate(read);
        self.unpacked_bytes += read as u64;
        self.crc.update(&self.block);
        if read > 0 {
            return self.check_size();
        }
        self.ended = true;
        if self.crc.clone().finalize() == self.expected_crc {
            return Ok(());
        }
        Err(damaged(format_args!("the checksum of part {name} differs")))
    }

    fn check_size(&self) -> Result<(), Refusal> {
        let (name, unpacked) = (&self.name, self.unpacked_bytes);
        if unpacked > self.limits.part_bytes {
            let limit = self.limits.part_bytes;
            let what = format!("part {name} of the workbook unpacks to more than {limit} bytes");
            return Err(too_large(what, "split the sheet, or save it as CSV"));
        }
        let bound = self.stored_bytes.saturating_mul(self.limits.ratio);
        if unpacked > RATIO_GRACE_BYTES && unpacked > bound {
            let (stored, ratio) = (self.stored_bytes, self.limits.ratio);
            let what = format!(
                "the {stored} stored bytes of part {name} of the workbook unpack to more than {ratio} times their size"
            );
            return Err(too_large(what, "raise --max-ratio if the file is trusted"));
        }
        Ok(())
    }

    fn token_is_too_long(&self) -> Refusal {
        let (name, limit) = (&self.name, self.limits.token_bytes);
        let what =
            format!("a tag or text in part {name} of the workbook has more than {limit} bytes");
        too_large(what, "raise --max-record-bytes if this is intended")
    }

    fn stop(&mut self, refusal: Refusal) -> io::Error {
        self.refusal = Some(refusal);
        io::Error::other("the part cannot be read")
    }
}

impl Read for PartReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for PartReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token_bytes > self.limits.token_bytes {
            let refusal = self.token_is_too_long();
            return Err(self.stop(refusal));
        }
        if self.used == self.block.len()
            && !self.ended
            && let Err(refusal) = self.fill()
        {
            return Err(self.stop(refusal));
        }
        Ok(self.block.get(self.used..).unwrap_or_default())
    }

    fn consume(&mut self, bytes: usize) {
        self.used = (self.used + bytes).min(self.block.len());
        self.token_bytes = self.token_bytes.saturating_add(bytes);
    }
}
