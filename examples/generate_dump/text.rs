//! Texts inside JSON and CSV: bytes come in, quoted and escaped bytes are appended.

use crate::digits::{push_hex, push_padded};

/// Appends UTF-8 bytes as a JSON string; with `ascii`, letters beyond ASCII as `\u` escapes.
pub(crate) fn push_json_string(out: &mut Vec<u8>, bytes: &[u8], ascii: bool) {
    out.push(b'"');
    let plain =
        |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\' && !(ascii && byte >= 0x80);
    if bytes.iter().all(|&byte| plain(byte)) {
        out.extend_from_slice(bytes);
    } else if ascii {
        for unit in String::from_utf8_lossy(bytes).encode_utf16() {
            match u8::try_from(unit) {
                Ok(byte) if byte < 0x80 => push_byte(out, byte),
                _ => push_escape(out, unit),
            }
        }
    } else {
        for &byte in bytes {
            push_byte(out, byte);
        }
    }
    out.push(b'"');
}

fn push_byte(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\t' => out.extend_from_slice(b"\\t"),
        0..0x20 => {
            out.extend_from_slice(b"\\u");
            push_padded(out, u64::from(byte / 16), 3);
            push_hex(out, u64::from(byte % 16), 1);
        }
        _ => out.push(byte),
    }
}

fn push_escape(out: &mut Vec<u8>, unit: u16) {
    out.extend_from_slice(b"\\u");
    push_hex(out, u64::from(unit), 4);
}

/// Appends a field of a CSV row, quoted if necessary.
pub(crate) fn push_csv_field(out: &mut Vec<u8>, bytes: &[u8], delimiter: u8) {
    let plain = |byte: u8| byte != delimiter && !matches!(byte, b'"' | b'\n' | b'\r');
    if bytes.iter().all(|&byte| plain(byte)) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for &byte in bytes {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
