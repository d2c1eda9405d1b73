//! Which column means what: a header text comes in, the place of a canonical field comes out.
//!
//! The record kinds implement [`ColumnAliases`] over their alias tables; this room only knows how a
//! header is compared ([`normalise_header`]) and which form of value a field holds. A header that
//! no table knows is not refused here: it has no role, and its values travel on as extra fields.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The form of value a column holds; it decides what evidence the column can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsvValueType {
    /// Kept as it is.
    Text,
    /// An exact decimal: its column has a decimal sign.
    Decimal,
    /// A whole number.
    Integer,
    /// A point in time: its column has a date order.
    Timestamp,
    /// A calendar date: its column has a date order.
    Date,
    /// Yes or no.
    Boolean,
    /// JSON text.
    Json,
}

impl CsvValueType {
    /// Whether the column has a decimal sign to be found.
    pub fn has_decimal_sign(self) -> bool {
        self == Self::Decimal
    }

    /// Whether the column has a date order to be found.
    pub fn has_date_order(self) -> bool {
        matches!(self, Self::Timestamp | Self::Date)
    }
}

/// One canonical field that a column may fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnRole {
    /// Canonical name, as users write it in a mapping.
    pub name: &'static str,
    /// What its values look like.
    pub value_type: CsvValueType,
}

/// The alias table of one record kind.
pub trait ColumnAliases {
    /// The position in [`ColumnAliases::roles`] of the field that a header of this name fills. The name
    /// has gone through [`normalise_header`].
    fn role_of(&self, normalised_header: &str) -> Option<usize>;

    /// The fields that columns can fill.
    fn roles(&self) -> &'static [ColumnRole];

    /// The key of a property column, in its original spelling. The header comes as written.
    fn property_of(&self, header: &str) -> Option<String> {
        property_key(header)
    }

    /// Whether a column that fills no field is documented for a file with these headers, all of them
    /// normalised: it is kept as an extra field, and that needs no note.
    fn is_documented(&self, _header: &str, _headers: &[String]) -> bool {
        false
    }

    /// Whether a program wrote the numbers of a file with these headers, all of them normalised,
    /// always with a decimal point.
    fn has_decimal_point(&self, _headers: &[String]) -> bool {
        false
    }

    /// Whether a normalised header is Portuguese; one such header makes day-first dates and a
    /// decimal comma likely.
    fn is_portuguese(&self, normalised_header: &str) -> bool {
        normalised_header.starts_with("propriedades_")
            || PORTUGUESE_HEADERS.contains(&normalised_header)
    }
}

/// Portuguese names in the alias tables of both record kinds; those that are English as well
/// (`total`, `status`, `id`, `email`) prove nothing and are left out.
const PORTUGUESE_HEADERS: [&str; 41] = [
    "atualizado_em",
    "codigo",
    "criado_em",
    "data",
    "data_compra",
    "data_hora",
    "data_registro",
    "desconto",
    "empresa_id",
    "excluido",
    "fornecedor",
    "frete_pago",
    "id_compra",
    "id_empresa",
    "id_fornecedor",
    "id_produto",
    "id_transportadora",
    "id_usuario_externo",
    "moeda",
    "nf",
    "nota_fiscal",
    "numero_nota",
    "numero_pedido",
    "obs",
    "observacoes",
    "outras_despesas",
    "pedido",
    "preco",
    "produto",
    "propriedades",
    "qtd",
    "quantidade",
    "saida_estoque",
    "serie",
    "situacao",
    "telefone",
    "transportadora",
    "valor",
    "valor_frete",
    "valor_itens",
    "valor_unitario",
];

/// The spellings that open a property column.
const PROPERTY_PREFIXES: [&str; 2] = ["properties.", "propriedades."];

/// The key behind `properties.` or `propriedades.`, or `None` for any other header.
///
/// The prefix is compared without regard to case; the key keeps its spelling.
///
/// ```
/// use purchase_etl::input::csv::columns::property_key;
///
/// assert_eq!(property_key("propriedades.Cor da Peça").as_deref(), Some("Cor da Peça"));
/// assert_eq!(property_key("properties"), None);
/// ```
pub fn property_key(header: &str) -> Option<String> {
    let header = trim_header(header);
    PROPERTY_PREFIXES.iter().find_map(|prefix| {
        let (start, key) = header.split_at_checked(prefix.len())?;
        (start.eq_ignore_ascii_case(prefix) && !key.is_empty()).then(|| key.to_owned())
    })
}

