//! The cursor: walks a JSON text value by value without building anything.
//!
//! This file has the walk itself; strings, numbers and literals are read in `scalars`.

mod scalars;

use super::error::{JsonError, JsonErrorKind};
use super::options::{JsonKind, JsonOptions};
use super::string::JsonStr;
use super::string_marks::StringMarks;

/// Where a walk through the members of an object or the elements of an array stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenContainer {
    first: bool,
}

/// A position in a JSON text. Every method that returns `Ok` has checked all it passed.
#[derive(Clone, Debug)]
pub struct JsonCursor<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    options: JsonOptions,
    lenient_syntax_count: u64,
    insignificant_bytes: usize,
    /// Marks of a text that `text` is a part of, and where in it `text` begins.
    marks: Option<(&'a StringMarks, usize)>,
}

type Result<T> = std::result::Result<T, JsonError>;

impl<'a> JsonCursor<'a> {
    /// A cursor at the start of `text`.
    pub fn new(text: &'a str, options: JsonOptions) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            options,
            lenient_syntax_count: 0,
            insignificant_bytes: 0,
            marks: None,
        }
    }

    /// A cursor at the start of `text`, which begins at byte `start` of the text that was marked.
    /// It reads the same as any other, only faster.
    pub fn marked(
        text: &'a str,
        options: JsonOptions,
        marks: &'a StringMarks,
        start: usize,
    ) -> Self {
        Self {
            marks: Some((marks, start)),
            ..Self::new(text, options)
        }
    }

    /// Byte offset of the next unread byte.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// How many trailing commas and comments the lenient mode has passed.
    pub fn lenient_syntax_count(&self) -> u64 {
        self.lenient_syntax_count
    }

    /// How many bytes of white space, comments and trailing commas the cursor has passed. A value
    /// is compact when passing it does not change this.
    pub fn insignificant_bytes(&self) -> usize {
        self.insignificant_bytes
    }

    /// The text between two offsets that the cursor has reported.
    #[inline]
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

    #[cold]
    fn skip_spaces(&mut self) -> Result<()> {
        let start = self.at;
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' => self.skip_comment()?,
                _ => break,
            }
        }
        self.insignificant_bytes += self.at - start;
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
        self.lenient_syntax_count += 1;
        Ok(())
    }

    /// Skips white space and tells what stands next, without reading it.
    ///
    /// # Errors
    /// Nothing there that can start a value.
    #[inline]
    pub fn peek(&mut self) -> Result<JsonKind> {
        self.skip_space()?;
        match self.byte() {
            Some(b'{') => Ok(JsonKind::Object),
            Some(b'[') => Ok(JsonKind::Array),
            Some(b'"') => Ok(JsonKind::String),
            Some(b'-' | b'0'..=b'9') => Ok(JsonKind::Number),
            Some(b't' | b'f') => Ok(JsonKind::Boolean),
            Some(b'n') => Ok(JsonKind::Null),
            _ => self.error(self.at, JsonErrorKind::Expected("a value")),
        }
    }

    #[inline]
    fn open_container(&mut self, bracket: u8, what: &'static str) -> Result<OpenContainer> {
        if self.byte() != Some(bracket) {
            return self.error(self.at, JsonErrorKind::Expected(what));
        }
        if self.depth == self.options.max_depth {
            return self.error(self.at, JsonErrorKind::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        Ok(OpenContainer { first: true })
    }

    /// Enters the object at the cursor (call [`Self::peek`] first).
    ///
    /// # Errors
    /// No object there, or nested too deep.
    pub fn open_object(&mut self) -> Result<OpenContainer> {
        self.open_container(b'{', "an object")
    }

    /// Enters the array at the cursor (call [`Self::peek`] first).
    ///
    /// # Errors
    /// No array there, or nested too deep.
    pub fn open_array(&mut self) -> Result<OpenContainer> {
        self.open_container(b'[', "an array")
    }

    /// Moves to the next element; `false` when the closing bracket has been passed.
    ///
    /// # Errors
    /// A missing or surplus comma, or the wrong bracket.
    pub fn next_element(&mut self, container: &mut OpenContainer) -> Result<bool> {
        self.next_item(container, b']', "',' or ']'")
    }

    /// Moves to the next member and reads its key; `None` when the brace has been passed.
    /// The cursor then stands before the member's value.
    ///
    /// # Errors
    /// A missing or surplus comma, colon or key.
    #[inline]
    pub fn next_key(&mut self, container: &mut OpenContainer) -> Result<Option<JsonStr<'a>>> {
        if !self.next_item(container, b'}', "',' or '}'")? {
            return Ok(None);
        }
        if self.byte() != Some(b'"') {
            return self.error(self.at, JsonErrorKind::Expected("a key in quotes"));
        }
        let key = self.string()?;
        if self.byte() != Some(b':') {
            self.skip_space()?;
            if self.byte() != Some(b':') {
                return self.error(self.at, JsonErrorKind::Expected("':'"));
            }
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
    fn next_item(
        &mut self,
        container: &mut OpenContainer,
        close: u8,
        what: &'static str,
    ) -> Result<bool> {
        // Dumps are mostly compact: a comma, and the next item right behind it.
        let next = self.text.as_bytes().get(self.at..self.at + 2);
        if let Some(&[b',', next]) = next
            && !container.first
            && next > b' '
            && next != close
            && next != b'/'
        {
            self.at += 1;
            return Ok(true);
        }
        self.next_spaced_item(container, close, what)
    }

    #[inline(never)]
    fn next_spaced_item(
        &mut self,
        container: &mut OpenContainer,
        close: u8,
        what: &'static str,
    ) -> Result<bool> {
        self.skip_space()?;
        if self.byte() == Some(close) {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if container.first {
            container.first = false;
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
            self.lenient_syntax_count += 1;
            self.insignificant_bytes += 1;
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Checks the next value whole and returns its text, without surrounding white space.
    ///
    /// # Errors
    /// Whatever is wrong inside it, at its place.
    pub fn skip_value(&mut self) -> Result<&'a str> {
        let kind = self.peek()?;
        let start = self.at;
        match kind {
            JsonKind::Object => {
                let mut container = self.open_object()?;
                while self.next_key(&mut container)?.is_some() {
                    self.skip_value()?;
                }
            }
            JsonKind::Array => {
                let mut container = self.open_array()?;
                while self.next_element(&mut container)? {
                    self.skip_value()?;
                }
            }
            JsonKind::String => self.string().map(drop)?,
            JsonKind::Number => self.number().map(drop)?,
            JsonKind::Boolean => self.boolean().map(drop)?,
            JsonKind::Null => self.null()?,
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
