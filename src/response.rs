//! The documented answers of the purchase endpoints, as serde types with the documented field order.
//!
//! In and out: text of those shapes, ours or a saved answer of the API. Refused: other shapes, by
//! serde. Amounts are the one thing serde cannot write exactly: `render` writes the shapes that hold
//! some, a revenue series and a supplier purchase, digit by digit.

mod errors;
mod product_list;
mod quantity_series;
mod supplier_purchases;

pub use errors::{CodedErrorResponse, ErrorResponse, FieldError, FieldValidation};
pub use errors::{MISSING_HEADERS, UNEDITABLE_ENTITY};
pub use product_list::ProductListResponse;
pub use quantity_series::{QuantityRow, QuantitySeriesResponse};
pub use supplier_purchases::PageMeta;

/// The `message` of an answer without errors.
pub const SUCCESS: &str = "success";
