//! Adds up what the pages of a column announce, before the library makes room for them: a header of a
//! few bytes can announce two gigabytes.
//!
//! A header is a structure in the compact protocol of Thrift (parquet.thrift, `PageHeader`), of which
//! two fields are needed: the second and the third are the unpacked and the stored size of the page.
//! A header that cannot be read ends the check, because the library ends there as well.

use super::stored_file::StoredFile;

/// Bytes that are read at first; statistics in a header may be longer.
const FIRST_BYTES: u64 = 1 << 10;

/// Maximum length of a header.
const MAX_HEADER_BYTES: u64 = 1 << 24;

/// Levels of structures in a header: it has three.
const MAX_DEPTH: u32 = 16;

/// Types of fields: the end of a structure, and a number of 32 bits.
const END: u8 = 0;
const I32: u8 = 5;

/// What a header announces, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PageSizes {
    unpacked: u64,
    stored: u64,
    header: u64,
}

/// The sum of the unpacked sizes of the pages between two offsets, or more than `most` as soon as it is.
pub(super) fn unpacked_bytes(file: &StoredFile, start: u64, end: u64, most: u64) -> u64 {
    let (mut at, mut sum) = (start, 0_u64);
    while at < end && sum <= most {
        let Some(page) = sizes_at(file, at, end) else {
            break;
        };
        sum = sum.saturating_add(page.unpacked);
        at += page.header + page.stored;
    }
    sum
}

fn sizes_at(file: &StoredFile, at: u64, end: u64) -> Option<PageSizes> {
    let mut length = FIRST_BYTES;
    loop {
        let taken = length.min(end - at);
        let bytes = file.bytes(at, usize::try_from(taken).ok()?).ok()?;
        let sizes = ThriftReader {
            bytes: &bytes,
            at: 0,
        }
        .page_sizes();
        if sizes.is_some() || taken < length || length >= MAX_HEADER_BYTES {
            return sizes;
        }
        length *= 16;
    }
}

/// Reads a structure; `None` where it ends too early or is none.
struct ThriftReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl ThriftReader<'_> {
    fn page_sizes(mut self) -> Option<PageSizes> {
        let (mut unpacked, mut stored, mut field) = (None, None, 0);
        loop {
            match (self.next_field(&mut field)?, field) {
                (END, _) => break,
                (I32, 2) => unpacked = Some(self.size()?),
                (I32, 3) => stored = Some(self.size()?),
                (kind, _) => self.skip(kind, 0)?,
            }
        }
        Some(PageSizes {
            unpacked: unpacked?,
            stored: stored?,
            header: self.at as u64,
        })
    }

    /// The type of the next field, and its number; [`END`] at the end of the structure.
    fn next_field(&mut self, field: &mut u64) -> Option<u8> {
        let head = self.byte()?;
        match head >> 4 {
            0 if head == END => {}
            0 => *field = self.varint()? >> 1,
            step => *field += u64::from(step),
        }
        Some(head & 0x0F)
    }

    /// A number that is not negative.
    fn size(&mut self) -> Option<u64> {
        let zigzag = self.varint()?;
        (zigzag & 1 == 0).then_some(zigzag >> 1)
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        match kind {
            1 | 2 => Some(()),
            3 => self.take(1),
            4..=6 => self.varint().map(|_number| ()),
            7 => self.take(8),
            8 => {
                let length = self.varint()?;
                self.take(usize::try_from(length).ok()?)
            }
            9 | 10 if depth < MAX_DEPTH => self.skip_list(depth),
            12 if depth < MAX_DEPTH => {
                let mut field = 0;
                loop {
                    match self.next_field(&mut field)? {
                        END => return Some(()),
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
            }
            // No header has maps.
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: u32) -> Option<()> {
        let head = self.byte()?;
        let items = match head >> 4 {
            15 => self.varint()?,
            items => u64::from(items),
        };
        for _ in 0..items {
            match head & 0x0F {
                // In a list a boolean takes a byte.
                1 | 2 => self.take(1)?,
                kind => self.skip(kind, depth + 1)?,
            }
        }
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, length: usize) -> Option<()> {
        let end = self.at.checked_add(length)?;
        (end <= self.bytes.len()).then(|| self.at = end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(bytes: &[u8]) -> Option<PageSizes> {
        ThriftReader { bytes, at: 0 }.page_sizes()
    }

    /// Encoded by hand from the specification: type 0, sizes 300 and 5, and a data page header of four
    /// numbers with statistics of a text.
    const HEADER: [u8; 24] = [
        0x15, 0x00, 0x15, 0xD8, 0x04, 0x15, 0x0A, 0x2C, 0x15, 0x0E, 0x15, 0x00, 0x15, 0x06, 0x15,
        0x06, 0x1C, 0x18, 0x02, b'a', b'b', 0x00, 0x00, 0x00,
    ];

    #[test]
    fn the_sizes_of_a_header_are_read() {
        let expected = PageSizes {
            unpacked: 300,
            stored: 5,
            header: 24,
        };
        assert_eq!(sizes(&HEADER), Some(expected));
        for length in 0..HEADER.len() {
            assert_eq!(sizes(&HEADER[..length]), None, "{length}");
        }
        let mut negative = HEADER;
        negative[6] = 0x0B;
        assert_eq!(sizes(&negative), None);
    }

    #[test]
    fn no_bytes_make_it_run_on() {
        // Structures and lists without an end.
        for byte in 0..=u8::MAX {
            let _ = sizes(&[byte; 4096]);
        }
    }
}
