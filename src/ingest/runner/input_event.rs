//! What happens to an input while it is read, and whether reading continues.

use crate::ingest::error::RunError;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::validate::ValidatedChunk;
use crate::input::{InputTotals, Refusal};

/// Whether to continue reading an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Flow {
    Continue,
    /// The input is refused; chunks in flight may still arrive.
    SkipInput,
    /// The records that are wanted are read.
    LimitReached,
}

/// What happened to an input.
pub(super) enum InputEvent<K: RecordKind> {
    Restart,
    Chunk(Box<ValidatedChunk<K>>),
    Abandoned,
    End(InputTotals),
    Refused(Refusal),
    /// It contains events of this type, which are no purchases.
    PassedOver(String),
    /// The run cannot continue.
    Failed(RunError),
}
