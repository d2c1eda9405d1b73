//! The window of a terminal that a text is laid out for.

/// The window of a terminal. Without one, a text has no colours, and nothing in it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns of characters.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// Whether text may have colours.
    pub has_colours: bool,
}
