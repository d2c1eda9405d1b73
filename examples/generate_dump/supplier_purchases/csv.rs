//! CSV as Brazilian systems write it: a sheet comes in, one row in Windows-1252 goes out, with `;`, decimal comma,
//! dd/mm/yyyy, local times without an offset and words in Portuguese. What has no such form stays as it is.

use super::record_fields::{Damage, Key, MONEY, RecordFields};
use crate::digits::push_u64;
use crate::field::{Field, Form};
use crate::text::push_csv_field;

/// What stands in a column.
#[derive(Clone, Copy)]
enum Column {
    Company,
    Text(Key),
    Day(Key),
    Time(Key),
    Money(Key),
    Flag(Key),
    Status,
    /// The currency of the row.
    Currency,
    /// That of the shipping, where it is another one.
    ShippingCurrency,
    /// Whether the purchase is deleted.
    Excluded,
}

const COLUMNS: [(&str, Column); 27] = [
    ("Id Empresa", Column::Company),
    ("Id Compra", Column::Text(Key::Id)),
    ("Data Compra", Column::Day(Key::Date)),
    ("Id Fornecedor", Column::Text(Key::SupplierId)),
    ("Fornecedor", Column::Text(Key::SupplierName)),
    ("Série", Column::Text(Key::InvoiceSerie)),
    ("Número Nota", Column::Text(Key::InvoiceNumber)),
    ("Código", Column::Text(Key::Code)),
    ("Valor Itens", Column::Money(Key::Items)),
    ("Desconto", Column::Money(Key::Discount)),
    ("Outras Despesas", Column::Money(Key::Other)),
    ("Total", Column::Money(Key::Total)),
    ("Moeda", Column::Currency),
    ("Observações", Column::Text(Key::Notes)),
    ("Frete Pago", Column::Flag(Key::PayShipping)),
    ("Id Transportadora", Column::Text(Key::CarrierId)),
    ("Transportadora", Column::Text(Key::CarrierName)),
    ("Valor Frete", Column::Money(Key::Shipping)),
    ("shipping_value_currency", Column::ShippingCurrency),
    ("Situação", Column::Status),
    ("Número Pedido", Column::Text(Key::OrderNumber)),
    ("Saída Estoque", Column::Flag(Key::MovementOut)),
    ("Excluído", Column::Excluded),
    ("were_stock_movements_deleted", Column::Flag(Key::Deleted)),
    ("Criado em", Column::Time(Key::Created)),
    ("Atualizado em", Column::Time(Key::Updated)),
    ("Origem", Column::Text(Key::Unknown)),
];
/// The last column is one that no document knows; it is left away.
const WRITTEN: usize = COLUMNS.len() - 1;

/// The header row, with its line end.
pub(super) fn header(out: &mut Vec<u8>) {
    for (at, (name, _)) in COLUMNS.iter().take(WRITTEN).enumerate() {
        if at > 0 {
            out.push(b';');
        }
        push_windows_1252(out, name);
    }
    out.extend_from_slice(b"\r\n");
}

/// One row, without its line end.
pub(super) fn row(out: &mut Vec<u8>, fields: &RecordFields, company: u64) {
    let mut cell = Vec::new();
    let mut encoded = Vec::new();
    for (at, &(_, column)) in COLUMNS.iter().take(WRITTEN).enumerate() {
        if at > 0 {
            out.push(b';');
        }
        cell.clear();
        push_cell(&mut cell, column, fields, company);
        encoded.clear();
        push_windows_1252(&mut encoded, &String::from_utf8_lossy(&cell));
        push_csv_field(out, &encoded, b';');
    }
    if fields.damage == Some(Damage::ExtraColumn) {
        out.extend_from_slice(b";sobra");
    }
}

/// Whether the row has a local time, without an offset.
pub(super) fn lacks_offset(fields: &RecordFields) -> bool {
    [Key::Created, Key::Updated]
        .iter()
        .any(|&key| local_time(fields.field(key)).is_some())
}

