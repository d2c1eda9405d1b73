//! URLs of stores: text comes in, scheme, bucket and key go out.
//!
//! Refused: credentials and signatures in the text, unknown schemes, keys with `.`, `..` or empty
//! segments.

use std::fmt;

use object_store::path::Path as KeyPath;
use url::Url;

use super::StoreError;

/// The provider of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cloud {
    S3,
    Gcs,
    Azure,
}

/// A location in an object store.
///
/// Invariants: the scheme is known, the bucket is not empty, the key has no empty, `.` or `..`
/// segment and neither begins nor ends with a slash. Keys are literal: `%20` is three characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreUrl {
    scheme: String,
    authority: String,
    key: String,
}

/// Query parameters that grant access.
const SIGNATURES: [&str; 6] = [
    "sig=",
    "signature=",
    "x-amz-credential=",
    "x-amz-security-token=",
    "token=",
    "secret=",
];

impl StoreUrl {
    /// Parses the URL of a store; `None` for local paths, `file://` URLs and `-`.
    ///
    /// # Errors
    /// [`StoreError::Url`] with the reason, without repeating a secret.
    pub fn parse(text: &str) -> Result<Option<Self>, StoreError> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(None);
        };
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "file" {
            return Ok(None);
        }
        let (authority, key) = rest.split_once('/').unwrap_or((rest, ""));
        let refuse = |reason| StoreError::Url {
            url: format!(
                "{scheme}://{}/…",
                authority.rsplit('@').next().unwrap_or("")
            ),
            reason,
        };
        let Some(cloud) = cloud_of(&scheme) else {
            return Err(refuse(
                "unknown scheme; valid schemes: s3, s3a, gs, az, azure, abfs, abfss, file",
            ));
        };
        if has_secret(cloud, authority, key) {
            return Err(refuse(
                "it contains credentials, which would be visible in command lines and logs: set them in the environment",
            ));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '$');
        if authority.is_empty() || !authority.chars().all(plain) {
            return Err(refuse(
                "the bucket or container after :// is missing or contains invalid characters",
            ));
        }
        let key = KeyPath::parse(key.trim_end_matches('/'))
            .map_err(|_| refuse("its path has an empty segment, . or .."))?;
        Ok(Some(Self {
            scheme,
            authority: authority.to_owned(),
            key: key.to_string(),
        }))
    }

    /// The scheme, in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The bucket or container.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The key below the bucket; empty for the bucket itself.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Scheme and bucket, which identify the store.
    pub(super) fn store_key(&self) -> (String, String) {
        (self.scheme.clone(), self.authority.clone())
    }

    /// The URL of another key in the same bucket.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..self.clone()
        }
    }

    /// The URL of the key `relative` below this one.
    #[must_use]
    pub fn join(&self, relative: &str) -> Self {
        let relative = relative.trim_matches('/');
        if self.key.is_empty() {
            return self.with_key(relative);
        }
        self.with_key(&format!("{}/{relative}", self.key))
    }

    /// Whether this is the same location as the other or below it, even if they use different
    /// schemes of the same cloud.
    pub fn is_below(&self, other: &Self) -> bool {
        let bucket = |url: &Self| url.authority.split('@').next().map(str::to_owned);
        let is_below = other.key.is_empty()
            || self
                .key
                .strip_prefix(&other.key)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.cloud() == other.cloud() && bucket(self) == bucket(other) && is_below
    }

    /// The same location as a percent-encoded URL with a trailing slash.
    ///
    /// # Errors
    /// [`StoreError::Url`] for a bucket that cannot be part of a URL.
    pub fn to_directory_url(&self) -> Result<Url, StoreError> {
        let refuse = || StoreError::Url {
            url: self.to_string(),
            reason: "the bucket cannot be part of a URL",
        };
        let mut url =
            Url::parse(&format!("{}://{}/", self.scheme, self.authority)).map_err(|_| refuse())?;
        {
            let mut segments = url.path_segments_mut().map_err(|()| refuse())?;
            segments.pop_if_empty();
            segments.extend(self.key.split('/').filter(|segment| !segment.is_empty()));
            segments.push("");
        }
        Ok(url)
    }

    pub(super) fn cloud(&self) -> Cloud {
        cloud_of(&self.scheme).unwrap_or(Cloud::S3)
    }

    pub(crate) fn path(&self) -> KeyPath {
        // The key was validated once, and joined parts are listed keys or names of this program.
        KeyPath::parse(&self.key).unwrap_or_else(|_| KeyPath::from(self.key.as_str()))
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.scheme, self.authority, self.key)
    }
}

fn cloud_of(scheme: &str) -> Option<Cloud> {
    match scheme {
        "s3" | "s3a" => Some(Cloud::S3),
        "gs" => Some(Cloud::Gcs),
        "az" | "azure" | "abfs" | "abfss" => Some(Cloud::Azure),
        _ => None,
    }
}

/// Only in `abfss://container@account.dfs.core.windows.net/` the part before the `@` is no user.
fn has_secret(cloud: Cloud, authority: &str, key: &str) -> bool {
    let user = authority.split_once('@').map(|(user, _)| user);
    let is_user = user.is_some_and(|user| cloud != Cloud::Azure || user.contains(':'));
    let query = key.split_once('?').map_or("", |(_, query)| query);
    let query = query.to_ascii_lowercase();
    is_user || SIGNATURES.iter().any(|name| query.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_stores_have_a_bucket_and_a_key() {
        for (text, scheme, authority, key) in [
            ("s3://dumps", "s3", "dumps", ""),
            ("S3://dumps/", "s3", "dumps", ""),
            (
                "s3a://dumps/2026/11/a b.json",
                "s3a",
                "dumps",
                "2026/11/a b.json",
            ),
            ("gs://dumps/%20ç#1/", "gs", "dumps", "%20ç#1"),
            ("s3://dumps/2026-??/*.json", "s3", "dumps", "2026-??/*.json"),
            (
                "abfss://dumps@shop.dfs.core.windows.net/x",
                "abfss",
                "dumps@shop.dfs.core.windows.net",
                "x",
            ),
        ] {
            let url = StoreUrl::parse(text).unwrap().unwrap();
            assert_eq!(
                (url.scheme(), url.authority(), url.key()),
                (scheme, authority, key)
            );
        }
        for text in ["/data/x", "file:///data", "-", "dumps/*.json"] {
            assert_eq!(StoreUrl::parse(text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn secrets_and_keys_that_lead_elsewhere_are_refused_without_being_repeated() {
        for text in [
            "s3://AKIA:hunter2@dumps/x",
            "s3://hunter2@dumps/x",
            "az://dumps/x.json?sv=2024&sig=hunter2",
            "abfss://c:hunter2@shop.dfs.core.windows.net/x",
            "ftp://hunter2@host/x",
        ] {
            let message = StoreUrl::parse(text).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
        for text in [
            "s3://",
            "s3:///x",
            "s3://b/../c",
            "s3://b/a//c",
            "s3://b u/c",
            "https://b/c",
        ] {
            assert!(StoreUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_directory_url_escapes_what_a_key_may_hold() {
        let url = StoreUrl::parse("s3://dumps/a b/%20/ç").unwrap().unwrap();
        assert_eq!(
            url.to_directory_url().unwrap().as_str(),
            "s3://dumps/a%20b/%2520/%C3%A7/"
        );
        let bucket = StoreUrl::parse("s3://dumps").unwrap().unwrap();
        assert_eq!(bucket.to_directory_url().unwrap().as_str(), "s3://dumps/");
        assert_eq!(
            bucket.join("lake/").join("t").to_string(),
            "s3://dumps/lake/t"
        );
    }
}
