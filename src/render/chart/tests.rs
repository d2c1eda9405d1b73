//! Charts as a whole.
