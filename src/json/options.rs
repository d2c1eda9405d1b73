//! Reader options, and the types of JSON values.

/// How strictly a text is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonOptions {
    /// Accept trailing commas and comments.
    pub lenient: bool,
    /// Maximum nesting depth of arrays and objects.
    pub max_depth: usize,
}

impl Default for JsonOptions {
    /// Strict, 64 levels: dumps nest five levels deep, and the stack of a parser is finite.
    fn default() -> Self {
        Self {
            lenient: false,
            max_depth: 64,
        }
    }
}

/// The type of a JSON value, determined by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// `-` or a digit
    Number,
    /// `true` or `false`
    Boolean,
    /// `null`
    Null,
}
