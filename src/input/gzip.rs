//! Gzip data: several members one after the other (RFC 1952 §2.2), and zero bytes behind the last
//! one, with which tapes and block devices fill their blocks. Refused: anything else behind it.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// The members of gzip data as one text.
pub(super) struct GzipMembers<R: BufRead> {
    /// None only while one member follows another.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    pub(super) fn new(stored: R) -> Self {
        Self {
            member: Some(GzDecoder::new(stored)),
        }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let stored = member.get_mut();
            match stored.fill_buf()?.first() {
                None => return Ok(0),
                Some(0) => return skip_zeros(stored),
                Some(_) => {
                    let ended = self.member.take();
                    self.member = ended.map(|ended| GzDecoder::new(ended.into_inner()));
                }
            }
        }
        Ok(0)
    }
}

fn skip_zeros(stored: &mut impl BufRead) -> io::Result<usize> {
    loop {
        let block = stored.fill_buf()?;
        if block.iter().any(|byte| *byte != 0) {
            let what = "there are data behind zero bytes at its end";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let length = block.len();
        if length == 0 {
            return Ok(0);
        }
        stored.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write};

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(stored: &[u8]) -> io::Result<String> {
        // Blocks that end in the middle of everything.
        let mut text = String::new();
        GzipMembers::new(BufReader::with_capacity(7, stored)).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn members_follow_each_other_and_zeros_end_them() {
        let two = [packed("one\n"), packed("two\n")].concat();
        assert_eq!(unpacked(&two).unwrap(), "one\ntwo\n");
        let padded = [two.clone(), vec![0; 500]].concat();
        assert_eq!(unpacked(&padded).unwrap(), "one\ntwo\n");
        for behind in [&b"rubbish"[..], b"\0\0\0x"] {
            unpacked(&[&two, behind].concat()).unwrap_err();
        }
        unpacked(&two[..two.len() - 3]).unwrap_err();
    }
}