fn push_cell(cell: &mut Vec<u8>, column: Column, fields: &RecordFields, company: u64) {
    match column {
        Column::Company => {
            let other = fields.damage == Some(Damage::OtherCompany);
            push_u64(cell, company + u64::from(other));
        }
        Column::Text(key) => push_field(cell, fields.field(key)),
        Column::Day(key) => match split_day(bytes_of(fields.field(key))) {
            Some(parts) => push_day(cell, parts),
            None => push_field(cell, fields.field(key)),
        },
        Column::Time(key) => match local_time(fields.field(key)) {
            Some(bytes) => {
                push_day(
                    cell,
                    split_day(&bytes[..10]).expect("a time begins with its day"),
                );
                cell.push(b' ');
                cell.extend_from_slice(&bytes[11..19]);
            }
            None => push_field(cell, fields.field(key)),
        },
        Column::Money(key) => push_money(cell, fields.field(key), fields.style.signed),
        Column::Flag(key) => push_flag(cell, fields.field(key), fields.style.signed),
        Column::Status => match bytes_of(fields.field(Key::Status)) {
            b"pending" => cell.extend_from_slice(b"Aguardando"),
            b"received" => cell.extend_from_slice(b"Entregue"),
            _ => push_field(cell, fields.field(Key::Status)),
        },
        Column::Currency if fields.no_currency => {}
        Column::Currency => {
            // That of the shipping comes last in the list and may be another one.
            let mut named = MONEY.iter().rev().map(|&(_, code)| fields.field(code));
            let shipping = named.next();
            let code = named
                .chain(shipping)
                .find(|field| field.form != Form::Absent);
            cell.extend_from_slice(code.map_or(&[][..], bytes_of));
        }
        Column::ShippingCurrency => {
            let (code, total) = (
                fields.field(Key::ShippingCurrency),
                fields.field(Key::TotalCurrency),
            );
            if total.form != Form::Absent && bytes_of(code) != bytes_of(total) {
                push_field(cell, code);
            }
        }
        Column::Excluded => {
            let deleted = fields.field(Key::Deleted).form != Form::Absent;
            push_text(cell, if deleted { "sim" } else { "não" });
        }
    }
}

fn push_field(cell: &mut Vec<u8>, field: &Field) {
    cell.extend_from_slice(bytes_of(field));
}

/// What stands in a field; of an absent one nothing, whatever its buffer has left.
fn bytes_of(field: &Field) -> &[u8] {
    match field.form {
        Form::Absent => &[],
        Form::Text | Form::Raw => &field.bytes,
    }
}

fn push_text(cell: &mut Vec<u8>, text: &str) {
    cell.extend_from_slice(text.as_bytes());
}

/// Year, month and day of `2026-10-31`.
fn split_day(bytes: &[u8]) -> Option<[&[u8]; 3]> {
    let shaped = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    shaped.then(|| [&bytes[..4], &bytes[5..7], &bytes[8..]])
}

fn push_day(cell: &mut Vec<u8>, [year, month, day]: [&[u8]; 3]) {
    for (part, end) in [(day, "/"), (month, "/"), (year, "")] {
        cell.extend_from_slice(part);
        push_text(cell, end);
    }
}

/// The text of a time to the second that is written as São Paulo's clocks have it.
fn local_time(field: &Field) -> Option<&[u8]> {
    let bytes = field.bytes.as_slice();
    let plain = bytes.len() == 19 || (bytes.len() == 25 && bytes.ends_with(b"-03:00"));
    (field.form == Form::Text && plain).then_some(bytes)
}

/// `1234.5` as `1.234,5`, now and then with its sign; what is no plain number as it is.
fn push_money(cell: &mut Vec<u8>, field: &Field, signed: bool) {
    let text = String::from_utf8_lossy(&field.bytes);
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    if field.form != Form::Raw || !plain {
        return push_field(cell, field);
    }
    if signed {
        push_text(cell, "R$ ");
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = whole.trim_start_matches('-');
    push_text(cell, if digits.len() < whole.len() { "-" } else { "" });
    for (at, digit) in digits.bytes().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            cell.push(b'.');
        }
        cell.push(digit);
    }
    // Without decimals, a point might be taken for the decimal sign.
    push_text(cell, ",");
    push_text(cell, if decimals.is_empty() { "00" } else { decimals });
}

fn push_flag(cell: &mut Vec<u8>, field: &Field, short: bool) {
    match (bytes_of(field), short) {
        (b"true", false) => push_text(cell, "sim"),
        (b"true", true) => push_text(cell, "S"),
        (b"false", false) => push_text(cell, "não"),
        (b"false", true) => push_text(cell, "n"),
        _ => push_field(cell, field),
    }
}

/// Appends a text in Windows-1252; letters that it has not are left away.
fn push_windows_1252(out: &mut Vec<u8>, text: &str) {
    out.extend(text.chars().filter_map(|letter| match letter {
        '\u{80}'..='\u{9f}' => None,
        _ => u8::try_from(u32::from(letter)).ok(),
    }));
}
