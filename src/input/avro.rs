//! Reads Avro object container files (Apache Avro 1.11, "Object Container Files"): the bytes of a
//! file come in; its schema, and chunks of whole blocks with their position, come out, or a refusal.
//! Blocks are unpacked and decoded where chunks are validated: each record becomes the JSON text that
//! the same record has in a JSON dump.
//!
//! What breaks the structure refuses the input, because the start of the next record is then unknown:
//! every length, every synchronisation marker and the last byte of each block are compared. Nothing is
//! allocated from a length before its bytes have been read.
//!
//! The decoder is our own. That of the crate `apache-avro` (0.22.0) allocates up to 512 MiB from a
//! length of five bytes, ends a record at a text that is not UTF-8 without the position of the next
//! one, and reads a text that is cut off as null; its schema parser refuses a namespace with a hyphen
//! and default values of another type, which are not used here.

mod binary;
mod blocks;
mod codec;
mod content;
mod fault;
mod header;
mod layout;
mod magic;
mod mapped_names;
mod record_text;
mod schema;
mod schema_parser;

pub(super) use blocks::BlockChunks;
pub(super) use header::read_header;
pub use layout::{AvroLayout, StoredBlock, StoredBlocks};
pub(super) use magic::{AVRO_MAGIC, other_version};
pub use record_text::{AvroRecordText, AvroRecords};
