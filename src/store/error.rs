//! What can go wrong with a store: with the place, what the store said, and what to do about it.

use std::io;
use std::path::PathBuf;

/// An error of a store.
///
/// [`StoreError::is_usage`] tells what was typed wrongly (exit code 2) from trouble with the
/// environment (exit code 1).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The URL cannot be used.
    #[error("the URL {url} is refused: {reason}")]
    Url {
        /// The URL, without what may be secret.
        url: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// A setting or variable has a value that cannot be used.
    #[error("{setting}: {reason}")]
    Setting {
        /// Its name.
        setting: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Nothing says who we are to the store.
    #[error("there are no credentials for {url}: {remedy}")]
    NoCredentials {
        /// The place.
        url: String,
        /// Where they may come from.
        remedy: &'static str,
    },
    /// More keys below a prefix than a run may list.
    #[error("more than {limit} objects below {url}: name a narrower prefix or pattern")]
    TooMany {
        /// The prefix.
        url: String,
        /// The limit.
        limit: usize,
    },
    /// The store did not do what was asked.
    #[error("cannot {action} {url}")]
    Failed {
        /// What was tried, as a verb.
        action: &'static str,
        /// The place.
        url: String,
        /// What the store said.
        source: Box<object_store::Error>,
    },
    /// What arrived is not what was sent.
    #[error(
        "{url} has {found} bytes where {expected} were uploaded: nothing was committed; run again"
    )]
    Differs {
        /// The place.
        url: String,
        /// What was sent.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// A file on its way to or from a store could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Scratch {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The asynchronous runtime did not start.
    #[error("cannot start the threads that talk to stores")]
    Runtime {
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Whether the command line, a job file or a variable is to be corrected.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Url { .. } | Self::Setting { .. })
    }

    /// Makes the error of what a store said about a place.
    pub(crate) fn failed(
        action: &'static str,
        url: &impl ToString,
    ) -> impl FnOnce(object_store::Error) -> Self {
        let url = url.to_string();
        move |source| Self::Failed {
            action,
            url,
            source: Box::new(source),
        }
    }

    /// Makes the error of what the system said about a file.
    pub(crate) fn scratch(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Scratch {
            action,
            path,
            source,
        }
    }
}

/// What the services answer, and what to do then.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
/// <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes>
const REMEDIES: [(&[&str], &str); 6] = [
    (
        &[
            "NoSuchBucket",
            "ContainerNotFound",
            "The specified bucket does not exist",
        ],
        "the bucket or container does not exist: check its name, or create it",
    ),
    (
        &[
            "ExpiredToken",
            "TokenRefreshRequired",
            "RequestTimeTooSkewed",
            "token has expired",
        ],
        "the credentials have expired, or this machine's clock is wrong: renew them and run again",
    ),
    (
        &[
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "AuthenticationFailed",
            "InvalidAuthenticationInfo",
            "Unauthenticated",
        ],
        "the store does not accept these credentials: check the key and its secret in the environment",
    ),
    (
        &[
            "AccessDenied",
            "AuthorizationFailure",
            "AuthorizationPermissionMismatch",
            "403 Forbidden",
        ],
        "these credentials may not do that: reading needs list and get, writing needs put as well, cleaning needs delete",
    ),
    (
        &["PermanentRedirect", "AuthorizationHeaderMalformed"],
        "the bucket lies in another region: set AWS_REGION or --s3-region",
    ),
    (
        &[
            "error sending request",
            "Connection refused",
            "dns error",
            "connect error",
            "operation timed out",
        ],
        "the store cannot be reached: check the endpoint and the network; --store-retries and --store-deadline say how long it is tried",
    ),
];

/// What to do about an error of a store, told by its text.
pub fn remedy(text: &str) -> Option<&'static str> {
    REMEDIES
        .iter()
        .find(|(codes, _)| codes.iter().any(|code| text.contains(code)))
        .map(|(_, remedy)| *remedy)
}

/// A message without the queries and users of its URLs, which may be signatures and passwords.
pub fn scrubbed(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, url) = rest.split_at(at + 3);
        clean.push_str(before);
        let end = url.find(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | ',' | '`')
        });
        let (url, after) = url.split_at(end.unwrap_or(url.len()));
        let host_end = url.find(['/', '?']).unwrap_or(url.len());
        let (host, path) = url.split_at(host_end);
        // `container@account` is no user; one with a password is.
        let user = host.rsplit_once('@').filter(|(user, _)| user.contains(':'));
        clean.push_str(user.map_or(host, |(_, host)| host));
        match path.split_once('?') {
            Some((path, query)) if query.contains('=') => {
                clean.push_str(path);
                clean.push_str("?…");
            }
            _ => clean.push_str(path),
        }
        rest = after;
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_passwords_are_cut_out_of_messages() {
        for (text, clean) in [
            (
                "error for url (https://h/c/x?sv=1&sig=hunter2): no",
                "error for url (https://h/c/x?…): no",
            ),
            ("at http://u:hunter2@h:1/x", "at http://h:1/x"),
            (
                "abfss://c@a.dfs.core.windows.net/x",
                "abfss://c@a.dfs.core.windows.net/x",
            ),
            ("s3://b/2026-??/x, s3://b/y", "s3://b/2026-??/x, s3://b/y"),
            ("no URL: 5% = 0.05?", "no URL: 5% = 0.05?"),
        ] {
            assert_eq!(scrubbed(text), clean);
        }
    }

    #[test]
    fn the_answers_of_services_have_remedies() {
        assert!(
            remedy("<Code>NoSuchBucket</Code>")
                .unwrap()
                .contains("create it")
        );
        assert!(
            remedy("<Code>ExpiredToken</Code>")
                .unwrap()
                .contains("renew")
        );
        assert_eq!(remedy("disk full"), None);
    }
}
