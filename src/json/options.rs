//! How a text is read, and what a value is.

/// How strictly a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonOptions {
    /// Accept trailing commas and comments.
    pub lenient: bool,
    /// Most nested arrays and objects.
    pub max_depth: usize,
}

impl Default for JsonOptions {
    /// Strict, 64 levels: dumps nest five deep, and a parser's stack is finite.
    fn default() -> Self {
        Self {
            lenient: false,
            max_depth: 64,
        }
    }
}

/// What a value is, told by its first byte.
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
