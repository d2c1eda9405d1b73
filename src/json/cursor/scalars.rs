//! Strings, numbers and literals at the cursor.

use super::{JsonCursor, JsonError, JsonErrorKind, JsonStr, Result};
use crate::json::string::{check_escape, find_special};

impl<'a> JsonCursor<'a> {
    /// Reads the string at the cursor.
    ///
    /// # Errors
    /// Not a string, a raw control character, a wrong escape, or no closing quote.
    #[inline]
    pub fn string(&mut self) -> Result<JsonStr<'a>> {
        if let Some((marks, base)) = self.marks
            && self.byte() == Some(b'"')
        {
            let start = self.at + 1;
            let end = marks.next(base + start) - base;
            if self.text.as_bytes().get(end) == Some(&b'"')
                && let Some(raw) = self.text.get(start..end)
            {
                self.at = end + 1;
                return Ok(JsonStr {
                    raw,
                    escaped: false,
                });
            }
        }
        self.unmarked_string()
    }

    /// A string with escapes, without marks, or that is none.
    #[inline(never)]
    fn unmarked_string(&mut self) -> Result<JsonStr<'a>> {
        let bytes = self.text.as_bytes();
        if self.byte() != Some(b'"') {
            return self.error(self.at, JsonErrorKind::Expected("a string"));
        }
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at = match self.marks {
                Some((marks, base)) => marks.next(base + at) - base,
                None => find_special(bytes, at),
            };
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at = check_escape(bytes, at)
                        .map_err(|(offset, kind)| JsonError { offset, kind })?;
                }
                Some(_) => return self.error(at, JsonErrorKind::ControlCharacter),
                None => return self.error(at, JsonErrorKind::UnexpectedEnd),
            }
        }
        self.at = at + 1;
        Ok(JsonStr {
            raw: self.slice(start, at),
            escaped,
        })
    }

    /// Reads the number at the cursor and returns its text.
    ///
    /// # Errors
    /// The text breaks the number grammar of RFC 8259 §6.
    #[inline]
    pub fn number(&mut self) -> Result<&'a str> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.skip_digits(),
            _ => return self.error(self.at, JsonErrorKind::BadNumber),
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.require_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.require_digits()?;
        }
        if matches!(
            self.byte(),
            Some(b'0'..=b'9' | b'.' | b'+' | b'-' | b'a'..=b'z' | b'A'..=b'Z')
        ) {
            return self.error(self.at, JsonErrorKind::BadNumber);
        }
        Ok(self.slice(start, self.at))
    }

    #[inline]
    fn skip_digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    #[inline]
    fn require_digits(&mut self) -> Result<()> {
        let before = self.at;
        self.skip_digits();
        if self.at == before {
            return self.error(self.at, JsonErrorKind::BadNumber);
        }
        Ok(())
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// Neither of the two stands there.
    pub fn boolean(&mut self) -> Result<bool> {
        if self.byte() == Some(b't') {
            self.literal("true").map(|()| true)
        } else {
            self.literal("false").map(|()| false)
        }
    }

    /// Reads `null`.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn null(&mut self) -> Result<()> {
        self.literal("null")
    }

    fn literal(&mut self, word: &'static str) -> Result<()> {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        let same = rest
            .iter()
            .zip(word.as_bytes())
            .take_while(|(a, b)| a == b)
            .count();
        self.error(
            self.at + same,
            JsonErrorKind::Expected("true, false or null"),
        )
    }
}
