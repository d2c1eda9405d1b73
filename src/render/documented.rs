//! From a report's answer to the documented response that says it.

use crate::report::{ParameterError, ProductList, QuantitySeries};
use crate::response::{
    ErrorResponse, ProductListResponse, QuantityRow, QuantitySeriesResponse, SUCCESS,
};

impl ParameterError {
    /// The documented error shape, `{"message":"…"}`.
    pub fn to_response(&self) -> ErrorResponse {
        ErrorResponse {
            message: self.sentence.clone(),
        }
    }
}

pub(super) fn quantity_series(series: &QuantitySeries) -> QuantitySeriesResponse {
    let data = series
        .points
        .iter()
        .map(|point| QuantityRow {
            time: point.time.clone(),
            purchase_quantity: point.purchase_quantity,
        })
        .collect();
    QuantitySeriesResponse {
        message: SUCCESS.to_owned(),
        data,
    }
}

pub(super) fn product_list(list: &ProductList) -> ProductListResponse {
    ProductListResponse {
        products: list.products.clone(),
        message: SUCCESS.to_owned(),
    }
}
