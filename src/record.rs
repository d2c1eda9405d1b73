//! What records of every kind share: values as the text types them, and what a check finds.
//!
//! In: JSON text or the cells of a row. Out: [`Field`]s, which say only what stands there, and
//! [`Findings`], which say which rules a record breaks. Which fields a record has and which rules
//! it must keep is said by the room of its kind.

mod field;
mod finding;
mod keys;
mod lineage;
mod members;
mod unreadable;

pub use field::{Extra, Field, MOST_EXTRA, extra_object, is_profiles, read_field};
pub use finding::{Finding, Findings, excerpt};
pub use keys::{SeenKeys, each_doubled_key};
pub use lineage::{lineage_columns, lineage_fields, shift_source_rows};
pub use members::{Member, MemberValue, ReadMembers, each_member};
pub use unreadable::RecordError;
