//! The location of a lake: a path or URL comes in, an absolute directory URL goes out.
//!
//! Refused: empty text, URLs with unknown schemes or with secrets in them, paths that are not
//! Unicode.

use std::path::{Component, Path, PathBuf};

use object_store::path::Path as KeyPath;
use url::Url;

use super::LakeError;
use crate::storage::StoreUrl;

/// The location of a lake: one absolute directory, without `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LakeLocation {
    url: Url,
    kind: LocationKind,
}

/// Where the location is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LocationKind {
    /// On the local file system.
    Directory(PathBuf),
    /// In an object store.
    Store(StoreUrl),
}

impl LakeLocation {
    /// Resolves a text against the working directory, without accessing the store.
    pub(super) fn parse(text: &str) -> Result<Self, LakeError> {
        if text.is_empty() {
            return Err(refuse(text, "it is empty"));
        }
        if let Some(store) = StoreUrl::parse(text)? {
            return Ok(Self {
                url: store.to_directory_url()?,
                kind: LocationKind::Store(store),
            });
        }
        let path = if text.contains("://") {
            let url = Url::parse(text).map_err(|_| refuse(text, "it is not a valid URL"))?;
            url.to_file_path()
                .map_err(|()| refuse(text, "a file URL must look like file:///folder"))?
        } else {
            std::path::absolute(text).map_err(|_| {
                refuse(
                    text,
                    "the working directory is unknown; give an absolute path",
                )
            })?
        };
        let directory = without_dots(&path);
        if directory.to_str().is_none() {
            return Err(refuse(text, "the path is not Unicode"));
        }
        let url = Url::from_directory_path(&directory)
            .map_err(|()| refuse(text, "it is not an absolute path"))?;
        Ok(Self {
            url,
            kind: LocationKind::Directory(directory),
        })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn kind(&self) -> &LocationKind {
        &self.kind
    }

    /// The directory of a lake on the local file system.
    pub(super) fn directory(&self) -> Option<&Path> {
        match &self.kind {
            LocationKind::Directory(directory) => Some(directory),
            LocationKind::Store(_) => None,
        }
    }

    /// The URL of a lake in an object store.
    pub(super) fn store(&self) -> Option<&StoreUrl> {
        match &self.kind {
            LocationKind::Directory(_) => None,
            LocationKind::Store(store) => Some(store),
        }
    }

    /// The path of a table in its file system or bucket, if the Delta library would misread its
    /// URL: the library decodes listed paths once more, and reads a `\` as a `/`.
    pub(super) fn literal_path(&self, name: &str) -> Option<KeyPath> {
        let path = match &self.kind {
            LocationKind::Directory(directory) => directory.to_str()?,
            LocationKind::Store(store) => store.key(),
        };
        let is_literal = path.contains(['%', '\\']);
        let path = is_literal.then(|| KeyPath::parse(path).ok()).flatten()?;
        Some(path.join(name))
    }

    /// The root of the file system or bucket.
    pub(super) fn root_url(&self) -> Result<Url, LakeError> {
        match &self.kind {
            LocationKind::Directory(_) => Url::from_directory_path("/")
                .map_err(|()| refuse(self.url.as_str(), "it is not an absolute path")),
            LocationKind::Store(store) => Ok(store.with_key("").to_directory_url()?),
        }
    }

    /// The URL of one table; `name` is one of the crate's own table names.
    pub(super) fn table_url(&self, name: &str) -> Result<Url, LakeError> {
        match &self.kind {
            LocationKind::Directory(directory) => Url::from_directory_path(directory.join(name))
                .map_err(|()| refuse(self.url.as_str(), "it is not an absolute path")),
            LocationKind::Store(store) => Ok(store.join(name).to_directory_url()?),
        }
    }
}

fn refuse(location: &str, reason: &'static str) -> LakeError {
    LakeError::Location {
        location: location.to_owned(),
        reason,
    }
}

/// Resolves `.` and `..` lexically, as in a URL.
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
            let location = LakeLocation::parse(text).unwrap();
            assert_eq!(
                location.directory(),
                Some(Path::new("/data/lake")),
                "{text}"
            );
            assert_eq!(location.url().as_str(), "file:///data/lake/", "{text}");
        }
        let relative = LakeLocation::parse("lake of today").unwrap();
        let expected = std::env::current_dir().unwrap().join("lake of today");
        assert_eq!(relative.directory(), Some(expected.as_path()));
        assert!(relative.url().as_str().ends_with("/lake%20of%20today/"));
        let up = LakeLocation::parse("../../../../../../../../../../etc").unwrap();
        assert_eq!(up.directory(), Some(Path::new("/etc")));
    }

    #[test]
    fn urls_of_stores_keep_their_bucket_and_key() {
        let location = LakeLocation::parse("s3://bucket/lakes/of today/").unwrap();
        assert_eq!(location.directory(), None);
        assert_eq!(location.url().as_str(), "s3://bucket/lakes/of%20today/");
        let table = location.table_url("purchases").unwrap();
        assert_eq!(table.as_str(), "s3://bucket/lakes/of%20today/purchases/");
    }

    #[test]
    fn invalid_locations_are_refused_without_their_secrets() {
        for text in [
            "s3://key:hunter2@bucket/lake?token=hunter2",
            "ftp://hunter2@host/lake",
        ] {
            let message = LakeLocation::parse(text).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
        for text in ["", "file://host/lake"] {
            assert!(
                matches!(LakeLocation::parse(text), Err(LakeError::Location { .. })),
                "{text}"
            );
        }
    }
}
