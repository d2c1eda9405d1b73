//! Converts the answers of reports to the documented responses.

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
    /// header with the company is missing, otherwise that of a 422 with one entry per invalid
    /// field.
    pub fn to_response(&self) -> CodedErrorResponse {
        let (code, meta) = match self {
            Self::MissingCompany => (MISSING_HEADERS, Vec::new()),
            Self::Invalid(invalid) => {
                (UNEDITABLE_ENTITY, invalid.iter().map(field_error).collect())
            }
        };
        CodedErrorResponse {
            code: code.to_owned(),
            message: self.to_string(),
            meta,
        }
    }
}

fn field_error(invalid: &InvalidParameter) -> FieldError {
    FieldError {
        field: invalid.field.to_owned(),
        validations: vec![FieldValidation {
            kind: invalid.validation.kind.to_owned(),
            value: invalid.validation.values.clone(),
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
