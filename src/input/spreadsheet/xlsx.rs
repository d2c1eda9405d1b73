//! Workbooks of Office Open XML (xlsx), ECMA-376: the sheets, the shared texts and the formats.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::events::Event;

use super::date_serial::DateSystem;
use super::fault::{damaged, too_large};
use super::limits::WorkbookLimits;
use super::number_format::NumberMeaning;
use super::part_reader::PartReader;
use super::xml_part::{XmlPart, attribute, local_attribute};
use super::xstring::unescape_xstring;
use super::zip_archive::ZipArchive;
use crate::input::refusal::Refusal;

/// What the cells of all sheets refer to.
#[derive(Debug, Default)]
pub(super) struct XlsxContext {
    pub(super) texts: Vec<Arc<str>>,
    /// By the style of a cell.
    pub(super) meanings: Vec<NumberMeaning>,
    pub(super) system: DateSystem,
}

/// A sheet with cells.
#[derive(Clone, Debug)]
pub(super) struct XlsxSheet {
    pub(super) name: String,
    pub(super) is_hidden: bool,
    pub(super) path: String,
}

/// An open workbook.
#[derive(Debug)]
pub(super) struct XlsxWorkbook {
    pub(super) sheets: Vec<XlsxSheet>,
    pub(super) context: Arc<XlsxContext>,
}

/// The part that a relationship leads to.
struct Relationship {
    kind: String,
    path: String,
}

