//! Decisions and warnings during detection.

use std::fmt::Display;

use super::super::encoding::{Encoding, EncodingBasis};
use super::super::refusal::EvidenceValue;
use super::layout::DialectDecision;

/// Decisions and warnings collected during detection.
#[derive(Debug, Default)]
pub(super) struct DetectionNotes {
    pub(super) evidence: Vec<DialectDecision>,
    pub(super) warnings: Vec<String>,
}

impl DetectionNotes {
    pub(super) fn record_decision(
        &mut self,
        what: impl Into<String>,
        chosen: impl Display,
        why: impl Into<String>,
        because: Option<EvidenceValue>,
    ) {
        let (what, chosen, why) = (what.into(), chosen.to_string(), why.into());
        self.evidence.push(DialectDecision {
            what,
            chosen,
            why,
            because,
        });
    }

    pub(super) fn encoding(&mut self, encoding: Encoding) {
        let why = match (encoding.basis, encoding.first_invalid_byte) {
            (EncodingBasis::Choice, _) => "--encoding".to_owned(),
            (EncodingBasis::Mark, _) => "byte order mark".to_owned(),
            (EncodingBasis::Content, None) => "all bytes are valid".to_owned(),
            (EncodingBasis::Content, Some(offset)) => {
                format!("the byte at offset {offset} is not UTF-8")
            }
        };
        self.record_decision("encoding", encoding.charset, why, None);
    }
}
