//! Primitive values of Avro's binary encoding (Apache Avro 1.11, "Primitive Types").

use super::fault::AvroFault;

/// The result of reading a variable-length integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VariableLong {
    /// The value, and the number of its bytes.
    Value(i64, usize),
    /// The bytes end within it.
    Incomplete,
    /// More than 64 bits.
    TooLong,
}

/// Bytes of the longest variable-length integer: 64 bits, seven in a byte.
pub(super) const MAX_LONG_BYTES: usize = 10;

/// Reads the variable-length zigzag integer at the start of `bytes`.
pub(super) fn variable_long(bytes: &[u8]) -> VariableLong {
    let mut value: u64 = 0;
    for (at, &byte) in bytes.iter().take(MAX_LONG_BYTES).enumerate() {
        // The tenth byte has one bit left.
        if at + 1 == MAX_LONG_BYTES && byte > 1 {
            return VariableLong::TooLong;
        }
        value |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            let magnitude = (value >> 1).cast_signed();
            let sign = (value & 1).cast_signed();
            return VariableLong::Value(magnitude ^ -sign, at + 1);
        }
    }
    if bytes.len() < MAX_LONG_BYTES {
        VariableLong::Incomplete
    } else {
        VariableLong::TooLong
    }
}

/// A position in the unpacked bytes of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct AvroCursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> AvroCursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes read so far.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// The bytes from an earlier offset to the cursor.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    /// The number of bytes that remain.
    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], AvroFault> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let Some(taken) = taken else {
            let missing = "the records are longer than the block";
            return Err(AvroFault::damaged(missing));
        };
        self.at += count;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], AvroFault> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn long(&mut self) -> Result<i64, AvroFault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match variable_long(rest) {
            VariableLong::Value(value, length) => {
                self.at += length;
                Ok(value)
            }
            VariableLong::TooLong => Err(AvroFault::damaged("an integer has more than 64 bits")),
            VariableLong::Incomplete => {
                let missing = "the records are longer than the block";
                Err(AvroFault::damaged(missing))
            }
        }
    }

    pub(super) fn int(&mut self) -> Result<i32, AvroFault> {
        let value = self.long()?;
        i32::try_from(value)
            .map_err(|_too_large| AvroFault::damaged("a value of type int has more than 32 bits"))
    }

    pub(super) fn boolean(&mut self) -> Result<bool, AvroFault> {
        match self.array::<1>()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => {
                let message = format!("a boolean is {other}, neither 0 nor 1");
                Err(AvroFault::damaged(message))
            }
        }
    }

    /// The bytes of a value with its length before it.
    pub(super) fn sized(&mut self) -> Result<&'a [u8], AvroFault> {
        let length = self.long()?;
        let Ok(length) = usize::try_from(length) else {
            let message = format!("a length is negative ({length})");
            return Err(AvroFault::damaged(message));
        };
        self.take(length)
    }

    /// An index below `count`, of a branch of a union or a symbol.
    pub(super) fn index(&mut self, what: &str, count: usize) -> Result<usize, AvroFault> {
        let index = self.long()?;
        let valid = usize::try_from(index).ok().filter(|index| *index < count);
        valid.ok_or_else(|| {
            AvroFault::damaged(format!("{what} has index {index}, and there are {count}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_the_specification_encodes_them() {
        // The table of Apache Avro 1.11, "Primitive Types", and the ends of the range.
        for (bytes, value) in [
            (&[0x00][..], 0),
            (&[0x01], -1),
            (&[0x02], 1),
            (&[0x03], -2),
            (&[0x7F], -64),
            (&[0x80, 0x01], 64),
            (
                &[0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
                i64::MAX,
            ),
            (
                &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
                i64::MIN,
            ),
        ] {
            assert_eq!(
                variable_long(bytes),
                VariableLong::Value(value, bytes.len())
            );
        }
        assert_eq!(variable_long(&[]), VariableLong::Incomplete);
        assert_eq!(variable_long(&[0x80; 9]), VariableLong::Incomplete);
        assert_eq!(variable_long(&[0x80; 11]), VariableLong::TooLong);
        let mut sixty_five_bits = [0x80; 10];
        sixty_five_bits[9] = 0x02;
        assert_eq!(variable_long(&sixty_five_bits), VariableLong::TooLong);
    }

    #[test]
    fn an_int_has_32_bits_and_a_boolean_two_values() {
        let int = |bytes: &[u8]| AvroCursor::new(bytes).int().ok();
        assert_eq!(int(&[0xFE, 0xFF, 0xFF, 0xFF, 0x0F]), Some(i32::MAX));
        assert_eq!(int(&[0x80, 0x80, 0x80, 0x80, 0x10]), None);
        let boolean = |byte: u8| AvroCursor::new(&[byte]).boolean().ok();
        assert_eq!([0, 1, 2].map(boolean), [Some(false), Some(true), None]);
        assert!(AvroCursor::new(&[0x03, b'x']).sized().is_err());
        assert!(AvroCursor::new(&[0x04]).index("a union", 2).is_err());
        assert_eq!(AvroCursor::new(&[0x02]).index("a union", 2), Ok(1));
    }
}
