//! The facets of OpenLineage: the keys that all of them have.

use serde_json::Value;

/// The producer of the events.
pub(super) const PRODUCER: &str = concat!("urn:purchase-etl:", env!("CARGO_PKG_VERSION"));

/// Adds the common keys of all facets to `body`.
pub(super) fn facet(schema: &str, mut body: Value) -> Value {
    let name = schema.rsplit('/').next().unwrap_or(schema);
    body["_producer"] = PRODUCER.into();
    body["_schemaURL"] =
        format!("https://openlineage.io/spec/facets/{schema}.json#/$defs/{name}").into();
    body
}
