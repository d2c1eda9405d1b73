//! A store whose readings are whole, and whose listings begin after the offset that is asked for, whatever the network
//! and the service make of it.
//!
//! Requests are tried again by the client below, but not when the answer is cut short while it is
//! read: a listing then goes on after the last key that came, and other readings begin again. And Azure's parameter `startFrom` is
//! newer than some services that speak its protocol: they pass over it and list everything. Which
//! versions a table has would then be read wrongly from its log.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};

/// How often a reading is taken up again after its answer was cut short.
const RESUMES: u32 = 5;

/// The pause before that; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Steady {
    inner: Arc<dyn ObjectStore>,
}

impl Steady {
    pub(super) fn of(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner }
    }
}

impl fmt::Display for Steady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Steady {
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        Listing::begin(&self.inner, prefix, None)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        Listing::begin(&self.inner, prefix, Some(offset))
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        again(|| self.inner.get_opts(location, options.clone())).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        again(|| self.inner.get_ranges(location, ranges)).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        again(|| self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}

/// A listing on its way. Stores list keys in the order of their bytes.
struct Listing {
    store: Arc<dyn ObjectStore>,
    prefix: Option<Path>,
    /// Everything up to here has come, or is not wanted.
    after: Option<Path>,
    entries: BoxStream<'static, Result<ObjectMeta>>,
    resumed: u32,
}

impl Listing {
    fn begin(
        store: &Arc<dyn ObjectStore>,
        prefix: Option<&Path>,
        after: Option<&Path>,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let listing = Self {
            store: Arc::clone(store),
            prefix: prefix.cloned(),
            after: after.cloned(),
            entries: entries(store, prefix, after),
            resumed: 0,
        };
        stream::try_unfold(listing, Self::next).boxed()
    }

    async fn next(mut self) -> Result<Option<(ObjectMeta, Self)>> {
        loop {
            match self.entries.try_next().await {
                Ok(None) => return Ok(None),
                Ok(Some(object)) if self.has_come(&object.location) => {}
                Ok(Some(object)) => {
                    self.after = Some(object.location.clone());
                    return Ok(Some((object, self)));
                }
                Err(error) if self.resumed < RESUMES && is_cut_short(&error) => {
                    pause(self.resumed).await;
                    self.resumed += 1;
                    let (prefix, after) = (self.prefix.as_ref(), self.after.as_ref());
                    self.entries = entries(&self.store, prefix, after);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn has_come(&self, key: &Path) -> bool {
        self.after.as_ref().is_some_and(|after| key <= after)
    }
}

fn entries(
    store: &Arc<dyn ObjectStore>,
    prefix: Option<&Path>,
    after: Option<&Path>,
) -> BoxStream<'static, Result<ObjectMeta>> {
    match after {
        Some(after) => store.list_with_offset(prefix, after),
        None => store.list(prefix),
    }
}

/// Asks until an answer comes whole.
async fn again<T, F>(mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut tried = 0;
    loop {
        match ask().await {
            Err(error) if tried < RESUMES && is_cut_short(&error) => {
                pause(tried).await;
                tried += 1;
            }
            answer => return answer,
        }
    }
}

async fn pause(tried: u32) {
    tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(tried)).await;
}

/// Whether the answer began and did not come to its end. The client tells it by its text only.
fn is_cut_short(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::Generic { .. })
        && error.to_string().contains("response body")
}
