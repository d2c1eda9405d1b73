//! What a test needs of a Markdown page: its fenced blocks, links and anchors, each with its line.
//!
//! In: the text of a page. Out: a [`Document`], with a problem for each block that the convention of
//! the documentation does not allow.

use std::collections::{BTreeMap, BTreeSet};

/// A fenced block.
#[derive(Debug)]
pub(super) struct Block {
    /// The line of the opening fence, counted from 1.
    pub(super) line: usize,
    /// The info string.
    pub(super) info: String,
    /// The exit code that a comment on the line before announces.
    pub(super) exit: Option<i32>,
    /// The lines between the fences, without the indentation of the fence.
    pub(super) text: String,
}

/// Something of a page, with the line where it is, counted from 1.
pub(super) type Located<T> = (usize, T);

/// A parsed page.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) blocks: Vec<Block>,
    /// The targets of links and images.
    pub(super) links: Vec<Located<String>>,
    /// The anchors that links to this page can name.
    pub(super) anchors: BTreeSet<String>,
    /// What the convention does not allow.
    pub(super) problems: Vec<Located<String>>,
}

/// The line before a block with an exit code other than 0.
const EXIT: &str = "<!-- exit:";

impl Document {
    /// Parses a page.
    pub(super) fn parse(text: &str) -> Self {
        let mut document = Self::default();
        let prose = document.take_blocks(text);
        document.check_indentation(&prose);
        document.anchors = anchors(&prose);
        document.links = links(&without_code_spans(&prose.join("\n")));
        document
    }

    /// Takes the fenced blocks out and returns the other lines, each at its place.
    fn take_blocks<'a>(&mut self, text: &'a str) -> Vec<&'a str> {
        let mut prose = Vec::new();
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let mut exit = None;
        while let Some((number, line)) = lines.next() {
            let trimmed = line.trim_start();
            let fence = fence_of(trimmed);
            if fence.is_empty() {
                self.check_prose_line(number, line);
                if let Some(at) = exit.take() {
                    self.problem(at, "an exit comment is not followed by a block");
                }
                exit = line.starts_with(EXIT).then_some(number);
                prose.push(line);
                continue;
            }
            let (indent, info) = (line.len() - trimmed.len(), &trimmed[fence.len()..]);
            prose.push("");
            let mut block = Block {
                line: number,
                info: info.trim().to_owned(),
                exit: None,
                text: String::new(),
            };
            if exit.take().is_some() {
                block.exit = exit_code(text.lines().nth(number - 2).unwrap_or_default());
                if block.exit.is_none() {
                    self.problem(number - 1, "expected <!-- exit: N -->");
                }
            }
            let mut is_closed = false;
            for (_, line) in lines.by_ref() {
                prose.push("");
                let end = line.trim();
                if end.starts_with(fence) && end.trim_start_matches(&fence[..1]).is_empty() {
                    is_closed = true;
                    break;
                }
                let cut = line.len() - line.trim_start().len();
                block.text.push_str(&line[cut.min(indent)..]);
                block.text.push('\n');
            }
            if !is_closed {
                self.problem(number, "the block is not closed");
            }
            self.blocks.push(block);
        }
        if let Some(at) = exit {
            self.problem(at, "an exit comment is not followed by a block");
        }
        prose
    }

    /// Rejects forms of blocks that are not run.
    fn check_prose_line(&mut self, number: usize, line: &str) {
        let quoted = line.trim_start_matches(['>', ' ']);
        if line.trim_start().starts_with('>') && !fence_of(quoted).is_empty() {
            self.problem(number, "a block in a quotation is not run; take it out");
        }
        if line.trim_start().starts_with("<pre") {
            self.problem(number, "use a fenced block instead of <pre>");
        }
    }

    /// Rejects code that is marked by its indentation alone.
    fn check_indentation(&mut self, prose: &[&str]) {
        let (mut in_list, mut after_blank) = (false, true);
        for (at, line) in prose.iter().enumerate() {
            let trimmed = line.trim_start();
            if trimmed.is_empty() {
                after_blank = true;
                continue;
            }
            let is_indented = line.starts_with("    ") || line.starts_with('\t');
            if is_list_item(trimmed) && (in_list || !is_indented) {
                in_list = true;
            } else if after_blank && !line.starts_with([' ', '\t']) {
                in_list = false;
            } else if after_blank && is_indented && !in_list {
                self.problem(at + 1, "use a fenced block instead of an indented one");
            }
            after_blank = false;
        }
    }

    fn problem(&mut self, line: usize, message: &str) {
        self.problems.push((line, message.to_owned()));
    }
}

