//! The bytes of an input, decompressed, counted and hashed as they are read.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::discover::modified_micros;
use super::discovered::{Input, InputLocation};
use super::gzip::GzipMembers;
use super::magic_bytes::Compression;
use super::refusal::{InputError, ReadError, Refusal, SourcePosition};
use crate::rules::RuleId;
use crate::storage::{ObjectChanged, is_exhausted};

/// Limits on the resources that an input may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputLimits {
    /// Maximum record length, bytes.
    pub max_record_bytes: usize,
    /// Maximum line length of NDJSON (an envelope may contain many records), and maximum bytes of a
    /// document outside its arrays.
    pub max_line_bytes: usize,
    /// Maximum nesting depth of JSON.
    pub max_depth: usize,
    /// Maximum decompressed bytes per stored byte, after the first MiB.
    pub max_ratio: u64,
}

impl Default for InputLimits {
    /// 1 MiB per record, 64 MiB per line, 64 levels, 200:1 (the maximum of gzip is near 1,030:1, and
    /// dumps of purchases reach about 30:1).
    fn default() -> Self {
        Self {
            max_record_bytes: 1 << 20,
            max_line_bytes: 64 << 20,
            max_depth: 64,
            max_ratio: 200,
        }
    }
}

/// The ratio is not checked before this many decompressed bytes.
const RATIO_GRACE_BYTES: u64 = 1 << 20;

/// Block size for reading files and decompressors: large enough to make system calls negligible, small
/// enough for the second-level cache.
const BLOCK_BYTES: usize = 256 << 10;

/// Counts the stored bytes and records whether storage failed.
struct CountedReader {
    inner: Box<dyn Read + Send>,
    /// Bytes of this input.
    count: Arc<AtomicU64>,
    /// Bytes of the whole run, for progress.
    progress: Arc<AtomicU64>,
    failed: Arc<AtomicBool>,
}

impl Read for CountedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        match &read {
            Ok(n) => {
                self.count.fetch_add(*n as u64, Ordering::Relaxed);
                self.progress.fetch_add(*n as u64, Ordering::Relaxed);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.failed.store(true, Ordering::Relaxed),
        }
        read
    }
}

/// Size and modification time of a regular file or an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMetadata {
    /// Stored bytes.
    pub size_bytes: u64,
    /// Modification time, µs since 1970, when known.
    pub modified_micros: Option<i64>,
}

impl FileMetadata {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            size_bytes: metadata.len(),
            modified_micros: modified_micros(&metadata),
        })
    }
}

/// A regular file or an object that is being read.
struct RegularFile {
    /// `None` for an object, whose reader detects changes.
    handle: Option<File>,
    metadata: FileMetadata,
}

impl RegularFile {
    /// `None` for a file without a size, such as a pipe.
    fn begin(handle: File) -> io::Result<Option<Self>> {
        if !handle.metadata()?.is_file() {
            return Ok(None);
        }
        let metadata = FileMetadata::of(&handle)?;
        Ok(Some(Self {
            handle: Some(handle),
            metadata,
        }))
    }

    fn current_metadata(&self) -> io::Result<FileMetadata> {
        self.handle
            .as_ref()
            .map_or(Ok(self.metadata), FileMetadata::of)
    }
}

type PeekedReader = BufReader<Chain<Cursor<Vec<u8>>, CountedReader>>;

/// The decompressed bytes of one input.
pub(super) struct ByteStream {
    inner: Box<dyn Read + Send>,
    path: PathBuf,
    file: Option<RegularFile>,
    limits: InputLimits,
    compression: Compression,
    stored: Arc<AtomicU64>,
    storage_failed: Arc<AtomicBool>,
    digest: blake3::Hasher,
    decompressed: u64,
}

