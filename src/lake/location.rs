//! Where a lake is: a path or URL as typed comes in, an absolute directory URL goes out.
//!
//! Refused: empty text, URLs that are not `file`, paths that are not Unicode.

use std::path::{Component, Path, PathBuf};

use url::Url;

use super::LakeError;

/// The place of a lake: one absolute directory, with no `..` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    url: Url,
    directory: PathBuf,
}

impl Location {
    /// Resolves what was typed against the working directory, without looking at the store.
    pub(super) fn parse(text: &str) -> Result<Self, LakeError> {
        let refuse = |reason| LakeError::Location {
            location: text.to_owned(),
            reason,
        };
        if text.is_empty() {
            return Err(refuse("it is empty"));
        }
        let path = if text.contains("://") {
            let url = Url::parse(text).map_err(|_| refuse("it is not a valid URL"))?;
            if url.scheme() != "file" {
                return Err(scheme_error(&url));
            }
            url.to_file_path()
                .map_err(|()| refuse("a file URL must look like file:///folder"))?
        } else {
            std::path::absolute(text).map_err(|_| {
                refuse("the working directory cannot be told; give an absolute path")
            })?
        };
        let directory = without_dots(&path);
        if directory.to_str().is_none() {
            return Err(refuse("the path is not Unicode"));
        }
        let url = Url::from_directory_path(&directory)
            .map_err(|()| refuse("it is not an absolute path"))?;
        Ok(Self { url, directory })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The URL of one table; `name` is one of the crate's own table names.
    pub(super) fn table_url(&self, name: &str) -> Result<Url, LakeError> {
        Url::from_directory_path(self.directory.join(name)).map_err(|()| LakeError::Location {
            location: self.url.to_string(),
            reason: "it is not an absolute path",
        })
    }
}

/// Credentials may stand before the host or in the query: neither is repeated in a message.
fn scheme_error(url: &Url) -> LakeError {
    let location = format!(
        "{}://{}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        url.path()
    );
    LakeError::Scheme {
        location,
        scheme: url.scheme().to_owned(),
    }
}

/// Resolves `.` and `..` by the text alone, as a URL does.
fn without_dots(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_file_urls_become_one_absolute_directory() {
        for text in [
            "/data/lake",
            "/data/lake/",
            "/data/./x/../lake",
            "file:///data/lake",
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!(location.directory(), Path::new("/data/lake"), "{text}");
            assert_eq!(location.url().as_str(), "file:///data/lake/", "{text}");
        }
        let relative = Location::parse("lake of today").unwrap();
        assert_eq!(
            relative.directory(),
            std::env::current_dir().unwrap().join("lake of today")
        );
        assert!(relative.url().as_str().ends_with("/lake%20of%20today/"));
        let up = Location::parse("../../../../../../../../../../etc").unwrap();
        assert_eq!(up.directory(), Path::new("/etc"));
    }

    #[test]
    fn other_schemes_are_refused_by_name_and_without_their_secrets() {
        let error = Location::parse("s3://key:secret@bucket/lake?token=hidden").unwrap_err();
        assert!(matches!(&error, LakeError::Scheme { scheme, .. } if scheme == "s3"));
        let message = error.to_string();
        assert!(message.contains("s3://bucket/lake"), "{message}");
        assert!(
            !message.contains("secret") && !message.contains("hidden"),
            "{message}"
        );
        assert!(matches!(
            Location::parse(""),
            Err(LakeError::Location { .. })
        ));
        assert!(matches!(
            Location::parse("file://host/lake"),
            Err(LakeError::Location { .. })
        ));
    }
}
