//! A store in memory whose mutating calls are numbered, so that a test can stop the program at each
//! of them.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What happens at a mutating call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The program is stopped before the call: it changes nothing, and neither does any later one.
    StopBefore,
    /// The program is stopped after the call, which has its effect.
    StopAfter,
    /// The call has its effect, its answer is lost, and the program goes on.
    AnswerLost,
    /// The call fails without effect, and the program goes on.
    Refused,
}

impl FaultKind {
    pub(crate) const ALL: [Self; 4] = [
        Self::StopBefore,
        Self::StopAfter,
        Self::AnswerLost,
        Self::Refused,
    ];
}

/// The store. Without an armed fault it only counts.
#[derive(Debug, Default)]
pub(crate) struct FaultPointStore {
    inner: InMemory,
    calls: AtomicUsize,
    /// The number of the call, from 0, and what happens there.
    armed: Mutex<Option<(usize, FaultKind)>>,
    activations: AtomicUsize,
    stopped: AtomicBool,
}

impl FaultPointStore {
    /// Counts the mutating calls from 0 again, with a fault at one of them.
    pub(crate) fn arm(&self, call: usize, kind: FaultKind) {
        self.disarm();
        *self.armed.lock().unwrap() = Some((call, kind));
    }

    /// Removes the fault and starts the program again; returns whether the fault fired.
    pub(crate) fn disarm(&self) -> bool {
        self.stopped.store(false, Ordering::SeqCst);
        self.calls.store(0, Ordering::SeqCst);
        self.armed.lock().unwrap().take();
        self.activations.swap(0, Ordering::SeqCst) > 0
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// The fault of the next mutating call.
    fn next_fault(&self) -> Option<FaultKind> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let armed = *self.armed.lock().unwrap();
        let (_, kind) = armed.filter(|(at, _)| *at == call)?;
        self.activations.fetch_add(1, Ordering::SeqCst);
        let stops = matches!(kind, FaultKind::StopBefore | FaultKind::StopAfter);
        self.stopped.store(stops, Ordering::SeqCst);
        Some(kind)
    }
}

impl fmt::Display for FaultPointStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultPointStore")
    }
}

fn fault() -> object_store::Error {
    object_store::Error::Generic {
        store: "FaultPointStore",
        source: "error sending request".into(),
    }
}

#[async_trait]
impl ObjectStore for FaultPointStore {
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.is_stopped() {
            return stream::iter([Err(fault())]).boxed();
        }
        self.inner.list(prefix)
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if self.is_stopped() {
            return Err(fault());
        }
        self.inner.get_opts(location, options).await
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if self.is_stopped() {
            return Err(fault());
        }
        let kind = self.next_fault();
        if matches!(kind, Some(FaultKind::StopBefore | FaultKind::Refused)) {
            return Err(fault());
        }
        let put = self.inner.put_opts(location, payload, options).await?;
        if kind == Some(FaultKind::AnswerLost) {
            return Err(fault());
        }
        Ok(put)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        if self.is_stopped() {
            return Err(fault());
        }
        self.inner.put_multipart_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let kind = (!self.is_stopped()).then(|| self.next_fault());
        if matches!(
            kind,
            None | Some(Some(FaultKind::StopBefore | FaultKind::Refused))
        ) {
            return stream::iter([Err(fault())]).boxed();
        }
        self.inner.delete_stream(locations)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
