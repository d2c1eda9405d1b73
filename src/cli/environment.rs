//! The environment variables of the process.

/// Looks up a variable; one that is not Unicode counts as missing.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
