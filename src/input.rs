//! Inputs: what the user named goes in, pieces of text cut at record boundaries come out, each
//! with its byte offset and line; or a refusal that names the rule and the place.
//!
//! Reading is streaming: an input is held in pieces of a few MiB, whatever its size and shape.
//! The shape (lines, document, CSV) is decided by content, never by the file's name.

pub mod csv;
mod csv_pieces;
mod discover;
mod document;
mod envelope;
mod gzip;
mod lines;
mod magic;
mod reader;
mod refusal;
mod shape;
mod spare;
mod stream;

pub use crate::values::text::{shown, shown_json};
pub use discover::{Found, Input, LeftOut, Location, discover};
pub(crate) use document::refusal as document_refusal;
pub use envelope::{Envelope, Held};
pub use reader::{Piece, PieceForm, Reader, ReaderOptions, Totals};
pub use refusal::{Place, Problem, Refusal, SourceError};
pub use shape::{InputFormat, Shape};
pub use spare::SpareBuffers;
pub use stream::{FileFacts, Limits};
