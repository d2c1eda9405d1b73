//! `GET /purchases/quantity_series`.

use serde::{Deserialize, Serialize};

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
    /// "the date as ISO 8601 date"; by hour in ISO 8601 extended format, as documented for the
    /// sibling series.
    pub time: String,
    /// "the number of items purchased in the time period".
    pub purchase_quantity: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::SUCCESS;

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
}
