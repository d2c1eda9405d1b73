//! The cursor: walks a JSON text value by value without building anything.

use super::error::{JsonError, JsonErrorKind};
use super::options::{Kind, Options};
use super::text::{JsonStr, check_escape, find_special};

/// Where a walk through the members of an object or the elements of an array stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Members {
    first: bool,
}

/// A position in a JSON text. Every method that returns `Ok` has checked all it passed.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    options: Options,
    habits: u64,
}

type Result<T> = std::result::Result<T, JsonError>;

impl<'a> Cursor<'a> {
    /// A cursor at the start of `text`.
    pub fn new(text: &'a str, options: Options) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            options,
            habits: 0,
        }
    }

    /// Byte offset of the next unread byte.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// How many trailing commas and comments the lenient mode has passed.
    pub fn habits(&self) -> u64 {
        self.habits
    }

    /// The text between two offsets that the cursor has reported.
    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    #[cold]
    fn error<T>(&self, offset: usize, kind: JsonErrorKind) -> Result<T> {
        let kind = if offset >= self.text.len() {
            JsonErrorKind::UnexpectedEnd
        } else {
            kind
        };
        Err(JsonError {
            offset: offset.min(self.text.len()),
            kind,
        })
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves over white space, and over comments in lenient mode.
    ///
    /// # Errors
    /// A comment in strict mode, or one that does not end.
    #[inline]
    pub fn skip_space(&mut self) -> Result<()> {
        // Dumps are mostly compact: the next token is nearly always here already.
        match self.byte() {
            Some(byte) if byte > b' ' && byte != b'/' => Ok(()),
            _ => self.skip_spaces(),
        }
    }

    fn skip_spaces(&mut self) -> Result<()> {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' => self.skip_comment()?,
                _ => break,
            }
        }
        Ok(())
    }

    fn skip_comment(&mut self) -> Result<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let end = match rest.get(1) {
            Some(b'/') => Some(memchr::memchr(b'\n', rest).unwrap_or(rest.len())),
            Some(b'*') => memchr::memmem::find(&rest[2..], b"*/").map(|end| end + 4),
            _ => return self.error(self.at, JsonErrorKind::Expected("a value")),
        };
        if !self.options.lenient {
            return self.error(self.at, JsonErrorKind::Comment);
        }
        let Some(end) = end else {
            return self.error(self.text.len(), JsonErrorKind::UnexpectedEnd);
        };
        self.at += end;
        self.habits += 1;
        Ok(())
    }

    /// Skips white space and tells what stands next, without reading it.
    ///
    /// # Errors
    /// Nothing there that can start a value.
    #[inline]
    pub fn peek(&mut self) -> Result<Kind> {
        self.skip_space()?;
        match self.byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Boolean),
            Some(b'n') => Ok(Kind::Null),
            _ => self.error(self.at, JsonErrorKind::Expected("a value")),
        }
    }

    fn open(&mut self, bracket: u8, what: &'static str) -> Result<Members> {
        if self.byte() != Some(bracket) {
            return self.error(self.at, JsonErrorKind::Expected(what));
        }
        if self.depth == self.options.max_depth {
            return self.error(self.at, JsonErrorKind::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        Ok(Members { first: true })
    }

    /// Enters the object at the cursor (call [`Self::peek`] first).
    ///
    /// # Errors
    /// No object there, or nested too deep.
    pub fn open_object(&mut self) -> Result<Members> {
        self.open(b'{', "an object")
    }

    /// Enters the array at the cursor (call [`Self::peek`] first).
    ///
    /// # Errors
    /// No array there, or nested too deep.
    pub fn open_array(&mut self) -> Result<Members> {
        self.open(b'[', "an array")
    }

    /// Moves to the next element; `false` when the closing bracket has been passed.
    ///
    /// # Errors
    /// A missing or surplus comma, or the wrong bracket.
    pub fn next_element(&mut self, members: &mut Members) -> Result<bool> {
        self.next_item(members, b']', "',' or ']'")
    }

    /// Moves to the next member and reads its key; `None` when the brace has been passed.
    /// The cursor then stands before the member's value.
    ///
    /// # Errors
    /// A missing or surplus comma, colon or key.
    pub fn next_key(&mut self, members: &mut Members) -> Result<Option<JsonStr<'a>>> {
        if !self.next_item(members, b'}', "',' or '}'")? {
            return Ok(None);
        }
        if self.byte() != Some(b'"') {
            return self.error(self.at, JsonErrorKind::Expected("a key in quotes"));
        }
        let key = self.string()?;
        self.skip_space()?;
        if self.byte() != Some(b':') {
            return self.error(self.at, JsonErrorKind::Expected("':'"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// Passes a comma if one is next, and returns its offset: for stretches of elements that were
    /// cut out of an array.
    ///
    /// # Errors
    /// A comment in strict mode, or one that does not end.
    pub fn take_comma(&mut self) -> Result<Option<usize>> {
        self.skip_space()?;
        if self.byte() != Some(b',') {
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(self.at - 1))
    }

    #[inline]
    fn next_item(&mut self, members: &mut Members, close: u8, what: &'static str) -> Result<bool> {
        self.skip_space()?;
        if self.byte() == Some(close) {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if members.first {
            members.first = false;
            return Ok(true);
        }
        if self.byte() != Some(b',') {
            return self.error(self.at, JsonErrorKind::Expected(what));
        }
        let comma = self.at;
        self.at += 1;
        self.skip_space()?;
        if self.byte() == Some(close) {
            if !self.options.lenient {
                return self.error(comma, JsonErrorKind::TrailingComma);
            }
            self.habits += 1;
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Reads the string at the cursor.
    ///
    /// # Errors
    /// Not a string, a raw control character, a wrong escape, or no closing quote.
    pub fn string(&mut self) -> Result<JsonStr<'a>> {
        let bytes = self.text.as_bytes();
        if self.byte() != Some(b'"') {
            return self.error(self.at, JsonErrorKind::Expected("a string"));
        }
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at = find_special(bytes, at);
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
            self.need_digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.need_digits()?;
        }
        if matches!(
            self.byte(),
            Some(b'0'..=b'9' | b'.' | b'+' | b'-' | b'a'..=b'z' | b'A'..=b'Z')
        ) {
            return self.error(self.at, JsonErrorKind::BadNumber);
        }
        Ok(self.slice(start, self.at))
    }

    fn skip_digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn need_digits(&mut self) -> Result<()> {
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

    /// Checks the next value whole and returns its text, without surrounding white space.
    ///
    /// # Errors
    /// Whatever is wrong inside it, at its place.
    pub fn skip_value(&mut self) -> Result<&'a str> {
        let kind = self.peek()?;
        let start = self.at;
        match kind {
            Kind::Object => {
                let mut members = self.open_object()?;
                while self.next_key(&mut members)?.is_some() {
                    self.skip_value()?;
                }
            }
            Kind::Array => {
                let mut members = self.open_array()?;
                while self.next_element(&mut members)? {
                    self.skip_value()?;
                }
            }
            Kind::String => self.string().map(drop)?,
            Kind::Number => self.number().map(drop)?,
            Kind::Boolean => self.boolean().map(drop)?,
            Kind::Null => self.null()?,
        }
        Ok(self.slice(start, self.at))
    }

    /// Checks that only white space is left.
    ///
    /// # Errors
    /// Anything else follows.
    pub fn end(&mut self) -> Result<()> {
        self.skip_space()?;
        if self.at < self.text.len() {
            return self.error(self.at, JsonErrorKind::TrailingData);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
