//! The digest of the content of an input, without its records.

use std::sync::Arc;

use super::discovered::Input;
use super::refusal::{InputError, ReadError};
use super::stream::{ByteStream, InputLimits};

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 20;

/// The BLAKE3 digest of the decompressed bytes of an input, as far as they can be decompressed.
///
/// # Errors
/// The input cannot be opened or read.
pub fn content_digest(input: &Input) -> Result<blake3::Hash, InputError> {
    let mut stream = match ByteStream::open(input, InputLimits::default(), Arc::default()) {
        Ok(stream) => stream,
        Err(ReadError::Failed(error)) => return Err(error),
        Err(_) => return Ok(blake3::hash(b"")),
    };
    let mut block = Vec::new();
    loop {
        block.clear();
        match stream.fill(&mut block, BLOCK_BYTES) {
            Ok(true) => {}
            Err(ReadError::Failed(error)) => return Err(error),
            Ok(false) | Err(_) => return Ok(stream.digest()),
        }
    }
}
