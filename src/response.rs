//! The documented responses of the purchase endpoints, as serde types with the documented order of
//! fields.
//!
//! Serializes and deserializes these shapes, including saved responses of the API. Refused: other
//! shapes, by serde. serde cannot write amounts exactly, so `render` writes the shapes with amounts
//! (revenue series, supplier purchases) digit by digit.

mod errors;
mod product_list;
mod quantity_series;
mod supplier_purchases;

pub use errors::{CodedErrorResponse, ErrorResponse, FieldError, FieldValidation};
pub use errors::{MISSING_HEADERS, UNEDITABLE_ENTITY};
pub use product_list::ProductListResponse;
pub use quantity_series::{QuantityRow, QuantitySeriesResponse};
pub use supplier_purchases::PageMeta;

/// The `message` of a successful response.
pub const SUCCESS: &str = "success";
