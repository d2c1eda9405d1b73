//! Which paths a pattern means: as in a shell, `*`, `?` and `[…]` stay within a segment, `**` does
//! not, and a name that begins with `.` or `_` is meant only by a segment that begins so itself.

use glob::Pattern;

/// Whether a name is one that folders and patterns leave out, as every reader of partitioned
/// folders does.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '_'])
}

/// Whether a name is a pattern.
pub(super) fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Whether a pattern means a path, or a folder that it lies in.
pub(super) fn matches_pattern(pattern: &str, path: &str) -> bool {
    fn segments(path: &str) -> Vec<&str> {
        let named = |segment: &&str| !segment.is_empty() && *segment != ".";
        path.split('/').filter(named).collect()
    }
    segments_match(&segments(pattern), &segments(path))
}

fn segments_match(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        // Below a folder that matches.
        (None, _) => path.iter().all(|name| !is_hidden(name)),
        (Some((&"**", pattern_rest)), Some((name, rest))) => {
            segments_match(pattern_rest, path)
                || (!is_hidden(name) && segments_match(pattern, rest))
        }
        (Some((&"**", pattern_rest)), None) => segments_match(pattern_rest, path),
        (Some((wanted, pattern_rest)), Some((name, rest))) => {
            // A pattern that is no whole one by itself was refused as a whole.
            let fits = wanted == name || Pattern::new(wanted).is_ok_and(|one| one.matches(name));
            let is_selected = !is_hidden(name) || wanted.chars().next() == name.chars().next();
            fits && is_selected && segments_match(pattern_rest, rest)
        }
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell_and_folders_that_match_are_searched_through() {
        for (pattern, path, expected) in [
            ("d/*.json", "d/a.json", true),
            ("d/*.json", "d/x/a.json", false),
            ("d/**/*.json", "d/x/y/a.json", true),
            ("d/**/*.json", "d/a.json", true),
            ("d/**", "d/x/a.json", true),
            ("d/2026-??", "d/2026-11/a.json", true),
            ("d/2026-??", "d/2026-11/_x/a.json", false),
            ("d/2026-??", "d/2026-1/a.json", false),
            ("d/[ab].json", "d/b.json", true),
            ("d/[ab].json", "d/c.json", false),
            ("./d//*.json", "d/a.json", true),
            ("/d/../e/*", "/d/../e/a.json", true),
        ] {
            assert_eq!(matches_pattern(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_hidden_name_matches_only_a_segment_that_begins_like_it() {
        for (pattern, path, expected) in [
            ("d/*", "d/.x", false),
            ("d/*", "d/_x", false),
            ("d/?x", "d/_x", false),
            ("d/[_]x", "d/_x", false),
            ("d/.*", "d/.x", true),
            ("d/_*", "d/_x", true),
            ("d/_*", "d/.x", false),
            ("d/**/*.json", "d/_tmp/a.json", false),
            ("d/**/*.json", "d/x/.a.json", false),
            ("d/_*/*.json", "d/_tmp/a.json", true),
            ("d/_tmp/*", "d/_tmp/a.json", true),
            (".d/*", ".d/a", true),
        ] {
            assert_eq!(matches_pattern(pattern, path), expected, "{pattern} {path}");
        }
    }
}
