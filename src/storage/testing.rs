//! Stores for tests: a store in memory behind a URL, with faults planned by the test.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

pub(crate) mod fault_points;

use super::{StoreSettings, StoreUrl, Stores};

impl Stores {
    /// A client for only `store`, behind the bucket of `url`.
    pub(crate) fn with_store(url: &StoreUrl, store: Arc<dyn ObjectStore>) -> Self {
        let stores = Self::new(StoreSettings::default()).unwrap();
        let mut open_stores = stores.inner.open_stores.lock().unwrap();
        open_stores.insert(url.store_key(), store);
        drop(open_stores);
        stores
    }
}

/// A store in memory with planned faults.
#[derive(Debug, Default)]
pub(crate) struct FaultyStore {
    inner: InMemory,
    /// The order of a listing; by key if it is empty.
    order: Vec<Path>,
    /// After how many entries each listing is cut short, the next one first.
    cuts: Mutex<Vec<usize>>,
    /// Before which read an object is replaced, and by what.
    replacement: Option<(usize, PutPayload)>,
    reads: AtomicUsize,
    /// Whether all reads, writes and deletions fail.
    down: AtomicBool,
    /// The fault of the next put below this prefix.
    fault: Mutex<Option<(String, PutFault)>>,
    deletions: AtomicUsize,
}

/// A fault of a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PutFault {
    /// The store refuses the object.
    Refused,
    /// The object is stored, but the response is lost.
    Lost,
    /// The object is stored, the response is lost, and the client's retry finds the object.
    Repeated,
    /// The object is stored, the response is lost, and the store is down afterwards.
    LostAndDown,
}

impl FaultyStore {
    /// A store of its own with the same objects, without faults.
    pub(crate) fn copied(&self) -> Self {
        Self {
            inner: self.inner.fork(),
            ..Self::default()
        }
    }

    /// Puts objects of one byte.
    pub(crate) async fn with_objects(self, keys: &[&str]) -> Self {
        for key in keys {
            self.inner.put(&Path::from(*key), "x".into()).await.unwrap();
        }
        self
    }

    /// Lists in this order.
    pub(crate) fn listing(mut self, keys: &[&str]) -> Self {
        self.order = keys.iter().map(|key| Path::from(*key)).collect();
        self
    }

    /// Cuts listings short.
    pub(crate) fn cut_after(self, entries: &[usize]) -> Self {
        *self.cuts.lock().unwrap() = entries.iter().rev().copied().collect();
        self
    }

    /// Replaces the object before read `number`, from 0.
    pub(crate) fn replacing(mut self, number: usize, bytes: Vec<u8>) -> Self {
        self.replacement = Some((number, bytes.into()));
        self
    }

    /// Fails all reads, writes and deletions.
    pub(crate) fn that_is_down(self) -> Self {
        self.set_down(true);
        self
    }

    /// Sets whether all reads, writes and deletions fail.
    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    fn is_down(&self) -> bool {
        self.down.load(Ordering::SeqCst)
    }

    /// Sets the fault of the next put below a prefix.
    pub(crate) fn fail_next_put(&self, prefix: &str, fault: PutFault) {
        *self.fault.lock().unwrap() = Some((prefix.to_owned(), fault));
    }

    fn fault_of(&self, location: &Path) -> Option<PutFault> {
        let mut fault = self.fault.lock().unwrap();
        fault
            .take_if(|(prefix, _)| location.as_ref().starts_with(prefix.as_str()))
            .map(|(_, fault)| fault)
    }

    /// The number of reads requested so far.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// The number of deletions requested so far.
    pub(crate) fn deletions(&self) -> usize {
        self.deletions.load(Ordering::SeqCst)
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyStore")
    }
}

fn down() -> object_store::Error {
    object_store::Error::Generic {
        store: "FaultyStore",
        source: "error sending request".into(),
    }
}

/// The client's error for a response that ends early.
fn cut_short() -> object_store::Error {
    object_store::Error::Generic {
        store: "FaultyStore",
        source: "Error getting list response body".into(),
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.is_down() {
            return stream::iter([Err(down())]).boxed();
        }
        let all = self.inner.list(prefix).try_collect::<Vec<_>>();
        let mut all = all.now_or_never().unwrap().unwrap();
        all.sort_by_key(|object| {
            let at = self.order.iter().position(|key| *key == object.location);
            (at, object.location.clone())
        });
        let cut = self.cuts.lock().unwrap().pop();
        let left = all.into_iter().take(cut.unwrap_or(usize::MAX)).map(Ok);
        stream::iter(left.chain(cut.map(|_| Err(cut_short())))).boxed()
    }

    /// Ignores the offset, as some services do.
    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        _offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.list(prefix)
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let number = self.reads.fetch_add(1, Ordering::SeqCst);
        if self.is_down() {
            return Err(down());
        }
        if let Some((at, bytes)) = &self.replacement
            && number == *at
        {
            self.inner.put(location, bytes.clone()).await?;
        }
        self.inner.get_opts(location, options).await
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if self.is_down() {
            return Err(down());
        }
        let fault = self.fault_of(location);
        if fault == Some(PutFault::Refused) {
            return Err(down());
        }
        let put = self.inner.put_opts(location, payload, options).await?;
        match fault {
            None | Some(PutFault::Refused) => Ok(put),
            Some(PutFault::Lost) => Err(down()),
            Some(PutFault::Repeated) => Err(object_store::Error::AlreadyExists {
                path: location.to_string(),
                source: "412 Precondition Failed".into(),
            }),
            Some(PutFault::LostAndDown) => {
                self.set_down(true);
                Err(down())
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.deletions.fetch_add(1, Ordering::SeqCst);
        if self.is_down() {
            return stream::iter([Err(down())]).boxed();
        }
        self.inner.delete_stream(locations)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        if self.is_down() {
            return Err(down());
        }
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        if self.is_down() {
            return Err(down());
        }
        self.inner.copy_opts(from, to, options).await
    }
}
