//! The tags and texts of one part of a workbook. Nesting is not recursive, and neither a tag nor a text is
//! longer than a limit.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::fault::{damaged, too_large};
use super::part_reader::PartReader;
use crate::input::refusal::Refusal;

/// A part that is being read.
pub(super) struct XmlPart {
    reader: Reader<PartReader>,
    buffer: Vec<u8>,
    depth: usize,
}

/// Elements within elements: rich text in a cell of a sheet has about ten.
const MAX_DEPTH: usize = 256;

impl XmlPart {
    pub(super) fn new(part: PartReader) -> Self {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
        }
    }

    /// The next tag or text; an empty element has a start and an end.
    ///
    /// # Errors
    /// The part is damaged, not XML in UTF-8, or exceeds a limit.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Refusal> {
        self.buffer.clear();
        self.reader.get_mut().begin_token();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(fault(&mut self.reader, &error)),
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => {
                return Err(in_part(&self.reader, "it ends within an element"));
            }
            _ => {}
        }
        if self.depth > MAX_DEPTH {
            return Err(in_part(&self.reader, "its elements are nested too deeply"));
        }
        Ok(event)
    }

    /// A refusal for something wrong in this part.
    pub(super) fn damaged(&self, what: &str) -> Refusal {
        in_part(&self.reader, what)
    }

    /// Skips the rest of the element whose start was read last.
    pub(super) fn skip(&mut self) -> Result<(), Refusal> {
        let outside = self.depth - 1;
        while self.depth > outside {
            if matches!(self.next()?, Event::Eof) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads the rest of the part, which verifies its checksum.
    pub(super) fn finish(&mut self) -> Result<(), Refusal> {
        while !matches!(self.next()?, Event::Eof) {}
        Ok(())
    }

    /// The text of the element whose start was read last. `is_text` selects by their local name the
    /// elements with text within it, if it is not the element itself; those of `is_left_out` and what is
    /// within them have none.
    ///
    /// # Errors
    /// As [`Self::next`]; the text is longer than `limit`.
    pub(super) fn text(
        &mut self,
        limit: usize,
        is_text: Option<fn(&str) -> bool>,
        is_left_out: fn(&str) -> bool,
    ) -> Result<String, Refusal> {
        let mut text = String::new();
        let outside = self.depth - 1;
        // The depth of the element that is left out.
        let mut left_out: Option<usize> = None;
        let mut text_depth = is_text.is_none().then_some(self.depth);
        while self.depth > outside {
            let depth = self.depth;
            let takes = left_out.is_none() && text_depth == Some(depth);
            match self.next()? {
                Event::Start(start) => {
                    let name = start.local_name();
                    if left_out.is_none() && is_left_out(name.as_ref()) {
                        left_out = Some(depth + 1);
                    } else if is_text.is_some_and(|is_text| is_text(name.as_ref())) {
                        text_depth = Some(depth + 1);
                    }
                }
                Event::End(_) => {
                    if left_out == Some(depth) {
                        left_out = None;
                    }
                    if is_text.is_some() && text_depth == Some(depth) {
                        text_depth = None;
                    }
                }
                event if takes => append(&event, &mut text)
                    .ok_or_else(|| in_part(&self.reader, "a reference to an unknown character"))?,
                _ => {}
            }
            if text.len() > limit {
                let what = format!("a text of the workbook has more than {limit} bytes");
                let remedy = "raise --max-record-bytes if this is intended";
                return Err(too_large(what, remedy));
            }
        }
        Ok(text)
    }
}

/// Appends the characters of an event; `None` for an entity that XML does not define.
pub(super) fn append(event: &Event<'_>, text: &mut String) -> Option<()> {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => {
            if let Some(character) = reference.resolve_char_ref().ok()? {
                text.push(character);
                return Some(());
            }
            text.push(match reference.xml10_content().as_ref() {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                _ => return None,
            });
        }
        _ => {}
    }
    Some(())
}

/// The value of an attribute, by its name with prefix; `None` without it, or if it is no valid text.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute_where(start, |key| key == name)
}

/// The value of the first attribute whose local name is this.
pub(super) fn local_attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute_where(start, |key| {
        key.rsplit_once(':').map_or(key, |(_, local)| local) == name
    })
}

fn attribute_where(start: &BytesStart<'_>, is_it: impl Fn(&str) -> bool) -> Option<String> {
    // Duplicates are not searched for: that takes time with the square of their number.
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false);
    let found = attributes
        .filter_map(Result::ok)
        .find(|attribute| is_it(attribute.key.as_ref()))?;
    let raw = quick_xml::escape::unescape(&found.value).ok()?;
    Some(raw.into_owned())
}

fn in_part(reader: &Reader<PartReader>, what: &str) -> Refusal {
    damaged(format_args!("part {}: {what}", reader.get_ref().name()))
}

fn fault(reader: &mut Reader<PartReader>, error: &quick_xml::Error) -> Refusal {
    let refusal = reader.get_mut().take_refusal();
    refusal.unwrap_or_else(|| in_part(reader, &error.to_string()))
}
