//! From a report's answer to the documented response that says it.

use crate::report::{
    InvalidParameter, ParameterError, ProductList, QuantitySeries, SupplierParameterErrors,
};
use crate::response::{
    CodedErrorResponse, ErrorResponse, FieldError, FieldValidation, MISSING_HEADERS,
    ProductListResponse, QuantityRow, QuantitySeriesResponse, SUCCESS, UNEDITABLE_ENTITY,
};

impl ParameterError {
    /// The documented error shape, `{"message":"…"}`.
    pub fn to_response(&self) -> ErrorResponse {
        ErrorResponse {
            message: self.sentence.clone(),
        }
    }
}

impl SupplierParameterErrors {
    /// The documented error shape, `{"code":"…","message":"…","meta":[…]}`: that of a 400 when the
    /// header with the company is missing, else that of a 422 with an entry per wrong field.
    pub fn to_response(&self) -> CodedErrorResponse {
        let (code, meta) = match self {
            Self::MissingCompany => (MISSING_HEADERS, Vec::new()),
            Self::Invalid(wrong) => (UNEDITABLE_ENTITY, wrong.iter().map(field_error).collect()),
        };
        CodedErrorResponse {
            code: code.to_owned(),
            message: self.to_string(),
            meta,
        }
    }
}

fn field_error(wrong: &InvalidParameter) -> FieldError {
    FieldError {
        field: wrong.field.to_owned(),
        validations: vec![FieldValidation {
            kind: wrong.validation.kind.to_owned(),
            value: wrong.validation.values.clone(),
        }],
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
