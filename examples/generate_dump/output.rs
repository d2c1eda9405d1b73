//! Files: bytes of records come in, plain, gzip or zstd files go out, with their sizes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// Level 3: the default of zstd and a fast one for gzip; dumps are read once, not archived.
const LEVEL: u32 = 3;

/// The compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }
}

/// A finished file.
#[derive(Debug)]
pub(crate) struct Written {
    name: String,
    rows: u64,
    pub(crate) bytes: u64,
    pub(crate) bytes_uncompressed: u64,
}

impl Written {
    /// The same file, named from a parent folder.
    pub(crate) fn below(mut self, folder: &str) -> Self {
        self.name = format!("{folder}/{}", self.name);
        self
    }

    /// Its entry in the truth file.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "rows": self.rows,
            "bytes": self.bytes,
            "bytes_uncompressed": self.bytes_uncompressed,
        })
    }
}

enum Sink {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

/// A file being written.
pub(crate) struct DumpFile {
    path: PathBuf,
    sink: Sink,
    bytes_uncompressed: u64,
}

impl DumpFile {
    /// Creates `dir/stem.extension`, plus the suffix of the compression; a file of that name is replaced.
    pub(crate) fn create(
        dir: &Path,
        stem: &str,
        extension: &str,
        packing: Packing,
    ) -> io::Result<Self> {
        let path = dir.join(format!("{stem}.{extension}{}", packing.suffix()));
        let file = BufWriter::new(create_file(&path)?);
        let sink = match packing {
            Packing::Plain => Sink::Plain(file),
            Packing::Gzip => Sink::Gzip(GzEncoder::new(file, flate2::Compression::new(LEVEL))),
            Packing::Zstd => Sink::Zstd(zstd::Encoder::new(file, LEVEL.cast_signed())?),
        };
        Ok(Self {
            path,
            sink,
            bytes_uncompressed: 0,
        })
    }

    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes_uncompressed += u64::try_from(bytes.len()).expect("a length fits 64 bits");
        match &mut self.sink {
            Sink::Plain(file) => file.write_all(bytes),
            Sink::Gzip(file) => file.write_all(bytes),
            Sink::Zstd(file) => file.write_all(bytes),
        }
    }

    /// Ends the file and returns its sizes.
    pub(crate) fn finish(self, rows: u64) -> io::Result<Written> {
        let mut file = match self.sink {
            Sink::Plain(file) => file,
            Sink::Gzip(file) => file.finish()?,
            Sink::Zstd(file) => file.finish()?,
        };
        file.flush()?;
        let name = self
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        Ok(Written {
            name: name.unwrap_or_default(),
            rows,
            bytes: fs::metadata(&self.path)?.len(),
            bytes_uncompressed: self.bytes_uncompressed,
        })
    }
}

/// Opens a file for writing, empty.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
}
