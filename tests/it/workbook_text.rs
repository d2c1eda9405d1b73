//! Workbooks (xlsx) from text: a line `workbook.sheet NAME` begins a sheet, further lines are its rows, as
//! delimited text without quotes. A cell is an error, a number or a text. Written by the specifications of
//! zip and of Office Open XML, with stored parts.

use std::fmt::Write;

/// Ends a text whose file is cut off.
const CUT: &str = "(without the last bytes)";

/// The file that a text describes.
pub(crate) fn workbook(text: &str) -> Vec<u8> {
    let is_cut = text.ends_with(CUT);
    let mut sheets: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.trim_end_matches(CUT).trim_end().lines() {
        match (line.strip_prefix("workbook.sheet "), sheets.last_mut()) {
            (Some(name), _) => sheets.push((name, Vec::new())),
            (None, Some((_, rows))) => rows.push(line),
            (None, None) => panic!("a row before the first sheet: {line}"),
        }
    }
    let mut file = xlsx(&sheets);
    if is_cut {
        file.truncate(file.len() - 30);
    }
    file
}

fn xlsx(sheets: &[(&str, Vec<&str>)]) -> Vec<u8> {
    let types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let (mut names, mut relationships) = (String::new(), String::new());
    let mut parts = vec![(
        "[Content_Types].xml".to_owned(),
        "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>".to_owned(),
    )];
    for (position, (name, rows)) in sheets.iter().enumerate() {
        let _infallible = write!(
            names,
            "<sheet name='{name}' sheetId='{0}' r:id='r{0}'/>",
            position + 1
        );
        let _infallible = write!(
            relationships,
            "<Relationship Id='r{0}' Type='{types}/worksheet' Target='worksheets/sheet{0}.xml'/>",
            position + 1
        );
        let path = format!("xl/worksheets/sheet{}.xml", position + 1);
        parts.push((path, sheet(rows)));
    }
    let main = format!(
        "<Relationships><Relationship Id='m' Type='{types}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
    );
    parts.push(("_rels/.rels".to_owned(), main));
    let workbook = format!("<workbook xmlns:r='{types}'><sheets>{names}</sheets></workbook>");
    parts.push(("xl/workbook.xml".to_owned(), workbook));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships>{relationships}</Relationships>"),
    ));
    zip(&parts)
}

fn sheet(rows: &[&str]) -> String {
    let mut xml = "<worksheet><sheetData>".to_owned();
    for row in rows {
        xml.push_str("<row>");
        for cell in row.split(',') {
            let _infallible = if cell.starts_with('#') {
                write!(xml, "<c t='e'><v>{cell}</v></c>")
            } else if cell.parse::<f64>().is_ok() {
                write!(xml, "<c><v>{cell}</v></c>")
            } else {
                write!(xml, "<c t='inlineStr'><is><t>{cell}</t></is></c>")
            };
        }
        xml.push_str("</row>");
    }
    xml + "</sheetData></worksheet>"
}

/// A zip archive of stored files (APPNOTE 6.3.10, §4.3).
pub(crate) fn zip(parts: &[(String, String)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in parts {
        let size = u32::try_from(content.len()).expect("a small part");
        let offset = u32::try_from(file.len()).expect("a small file");
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend(crc32fast::hash(content.as_bytes()).to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(u16::try_from(name.len()).expect("a name").to_le_bytes());
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(content.as_bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(parts.len()).expect("few parts").to_le_bytes();
    let offset = u32::try_from(file.len()).expect("a small file");
    let size = u32::try_from(directory.len()).expect("a small directory");
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count);
    file.extend(count);
    file.extend(size.to_le_bytes());
    file.extend(offset.to_le_bytes());
    file.extend([0, 0]);
    file
}
