//! What the code of a file refers to: the paths that it names, and the items and names that it defines.

use std::collections::BTreeSet;
use std::iter::Peekable;

/// The words of a path.
pub(super) type ItemPath = Vec<String>;

/// What the code of a file refers to.
#[derive(Default)]
pub(super) struct SourceFile {
    /// The names that `use` items define, with their paths; `*` for a glob.
    pub(super) names: Vec<(String, ItemPath)>,
    /// The items of the file.
    pub(super) items: BTreeSet<String>,
    /// The paths that it uses; a re-export is one only if the file uses the name itself.
    pub(super) paths: Vec<ItemPath>,
}

impl SourceFile {
    pub(super) fn of(code: &[&str]) -> Self {
        let (mut file, mut words, mut reexports) = (Self::default(), BTreeSet::new(), Vec::new());
        let mut tokens = code.iter().copied().peekable();
        let mut previous = "";
        while let Some(token) = tokens.next() {
            let next = tokens.peek().copied().unwrap_or_default();
            match token {
                // `use<'a>` is a bound.
                "use" if next != "<" => {
                    let mut named = Vec::new();
                    use_tree(&mut tokens, &[], &mut named);
                    if matches!(previous, "pub" | ")") {
                        reexports.extend(named.clone());
                    } else {
                        file.paths
                            .extend(named.iter().map(|(_, path)| path.clone()));
                    }
                    file.names.extend(named);
                }
                "struct" | "enum" | "union" | "trait" | "type" | "fn" | "const" | "static" => {
                    file.items.insert(next.to_owned());
                }
                // A name after it is one of its own file.
                "mod" => {
                    tokens.next();
                }
                // The path of another crate, or of an associated item.
                "::" => {
                    path_from(&mut tokens);
                }
                word if is_word(word) => {
                    words.insert(word);
                    let mut path = vec![word.to_owned()];
                    if tokens.next_if_eq(&"::").is_some() {
                        path.extend(path_from(&mut tokens));
                        file.paths.push(path);
                    }
                }
                _ => {}
            }
            previous = token;
        }
        let used = reexports
            .into_iter()
            .filter(|(name, _)| words.contains(name.as_str()));
        file.paths.extend(used.map(|(_, path)| path));
        file
    }
}

pub(super) fn joined(module: &[String], path: &[String]) -> ItemPath {
    [module, path].concat()
}

fn ends_word(letter: char) -> bool {
    !letter.is_alphanumeric() && letter != '_'
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// The words of a path.
fn path_from<'t>(tokens: &mut Peekable<impl Iterator<Item = &'t str>>) -> ItemPath {
    let mut path = ItemPath::new();
    while let Some(word) = tokens.next_if(|token| is_word(token)) {
        path.push(word.to_owned());
        if tokens.next_if_eq(&"::").is_none() {
            break;
        }
    }
    path
}

/// Adds the names that a `use` item, or a part of it in braces, defines.
fn use_tree<'t>(
    tokens: &mut Peekable<impl Iterator<Item = &'t str>>,
    prefix: &[String],
    named: &mut Vec<(String, ItemPath)>,
) {
    let (mut path, mut name) = (prefix.to_vec(), None);
    while let Some(token) = tokens.next_if(|token| !matches!(*token, "," | "}" | ";")) {
        match token {
            "{" => {
                while tokens.next_if_eq(&"}").is_none() {
                    use_tree(tokens, &path, named);
                    tokens.next_if_eq(&",");
                }
                return;
            }
            "as" => name = tokens.next().map(str::to_owned),
            // At the start, the root of the names of other crates: a name that no module has.
            "self" | "::" if !path.is_empty() => {}
            word => path.push(word.to_owned()),
        }
    }
    let name = name.or_else(|| path.last().cloned());
    named.push((name.unwrap_or_default(), path));
}

/// The code without items that are compiled only for tests, and the names of their modules.
pub(super) fn without_tests<'t>(tokens: &[&'t str]) -> (Vec<&'t str>, Vec<&'t str>) {
    const TEST_ONLY: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut code, mut tests, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let Some(item) = tokens[at..].strip_prefix(&TEST_ONLY[..]) else {
            code.push(*token);
            at += 1;
            continue;
        };
        let item = &item[..item_length(item)];
        let module = item.iter().position(|token| *token == "mod");
        tests.extend(
            module
                .filter(|_| item.ends_with(&[";"]))
                .map(|at| item[at + 1]),
        );
        at += TEST_ONLY.len() + item.len();
    }
    (code, tests)
}

/// The number of tokens of the first item: to its semicolon, or to the end of its braces.
fn item_length(tokens: &[&str]) -> usize {
    let is_use = tokens
        .iter()
        .take_while(|token| **token != "{")
        .any(|token| *token == "use");
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" => {
                depth -= 1;
                if depth == 0 && !is_use {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The words and signs of a text, without comments, strings, characters and lifetimes.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let token = if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        } else if let Some(length) = literal_length(rest) {
            rest = &rest[length..];
            continue;
        } else if rest.starts_with("::") {
            2
        } else if ends_word(first) {
            first.len_utf8()
        } else {
            rest.find(ends_word).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(token);
        tokens.extend(Some(token).filter(|token| !token.trim().is_empty()));
        rest = after;
    }
    tokens
}

/// The length of the string, character or lifetime that the text begins with.
fn literal_length(text: &str) -> Option<usize> {
    let raw = text.strip_prefix("br").or_else(|| text.strip_prefix('r'));
    let raw = raw.map(|hashes| (hashes, hashes.trim_start_matches('#')));
    if let Some((hashes, quoted)) = raw.filter(|(_, quoted)| quoted.starts_with('"')) {
        let end = format!("\"{}", &hashes[..hashes.len() - quoted.len()]);
        let start = text.len() - quoted.len() + 1;
        return Some(start + text[start..].find(&end)? + end.len());
    }
    let mut letters = text.char_indices();
    match letters.next()?.1 {
        '"' => {
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '"' => return Some(at + 1),
                    '\\' => {
                        letters.next();
                    }
                    _ => {}
                }
            }
            None
        }
        '\'' => match (letters.next()?.1, letters.next()?) {
            ('\\', _) => Some(3 + text[3..].find('\'')? + 1),
            (_, (at, '\'')) => Some(at + 1),
            _ => Some(1 + text[1..].find(ends_word).unwrap_or(text.len() - 1)),
        },
        _ => None,
    }
}
