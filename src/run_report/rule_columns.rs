//! A rule in a summary for people: its code, how often it is broken, and the share of the records.

/// The columns of a rule; `share` is [`percent_of`](crate::values::percent_of) the records read.
pub fn rule_columns(code: &str, count: u64, share: Option<&str>) -> String {
    let columns = format!("{code:<22}{count:>10}{:>11}", share.unwrap_or_default());
    columns.trim_end().to_owned()
}
