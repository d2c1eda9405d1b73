//! How inputs are read.

use std::sync::Arc;

use super::csv::dialect::DialectOverrides;
use super::csv::encoding::InvalidBytes;
use super::envelope::Envelope;
use super::format::InputFormat;
use super::mapping::Mapping;
use super::order_events::OrderEvents;
use super::stream::InputLimits;
use crate::json::JsonOptions;

/// How inputs are read.
#[derive(Clone, Debug)]
pub struct ReaderOptions {
    /// The format given by the user.
    pub format: InputFormat,
    /// Accept trailing commas and comments in JSON.
    pub lenient: bool,
    /// The location of records in a JSON document.
    pub envelope: Envelope,
    /// What becomes of order events.
    pub order_events: OrderEvents,
    /// Limits on records, lines, nesting and decompression.
    pub limits: InputLimits,
    /// Length of a chunk, bytes. Two MiB contain about seven thousand purchases: enough to make the
    /// per-chunk cost negligible, little enough to have a dozen of them in flight.
    pub chunk_bytes: usize,
    /// Settings of the user for delimited text.
    pub dialect: DialectOverrides,
    /// Bytes found in an earlier attempt that are not UTF-8.
    pub not_utf8: Option<InvalidBytes>,
}

impl ReaderOptions {
    /// The mapping of JSON keys; none without one, so that reading costs nothing more then.
    pub fn json_mapping(&self) -> Option<Arc<Mapping>> {
        let mapping = &self.dialect.mapping;
        (!mapping.is_empty()).then(|| Arc::new(mapping.clone()))
    }

    /// The options for the JSON reader.
    pub fn json(&self) -> JsonOptions {
        JsonOptions {
            lenient: self.lenient,
            max_depth: self.limits.max_depth,
        }
    }
}
