//! Options of a store by name.

use std::collections::BTreeMap;

/// Options by name, in a fixed order.
pub(super) type StoreOptions = BTreeMap<String, String>;

/// The option for the S3 endpoint.
pub(super) const S3_ENDPOINT: &str = "aws_endpoint";
