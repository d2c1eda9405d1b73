//! Maps CSV headers to canonical fields.
//!
//! The record kinds implement [`ColumnAliases`] over their alias tables; this module only defines how
//! headers are compared ([`normalise_header`]) and the value types of fields. An unknown header has no
//! role, and its values are stored as extra fields.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The value type of a column; it determines which evidence the column can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsvValueType {
    /// Kept unchanged.
    Text,
    /// An exact decimal; its column has a decimal sign.
    Decimal,
    /// A whole number.
    Integer,
    /// An instant; its column has a date order.
    Timestamp,
    /// A calendar date; its column has a date order.
    Date,
    /// Yes or no.
    Boolean,
    /// JSON text.
    Json,
}

impl CsvValueType {
    /// Whether the column has a decimal sign to detect.
    pub fn has_decimal_sign(self) -> bool {
        self == Self::Decimal
    }

    /// Whether the column has a date order to detect.
    pub fn has_date_order(self) -> bool {
        matches!(self, Self::Timestamp | Self::Date)
    }
}

/// A canonical field that a column may be mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnRole {
    /// Canonical name, as written in a mapping.
    pub name: &'static str,
    /// The type of its values.
    pub value_type: CsvValueType,
}

/// The alias table of a record kind.
pub trait ColumnAliases {
    /// The position in [`ColumnAliases::roles`] of the field for a header, normalised by
    /// [`normalise_header`].
    fn role_of(&self, normalised_header: &str) -> Option<usize>;

    /// The fields that columns can be mapped to.
    fn roles(&self) -> &'static [ColumnRole];

    /// The field in whose place this one is read: a header gives it to a column only if no column
    /// fills that field.
    fn replaced_field(&self, _role: usize) -> Option<usize> {
        None
    }

    /// The key of a property column, in its original spelling. The header is not normalised.
    fn property_of(&self, header: &str) -> Option<String> {
        property_key(header)
    }

    /// Whether an unmapped column is documented for a file with these normalised headers: it is stored
    /// as an extra field without a warning.
    fn is_documented(&self, _header: &str, _headers: &[String]) -> bool {
        false
    }

    /// Whether files with these normalised headers are written by a program that always uses a decimal
    /// point.
    fn has_decimal_point(&self, _headers: &[String]) -> bool {
        false
    }

    /// Whether a normalised header is Portuguese, which makes day-first dates and a decimal comma
    /// likely.
    fn is_portuguese(&self, normalised_header: &str) -> bool {
        normalised_header.starts_with("propriedades_") || is_portuguese_word(normalised_header)
    }
}

/// The Portuguese headers of both record kinds: a file of one kind may have columns of the other, so
/// that the table of fields of one kind does not have all of them. Words that are also English
/// (`total`, `status`, `id`, `email`) are not among them.
pub const PORTUGUESE_HEADERS: [&str; 41] = [
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

/// Whether a normalised header is one of the usual Portuguese names.
pub fn is_portuguese_word(normalised_header: &str) -> bool {
    PORTUGUESE_HEADERS.contains(&normalised_header)
}

/// The prefixes of property columns.
const PROPERTY_PREFIXES: [&str; 2] = ["properties.", "propriedades."];

/// The key after `properties.` or `propriedades.`, or `None` for any other header.
///
/// The prefix is compared ignoring case; the key keeps its spelling.
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

/// The normal form for comparing headers: trimmed, without byte order mark and accents,
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

    /// The aliases of customer purchases that the tests need.
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
