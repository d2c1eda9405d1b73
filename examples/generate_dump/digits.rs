//! Numbers to text without allocation: integers come in, decimal digits are appended to a buffer.

/// Appends `value` in decimal.
pub(crate) fn push_u64(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = value;
    loop {
        at -= 1;
        digits[at] = b'0' + last_digit(rest);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends the last `width` digits of `value`, padded with zeros.
pub(crate) fn push_padded(out: &mut Vec<u8>, value: u64, width: usize) {
    let start = out.len();
    out.resize(start + width, b'0');
    let mut rest = value;
    for slot in out[start..].iter_mut().rev() {
        *slot = b'0' + last_digit(rest);
        rest /= 10;
    }
}

/// Appends `value` in lower-case hexadecimal, `width` digits.
pub(crate) fn push_hex(out: &mut Vec<u8>, value: u64, width: usize) {
    let start = out.len();
    out.resize(start + width, b'0');
    let mut rest = value;
    for slot in out[start..].iter_mut().rev() {
        *slot = b"0123456789abcdef"
            [usize::from(u8::try_from(rest & 0xf).expect("four bits fit a byte"))];
        rest >>= 4;
    }
}

/// Appends an amount given in units of `10^-decimals`, with all its decimals or, if `trim`, without trailing zeros.
pub(crate) fn push_amount(out: &mut Vec<u8>, units: i64, decimals: usize, trim: bool) {
    if units < 0 {
        out.push(b'-');
    }
    let scale = 10_u64.pow(u32::try_from(decimals).expect("a currency has a handful of decimals"));
    push_u64(out, units.unsigned_abs() / scale);
    if decimals == 0 {
        return;
    }
    out.push(b'.');
    push_padded(out, units.unsigned_abs() % scale, decimals);
    if trim {
        while out.last() == Some(&b'0') {
            out.pop();
        }
        if out.last() == Some(&b'.') {
            out.pop();
        }
    }
}

fn last_digit(value: u64) -> u8 {
    u8::try_from(value % 10).expect("a digit fits a byte")
}
