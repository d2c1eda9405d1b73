//! The options of a partition writer, and their defaults.

/// The options of a [`PartitionWriter`](super::PartitionWriter).
#[derive(Clone, Debug)]
pub struct WriterOptions {
    /// How many bytes of batches are collected before they are encoded.
    pub segment_bytes: usize,
    /// The zstd level of the data pages, 1 to 22.
    pub zstd_level: i32,
    /// The maximum number of partitions.
    pub max_partitions: usize,
    /// How many column chunks of open files may be kept as metadata, at about 700 bytes each; two
    /// row groups of each partition are always allowed.
    pub max_open_chunks: usize,
    /// The run, which becomes part of the file names: 1 to 64 letters, digits, `-`, `_`.
    pub run_id: String,
}

impl WriterOptions {
    /// The defaults: segments of 32 MiB, zstd level 1, 1,000 partitions, 7 MiB of metadata.
    pub fn new(run_id: &str) -> Self {
        Self {
            segment_bytes: 32 * 1024 * 1024,
            zstd_level: 1,
            max_partitions: 1000,
            max_open_chunks: 10_000,
            run_id: run_id.to_owned(),
        }
    }
}
