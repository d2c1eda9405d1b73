//! Types shared by records of every kind: field values as read, and findings.
//!
//! In: JSON text or the cells of a row. Out: [`Field`]s, the unconverted values, and [`Findings`],
//! the rules that a record breaks. The fields and rules of a record are defined by the module of
//! its kind.

mod duplicate_keys;
mod field;
mod finding;
mod key_table;
mod lineage;
mod mapped_value;
mod object_members;
mod record_error;
mod skipped_record;

pub use duplicate_keys::{SeenKeys, each_duplicate_key};
pub use field::{ExtraField, Field, MAX_EXTRA_FIELDS, extra_object, is_users_export, read_field};
pub use finding::{Finding, Findings, excerpt};
pub use key_table::KeyTable;
pub use lineage::{
    LINEAGE_COLUMNS, lineage_columns, lineage_fields, shift_source_rows, with_origin,
};
pub use mapped_value::{formatted_time, mapped_value};
pub use object_members::{MemberValue, ObjectMember, ObjectMembers, each_member};
pub use record_error::RecordError;
pub use skipped_record::SkippedRecord;
