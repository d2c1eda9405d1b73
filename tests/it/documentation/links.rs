//! Relative links of a page: they lead to files of the project, and to headings in them.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::Page;
use super::markdown::Document;
use crate::workdir::project;

/// Checks that the relative links of a page lead to files of the project and to anchors in them.
pub(super) fn check_links(page: &Page) -> Vec<String> {
    let document = Document::parse(&page.text);
    let mut problems = Vec::new();
    for (line, target) in &document.links {
        if target.contains(':') || target.is_empty() {
            continue;
        }
        if let Err(message) = check_link(page, &document, target) {
            problems.push(format!("{}:{line}: {target}: {message}", page.name));
        }
    }
    problems
}

fn check_link(page: &Page, document: &Document, target: &str) -> Result<(), String> {
    let (path, anchor) = match target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (target, None),
    };
    let other;
    let document = if path.is_empty() {
        document
    } else {
        let folder = Path::new(&page.name).parent().unwrap_or(Path::new(""));
        let linked = normalised(&folder.join(path)).ok_or("leads out of the project")?;
        if linked.starts_with("target") {
            return Err("is not part of the project".to_owned());
        }
        let absolute = project().join(&linked);
        if !absolute.exists() {
            return Err(format!("there is no {}", linked.display()));
        }
        if anchor.is_none() {
            return Ok(());
        }
        if absolute
            .extension()
            .is_none_or(|extension| extension != "md")
        {
            return Err("only a page has anchors".to_owned());
        }
        let text = fs::read_to_string(absolute).map_err(|error| error.to_string())?;
        other = Document::parse(&text);
        &other
    };
    match anchor {
        Some(anchor) if !document.anchors.contains(anchor) => {
            Err(format!("there is no heading for #{anchor}"))
        }
        _ => Ok(()),
    }
}

/// A path without `.` and `..`, or `None` if it leads above the project.
fn normalised(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir if out.pop() => {}
            _ => return None,
        }
    }
    Some(out)
}
