//! Inputs in an object store: the URL of an object, of a prefix, or with a pattern in its key comes
//! in, objects go out.

use glob::{MatchOptions, Pattern};

use super::super::refusal::SourceError;
use super::{Input, Location, is_pattern};
use crate::store::{Object, StoreUrl, Stores};

/// As shells do it: `*` and `?` stay within a segment, `**` does not.
const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// The objects that are named.
pub(super) fn discover(
    argument: &str,
    url: &StoreUrl,
    stores: &Stores,
) -> Result<Vec<Input>, SourceError> {
    let objects = if is_pattern(url.key()) {
        let pattern = Pattern::new(url.key()).map_err(|source| SourceError::Pattern {
            pattern: argument.to_owned(),
            source,
        })?;
        let plain = url.key().split('/').take_while(|name| !is_pattern(name));
        let prefix = url.with_key(&plain.collect::<Vec<_>>().join("/"));
        let mut objects = without_folders(&stores.list(&prefix)?, prefix.key());
        objects.retain(|object| is_match(&pattern, object.url.key()));
        objects
    } else if let Some(object) = stores.head(url)? {
        vec![object]
    } else {
        let mut objects = without_folders(&stores.list(url)?, url.key());
        let below = url.key().len();
        objects.retain(|object| {
            let rest = object.url.key().get(below..).unwrap_or_default();
            is_shown(rest)
        });
        objects
    };
    let input = |object: Object| Input {
        location: Location::Object(object.url.clone()),
        size_bytes: Some(object.size_bytes),
        modified_micros: Some(object.modified_micros),
        object: Some((stores.clone(), object)),
    };
    Ok(objects.into_iter().map(input).collect())
}

/// Whether a key, or a folder that it lies in, is meant by a pattern.
fn is_match(pattern: &Pattern, key: &str) -> bool {
    if pattern.matches_with(key, MATCHING) {
        return true;
    }
    let mut folders = key.match_indices('/').map(|(at, _)| key.split_at(at));
    folders.any(|(folder, rest)| pattern.matches_with(folder, MATCHING) && is_shown(rest))
}

/// Whether no segment below what was named begins with `.` or `_`.
fn is_shown(below: &str) -> bool {
    below.split('/').all(|name| !name.starts_with(['.', '_']))
}

/// Consoles make an empty object for a folder: it is none of the inputs.
fn without_folders(objects: &[Object], prefix: &str) -> Vec<Object> {
    let is_folder = |at: usize, object: &Object| {
        let key = object.url.key();
        let leads_on = objects.get(at + 1..).is_some_and(|later| {
            later
                .iter()
                .take_while(|next| next.url.key().starts_with(key))
                .any(|next| next.url.key().as_bytes().get(key.len()) == Some(&b'/'))
        });
        object.size_bytes == 0 && (key == prefix || leads_on)
    };
    let kept = objects
        .iter()
        .enumerate()
        .filter(|(at, object)| !is_folder(*at, object));
    kept.map(|(_, object)| object.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, size_bytes: u64) -> Object {
        let url = StoreUrl::parse("s3://b").unwrap().unwrap();
        Object {
            url: url.with_key(key),
            size_bytes,
            modified_micros: 0,
            etag: None,
        }
    }

    #[test]
    fn patterns_match_as_in_a_shell_and_folders_that_match_are_searched_through() {
        for (pattern, key, expected) in [
            ("d/*.json", "d/a.json", true),
            ("d/*.json", "d/x/a.json", false),
            ("d/**/*.json", "d/x/y/a.json", true),
            ("d/2026-??", "d/2026-11/a.json", true),
            ("d/2026-??", "d/2026-11/_x/a.json", false),
            ("d/2026-??", "d/2026-1/a.json", false),
            ("d/[ab].json", "d/b.json", true),
            ("d/[ab].json", "d/c.json", false),
        ] {
            let found = is_match(&Pattern::new(pattern).unwrap(), key);
            assert_eq!(found, expected, "{pattern} {key}");
        }
    }

    #[test]
    fn the_empty_objects_that_stand_for_folders_are_left_out() {
        let listed = vec![
            object("d", 0),
            object("d/a.json", 0),
            object("d/x", 0),
            object("d/x-1.json", 5),
            object("d/x/b.json", 7),
        ];
        let left: Vec<String> = without_folders(&listed, "d")
            .iter()
            .map(|object| object.url.key().to_owned())
            .collect();
        assert_eq!(left, ["d/a.json", "d/x-1.json", "d/x/b.json"]);
    }
}
