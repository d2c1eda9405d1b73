//! Calls libraries that panic at some damaged bytes, which then refuse the input like any other damage.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
}

/// The result of a call; `None` if the library panicked.
pub(super) fn catch_library_panic<T>(call: impl FnOnce() -> T) -> Option<T> {
    let outer = IS_CALLING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call)).ok();
    IS_CALLING.set(outer);
    result
}

/// Whether a panic of this thread is caught, and becomes the refusal of an input.
pub fn is_in_library_call() -> bool {
    IS_CALLING.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_only_in_the_call() {
        assert!(!is_in_library_call());
        assert_eq!(catch_library_panic(is_in_library_call), Some(true));
        assert_eq!(catch_library_panic(|| assert!(!is_in_library_call())), None);
        assert!(!is_in_library_call());
    }
}
