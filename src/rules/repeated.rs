//! Repeated literals for long examples.

/// A literal repeated 16, 256 or 4096 times, as a literal again.
macro_rules! repeated {
    (16, $text:expr) => {
        concat!(
            $text, $text, $text, $text, $text, $text, $text, $text, $text, $text, $text, $text,
            $text, $text, $text, $text
        )
    };
    (256, $text:expr) => {
        repeated!(16, repeated!(16, $text))
    };
    (4096, $text:expr) => {
        repeated!(16, repeated!(256, $text))
    };
}

pub(super) use repeated;
