//! Error messages of stores and of the system: an error comes in; its text with a remedy and
//! without secrets goes out.

use std::error::Error;

use super::scrub::scrubbed;

/// Parts of error texts of the system and the services, with their remedies. Those of the system
/// come first: a store is also unreachable if no connection can be opened.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
/// <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes>
const REMEDIES: [(&[&str], &str); 8] = [
    (
        &["Too many open files"],
        "no more files can be opened: raise the limit (ulimit -n, LimitNOFILE= of a systemd unit); 1024 are enough",
    ),
    (
        // The last two are messages of zstd.
        &[
            "Cannot allocate memory",
            "not enough memory",
            "returned null pointer",
        ],
        "out of memory: raise the limit (ulimit -v, memory of the container), or use fewer threads (--threads)",
    ),
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
        "these credentials lack permission: reading needs list and get, writing also needs put, vacuum needs delete",
    ),
    (
        &["PermanentRedirect", "AuthorizationHeaderMalformed"],
        "the bucket is in another region: set AWS_REGION or --s3-region",
    ),
    (
        &UNREACHABLE,
        "the store cannot be reached: check the endpoint and the network; --store-retries and --store-deadline set how long requests are retried",
    ),
];

/// The client's messages when there is no response.
const UNREACHABLE: [&str; 4] = [
    "error sending request",
    "dns error",
    "connect error",
    "operation timed out",
];

/// Whether the text of a store's error means that there was no response.
pub(super) fn is_unreachable(text: &str) -> bool {
    UNREACHABLE.iter().any(|sign| text.contains(sign))
}

/// The remedy for the text of a store's error.
pub fn remedy(text: &str) -> Option<&'static str> {
    REMEDIES
        .iter()
        .find(|(codes, _)| codes.iter().any(|code| text.contains(code)))
        .map(|(_, remedy)| *remedy)
}

/// An error and its causes, each once, since some errors repeat their cause in their own text.
/// Signatures are removed from URLs, and a remedy is added.
pub fn error_text(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut causes = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) && !causes.contains(&message) {
            causes.push_str(": ");
            causes.push_str(&message);
        }
        cause = error.source();
    }
    // The remedy comes before the store's own text, which may be a page of XML.
    let explained = remedy(&text).or_else(|| remedy(&causes));
    if let Some(remedy) = explained.filter(|remedy| !text.contains(remedy)) {
        text.push_str(": ");
        text.push_str(remedy);
    }
    text.push_str(&causes);
    scrubbed(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_errors_of_services_and_of_the_system_have_remedies() {
        for (message, todo) in [
            ("<Code>NoSuchBucket</Code>", "create it"),
            ("<Code>ExpiredToken</Code>", "renew"),
            (
                "error sending request: Too many open files (os error 24)",
                "ulimit -n",
            ),
            ("Cannot allocate memory (os error 12)", "ulimit -v"),
        ] {
            assert!(remedy(message).unwrap().contains(todo), "{message}");
        }
        assert_eq!(remedy("disk full"), None);
    }
}
