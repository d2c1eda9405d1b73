//! `GET /purchases/product_list`.

use serde::{Deserialize, Serialize};

/// `GET /purchases/product_list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductListResponse {
    /// The product ids.
    pub products: Vec<String>,
    /// `success`.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::SUCCESS;

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
