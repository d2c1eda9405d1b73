//! The stored bytes of an input as a file that can be read at any offset: the file itself, or a copy
//! of an object in the scratch folder.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::PARQUET_MAGIC;
use super::stored_file::StoredFile;
use crate::input::discovered::Input;
use crate::input::refusal::{InputError, ReadError, Refusal};
use crate::input::stream::ByteStream;
use crate::rules::RuleId;
use crate::storage::StoreError;

/// The file of an input whose first bytes are `read` from `stream`. An object is read to its end.
///
/// # Errors
/// `FILE-PARQUET-DAMAGED`: it is no Parquet file, or it is compressed or comes from a pipe, so that its
/// end cannot be read first. An object cannot be copied.
pub(in crate::input) fn stored_file(
    input: &Input,
    read: &[u8],
    stream: &mut ByteStream,
) -> Result<StoredFile, ReadError> {
    let refuse = |message| Refusal::new(RuleId::FileParquetDamaged, message);
    if !read.starts_with(PARQUET_MAGIC) {
        return Err(refuse("the file is no Parquet file: it does not begin with PAR1").into());
    }
    if !stream.is_stored_plainly() {
        let message = "a Parquet file is read from its end: give the file itself, not a pipe, and without gzip or zstd around it";
        return Err(refuse(message).into());
    }
    let local = stream.stored_file().map_err(|source| InputError::Read {
        path: input.location.to_string().into(),
        source,
    })?;
    if let Some((file, length)) = local {
        return Ok(StoredFile::new(file, length));
    }
    let Some((stores, _)) = &input.object else {
        return Err(refuse("a Parquet file cannot be read from a pipe").into());
    };
    let path = stores
        .scratch()
        .map_err(InputError::from)?
        .join(uuid::Uuid::now_v7().to_string());
    let copy = copied(&path, read, stream);
    // The open file keeps its bytes; where a system keeps the name too, the folder is removed at the end.
    drop(fs::remove_file(&path));
    Ok(StoredFile::new(copy?, stream.decompressed()))
}

/// Copies the stream, of which the first bytes are `read`, to a new file.
fn copied(path: &Path, read: &[u8], stream: &mut ByteStream) -> Result<File, ReadError> {
    const BLOCK: usize = 1 << 20;
    let failed = |source| InputError::from(StoreError::scratch("write", path)(source));
    let mut options = OpenOptions::new();
    let mut file = options
        .create_new(true)
        .read(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    file.write_all(read).map_err(failed)?;
    let mut block = Vec::with_capacity(BLOCK);
    let mut continues = true;
    while continues {
        block.clear();
        continues = stream.fill(&mut block, BLOCK)?;
        file.write_all(&block).map_err(failed)?;
    }
    Ok(file)
}
