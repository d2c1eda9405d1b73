//! Adds the URL to errors of a store. The libraries above it name the table, but not its location.

use std::error::Error;

use object_store::Error as ClientError;
use object_store::path::Path;

/// An error with its location.
#[derive(Debug, thiserror::Error)]
#[error("{location}: {source}")]
struct LocatedError {
    location: String,
    source: Box<dyn Error + Send + Sync>,
}

/// Adds the location to an error that has none; `root` is the URL of the bucket.
pub(super) fn with_location(root: &str, key: Option<&Path>, error: ClientError) -> ClientError {
    match error {
        ClientError::Generic { store, source } if !source.is::<LocatedError>() => {
            let key = key.map(Path::as_ref).unwrap_or_default();
            let location = format!("{root}/{key}");
            ClientError::Generic {
                store,
                source: Box::new(LocatedError { location, source }),
            }
        }
        other => other,
    }
}

/// Removes the location again, for callers that add it themselves.
pub(super) fn without_location(error: ClientError) -> ClientError {
    match error {
        ClientError::Generic { store, source } => ClientError::Generic {
            store,
            source: match source.downcast::<LocatedError>() {
                Ok(located) => located.source,
                Err(source) => source,
            },
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_location_once_or_not_at_all() {
        let error = || ClientError::Generic {
            store: "S3",
            source: "connection refused".into(),
        };
        let key = Path::from("lake/purchases");
        let located = || with_location("s3://shop", Some(&key), error());
        let expected = "Generic S3 error: s3://shop/lake/purchases: connection refused";
        assert_eq!(located().to_string(), expected);
        assert_eq!(
            with_location("s3://shop", None, located()).to_string(),
            expected
        );
        assert_eq!(without_location(located()).to_string(), error().to_string());
        assert_eq!(without_location(error()).to_string(), error().to_string());
    }
}
