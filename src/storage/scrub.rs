//! Removes secrets from text: user, password, query and fragment of any URL in it. Presigned URLs
//! and tokens use the last two. A `?` or `#` without a `=` after it is part of a pattern or a key.

/// Schemes whose "user" is the container, not a secret.
const CONTAINER_SCHEMES: [&str; 4] = ["abfs", "abfss", "wasb", "wasbs"];

/// Returns `text` without the secrets of the URLs in it.
pub fn scrubbed(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        clean.push_str(before);
        let scheme = before
            .trim_end_matches("://")
            .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+')
            .next()
            .unwrap_or_default();
        let end = after.find(ends_url).unwrap_or(after.len());
        let (url, behind) = after.split_at(end);
        clean.push_str(&without_secrets(scheme, url));
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

/// Returns a path or URL without its secrets; it may contain spaces.
pub fn scrubbed_location(location: &str) -> String {
    match location.split_once("://") {
        Some((scheme, location)) => format!("{scheme}://{}", without_secrets(scheme, location)),
        None => location.to_owned(),
    }
}

fn ends_url(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '<' | '>' | ')' | ']')
}

/// The part after `://`, without its secrets.
fn without_secrets(scheme: &str, url: &str) -> String {
    let begins = |at: &usize| url[*at..].contains('=');
    let end = url.find(['?', '#']).filter(begins).unwrap_or(url.len());
    let (location, secrets) = url.split_at(end);
    // Punctuation after the URL belongs to the sentence.
    let punctuation = secrets
        .chars()
        .next_back()
        .filter(|last| matches!(last, ':' | ',' | ';' | '.'));
    let authority_end = location.find('/').unwrap_or(location.len());
    let (authority, path) = location.split_at(authority_end);
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) if CONTAINER_SCHEMES.contains(&scheme) => {
            let container = user.split(':').next().unwrap_or_default();
            format!("{container}@{host}")
        }
        Some((_user, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    let mut clean = authority + path;
    clean.extend(punctuation);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_passwords_and_queries_of_urls_are_left_out_and_all_else_stays() {
        for (text, expected) in [
            ("no URL?", "no URL?"),
            (
                "cannot read https://me:pw@host/a.json?sig=abc: refused",
                "cannot read https://host/a.json: refused",
            ),
            (
                "\"s3://bucket/key?X-Amz-Signature=1\" and s3://b/2026-??/k#t.",
                "\"s3://bucket/key\" and s3://b/2026-??/k#t.",
            ),
            (
                "abfss://box@account.dfs.core.windows.net/x?sv=1",
                "abfss://box@account.dfs.core.windows.net/x",
            ),
            ("/data/what?.json", "/data/what?.json"),
            ("https://user@host", "https://host"),
        ] {
            assert_eq!(scrubbed(text), expected);
        }
        let location = "s3://me:pw@bucket/a b.json?X-Amz-Signature=x";
        assert_eq!(scrubbed_location(location), "s3://bucket/a b.json");
    }
}
