//! Listing of a store: a prefix or a key comes in, objects with their metadata go out.

use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStoreExt};

use super::{StoreError, StoreUrl, Stores};

/// The maximum number of objects that are listed below one prefix.
/// A file every five minutes is 105,120 in a year.
const MAX_LISTED_OBJECTS: usize = 500_000;

/// An object of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreObject {
    /// Its location.
    pub url: StoreUrl,
    /// Its size.
    pub size_bytes: u64,
    /// When it was written, in microseconds since 1970; most stores record whole seconds.
    pub modified_micros: i64,
    /// Changes with the content.
    pub etag: Option<String>,
}

/// One level of the tree of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreLevel {
    /// The objects in it.
    pub objects: Vec<StoreObject>,
    /// The prefixes of the next level, without the slash at their end.
    pub folders: Vec<StoreUrl>,
}

fn check_number(url: &StoreUrl, found: usize) -> Result<(), StoreError> {
    if found <= MAX_LISTED_OBJECTS {
        return Ok(());
    }
    Err(StoreError::TooManyObjects {
        url: url.to_string(),
        limit: MAX_LISTED_OBJECTS,
    })
}

impl StoreObject {
    fn of(url: &StoreUrl, meta: ObjectMeta) -> Self {
        Self {
            url: url.with_key(meta.location.as_ref()),
            size_bytes: meta.size,
            modified_micros: meta.last_modified.timestamp_micros(),
            etag: meta.e_tag,
        }
    }
}

impl Stores {
    /// All objects below `url`, sorted by key.
    ///
    /// # Errors
    /// [`StoreError::TooManyObjects`], or an error of the store.
    pub fn list(&self, url: &StoreUrl) -> Result<Vec<StoreObject>, StoreError> {
        self.list_kept(url, &mut |_| true)
    }

    /// The objects below `url` whose key `keep` accepts, sorted by key. Only these count for the limit.
    ///
    /// # Errors
    /// [`StoreError::TooManyObjects`], or an error of the store.
    pub fn list_kept(
        &self,
        url: &StoreUrl,
        keep: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Vec<StoreObject>, StoreError> {
        let store = self.store(url)?;
        let prefix = (!url.key().is_empty()).then(|| url.path());
        let mut listed = store.list(prefix.as_ref());
        let mut objects = Vec::new();
        let read = self.runtime().block_on(async {
            while let Some(meta) = listed.try_next().await? {
                if keep(meta.location.as_ref()) {
                    objects.push(StoreObject::of(url, meta));
                }
                if objects.len() > MAX_LISTED_OBJECTS {
                    break;
                }
            }
            Ok(())
        });
        read.map_err(StoreError::failed("list", url))?;
        check_number(url, objects.len())?;
        objects.sort_by(|one, other| one.url.cmp(&other.url));
        Ok(objects)
    }

    /// The objects and folders directly below `url`.
    ///
    /// # Errors
    /// [`StoreError::TooManyObjects`], or an error of the store.
    pub fn list_level(&self, url: &StoreUrl) -> Result<StoreLevel, StoreError> {
        let store = self.store(url)?;
        let prefix = (!url.key().is_empty()).then(|| url.path());
        let listed = store.list_with_delimiter(prefix.as_ref());
        let listed = self.runtime().block_on(listed);
        let listed = listed.map_err(StoreError::failed("list", url))?;
        check_number(url, listed.objects.len())?;
        let folders = listed.common_prefixes.iter();
        Ok(StoreLevel {
            folders: folders
                .map(|folder| url.with_key(folder.as_ref()))
                .collect(),
            objects: listed
                .objects
                .into_iter()
                .map(|meta| StoreObject::of(url, meta))
                .collect(),
        })
    }

    /// The object with exactly this key; `None` if there is none.
    ///
    /// # Errors
    /// An error of the store.
    pub fn head(&self, url: &StoreUrl) -> Result<Option<StoreObject>, StoreError> {
        if url.key().is_empty() {
            return Ok(None);
        }
        let store = self.store(url)?;
        match self.runtime().block_on(store.head(&url.path())) {
            Ok(meta) => Ok(Some(StoreObject::of(url, meta))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            // The response to a HEAD request has no text with the cause; that of a listing has one.
            Err(error) => match self.list(url) {
                Err(explained @ StoreError::Failed { .. }) => Err(explained),
                _ => Err(StoreError::failed("find", url)(error)),
            },
        }
    }
}
