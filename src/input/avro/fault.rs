//! Why bytes are not the Avro data that they should be.

use crate::input::refusal::{Refusal, SourcePosition};
use crate::rules::RuleId;

/// A broken rule, without the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AvroFault {
    pub(super) rule: RuleId,
    pub(super) message: String,
}

impl AvroFault {
    /// The bytes contradict the specification or the schema.
    pub(super) fn damaged(message: impl Into<String>) -> Self {
        Self {
            rule: RuleId::FileAvroDamaged,
            message: message.into(),
        }
    }

    /// Data exceed a limit.
    pub(super) fn limit(message: impl Into<String>) -> Self {
        Self {
            rule: RuleId::FileLimit,
            message: message.into(),
        }
    }

    /// The schema cannot be used.
    pub(super) fn schema(message: impl Into<String>) -> Self {
        Self {
            rule: RuleId::FileAvroSchema,
            message: message.into(),
        }
    }

    /// The refusal of a file by its header.
    pub(super) fn in_header(self) -> Refusal {
        let remedy = match self.rule {
            RuleId::FileAvroDamaged => "; copy the file again",
            _ => "",
        };
        let position = SourcePosition::default();
        Refusal::new(self.rule, format!("{}{remedy}", self.message)).at(position)
    }

    /// The refusal of a file by the block that begins at `start`, whose `line` is the block's number.
    pub(super) fn in_block(self, start: SourcePosition) -> Refusal {
        let remedy = match self.rule {
            RuleId::FileAvroDamaged => "; copy the file again",
            _ => "",
        };
        let SourcePosition { byte_offset, line } = start;
        let message = format!("block {line}: {}{remedy}", self.message);
        Refusal::new(self.rule, message).at(SourcePosition {
            byte_offset,
            line: 0,
        })
    }
}