impl ByteStream {
    /// Opens the input. `progress` counts the stored bytes of the run as they are read.
    ///
    /// # Errors
    /// It cannot be opened or read, or the object changed since it was listed.
    pub(super) fn open(
        input: &Input,
        limits: InputLimits,
        progress: Arc<AtomicU64>,
    ) -> Result<Self, ReadError> {
        let path = PathBuf::from(input.location.to_string());
        let failed = |source| InputError::Read {
            path: path.clone(),
            source,
        };
        let (raw, file) = open_stored(input, failed)?;
        let (stored, storage_failed) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let mut raw = CountedReader {
            inner: raw,
            count: Arc::clone(&stored),
            progress,
            failed: Arc::clone(&storage_failed),
        };
        let mut magic = Vec::new();
        raw.by_ref()
            .take(4)
            .read_to_end(&mut magic)
            .map_err(|error| {
                object_changed(&error).map_or_else(|| failed(error).into(), ReadError::from)
            })?;
        let compression = Compression::of(&magic);
        let size = file
            .as_ref()
            .map_or(u64::MAX, |file| file.metadata.size_bytes);
        let block = usize::try_from(size)
            .unwrap_or(BLOCK_BYTES)
            .min(BLOCK_BYTES);
        let raw = BufReader::with_capacity(block.max(1), Cursor::new(magic).chain(raw));
        let inner = decompressor(raw, compression).map_err(failed)?;
        Ok(Self {
            inner,
            path,
            file,
            limits,
            compression,
            stored,
            storage_failed,
            digest: blake3::Hasher::new(),
            decompressed: 0,
        })
    }

    /// Appends bytes to `buffer` until its length is `target`; `false` at the end of the input.
    pub(super) fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> Result<bool, ReadError> {
        while buffer.len() < target {
            let start = buffer.len();
            let wanted = (target - start).min(4 * BLOCK_BYTES);
            let read = self.inner.by_ref().take(wanted as u64).read_to_end(buffer);
            let fresh = buffer.get(start..).unwrap_or_default();
            self.digest.update(fresh);
            self.decompressed += fresh.len() as u64;
            match read {
                Ok(0) => return Ok(false),
                Ok(_) => self.check_ratio()?,
                Err(error) => return Err(self.classify_error(error)),
            }
        }
        Ok(true)
    }

    /// Reads on to an offset, or to the end if that is earlier, so that the digest covers the bytes.
    pub(super) fn discard_until(&mut self, offset: u64) -> Result<(), ReadError> {
        let mut discarded = Vec::new();
        while self.decompressed < offset {
            discarded.clear();
            let rest = usize::try_from(offset - self.decompressed).unwrap_or(usize::MAX);
            if !self.fill(&mut discarded, rest.min(4 * BLOCK_BYTES))? {
                break;
            }
        }
        Ok(())
    }

    /// The stored file and its length, if its bytes are those of the stream and can be read at any
    /// offset.
    pub(super) fn stored_file(&self) -> io::Result<Option<(File, u64)>> {
        let regular = self.file.as_ref();
        let Some(regular) = regular.filter(|_| self.compression == Compression::Plain) else {
            return Ok(None);
        };
        let Some(handle) = &regular.handle else {
            return Ok(None);
        };
        Ok(Some((handle.try_clone()?, regular.metadata.size_bytes)))
    }

    /// Whether the bytes of the stream are stored as such, in a file or an object.
    pub(super) fn is_stored_plainly(&self) -> bool {
        self.file.is_some() && self.compression == Compression::Plain
    }

    fn check_ratio(&self) -> Result<(), Refusal> {
        let stored = self.stored.load(Ordering::Relaxed);
        let bound = stored.saturating_mul(self.limits.max_ratio);
        let compressed = self.compression != Compression::Plain;
        if !compressed || self.decompressed <= RATIO_GRACE_BYTES || self.decompressed <= bound {
            return Ok(());
        }
        Err(Refusal::new(
            RuleId::FileLimit,
            format!(
                "{stored} stored bytes decompress to more than {} times their size; raise --max-ratio if the file is trusted",
                self.limits.max_ratio
            ),
        ))
    }

