//! Refused parameters as the documented error responses.

use super::RenderError;
use super::json::json_bytes;
use crate::report::{InvalidParameter, ParameterError, ParameterRefusal, SupplierParameterErrors};
use crate::response::{
    CodedErrorResponse, ErrorResponse, FieldError, FieldValidation, MISSING_HEADERS,
    UNEDITABLE_ENTITY,
};

/// The documented error for refused parameters, as written to stdout: `{"message":"…"}` for a
/// series, `{"code":"…","message":"…","meta":[…]}` for the supplier purchases.
///
/// # Errors
/// [`RenderError::Json`] when the JSON writer fails.
pub fn error_document(refusal: &ParameterRefusal) -> Result<Vec<u8>, RenderError> {
    match refusal {
        ParameterRefusal::Series(error) => json_bytes(&error.to_response()),
        ParameterRefusal::Supplier(errors) => json_bytes(&errors.to_response()),
    }
}

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
