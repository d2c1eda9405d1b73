//! Records through the whole room: text in, verdicts and columns out.

mod amounts;
mod fixture;
mod hostile;
mod records;
mod rows;
mod rule_examples;
mod states;
mod times;
mod wrong_kinds;
