//! What records of every kind share: values as the text types them, and what a check finds.
//!
//! In: JSON text or the cells of a row. Out: [`Field`]s, which say only what stands there, and
//! [`Findings`], which say which rules a record breaks. Which fields a record has and which rules
//! it must keep is said by the room of its kind.

mod duplicate_keys;
mod field;
mod finding;
mod lineage;
mod object_members;
mod record_error;

pub use duplicate_keys::{SeenKeys, each_duplicate_key};
pub use field::{ExtraField, Field, MAX_EXTRA_FIELDS, extra_object, is_users_export, read_field};
pub use finding::{Finding, Findings, excerpt};
pub use lineage::{lineage_columns, lineage_fields, shift_source_rows};
pub use object_members::{MemberValue, ObjectMember, ObjectMembers, each_member};
pub use record_error::RecordError;
