//! The reference page of the columns of the tables of purchases and of the headers that fill them,
//! as Markdown, from the tables of fields.

use std::fmt::Write;

use arrow::datatypes::{DataType, Field, Schema};

use super::reference_page::{cell, header};
use crate::lake::{STATE_COLUMNS, state_columns};
use crate::purchase;
use crate::record::LINEAGE_COLUMNS;
use crate::supplier_purchase;

/// A column: its name and its content.
type ColumnText = (&'static str, &'static str);

/// The page.
pub fn columns_page() -> String {
    let mut text = header("columns", "Columns and headers");
    text.push_str(
        "\nThe columns of the tables of purchases, in their order, and the headers of delimited \
         text that fill them. [Tables and columns](tables.md) describes all tables, \
         [delimited text](csv.md) how headers are compared.\n",
    );
    text.push_str("\n## purchases\n");
    let mut columns: Vec<ColumnText> = Vec::new();
    for column in purchase::table_columns() {
        columns.push((column.name, column.meaning));
    }
    columns.extend(LINEAGE_COLUMNS);
    add_columns(&mut text, &purchase::columns::schema(), &columns);
    let date = "partition: the UTC day of `time`; it is in the path, not in the files";
    add_partition(&mut text, purchase::columns::PARTITION_COLUMN, "date", date);
    add_headers_title(&mut text);
    for spec in &purchase::FIELDS {
        if let Some((name, _)) = spec.csv {
            add_headers(&mut text, name, "", spec.headers, spec.portuguese_headers);
        }
    }
    text.push_str("\n## supplier_purchases\n");
    let mut columns: Vec<ColumnText> = Vec::new();
    for spec in &supplier_purchase::FIELDS {
        columns.extend(spec.column.map(|column| (column, spec.meaning)));
        columns.extend(spec.offset_column.map(|column| (column, OFFSET)));
    }
    columns.extend(supplier_purchase::columns::DERIVED_COLUMNS);
    columns.extend(LINEAGE_COLUMNS);
    add_columns(&mut text, &supplier_purchase::columns::schema(), &columns);
    let [company, month] = supplier_purchase::columns::PARTITION_COLUMNS;
    let content = "partition; 0 for `unknown`; it is in the path, not in the files";
    add_partition(&mut text, company, "int64", content);
    let content = "partition: the month of `registration_date`, `2026-10`; in the path too";
    add_partition(&mut text, month, "string", content);
    add_headers_title(&mut text);
    for (name, path, headers, portuguese) in supplier_purchase::csv_headers() {
        add_headers(&mut text, name, path, headers, portuguese);
    }
    text.push_str("\n## supplier_versions\n\nThe columns of `supplier_purchases`, and then:\n");
    let fields: Vec<Field> = state_columns().into();
    add_columns(&mut text, &Schema::new(fields), &STATE_COLUMNS);
    let content = "partition, as in `supplier_purchases`; the month is no partition";
    add_partition(&mut text, company, "int64", content);
    text
}

/// The content of the second column of a time.
const OFFSET: &str = "the offset it was written with, or that of the default zone";

fn add_columns(text: &mut String, schema: &Schema, columns: &[ColumnText]) {
    text.push_str("\n| column | type | null | content |\n|---|---|---|---|\n");
    for field in schema.fields() {
        let mut found = columns.iter().filter(|(name, _)| name == field.name());
        let content = found.next().map_or("", |(_, content)| content);
        let null = if field.is_nullable() { "yes" } else { "no" };
        let name = field.name();
        let data_type = type_name(field.data_type());
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{name}` | {data_type} | {null} | {} |",
            cell(content)
        );
    }
}

fn add_partition(text: &mut String, name: &str, data_type: &str, content: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "| `{name}` | {data_type} | no | {content} |");
}

fn add_headers_title(text: &mut String) {
    text.push_str(
        "\nHeaders of delimited text:\n\n| field | headers | Portuguese headers |\n|---|---|---|\n",
    );
}

fn add_headers(text: &mut String, name: &str, path: &str, headers: &[&str], portuguese: &[&str]) {
    let list = |headers: &mut dyn Iterator<Item = &str>| {
        let quoted: Vec<String> = headers.map(|header| format!("`{header}`")).collect();
        quoted.join(", ")
    };
    let path = Some(path).filter(|path| !path.is_empty() && *path != name);
    let own = [name].into_iter().chain(path);
    let own = list(&mut own.chain(headers.iter().copied()));
    let portuguese = list(&mut portuguese.iter().copied());
    // Writing to a String cannot fail.
    let _ = writeln!(text, "| `{name}` | {own} | {portuguese} |");
}

fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::Dictionary(..) => "string".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp (µs, UTC)".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        other => other.to_string().to_lowercase(),
    }
}
