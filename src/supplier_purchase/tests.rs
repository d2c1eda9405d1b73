//! Records through all stages, from text to findings and columns.

mod adversarial;
mod amounts;
mod fixture;
mod marks;
mod records;
mod rows;
mod states;
mod times;
mod wrong_kinds;
