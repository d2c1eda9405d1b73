//! The inputs of a run after their selection.

use crate::input::{Input, PassedOver};

/// The inputs of a run, and what is reported of those that are not among them.
pub(super) struct RunInputs {
    pub(super) inputs: Vec<Input>,
    pub(super) notes: Vec<String>,
    pub(super) passed_over: PassedOver,
}
