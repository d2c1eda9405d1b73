//! A store client that completes interrupted reads, filters listings by their offset, and repeats
//! object creations without a response.
//!
//! The client below retries requests, but not if a response is cut short while it is read: a read
//! is then repeated, and a listing skips the keys it has already returned. It cannot continue after
//! the last key, because some stores list in another order: Azure with a hierarchical namespace
//! folder by folder, directory buckets of S3 in none.
//!
//! The client also does not retry requests that are not idempotent: an object that may be created
//! only once. They are repeated here. If the first one did arrive, the response is that the object
//! exists, and the caller checks whether it is its own.
//!
//! Azure's parameter `startFrom` is newer than some services that implement its protocol: they
//! ignore it and list everything. The versions of a table would then be read wrongly from its log.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions,
    Result, RetryConfig,
};

use super::error_location;

/// How often a read is repeated after its response was cut short.
const MAX_RESUMES: u32 = 5;

/// The pause before the first repetition; it doubles. Tests do not wait for a network.
const FIRST_PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 100 });

#[derive(Debug)]
pub(super) struct RetryingStore {
    inner: Arc<dyn ObjectStore>,
    /// The URL of the bucket, for errors.
    root: Arc<str>,
    /// How often and how long a request is retried.
    retry: RetryConfig,
}

impl RetryingStore {
    pub(super) fn new(inner: Arc<dyn ObjectStore>, root: String, retry: RetryConfig) -> Self {
        let root = root.into();
        Self { inner, root, retry }
    }

    fn locate(&self, key: &Path) -> impl FnOnce(Error) -> Error {
        move |error| error_location::with_location(&self.root, Some(key), error)
    }

    fn located(
        &self,
        entries: BoxStream<'static, Result<ObjectMeta>>,
        prefix: Option<&Path>,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let (root, prefix) = (Arc::clone(&self.root), prefix.cloned());
        let at = move |error| error_location::with_location(&root, prefix.as_ref(), error);
        entries.map_err(at).boxed()
    }
}

impl fmt::Display for RetryingStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for RetryingStore {
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.located(ResumableListing::begin(&self.inner, prefix, None), prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.located(
            ResumableListing::begin(&self.inner, prefix, Some(offset)),
            prefix,
        )
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let (started, mut tried) = (Instant::now(), 0);
        loop {
            let put = self
                .inner
                .put_opts(location, payload.clone(), options.clone());
            match put.await {
                Err(error)
                    if options.mode == PutMode::Create
                        && is_unanswered(&error)
                        && tried < self.retry.max_retries
                        && started.elapsed() < self.retry.retry_timeout =>
                {
                    pause(u32::try_from(tried).unwrap_or(MAX_RESUMES).min(MAX_RESUMES)).await;
                    tried += 1;
                }
                put => return put.map_err(self.locate(location)),
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let begun = self.inner.put_multipart_opts(location, options).await;
        begun.map_err(self.locate(location))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let got = retry_cut_short(|| self.inner.get_opts(location, options.clone())).await;
        got.map_err(self.locate(location))
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let got = retry_cut_short(|| self.inner.get_ranges(location, ranges)).await;
        got.map_err(self.locate(location))
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let listed = retry_cut_short(|| self.inner.list_with_delimiter(prefix)).await;
        listed.map_err(|error| error_location::with_location(&self.root, prefix, error))
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}

/// A listing that can be resumed.
struct ResumableListing {
    store: Arc<dyn ObjectStore>,
    prefix: Option<Path>,
    /// Keys up to this one are skipped.
    after: Option<Path>,
    /// The keys already returned.
    seen: HashSet<Path>,
    entries: BoxStream<'static, Result<ObjectMeta>>,
    /// How often it was resumed since the last entry.
    resumed: u32,
}

impl ResumableListing {
    fn begin(
        store: &Arc<dyn ObjectStore>,
        prefix: Option<&Path>,
        after: Option<&Path>,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let listing = Self {
            store: Arc::clone(store),
            prefix: prefix.cloned(),
            after: after.cloned(),
            seen: HashSet::new(),
            entries: entries(store, prefix, after),
            resumed: 0,
        };
        stream::try_unfold(listing, Self::next).boxed()
    }

    async fn next(mut self) -> Result<Option<(ObjectMeta, Self)>> {
        loop {
            match self.entries.try_next().await {
                Ok(None) => return Ok(None),
                Ok(Some(object)) => {
                    if self.is_wanted(&object.location) && self.seen.insert(object.location.clone())
                    {
                        self.resumed = 0;
                        return Ok(Some((object, self)));
                    }
                }
                Err(error) if self.resumed < MAX_RESUMES && is_cut_short(&error) => {
                    pause(self.resumed).await;
                    self.resumed += 1;
                    let (prefix, after) = (self.prefix.as_ref(), self.after.as_ref());
                    self.entries = entries(&self.store, prefix, after);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn is_wanted(&self, key: &Path) -> bool {
        self.after.as_ref().is_none_or(|after| key > after)
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

/// Repeats a request until its response is complete.
async fn retry_cut_short<T, F>(mut request: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut tried = 0;
    loop {
        match request().await {
            Err(error) if tried < MAX_RESUMES && is_cut_short(&error) => {
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

/// Whether a response was cut short, which the client reports only in the text.
fn is_cut_short(error: &Error) -> bool {
    matches!(error, Error::Generic { .. }) && error.to_string().contains("response body")
}

/// Whether a request was sent without a response, so that its outcome is unknown.
fn is_unanswered(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<HttpError>() {
            let kind = error.kind();
            return matches!(kind, HttpErrorKind::Timeout | HttpErrorKind::Interrupted);
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::testing::FaultyStore;
    use super::*;

    /// Keys as Azure lists those of a hierarchical namespace: `a/` before `a-b/`.
    const KEYS: [&str; 6] = ["a/1", "a/2", "a-b/1", "a-b/2", "b/1", "b/2"];

    fn listed(store: FaultyStore, after: Option<&str>) -> Result<Vec<String>> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().build().unwrap();
        runtime.block_on(async {
            let store = RetryingStore::new(
                Arc::new(store.with_objects(&KEYS).await),
                "s3://b".to_owned(),
                RetryConfig::default(),
            );
            let entries = match after {
                Some(after) => store.list_with_offset(None, &Path::from(after)),
                None => store.list(None),
            };
            let keys = entries.map_ok(|object| object.location.to_string());
            keys.try_collect().await
        })
    }

    #[test]
    fn a_listing_that_is_cut_short_loses_and_doubles_nothing_in_any_order() {
        for cuts in [&[][..], &[0], &[3], &[6], &[1, 2, 3, 4, 5], &[2, 2, 2]] {
            let store = || FaultyStore::default().listing(&KEYS).cut_after(cuts);
            assert_eq!(listed(store(), None).unwrap(), KEYS, "{cuts:?}");
            let after = listed(store(), Some("a-b/1")).unwrap();
            assert_eq!(after, ["a/1", "a/2", "a-b/2", "b/1", "b/2"], "{cuts:?}");
        }
    }

    #[test]
    fn a_listing_that_never_advances_is_an_error() {
        let stuck = [2; 1 + MAX_RESUMES as usize + 1];
        let store = FaultyStore::default().listing(&KEYS).cut_after(&stuck);
        let error = listed(store, None).unwrap_err();
        assert!(is_cut_short(&error), "{error}");
    }
}
