//! A buffer of record batches: batches come in, and can be read any number of times until they are
//! removed. Batches that exceed the memory limit are stored on disk.

use std::sync::atomic::Ordering;

use arrow::array::RecordBatch;

use super::run_reports::check_run_id;
use super::spill::{SpillFile, SpilledBatches};
use super::table_spec::TableSpec;
use super::{Lake, LakeError};

/// Batches of one table that are kept until their commit is decided.
///
/// - Memory: at most the limit, however many batches are kept, plus the one being stored or read.
/// - The scratch file is unlinked as soon as it is open, where the system allows that, and
///   otherwise deleted when the buffer is dropped. Its name begins with `_`, which readers do not
///   treat as data.
#[derive(Debug)]
pub struct BatchBuffer {
    table: &'static str,
    memory_limit: usize,
    in_memory_bytes: usize,
    spill: SpillFile,
    batches: Vec<Option<BufferedBatch>>,
}

/// The id of one batch of a [`BatchBuffer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferedBatchId(usize);

#[derive(Debug)]
enum BufferedBatch {
    InMemory { batch: RecordBatch, bytes: usize },
    OnDisk(SpilledBatches),
}

impl BatchBuffer {
    /// Creates an empty buffer, and the table's directory for the scratch file.
    ///
    /// # Errors
    /// An invalid run id, or a directory that cannot be created.
    pub fn new(
        lake: &Lake,
        spec: &TableSpec,
        run_id: &str,
        memory_limit: usize,
    ) -> Result<Self, LakeError> {
        check_run_id(run_id)?;
        let files = lake.files(spec.name)?;
        files.create_directory()?;
        let number = lake.file_numbers.fetch_add(1, Ordering::Relaxed);
        let scratch = files
            .directory()
            .join(format!("_held-{run_id}-{number:05}"));
        Ok(Self {
            table: spec.name,
            memory_limit,
            in_memory_bytes: 0,
            spill: SpillFile::new(spec.name, scratch),
            batches: Vec::new(),
        })
    }

    /// Stores a batch, on disk if it exceeds the memory limit together with the others.
    ///
    /// # Errors
    /// The scratch file cannot be written.
    pub fn put(&mut self, batch: RecordBatch) -> Result<BufferedBatchId, LakeError> {
        let id = BufferedBatchId(self.batches.len());
        // A slice keeps its whole buffers alive, so they count in full.
        let bytes = batch.get_array_memory_size();
        let fits = self.in_memory_bytes.saturating_add(bytes) <= self.memory_limit;
        let on_disk = if fits {
            None
        } else {
            self.spill.put(std::slice::from_ref(&batch))?
        };
        self.batches.push(Some(if let Some(spilled) = on_disk {
            BufferedBatch::OnDisk(spilled)
        } else {
            self.in_memory_bytes += bytes;
            BufferedBatch::InMemory { batch, bytes }
        }));
        Ok(id)
    }

    /// Returns a batch; it stays in the buffer.
    ///
    /// # Errors
    /// [`LakeError::NotBuffered`], or the scratch file cannot be read.
    pub fn get(&self, id: BufferedBatchId) -> Result<RecordBatch, LakeError> {
        let not_buffered = || LakeError::NotBuffered {
            table: self.table.to_owned(),
            number: id.0,
        };
        match self.batches.get(id.0) {
            Some(Some(BufferedBatch::InMemory { batch, .. })) => Ok(batch.clone()),
            Some(Some(BufferedBatch::OnDisk(spilled))) => {
                let batches = self.spill.get(spilled)?;
                batches.into_iter().next().ok_or_else(not_buffered)
            }
            _ => Err(not_buffered()),
        }
    }

    /// Removes a batch and frees its space. Removing it again has no effect.
    pub fn forget(&mut self, id: BufferedBatchId) {
        match self.batches.get_mut(id.0).and_then(Option::take) {
            Some(BufferedBatch::InMemory { bytes, .. }) => self.in_memory_bytes -= bytes,
            Some(BufferedBatch::OnDisk(spilled)) => self.spill.free(spilled),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::lake::testing::{lake, rows, spec};

    #[test]
    fn batches_come_back_as_often_as_requested_from_memory_and_from_disk() {
        let (_folder, lake) = lake();
        let one = rows("a.json", 0, 1000).get_array_memory_size();
        for (limit, on_disk) in [(0, 3), (2 * one, 1), (usize::MAX, 0)] {
            let mut buffer = BatchBuffer::new(&lake, &spec(), "run", limit).unwrap();
            let batches = [0, 1000, 2000].map(|from| rows("a.json", from, from + 1000));
            let ids = batches.clone().map(|batch| buffer.put(batch).unwrap());
            let spilled = buffer
                .batches
                .iter()
                .filter(|batch| matches!(batch, Some(BufferedBatch::OnDisk(_))));
            assert_eq!(spilled.count(), on_disk);
            for _ in 0..2 {
                for (id, batch) in ids.iter().zip(&batches) {
                    assert_eq!(buffer.get(*id).unwrap(), *batch);
                }
            }
            buffer.forget(ids[0]);
            buffer.forget(ids[0]);
            let forgotten = buffer.get(ids[0]);
            assert!(matches!(
                forgotten,
                Err(LakeError::NotBuffered { number: 0, .. })
            ));
            assert_eq!(buffer.get(ids[2]).unwrap(), batches[2]);
            assert!(buffer.in_memory_bytes <= limit);
        }
    }

    #[test]
    fn what_is_forgotten_makes_room_and_nothing_is_left_on_disk() {
        let (_folder, lake) = lake();
        let batch = rows("a.json", 0, 1000);
        let one = batch.get_array_memory_size();
        let mut buffer = BatchBuffer::new(&lake, &spec(), "run", one).unwrap();
        for _ in 0..50 {
            let (near, far) = (
                buffer.put(batch.clone()).unwrap(),
                buffer.put(batch.clone()).unwrap(),
            );
            assert_eq!(buffer.get(far).unwrap(), batch);
            buffer.forget(near);
            buffer.forget(far);
        }
        assert_eq!((buffer.in_memory_bytes, buffer.spill.blocks()), (0, 1));
        let named = || {
            let entries = fs::read_dir(lake.table_directory("purchases")).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name != "_delta_log").count()
        };
        assert_eq!(named(), 0, "the scratch file has no name while it is used");
        drop(buffer);
        assert_eq!(named(), 0);
        assert!(matches!(
            BatchBuffer::new(&lake, &spec(), "../run", 0),
            Err(LakeError::RunId { .. })
        ));
    }
}
