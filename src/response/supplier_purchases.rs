//! `GET /api/v3/purchases`: its metadata. The purchases contain amounts, see [`super`].

use serde::{Deserialize, Serialize};

/// `meta`: "Representa as informações de Metadado da paginação da listagem." All four are required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageMeta {
    /// "Página atual na paginação."
    pub current_page: u64,
    /// "Quantidade total de páginas."
    pub last_page: u64,
    /// "Quantidade de resultados por página."
    pub per_page: u64,
    /// "Quantidade total de itens."
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_is_that_of_the_documented_examples() {
        let meta = PageMeta {
            current_page: 1,
            last_page: 10,
            per_page: 20,
            total: 200,
        };
        let text = r#"{"current_page":1,"last_page":10,"per_page":20,"total":200}"#;
        assert_eq!(serde_json::to_string(&meta).expect("plain data"), text);
        let read: PageMeta = serde_json::from_str(text).expect("the shape");
        assert_eq!(read, meta);
        let without_total = r#"{"current_page":1,"last_page":10,"per_page":20}"#;
        assert!(serde_json::from_str::<PageMeta>(without_total).is_err());
    }
}