impl XlsxWorkbook {
    /// Reads everything but the cells. `path` is that of the main part.
    ///
    /// # Errors
    /// The workbook is damaged or exceeds a limit.
    pub(super) fn open(
        archive: &ZipArchive,
        path: &str,
        limits: WorkbookLimits,
    ) -> Result<Self, Refusal> {
        let relationships = relationships(archive, path, limits)?;
        let mut context = XlsxContext::default();
        let mut sheets = Vec::new();
        let mut part = open_part(archive, path, limits)?;
        loop {
            match part.next()? {
                Event::Start(start) if start.local_name().as_ref() == "sheet" => {
                    let name = attribute(&start, "name").unwrap_or_default();
                    let is_hidden =
                        attribute(&start, "state").is_some_and(|state| state != "visible");
                    // The attribute is in the namespace of relationships, usually `r:id`.
                    let id = local_attribute(&start, "id").unwrap_or_default();
                    let target = relationships.get(&id);
                    let target = target
                        .ok_or_else(|| damaged(format_args!("sheet {name:?} has no part")))?;
                    // Others are charts and dialogs.
                    if target.kind == "worksheet" {
                        let path = target.path.clone();
                        sheets.push(XlsxSheet {
                            name,
                            is_hidden,
                            path,
                        });
                    }
                }
                Event::Start(start) if start.local_name().as_ref() == "workbookPr" => {
                    let flag = attribute(&start, "date1904");
                    if flag.is_some_and(|flag| flag == "1" || flag == "true") {
                        context.system = DateSystem::From1904;
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let find = |kind: &str| relationships.values().find(|one| one.kind == kind);
        if let Some(target) = find("sharedStrings") {
            context.texts = shared_texts(open_part(archive, &target.path, limits)?, limits)?;
        }
        if let Some(target) = find("styles") {
            context.meanings = meanings(open_part(archive, &target.path, limits)?)?;
        }
        let context = Arc::new(context);
        Ok(Self { sheets, context })
    }
}

/// Opens a part that the workbook refers to.
pub(super) fn open_part(
    archive: &ZipArchive,
    path: &str,
    limits: WorkbookLimits,
) -> Result<XmlPart, Refusal> {
    let entry = archive
        .find(path)
        .ok_or_else(|| damaged(format_args!("part {path:?} is missing")))?;
    Ok(XmlPart::new(PartReader::open(archive, entry, limits)?))
}

/// The path of the main part by the relationships of the package; `None` if they do not name it.
pub(super) fn main_part(
    archive: &ZipArchive,
    limits: WorkbookLimits,
) -> Result<Option<String>, Refusal> {
    let mut targets = relationships(archive, "", limits)?.into_values();
    let target = targets.find(|target| target.kind == "officeDocument");
    Ok(target.map(|target| target.path))
}

/// The relationships of a part by their ids; none if it has none.
fn relationships(
    archive: &ZipArchive,
    path: &str,
    limits: WorkbookLimits,
) -> Result<HashMap<String, Relationship>, Refusal> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    let own = format!("{folder}_rels/{name}.rels");
    let mut found = HashMap::new();
    let Some(entry) = archive.find(&own) else {
        return Ok(found);
    };
    let mut part = XmlPart::new(PartReader::open(archive, entry, limits)?);
    loop {
        match part.next()? {
            Event::Start(start) if start.local_name().as_ref() == "Relationship" => {
                let id = attribute(&start, "Id").unwrap_or_default();
                let kind = attribute(&start, "Type").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                let target = attribute(&start, "Target").unwrap_or_default();
                let path = resolve(&folder, &target);
                found.insert(id, Relationship { kind, path });
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// The path of a target relative to a folder, which is empty or ends with a slash.
fn resolve(folder: &str, target: &str) -> String {
    let joined = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{target}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn shared_texts(mut part: XmlPart, limits: WorkbookLimits) -> Result<Vec<Arc<str>>, Refusal> {
    let mut texts = Vec::new();
    let mut bytes = 0;
    loop {
        match part.next()? {
            Event::Start(start) if start.local_name().as_ref() == "si" => {}
            Event::Eof => return Ok(texts),
            _ => continue,
        }
        let text = rich_text(&mut part, limits)?;
        // Each has a pointer and two counters beside its bytes.
        bytes += text.len() + 32;
        if bytes > limits.shared_text_bytes {
            let limit = limits.shared_text_bytes;
            let what = format!("the texts of the workbook need more than {limit} bytes of memory");
            return Err(too_large(what, "split the sheet, or save it as CSV"));
        }
        texts.push(text);
    }
}

/// The text of an element with runs of text (`t`), without the pronunciation (`rPh`).
pub(super) fn rich_text(part: &mut XmlPart, limits: WorkbookLimits) -> Result<Arc<str>, Refusal> {
    let text = part.text(limits.record_bytes, Some(|name| name == "t"), |name| {
        name == "rPh"
    })?;
    Ok(Arc::from(unescape_xstring(&text)))
}

/// The meaning of numbers by the style of their cell.
fn meanings(mut part: XmlPart) -> Result<Vec<NumberMeaning>, Refusal> {
    let mut codes: HashMap<u32, NumberMeaning> = HashMap::new();
    let mut formats = Vec::new();
    let mut is_of_cells = false;
    loop {
        match part.next()? {
            Event::Start(start) => match start.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&start, "numFmtId").and_then(|id| id.parse().ok());
                    let code = attribute(&start, "formatCode");
                    if let (Some(id), Some(code)) = (id, code) {
                        codes.insert(id, NumberMeaning::of_code(&code));
                    }
                }
                "cellXfs" => is_of_cells = true,
                "xf" if is_of_cells => {
                    let id = attribute(&start, "numFmtId");
                    formats.push(id.map_or(Some(0), |id| id.parse().ok()));
                }
                _ => {}
            },
            Event::End(end) if end.local_name().as_ref() == "cellXfs" => is_of_cells = false,
            Event::Eof => break,
            _ => {}
        }
    }
    let meaning = |id: Option<u32>| {
        let id = id.ok_or_else(|| part.damaged("a number format has no number"))?;
        let own = codes.get(&id).copied();
        Ok(own.unwrap_or_else(|| NumberMeaning::of_builtin(id)))
    };
    formats.into_iter().map(meaning).collect()
}