/// The form in which headers are compared: trimmed, without byte order mark and accents,
/// lower-case, with `_` for every space, dot and dash.
///
/// ```
/// use purchase_etl::input::csv::columns::normalise_header;
///
/// assert_eq!(normalise_header("\u{feff} Preço Unitário"), "preco_unitario");
/// ```
pub fn normalise_header(text: &str) -> String {
    let plain: String = trim_header(text)
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect();
    plain
        .trim()
        .chars()
        .map(|character| match character {
            '.' | '-' | '\u{2010}'..='\u{2015}' => '_',
            space if space.is_whitespace() => '_',
            other => other,
        })
        .collect()
}

/// A header without outer spaces and byte order mark.
pub(super) fn trim_header(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The customer purchase's aliases as far as the tests of this room need them.
    #[derive(Debug)]
    pub(crate) struct TestColumns;

    const ROLES: [ColumnRole; 7] = [
        ColumnRole {
            name: "product_id",
            value_type: CsvValueType::Text,
        },
        ColumnRole {
            name: "price",
            value_type: CsvValueType::Decimal,
        },
        ColumnRole {
            name: "quantity",
            value_type: CsvValueType::Integer,
        },
        ColumnRole {
            name: "time",
            value_type: CsvValueType::Timestamp,
        },
        ColumnRole {
            name: "currency",
            value_type: CsvValueType::Text,
        },
        ColumnRole {
            name: "properties",
            value_type: CsvValueType::Json,
        },
        ColumnRole {
            name: "external_id",
            value_type: CsvValueType::Text,
        },
    ];

    impl ColumnAliases for TestColumns {
        fn role_of(&self, normalised_header: &str) -> Option<usize> {
            match normalised_header {
                "product_id" | "product" | "produto" | "id_produto" => Some(0),
                "price" | "preco" | "valor" | "valor_unitario" => Some(1),
                "quantity" | "qty" | "quantidade" | "qtd" => Some(2),
                "time" | "timestamp" | "purchased_at" | "data" | "data_hora" => Some(3),
                "currency" | "moeda" => Some(4),
                "properties" => Some(5),
                "external_id" | "external_user_id" => Some(6),
                _ => None,
            }
        }

        fn roles(&self) -> &'static [ColumnRole] {
            &ROLES
        }
    }

    #[test]
    fn headers_lose_mark_accents_case_spaces_dots_and_dashes() {
        for (written, compared) in [
            ("\u{feff}external_id", "external_id"),
            ("  Preço  ", "preco"),
            ("VALOR-UNITÁRIO", "valor_unitario"),
            ("data.hora", "data_hora"),
            ("Data\u{a0}Hora", "data_hora"),
            ("Situação", "situacao"),
            ("TIME", "time"),
            ("", ""),
        ] {
            assert_eq!(normalise_header(written), compared, "{written:?}");
        }
    }

    #[test]
    fn property_columns_keep_the_spelling_of_their_key() {
        assert_eq!(property_key("Properties.Cor").as_deref(), Some("Cor"));
        assert_eq!(property_key(" propriedades.a.b ").as_deref(), Some("a.b"));
        for other in ["properties", "properties.", "prop.x", "proprie\u{e7}", ""] {
            assert_eq!(property_key(other), None, "{other:?}");
        }
    }

    #[test]
    fn portuguese_is_recognised_by_its_own_words_only() {
        assert!(TestColumns.is_portuguese("preco"));
        assert!(TestColumns.is_portuguese("propriedades_cor"));
        assert!(!TestColumns.is_portuguese("total"));
        assert!(!TestColumns.is_portuguese("price"));
    }

    proptest! {
        #[test]
        fn normalising_twice_is_normalising_once(text in "[\\PC\\s]{0,24}") {
            let once = normalise_header(&text);
            prop_assert_eq!(normalise_header(&once), once);
        }
    }
}
