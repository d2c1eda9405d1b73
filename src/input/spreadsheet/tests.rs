//! The limits of workbooks, each at the limit and one beyond, and sizes that a file only announces.

use std::io::Write;

use super::limits::WorkbookLimits;
use super::open_sheet::read_workbook;
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::columns::tests::TestColumns;
use crate::input::csv::dialect::DialectOverrides;
use crate::input::refusal::Refusal;
use crate::input::stream::InputLimits;
use crate::rules::RuleId;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A zip archive of parts, packed with a method, with the sizes that the directory announces.
fn archive(parts: &[(&str, String)], method: u16) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in parts {
        let packed = if method == DEFLATED {
            let level = flate2::Compression::best();
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(content.as_bytes()).unwrap();
            encoder.finish().unwrap()
        } else {
            content.clone().into_bytes()
        };
        let offset = u32::try_from(file.len()).unwrap();
        let mut common = [
            &20_u16.to_le_bytes()[..],
            &[0, 0],
            &method.to_le_bytes(),
            &[0; 4],
        ]
        .concat();
        common.extend(crc32fast::hash(content.as_bytes()).to_le_bytes());
        common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        // The reader does not believe the unpacked size.
        common.extend(7_u32.to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        file.extend([b"PK\x03\x04", &common[..], name.as_bytes(), &packed].concat());
        directory.extend([b"PK\x01\x02\x14\0", &common[..], &[0; 10]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
    let offset = u32::try_from(file.len()).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let end = [
        b"PK\x05\x06\0\0\0\0",
        &count[..],
        &count,
        &size,
        &offset,
        &[0, 0],
    ]
    .concat();
    [file, directory, end].concat()
}

/// A workbook with this sheet, and these shared texts.
fn workbook(sheet: &str, texts: &str, method: u16) -> Vec<u8> {
    let relationship = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id='{id}' Type='t/{kind}' Target='{target}'/>")
    };
    let relationships = relationship("a", "worksheet", "sheet.xml")
        + &relationship("b", "sharedStrings", "texts.xml");
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        (
            "_rels/.rels",
            format!(
                "<R>{}</R>",
                relationship("m", "officeDocument", "xl/workbook.xml")
            ),
        ),
        (
            "xl/workbook.xml",
            "<workbook><sheet name='S' id='a'/></workbook>".to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!("<R>{relationships}</R>"),
        ),
        (
            "xl/sheet.xml",
            format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>"),
        ),
        ("xl/texts.xml", format!("<sst>{texts}</sst>")),
    ];
    archive(&parts, method)
}

fn text(value: &str) -> String {
    format!("<c t='inlineStr'><is><t>{value}</t></is></c>")
}

fn header() -> String {
    format!("<row>{}{}</row>", text("product_id"), text("price"))
}

/// The number of rows, or why the workbook is refused.
fn read(bytes: Vec<u8>, limits: WorkbookLimits) -> Result<usize, Refusal> {
    let opened = read_workbook(bytes, limits, &DialectOverrides::default(), &TestColumns)?;
    let (mut rows, mut text) = (0, String::new());
    let mut sheet = opened.expect("a sheet with content");
    while sheet.write_next(TestColumns.roles(), &mut text)?.is_some() {
        rows += 1;
    }
    Ok(rows)
}

fn usual() -> WorkbookLimits {
    WorkbookLimits::new(InputLimits::default())
}

/// Fails unless the workbook is read with `limits` for the limit and one more, and refused with one less.
#[track_caller]
fn assert_limit(bytes: &[u8], limit: usize, limits: impl Fn(usize) -> WorkbookLimits) {
    for allowed in [limit, limit + 1] {
        assert_eq!(read(bytes.to_vec(), limits(allowed)), Ok(1), "{allowed}");
    }
    let refusal = read(bytes.to_vec(), limits(limit - 1)).unwrap_err();
    assert_eq!(refusal.rule, RuleId::FileLimit, "{refusal}");
}

#[test]
fn each_limit_is_exact() {
    let row = format!(
        "{}<row>{}<c><v>1</v></c></row>",
        header(),
        text(&"x".repeat(99))
    );
    let texts = format!("<si><t>{}</t></si>", "y".repeat(300));
    let bytes = workbook(&row, &texts, STORED);
    assert_limit(&bytes, bytes.len(), |file_bytes| WorkbookLimits {
        file_bytes,
        ..usual()
    });
    assert_limit(&bytes, 6, |parts| WorkbookLimits { parts, ..usual() });
    assert_limit(&bytes, 332, |shared_text_bytes| WorkbookLimits {
        shared_text_bytes,
        ..usual()
    });
    let texts = "<si><t>y</t></si>";
    let bytes = workbook(&row, texts, STORED);
    // 99 bytes of text and the digit of the price; the header has less.
    assert_limit(&bytes, 100, |record_bytes| WorkbookLimits {
        record_bytes,
        ..usual()
    });
    let sheet = format!("<worksheet><sheetData>{row}</sheetData></worksheet>");
    assert_limit(&bytes, sheet.len(), |part_bytes| {
        let part_bytes = u64::try_from(part_bytes).unwrap();
        WorkbookLimits {
            part_bytes,
            ..usual()
        }
    });
}

#[test]
fn a_part_that_unpacks_to_far_more_than_it_stores_is_refused() {
    let row = format!("{}<row>{}</row>", header(), text("p") + "<c><v>1</v></c>");
    let bytes = workbook(&(row.clone() + &" ".repeat(4 << 20)), "", DEFLATED);
    let refusal = read(bytes.clone(), usual()).unwrap_err();
    assert_eq!(refusal.rule, RuleId::FileLimit);
    assert!(refusal.message.contains("--max-ratio"), "{refusal}");
    let trusted = WorkbookLimits {
        ratio: 2_000,
        token_bytes: 8 << 20,
        ..usual()
    };
    assert_eq!(read(bytes.clone(), trusted), Ok(1));
    // A single token of four MiB.
    let refusal = read(
        bytes,
        WorkbookLimits {
            ratio: 2_000,
            ..usual()
        },
    )
    .unwrap_err();
    assert!(refusal.message.contains("a tag or text"), "{refusal}");
    assert_eq!(
        read(
            workbook(&(row + &" ".repeat(1 << 19)), "", DEFLATED),
            usual()
        ),
        Ok(1)
    );
}

#[test]
fn rows_and_cells_outside_of_a_sheet_or_out_of_order_are_damage() {
    let cell = |place: &str| format!("<row r='2'><c r='{place}'><v>1</v></c></row>");
    for (rows, valid) in [
        (cell("XFD2"), true),
        (cell("XFE2"), false),
        (cell("A3"), false),
        (cell("ZZZZZZZZZZZZZ2"), false),
        ("<row r='1048576'><c><v>1</v></c></row>".to_owned(), true),
        ("<row r='1048577'><c><v>1</v></c></row>".to_owned(), false),
        ("<row r='1'><c><v>1</v></c></row>".to_owned(), false),
        (
            "<row r='2'><c r='B2'><v>1</v></c><c r='A2'><v>1</v></c></row>".to_owned(),
            false,
        ),
        ("<row r='2'><c t='s'><v>1</v></c></row>".to_owned(), false),
        ("<row r='2'><c t='s'><v>0</v></c></row>".to_owned(), true),
        ("<row r='2'><c s='9'><v>1</v></c></row>".to_owned(), false),
        ("<row r='2'><c><v>&unknown;</v></c></row>".to_owned(), false),
    ] {
        let bytes = workbook(&(header() + &rows), "<si><t>y</t></si>", STORED);
        match read(bytes, usual()) {
            Ok(1) => assert!(valid, "{rows}"),
            Ok(count) => panic!("{rows}: {count} rows"),
            Err(refusal) => {
                assert!(!valid, "{rows}: {refusal}");
                assert_eq!(
                    refusal.rule,
                    RuleId::FileWorkbookDamaged,
                    "{rows}: {refusal}"
                );
            }
        }
    }
}

#[test]
fn every_truncation_of_a_workbook_is_refused() {
    let row = format!("{}<row>{}</row>", header(), text("p") + "<c><v>1</v></c>");
    let bytes = workbook(&row, "", DEFLATED);
    assert_eq!(read(bytes.clone(), usual()), Ok(1));
    for length in 0..bytes.len() {
        let refusal = read(bytes[..length].to_vec(), usual()).unwrap_err();
        assert_eq!(
            refusal.rule,
            RuleId::FileWorkbookDamaged,
            "{length}: {refusal}"
        );
    }
}
