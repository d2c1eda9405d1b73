//! The parts of a zip archive, found by its directory at the end (PKWARE APPNOTE 6.3.10). The directory
//! only announces: sizes and checksums are verified while a part is unpacked.

use std::sync::Arc;

use super::fault::{damaged, too_large};
use super::limits::WorkbookLimits;
use crate::input::refusal::Refusal;

const END_RECORD: &[u8] = b"PK\x05\x06";
const END_RECORD_BYTES: usize = 22;
const END64_LOCATOR: &[u8] = b"PK\x06\x07";
const END64_LOCATOR_BYTES: usize = 20;
const END64_RECORD: &[u8] = b"PK\x06\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;
const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
const LOCAL_HEADER_BYTES: usize = 30;
/// A size or offset that is in the extra field instead.
const IN_EXTRA: u64 = u32::MAX as u64;

/// One file of the archive, as the directory announces it.
#[derive(Clone, Debug)]
pub(super) struct ZipEntry {
    pub(super) name: String,
    pub(super) method: u16,
    pub(super) is_encrypted: bool,
    pub(super) crc32: u32,
    stored_bytes: u64,
    header_offset: u64,
}

/// An archive in memory.
#[derive(Clone, Debug)]
pub(super) struct ZipArchive {
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) entries: Vec<ZipEntry>,
}

impl ZipArchive {
    /// Reads the directory.
    ///
    /// # Errors
    /// There is none, or it contradicts itself; there are too many parts.
    pub(super) fn open(bytes: Arc<Vec<u8>>, limits: &WorkbookLimits) -> Result<Self, Refusal> {
        let (count, start) = directory(&bytes).ok_or_else(|| {
            damaged("the directory of the zip archive, which is at its end, is missing")
        })?;
        if count > limits.parts as u64 {
            let limit = limits.parts;
            let what = format!("the workbook has {count} parts, more than the limit of {limit}");
            return Err(too_large(what, "save the sheet in a workbook of its own"));
        }
        let mut entries = Vec::new();
        let mut at = start;
        for _ in 0..count {
            let entry = entry(&bytes, &mut at).ok_or_else(|| {
                damaged("an entry of the directory of the zip archive is invalid")
            })?;
            entries.push(entry);
        }
        Ok(Self { bytes, entries })
    }

    /// The part of this name; names of parts are compared ignoring ASCII case (ECMA-376 part 2, §6.2.2.3).
    pub(super) fn find(&self, name: &str) -> Option<&ZipEntry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The range of the stored bytes of an entry.
    pub(super) fn stored_range(&self, entry: &ZipEntry) -> Option<std::ops::Range<usize>> {
        let at = usize::try_from(entry.header_offset).ok()?;
        if !self.bytes.get(at..)?.starts_with(LOCAL_HEADER) {
            return None;
        }
        let variable = number(&self.bytes, at + 26, 2)? + number(&self.bytes, at + 28, 2)?;
        let start = at + LOCAL_HEADER_BYTES + usize::try_from(variable).ok()?;
        let end = start.checked_add(usize::try_from(entry.stored_bytes).ok()?)?;
        (end <= self.bytes.len()).then_some(start..end)
    }
}

/// The number of entries and the offset of the first.
fn directory(bytes: &[u8]) -> Option<(u64, usize)> {
    // A comment of up to 64 KiB may follow the record.
    let from = bytes.len().saturating_sub(END_RECORD_BYTES + 0xFFFF);
    let at = from + memchr::memmem::rfind(bytes.get(from..)?, END_RECORD)?;
    let comment = usize::try_from(number(bytes, at + 20, 2)?).ok()?;
    if at + END_RECORD_BYTES + comment > bytes.len() {
        return None;
    }
    let count = number(bytes, at + 10, 2)?;
    let start = number(bytes, at + 16, 4)?;
    if count != 0xFFFF && start != IN_EXTRA {
        return Some((count, usize::try_from(start).ok()?));
    }
    let locator = at.checked_sub(END64_LOCATOR_BYTES)?;
    if !bytes.get(locator..)?.starts_with(END64_LOCATOR) {
        return None;
    }
    let record = usize::try_from(number(bytes, locator + 8, 8)?).ok()?;
    if !bytes.get(record..)?.starts_with(END64_RECORD) {
        return None;
    }
    let count = number(bytes, record.checked_add(32)?, 8)?;
    let start = number(bytes, record.checked_add(48)?, 8)?;
    Some((count, usize::try_from(start).ok()?))
}

/// The entry at `at`, which is advanced after it.
fn entry(bytes: &[u8], at: &mut usize) -> Option<ZipEntry> {
    let start = *at;
    if !bytes.get(start..)?.starts_with(ENTRY) {
        return None;
    }
    let short = |offset| number(bytes, start + offset, 2);
    let long = |offset| number(bytes, start + offset, 4);
    let length = |offset| usize::try_from(short(offset)?).ok();
    let (name_bytes, extra_bytes) = (length(28)?, length(30)?);
    let name_start = start + ENTRY_BYTES;
    let extra_start = name_start + name_bytes;
    let name = bytes.get(name_start..extra_start)?;
    let extra = bytes.get(extra_start..extra_start + extra_bytes)?;
    let (mut unpacked, mut stored, mut offset) = (long(24)?, long(20)?, long(42)?);
    for field in [&mut unpacked, &mut stored, &mut offset] {
        if *field == IN_EXTRA {
            *field = u64::MAX;
        }
    }
    fill_from_extra(extra, [&mut unpacked, &mut stored, &mut offset])?;
    *at = extra_start + extra_bytes + length(32)?;
    Some(ZipEntry {
        name: String::from_utf8_lossy(name).into_owned(),
        method: u16::try_from(short(10)?).ok()?,
        is_encrypted: short(8)? & 1 == 1,
        crc32: u32::try_from(long(16)?).ok()?,
        stored_bytes: stored,
        header_offset: offset,
    })
}

/// Fills the numbers that do not fit into 32 bits from the extra field of zip64 (APPNOTE §4.5.3).
fn fill_from_extra(extra: &[u8], fields: [&mut u64; 3]) -> Option<()> {
    let mut missing = fields
        .into_iter()
        .filter(|field| **field == u64::MAX)
        .peekable();
    let mut at = 0;
    while missing.peek().is_some() {
        let length = usize::try_from(number(extra, at + 2, 2)?).ok()?;
        let block = at + 4;
        if number(extra, at, 2)? == 1 {
            for (position, field) in missing.by_ref().enumerate() {
                if 8 * (position + 1) > length {
                    return None;
                }
                *field = number(extra, block + 8 * position, 8)?;
            }
        }
        at = block + length;
    }
    Some(())
}

/// A little-endian number of up to eight bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    let fold = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
    Some(field.iter().rev().fold(0, fold))
}
