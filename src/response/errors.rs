//! The error responses of the endpoints.

use serde::{Deserialize, Serialize};

/// The documented example of the `code` of a 400: a required header is missing.
pub const MISSING_HEADERS: &str = "missing_headers";

/// The documented example of the `code` of a 422, spelled as documented.
pub const UNEDITABLE_ENTITY: &str = "uneditable_entity";

/// The error response of the series and product list endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorResponse {
    /// The error as a sentence.
    pub message: String,
}

/// The error response of the supplier purchases endpoint, with status 400 or 422.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodedErrorResponse {
    /// "Código de erro."
    pub code: String,
    /// "Descrição do erro."
    pub message: String,
    /// "Dados adicionais sobre o erro.": one entry per invalid field for a 422, empty for a 400.
    pub meta: Vec<FieldError>,
}

/// One invalid field of a [`CodedErrorResponse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// "Nome do campo no qual existe um erro de validação."
    pub field: String,
    /// The validations that failed.
    pub validations: Vec<FieldValidation>,
}

/// One failed validation. Of the types of the API only `Required` is documented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValidation {
    /// "Tipo da validação aplicada."
    #[serde(rename = "type")]
    pub kind: String,
    /// "Tipo de valor aplicável (esse campo pode ser vazio)."
    pub value: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coded_error_has_the_documented_keys_in_the_documented_order() {
        let error = CodedErrorResponse {
            code: UNEDITABLE_ENTITY.to_owned(),
            message: "description error".to_owned(),
            meta: vec![FieldError {
                field: "name".to_owned(),
                validations: vec![FieldValidation {
                    kind: "Required".to_owned(),
                    value: Vec::new(),
                }],
            }],
        };
        // The values are the examples of the documentation.
        let expected = r#"{"code":"uneditable_entity","message":"description error","meta":[{"field":"name","validations":[{"type":"Required","value":[]}]}]}"#;
        assert_eq!(serde_json::to_string(&error).expect("plain data"), expected);
        let read: CodedErrorResponse = serde_json::from_str(expected).expect("the shape");
        assert_eq!(read, error);
    }
}