    fn classify_error(&self, source: io::Error) -> ReadError {
        if let Some(refusal) = object_changed(&source) {
            return refusal.into();
        }
        let storage_failed = self.storage_failed.load(Ordering::Relaxed);
        if self.compression == Compression::Plain || storage_failed || is_exhausted(&source) {
            return InputError::Read {
                path: self.path.clone(),
                source,
            }
            .into();
        }
        // The message of the zstd library when a frame or its data refer to a dictionary.
        if source.to_string().contains("Dictionary mismatch") {
            return Refusal::new(
                RuleId::FileFormat,
                "the zstd data need the dictionary they were compressed with; decompress the file with zstd -d -D DICTIONARY",
            )
            .into();
        }
        let what = match self.compression {
            Compression::Gzip => "gzip",
            Compression::Plain | Compression::Zstd => "zstd",
        };
        let message = format!(
            "the {what} data is truncated or damaged after {} decompressed bytes ({source}); copy the file again",
            self.decompressed
        );
        let position = SourcePosition {
            byte_offset: self.decompressed,
            line: 0,
        };
        Refusal::new(RuleId::FileTruncated, message)
            .at(position)
            .into()
    }

    /// The metadata of the file after reading; `None` for pipes.
    ///
    /// # Errors
    /// The file changed while it was read, so that the bytes are no consistent state of it.
    pub(super) fn file(&self) -> Result<Option<FileMetadata>, ReadError> {
        let Some(open_file) = &self.file else {
            return Ok(None);
        };
        let failed = |source| InputError::Read {
            path: self.path.clone(),
            source,
        };
        let metadata = open_file.current_metadata().map_err(failed)?;
        let read = self.stored.load(Ordering::Relaxed);
        if metadata == open_file.metadata && read == metadata.size_bytes {
            return Ok(Some(metadata));
        }
        let message = format!(
            "the file changed while it was read ({} bytes at first, {read} read, {} at the end); run again when it is completely written",
            open_file.metadata.size_bytes, metadata.size_bytes
        );
        Err(Refusal::new(RuleId::FileUnreadable, message).into())
    }

    /// Digest of the decompressed bytes so far.
    pub(super) fn digest(&self) -> blake3::Hash {
        self.digest.finalize()
    }

    /// Decompressed bytes so far.
    pub(super) fn decompressed(&self) -> u64 {
        self.decompressed
    }
}

/// The refusal of an object that changed since it was listed, if that is the error.
fn object_changed(error: &io::Error) -> Option<Refusal> {
    let cause = error.get_ref()?;
    cause.is::<ObjectChanged>().then(|| {
        Refusal::new(
            RuleId::FileUnreadable,
            format!("{error}; run again when it is completely written"),
        )
    })
}

type OpenedInput = (Box<dyn Read + Send>, Option<RegularFile>);

/// The stored bytes of an input, and its file metadata.
fn open_stored(
    input: &Input,
    failed: impl Fn(io::Error) -> InputError,
) -> Result<OpenedInput, InputError> {
    if let Some((stores, object)) = &input.object {
        let metadata = FileMetadata {
            size_bytes: object.size_bytes,
            modified_micros: Some(object.modified_micros),
        };
        let open_file = RegularFile {
            handle: None,
            metadata,
        };
        return Ok((Box::new(stores.read(object)?), Some(open_file)));
    }
    match &input.location {
        InputLocation::File(path) => {
            let file = File::open(path).map_err(&failed)?;
            let handle = file.try_clone().map_err(&failed)?;
            let open_file = RegularFile::begin(handle).map_err(&failed)?;
            Ok((Box::new(file), open_file))
        }
        InputLocation::Stdin | InputLocation::Object(_) => Ok((Box::new(io::stdin()), None)),
    }
}

fn decompressor(raw: PeekedReader, compression: Compression) -> io::Result<Box<dyn Read + Send>> {
    Ok(match compression {
        Compression::Plain => Box::new(raw),
        Compression::Gzip => Box::new(GzipMembers::new(raw)),
        Compression::Zstd => {
            let mut decompressor = zstd::stream::read::Decoder::with_buffer(raw)?;
            // 128 MiB, the default maximum window of the reference decoder.
            decompressor.window_log_max(27)?;
            Box::new(decompressor)
        }
    })
}
