//! Listing of a store: a prefix or a key comes in, objects with their metadata go out.

use futures::{StreamExt, TryStreamExt};
use object_store::{ObjectMeta, ObjectStoreExt};

use super::{StoreError, StoreUrl, Stores};

/// The maximum number of objects that are listed below one prefix.
const MAX_LISTED_OBJECTS: usize = 100_000;

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
        let store = self.store(url)?;
        let prefix = (!url.key().is_empty()).then(|| url.path());
        let listed = store
            .list(prefix.as_ref())
            .take(MAX_LISTED_OBJECTS + 1)
            .map_ok(|meta| StoreObject::of(url, meta))
            .try_collect::<Vec<_>>();
        let listed = self.runtime().block_on(listed);
        let mut objects = listed.map_err(StoreError::failed("list", url))?;
        if objects.len() > MAX_LISTED_OBJECTS {
            return Err(StoreError::TooManyObjects {
                url: url.to_string(),
                limit: MAX_LISTED_OBJECTS,
            });
        }
        objects.sort_by(|one, other| one.url.cmp(&other.url));
        Ok(objects)
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
