//! A store in memory whose mutating calls are numbered, so that a test can stop the program at each
//! of them. Reads are those of [`FaultyStore`], which is down once the program is stopped.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::FaultyStore;

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

/// A fault at a mutating call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FaultPoint {
    /// The number of the call, from 0.
    pub(crate) call: usize,
    /// What happens there.
    pub(crate) kind: FaultKind,
}

impl FaultPoint {
    /// A fault of each kind at each of `calls` calls.
    pub(crate) fn all(calls: usize) -> Vec<Self> {
        let at = |call| FaultKind::ALL.map(|kind| Self { call, kind });
        (0..calls).flat_map(at).collect()
    }
}

impl fmt::Display for FaultPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at call {}", self.kind, self.call)
    }
}

/// The store. Without an armed fault it only counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct FaultPointStore {
    inner: Arc<FaultyStore>,
    points: Arc<FaultPoints>,
}

/// The counters of a store, and its fault.
#[derive(Debug, Default)]
struct FaultPoints {
    calls: AtomicUsize,
    armed: Mutex<Option<FaultPoint>>,
    activations: AtomicUsize,
}

impl FaultPointStore {
    /// A store of its own with the same objects, without a fault.
    pub(crate) fn copied(&self) -> Self {
        Self {
            inner: Arc::new(self.inner.copied()),
            points: Arc::default(),
        }
    }

    /// Counts the mutating calls from 0 again, with a fault at one of them.
    pub(crate) fn arm(&self, point: FaultPoint) {
        self.disarm();
        *self.points.armed.lock().unwrap() = Some(point);
    }

    /// Removes the fault and starts the program again; returns whether the fault fired.
    pub(crate) fn disarm(&self) -> bool {
        self.inner.set_down(false);
        self.points.calls.store(0, Ordering::SeqCst);
        self.points.armed.lock().unwrap().take();
        self.points.activations.swap(0, Ordering::SeqCst) > 0
    }

    /// The number of mutating calls since the last [`Self::arm`] or [`Self::disarm`].
    pub(crate) fn calls(&self) -> usize {
        self.points.calls.load(Ordering::SeqCst)
    }

    /// The fault of the next mutating call.
    fn next_fault(&self) -> Option<FaultKind> {
        let call = self.points.calls.fetch_add(1, Ordering::SeqCst);
        let armed = *self.points.armed.lock().unwrap();
        let point = armed.filter(|point| point.call == call)?;
        self.points.activations.fetch_add(1, Ordering::SeqCst);
        Some(point.kind)
    }

    /// Makes a mutating call, with the fault that is armed for it. A stopped program makes none.
    async fn mutate<T>(&self, call: impl Future<Output = Result<T>> + Send) -> Result<T> {
        if self.inner.is_down() {
            return Err(fault());
        }
        match self.next_fault() {
            None => call.await,
            Some(FaultKind::StopBefore) => {
                self.inner.set_down(true);
                Err(fault())
            }
            Some(FaultKind::StopAfter) => {
                let done = call.await;
                self.inner.set_down(true);
                done
            }
            Some(FaultKind::AnswerLost) => {
                call.await?;
                Err(fault())
            }
            Some(FaultKind::Refused) => Err(fault()),
        }
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
        self.inner.list(prefix)
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.mutate(self.inner.put_opts(location, payload, options))
            .await
    }

    /// The files of tests are below the size of an upload in parts, whose calls have no numbers.
    async fn put_multipart_opts(
        &self,
        location: &Path,
        _options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Err(object_store::Error::NotSupported {
            source: format!("{location} is uploaded in parts").into(),
        })
    }

    /// Each deletion is a call of its own.
    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let delete = move |location: Result<Path>| {
            let store = store.clone();
            async move {
                let location = location?;
                store.mutate(store.inner.delete(&location)).await?;
                Ok(location)
            }
        };
        locations.then(delete).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.mutate(self.inner.copy_opts(from, to, options)).await
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::stream::TryStreamExt;

    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("a store in memory")
    }

    fn put(store: &FaultPointStore, key: &str) -> Result<PutResult> {
        now(store.put(&Path::from(key), "x".into()))
    }

    fn keys(store: &FaultPointStore) -> Vec<String> {
        let all = now(store.list(None).try_collect::<Vec<_>>()).unwrap();
        let keys = all.into_iter().map(|object| object.location.to_string());
        keys.collect()
    }

    #[test]
    fn a_fault_happens_at_its_call_and_a_stopped_program_changes_nothing_more() {
        // Whether the second of three puts is there, which of them fail, and how many were made.
        for (kind, is_there, fails, calls) in [
            (FaultKind::StopBefore, false, [false, true, true], 2),
            (FaultKind::StopAfter, true, [false, false, true], 2),
            (FaultKind::AnswerLost, true, [false, true, false], 3),
            (FaultKind::Refused, false, [false, true, false], 3),
        ] {
            let store = FaultPointStore::default();
            store.arm(FaultPoint { call: 1, kind });
            let failed = ["a", "b", "c"].map(|key| put(&store, key).is_err());
            let stops = matches!(kind, FaultKind::StopBefore | FaultKind::StopAfter);
            let read = now(store.get(&Path::from("a")));
            assert_eq!(read.is_err(), stops, "{kind:?}");
            assert_eq!((failed, store.calls()), (fails, calls), "{kind:?}");
            assert!(store.disarm(), "{kind:?} fired");
            let found = keys(&store).contains(&"b".to_owned());
            assert_eq!(found, is_there, "{kind:?}");
            assert_eq!(keys(&store).contains(&"c".to_owned()), !stops, "{kind:?}");
        }
    }

    #[test]
    fn each_deletion_and_each_copy_is_a_call() {
        let (a, b) = (Path::from("a"), Path::from("b"));
        for (kind, left) in [
            (FaultKind::StopBefore, vec!["b", "c"]),
            (FaultKind::StopAfter, vec!["c"]),
            (FaultKind::AnswerLost, vec!["c"]),
            (FaultKind::Refused, vec!["b", "c"]),
        ] {
            let store = FaultPointStore::default();
            put(&store, "a").unwrap();
            now(store.copy(&a, &b)).unwrap();
            now(store.copy(&a, &Path::from("c"))).unwrap();
            assert_eq!(store.calls(), 3);
            store.arm(FaultPoint { call: 1, kind });
            let both = futures::stream::iter([Ok(a.clone()), Ok(b.clone())]).boxed();
            let deleted: Vec<_> = now(store.delete_stream(both).collect());
            let is_lost = kind != FaultKind::StopAfter;
            assert_eq!((deleted[0].is_ok(), deleted[1].is_err()), (true, is_lost));
            assert!(store.disarm());
            assert_eq!(keys(&store), left, "{kind:?}");
        }
    }

    #[test]
    fn a_point_that_is_not_reached_does_not_fire() {
        let store = FaultPointStore::default();
        let kind = FaultKind::Refused;
        store.arm(FaultPoint { call: 1, kind });
        put(&store, "a").unwrap();
        assert!(!store.disarm());
        assert_eq!(FaultPoint::all(2).len(), 8);
    }

    #[test]
    fn a_copy_has_the_objects_and_changes_alone() {
        let store = FaultPointStore::default();
        put(&store, "a").unwrap();
        let copy = store.copied();
        put(&copy, "b").unwrap();
        assert_eq!(
            (keys(&store), keys(&copy)),
            (vec!["a".into()], vec!["a".into(), "b".into()])
        );
        let parts = now(copy.put_multipart(&Path::from("c")));
        assert!(parts.is_err(), "its calls would have no numbers");
    }
}
