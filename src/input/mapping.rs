//! What the user assigns to fields: sources of the inputs (columns of delimited text, keys of JSON
//! objects), and values for fields that a record does not have.
//!
//! In: the entries of `--map`, `--default` and `--constant`, and the fields of a record kind. Out: the
//! field of each source, for the readers of both shapes. Refused: an unknown field, a source that is
//! mapped twice, a format for a field without times, a value of another type than its field.

mod error;
mod fill;
mod json_members;
mod sources;

pub use error::MappingError;
pub use fill::{FieldFill, FillValue};
pub use json_members::{MappedMembers, each_member};
pub use sources::{MappedSource, MappedTarget, Mapping};
