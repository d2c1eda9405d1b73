//! Spilled batches: they are kept on disk until their partition has enough for a row group of
//! reasonable size.
//!
//! With a few hundred partitions a segment contains some kilobytes for each: row groups of that
//! size would have more metadata (in memory until the file is closed, and for every reader) than
//! data. Instead one scratch file per writer stores them in reusable blocks, so that its size
//! depends on the number of partitions and not on the size of the input.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow::array::RecordBatch;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

use super::LakeError;
use super::durable::create_unnamed;

/// Small compared with spilled batches (tens of kilobytes and more), large compared with the cost
/// of a system call.
const BLOCK_BYTES: usize = 64 * 1024;

/// The scratch file of one writer. It is unlinked as soon as it is open, where the system allows
/// that, and otherwise deleted when dropped: a killed process leaves nothing.
#[derive(Debug)]
pub(super) struct SpillFile {
    table: &'static str,
    path: PathBuf,
    state: Mutex<SpillFileState>,
}

#[derive(Debug, Default)]
struct SpillFileState {
    file: Option<File>,
    free: Vec<u32>,
    blocks: u32,
}

/// Batches stored in a [`SpillFile`]; taking or freeing them frees their blocks.
#[derive(Debug)]
pub(super) struct SpilledBatches {
    blocks: Vec<u32>,
    length: usize,
}

impl SpillFile {
    /// A scratch file at `path`, created when it is first needed.
    pub(super) fn new(table: &'static str, path: PathBuf) -> Self {
        Self {
            table,
            path,
            state: Mutex::default(),
        }
    }

    /// Writes batches, all of one schema, to the scratch file.
    pub(super) fn put(&self, batches: &[RecordBatch]) -> Result<Option<SpilledBatches>, LakeError> {
        let Some(first) = batches.first() else {
            return Ok(None);
        };
        let failed = LakeError::arrow("move out record batches", self.table);
        let mut stream = StreamWriter::try_new(Vec::new(), &first.schema()).map_err(&failed)?;
        for batch in batches {
            stream.write(batch).map_err(&failed)?;
        }
        let bytes = stream.into_inner().map_err(&failed)?;
        let written = self
            .write(&bytes)
            .map_err(LakeError::io("write", &self.path))?;
        Ok(Some(written))
    }

    /// Reads batches back, in the order they were put, and frees their blocks.
    pub(super) fn take(&self, spilled: SpilledBatches) -> Result<Vec<RecordBatch>, LakeError> {
        let batches = self.get(&spilled)?;
        self.free(spilled);
        Ok(batches)
    }

    /// Frees the blocks of batches that are no longer needed.
    pub(super) fn free(&self, spilled: SpilledBatches) {
        self.lock().free.extend(spilled.blocks);
    }

    /// Reads batches back, in the order they were put; they stay in the file.
    pub(super) fn get(&self, spilled: &SpilledBatches) -> Result<Vec<RecordBatch>, LakeError> {
        let bytes = self
            .read(spilled)
            .map_err(LakeError::io("read", &self.path))?;
        let failed = LakeError::arrow("read back record batches", self.table);
        let stream = StreamReader::try_new(bytes.as_slice(), None).map_err(&failed)?;
        stream.collect::<Result<_, _>>().map_err(&failed)
    }

    /// The number of blocks in the file.
    #[cfg(test)]
    pub(super) fn blocks(&self) -> u32 {
        self.lock().blocks
    }

    fn write(&self, bytes: &[u8]) -> io::Result<SpilledBatches> {
        let mut state = self.lock();
        let mut blocks = Vec::with_capacity(bytes.len().div_ceil(BLOCK_BYTES));
        for block_bytes in bytes.chunks(BLOCK_BYTES) {
            let block = if let Some(block) = state.free.pop() {
                block
            } else {
                let next = state.blocks;
                state.blocks = next.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
                next
            };
            let file = state.open(&self.path)?;
            file.seek(SeekFrom::Start(offset(block)))?;
            file.write_all(block_bytes)?;
            blocks.push(block);
        }
        Ok(SpilledBatches {
            blocks,
            length: bytes.len(),
        })
    }

    fn read(&self, spilled: &SpilledBatches) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; spilled.length];
        let mut state = self.lock();
        let file = state.open(&self.path)?;
        for (block_bytes, block) in bytes.chunks_mut(BLOCK_BYTES).zip(&spilled.blocks) {
            file.seek(SeekFrom::Start(offset(*block)))?;
            file.read_exact(block_bytes)?;
        }
        Ok(bytes)
    }

    fn lock(&self) -> MutexGuard<'_, SpillFileState> {
        // A panic elsewhere ends the writer; the state itself is valid after every statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpillFileState {
    fn open(&mut self, path: &Path) -> io::Result<&mut File> {
        if self.file.is_none() {
            // Where an open file cannot be deleted, the drop deletes it.
            self.file = Some(create_unnamed(path)?);
        }
        self.file
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Drop for SpillFile {
    fn drop(&mut self) {
        if self.lock().file.take().is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn offset(block: u32) -> u64 {
    u64::from(block) * BLOCK_BYTES as u64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, DictionaryArray, Int64Array};
    use arrow::datatypes::Int32Type;

    use super::*;

    fn batch(rows: i64, file: &str) -> RecordBatch {
        let names: DictionaryArray<Int32Type> = (0..rows).map(|_| file).collect();
        RecordBatch::try_from_iter([
            (
                "row",
                Arc::new(Int64Array::from_iter_values(0..rows)) as ArrayRef,
            ),
            ("file", Arc::new(names) as ArrayRef),
        ])
        .unwrap()
    }

    #[test]
    fn batches_come_back_in_order_and_their_blocks_are_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let spill = SpillFile::new("t", folder.path().join("_spill"));
        let first = [batch(20_000, "a.json"), batch(1, "b.json")];
        let second = [batch(3, "c.json")];
        for _ in 0..3 {
            let one = spill.put(&first).unwrap().unwrap();
            let two = spill.put(&second).unwrap().unwrap();
            assert_eq!(spill.take(two).unwrap(), second);
            assert_eq!(spill.take(one).unwrap(), first);
        }
        // 20,000 rows of 12 bytes are 4 blocks, the small one is 1: the rounds reuse them.
        assert_eq!(spill.blocks(), 5);
        assert!(spill.put(&[]).unwrap().is_none());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            0,
            "no file is left"
        );
    }
}
