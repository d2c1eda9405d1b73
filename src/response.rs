//! The documented answers of the purchase endpoints, as serde types with the documented field order.
//!
//! In and out: text of those shapes, ours or a saved answer of the API. Refused: other shapes, by
//! serde. The amounts of a revenue series are the one thing serde cannot write exactly; its shape is
//! written by `render`.

use serde::{Deserialize, Serialize};

/// The `message` of an answer without errors.
pub const SUCCESS: &str = "success";

/// `GET /purchases/quantity_series`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantitySeriesResponse {
    /// `success`.
    pub message: String,
    /// The rows, ascending.
    pub data: Vec<QuantityRow>,
}

/// One row of [`QuantitySeriesResponse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityRow {
    /// "the date as ISO 8601 date"; by the hour, ISO 8601 extended, as the sibling series say.
    pub time: String,
    /// "the number of items purchased in the time period".
    pub purchase_quantity: i64,
}

/// `GET /purchases/product_list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductListResponse {
    /// The product ids.
    pub products: Vec<String>,
    /// `success`.
    pub message: String,
}

/// What every endpoint answers instead of data when a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorResponse {
    /// What is wrong, for people.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantity_series_has_the_documented_keys_in_the_documented_order() {
        let response = QuantitySeriesResponse {
            message: SUCCESS.to_owned(),
            data: vec![QuantityRow {
                time: "2025-01-01".to_owned(),
                purchase_quantity: 150,
            }],
        };
        let text = serde_json::to_string(&response).expect("plain data");
        // The row is the example of the API's own client tests.
        let expected =
            r#"{"message":"success","data":[{"time":"2025-01-01","purchase_quantity":150}]}"#;
        assert_eq!(text, expected);
        let read: QuantitySeriesResponse = serde_json::from_str(expected).expect("the shape");
        assert_eq!(read, response);
    }

    #[test]
    fn the_product_list_has_its_message_last() {
        let response = ProductListResponse {
            products: vec!["shirt".to_owned()],
            message: SUCCESS.to_owned(),
        };
        let text = serde_json::to_string(&response).expect("plain data");
        assert_eq!(text, r#"{"products":["shirt"],"message":"success"}"#);
    }
}