/// The backticks or tildes that open a block, or nothing.
fn fence_of(line: &str) -> &str {
    let is_fence = |mark: char| {
        let fence = &line[..line.len() - line.trim_start_matches(mark).len()];
        // A run of backticks with another one behind it is a code span.
        let rest = &line[fence.len()..];
        (fence.len() >= 3 && (mark == '~' || !rest.contains('`'))).then_some(fence)
    };
    is_fence('`').or_else(|| is_fence('~')).unwrap_or_default()
}

fn exit_code(comment: &str) -> Option<i32> {
    let number = comment.strip_prefix(EXIT)?.strip_suffix("-->")?;
    number.trim().parse().ok()
}

fn is_list_item(line: &str) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = digits.len() < line.len() && digits.starts_with([')', '.']);
    is_numbered || ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
}

/// The anchors of headings, as GitHub makes them, and of `<a id="…">`.
fn anchors(prose: &[&str]) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut seen = BTreeMap::<String, usize>::new();
    for line in prose {
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        if (1..=6).contains(&level) && title.starts_with(' ') {
            let slug = slug(title.trim());
            let count = seen.entry(slug.clone()).or_default();
            anchors.insert(match *count {
                0 => slug,
                count => format!("{slug}-{count}"),
            });
            *count += 1;
        }
        for name in ["<a id=\"", "<a name=\""] {
            let ids = line.split(name).skip(1);
            anchors
                .extend(ids.filter_map(|rest| rest.split_once('"').map(|(id, _)| id.to_owned())));
        }
    }
    anchors
}

/// The anchor of a heading: its text in lower case, without punctuation, with hyphens for spaces.
fn slug(title: &str) -> String {
    let mut text = String::new();
    let mut rest = title;
    // Of a link only its text is part of the heading.
    while let Some((before, after)) = rest.split_once("](") {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let kept = text.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    });
    kept.flat_map(char::to_lowercase).collect()
}

/// The text with spaces instead of the content of backticks.
fn without_code_spans(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let marks = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let (mark, inner) = rest[start..].split_at(marks);
        out.push_str(&rest[..start]);
        // A span ends in its paragraph.
        let paragraph = &inner[..inner.find("\n\n").unwrap_or(inner.len())];
        match paragraph.find(mark) {
            Some(length) => {
                let blank = |c| if c == '\n' { '\n' } else { ' ' };
                out.extend(inner[..length].chars().map(blank));
                rest = &inner[length + marks..];
            }
            None => rest = inner,
        }
    }
    out.push_str(rest);
    out
}

/// The targets of `[text](target)`, `[name]: target`, `href="target"` and `src="target"`.
fn links(text: &str) -> Vec<Located<String>> {
    let mut links = Vec::new();
    for (mark, end) in [("](", ')'), ("href=\"", '"'), ("src=\"", '"')] {
        for (at, _) in text.match_indices(mark) {
            let line = text[..at].matches('\n').count() + 1;
            let rest = &text[at + mark.len()..];
            let target = rest.split([end, '\n']).next().unwrap_or_default();
            // What comes after a space is the title.
            let target = target.split(' ').next().unwrap_or_default();
            links.push((line, target.trim_matches(['<', '>']).to_owned()));
        }
    }
    for (at, line) in text.lines().enumerate() {
        let definition = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]:"));
        if let Some((_, target)) = definition {
            links.push((at + 1, target.trim().to_owned()));
        }
    }
    links
}
