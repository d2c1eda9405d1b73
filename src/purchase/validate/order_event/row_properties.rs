//! The properties of a row: what the order and its line have beyond the columns.

use super::line::OrderLine;
use super::members::JsonMember;

/// Keys of the order that are columns, or rows.
const NOT_OF_ORDER: [&str; 2] = ["currency", "products"];

/// Keys of a line that are columns.
const NOT_OF_ITEM: [&str; 3] = ["product_id", "quantity", "price"];

/// The members of an order, as texts of JSON between the braces.
pub(super) struct RowProperties {
    /// All of them, for the first line.
    all: String,
    /// Without arrays and objects, for the other lines.
    plain: String,
}

impl RowProperties {
    pub(super) fn new(members: &[JsonMember<'_>]) -> Self {
        let of_order =
            |member: &&JsonMember<'_>| !NOT_OF_ORDER.iter().any(|key| member.has_key(key));
        let of_order = || members.iter().filter(of_order);
        Self {
            all: joined(of_order()),
            plain: joined(of_order().filter(|member| !member.is_nested())),
        }
    }

    /// The bytes that every line has.
    pub(super) fn repeated_bytes(&self) -> usize {
        self.plain.len()
    }

    /// The properties of a line, as a compact JSON object.
    pub(super) fn of_line(&self, line: &OrderLine<'_>, number: usize, lines: usize) -> String {
        let order = if number == 0 { &self.all } else { &self.plain };
        let of_item = |member: &&JsonMember<'_>| !NOT_OF_ITEM.iter().any(|key| member.has_key(key));
        let item = joined(line.members.iter().filter(of_item));
        format!(r#"{{"line":{number},"lines":{lines},"order":{{{order}}},"item":{{{item}}}}}"#)
    }
}

fn joined<'a>(members: impl Iterator<Item = &'a JsonMember<'a>>) -> String {
    let texts = members.map(|member| format!("\"{}\":{}", member.key.raw, member.value));
    texts.collect::<Vec<_>>().join(",")
}
