//! A minimal XML reader that panics when a document is not well-formed.

/// The decoded texts of the `text` elements of a well-formed document.
///
/// Checks that elements are closed in order, attributes are quoted and unique, entities are the
/// five of XML, and all characters are allowed by XML 1.0 (section 2.2).
#[track_caller]
pub(super) fn texts_of(document: &str) -> Vec<String> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(
        document.chars().all(is_allowed),
        "a character that XML does not allow"
    );
    let mut rest = document.trim_start();
    if let Some(after) = rest.strip_prefix("<?xml ") {
        rest = after
            .split_once("?>")
            .expect("the end of the declaration")
            .1;
    }
    let (mut open, mut texts, mut roots) = (Vec::new(), Vec::new(), 0);
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        let text = decoded(text);
        if open.last() == Some(&"text") {
            texts.push(text.trim().to_owned());
        }
        assert!(
            !open.is_empty() || text.trim().is_empty(),
            "text outside the root"
        );
        let end = end_of_tag(tag);
        let inside = &tag[1..end];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.trim()), "closed in order");
        } else {
            let content = inside.strip_suffix('/').unwrap_or(inside);
            let name = attributes(content);
            roots += usize::from(open.is_empty());
            if content.len() == inside.len() {
                open.push(name);
            }
        }
        rest = &tag[end + 1..];
    }
    assert!(
        open.is_empty() && roots == 1,
        "one root, all closed: {open:?}"
    );
    assert!(rest.trim().is_empty(), "text after the root");
    texts
}

/// A whole number in an attribute of an element.
#[track_caller]
pub(super) fn number(element: &str, attribute: &str) -> i32 {
    let (_, after) = element
        .split_once(&format!(" {attribute}=\""))
        .expect("the attribute");
    let (value, _) = after.split_once('"').expect("its end");
    value.parse().expect("a whole number")
}

/// The position of the `>` that ends the tag, outside attributes.
#[track_caller]
fn end_of_tag(tag: &str) -> usize {
    let mut is_quoted = false;
    for (at, character) in tag.char_indices() {
        match character {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return at,
            _ => {}
        }
    }
    panic!("a tag without an end: {tag}");
}

/// The name of an element; its attributes are checked.
#[track_caller]
fn attributes(content: &str) -> &str {
    let (name, mut rest) = content.split_once(' ').unwrap_or((content, ""));
    let is_name =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    assert!(is_name(name), "an element called {name:?}");
    let mut seen = Vec::new();
    while !rest.trim().is_empty() {
        let (key, after) = rest.trim_start().split_once("=\"").expect("a quoted value");
        let (value, after) = after.split_once('"').expect("the end of a value");
        assert!(
            is_name(key) || key == "viewBox" || ["x1", "y1", "x2", "y2"].contains(&key),
            "{key:?}"
        );
        assert!(!seen.contains(&key), "{key} twice");
        assert!(!value.contains('<'));
        decoded(value);
        seen.push(key);
        rest = after;
    }
    name
}

#[track_caller]
fn decoded(text: &str) -> String {
    for after in text.split('&').skip(1) {
        let (entity, _) = after.split_once(';').expect("the end of an entity");
        assert!(
            ["amp", "lt", "gt", "quot", "apos"].contains(&entity),
            "{entity}"
        );
    }
    assert!(!text.contains("]]>"));
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
