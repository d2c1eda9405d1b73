//! Reads an object from beginning to end: ranges are requested ahead of the reader, and form one
//! stream of bytes.
//!
//! All ranges belong to one state of the object: if its `ETag` has changed, the read fails with
//! [`ObjectChanged`].

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures::{StreamExt, stream};
use object_store::path::Path as KeyPath;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use tokio::sync::mpsc::{self, Receiver};

use super::error_message::is_unreachable;
use super::list::StoreObject;
use super::{StoreError, StoreUrl, Stores};

/// The size of a request: large enough to hide its latency, small enough that some of them in
/// flight take little memory.
const RANGE_BYTES: u64 = 4 << 20;

/// Requests in flight.
const RANGES_IN_FLIGHT: usize = 3;

/// The object has changed since it was listed.
#[derive(Debug, thiserror::Error)]
#[error("the object was changed or deleted while it was read")]
pub struct ObjectChanged;

/// The bytes of an object.
pub struct ObjectReader {
    ranges: Receiver<io::Result<Bytes>>,
    current: Bytes,
}

impl fmt::Debug for ObjectReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectReader").finish_non_exhaustive()
    }
}

impl Stores {
    /// Starts reading an object, which must not have changed since it was listed.
    ///
    /// # Errors
    /// Settings or credentials that are missing or invalid; [`StoreError::CircuitOpen`] if earlier
    /// reads had no response. Errors of the requests are returned by the reader.
    pub fn read(&self, object: &StoreObject) -> Result<ObjectReader, StoreError> {
        let store = self.store(&object.url)?;
        let (circuit_breaker, url) = (Arc::clone(&self.inner.circuit_breaker), object.url.clone());
        if circuit_breaker.is_open(&url) {
            let url = url.to_string();
            return Err(StoreError::CircuitOpen { url });
        }
        let pause = self.settings().store_deadline;
        let (sender, ranges) = mpsc::channel(1);
        let path = object.url.path();
        let (size, etag) = (object.size_bytes, object.etag.clone());
        self.runtime().spawn(async move {
            let wanted = (0..size.div_ceil(RANGE_BYTES)).map(|number| {
                let start = number * RANGE_BYTES;
                start..size.min(start + RANGE_BYTES)
            });
            let mut fetched = stream::iter(wanted)
                .map(|range| fetch_range(Arc::clone(&store), path.clone(), range, etag.clone()))
                .buffered(RANGES_IN_FLIGHT);
            while let Some(bytes) = fetched.next().await {
                match &bytes {
                    Err(error) if is_unreachable(&error.to_string()) => {
                        circuit_breaker.record_failure(&url, pause);
                    }
                    _ => circuit_breaker.record_success(&url),
                }
                let is_last = bytes.is_err();
                // A dropped reader needs no more ranges.
                if sender.send(bytes).await.is_err() || is_last {
                    break;
                }
            }
        });
        Ok(ObjectReader {
            ranges,
            current: Bytes::new(),
        })
    }
}

impl Stores {
    /// The bytes of a small object; `None` if there is none.
    ///
    /// # Errors
    /// An error of the store.
    pub fn get_bytes(&self, url: &StoreUrl) -> Result<Option<Vec<u8>>, StoreError> {
        let store = self.store(url)?;
        let path = url.path();
        let got = async { store.get(&path).await?.bytes().await };
        match self.runtime().block_on(got) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::failed("read", url)(error)),
        }
    }
}

async fn fetch_range(
    store: Arc<dyn ObjectStore>,
    path: KeyPath,
    range: Range<u64>,
    etag: Option<String>,
) -> io::Result<Bytes> {
    let length = range.end - range.start;
    let options = GetOptions {
        range: Some(GetRange::Bounded(range)),
        if_match: etag,
        ..GetOptions::default()
    };
    let got = match store.get_opts(&path, options).await {
        Ok(answer) => answer.bytes().await,
        Err(error) => Err(error),
    };
    match got {
        Ok(bytes) if bytes.len() as u64 == length => Ok(bytes),
        // Fewer bytes than listed: another object with the same name, in a store without ETags.
        Ok(_) => Err(io::Error::other(ObjectChanged)),
        Err(object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. }) => {
            Err(io::Error::other(ObjectChanged))
        }
        Err(error) => Err(io::Error::other(error)),
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.ranges.blocking_recv() {
                Some(bytes) => self.current = bytes?,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.current.len());
        let (taken, _) = buffer.split_at_mut(length);
        self.current.copy_to_slice(taken);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::FaultyStore;
    use super::*;

    /// Two different ranges and a part of a third.
    fn content() -> Vec<u8> {
        let range = |byte| vec![byte; usize::try_from(RANGE_BYTES).unwrap()];
        let mut bytes = [range(b'0'), range(b'1'), b"the end".to_vec()].concat();
        bytes[0] = b'<';
        bytes
    }

    /// Puts an object, lists it, and reads it to the end.
    fn read_back(store: FaultyStore, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let url = StoreUrl::parse("s3://dumps/a.json").unwrap().unwrap();
        let stores = Stores::with_store(&url, Arc::new(store));
        stores.put_bytes(&url, bytes).unwrap();
        let listed = stores.list(&url.with_key("")).unwrap();
        let [object] = listed.as_slice() else {
            panic!("{listed:?}")
        };
        assert_eq!((&object.url, object.size_bytes), (&url, bytes.len() as u64));
        let mut read = Vec::new();
        stores.read(object).unwrap().read_to_end(&mut read)?;
        Ok(read)
    }

    #[test]
    fn the_ranges_of_an_object_come_in_order() {
        let range = usize::try_from(RANGE_BYTES).unwrap();
        for length in [0, 1, range - 1, range, range + 1, 2 * range + 7] {
            let bytes = &content()[..length];
            let read = read_back(FaultyStore::default(), bytes).unwrap();
            assert!(read == bytes, "{length} bytes");
        }
    }

    #[test]
    fn an_object_that_is_replaced_between_two_ranges_has_changed() {
        let bytes = content();
        for number in [0, 1, 2] {
            for length in [bytes.len(), 5] {
                let other = vec![b'x'; length];
                let store = FaultyStore::default().replacing(number, other);
                let error = read_back(store, &bytes).unwrap_err();
                let cause = error.get_ref().unwrap();
                assert!(cause.is::<ObjectChanged>(), "{number} {length}: {error}");
            }
        }
    }

    #[test]
    fn an_unreachable_store_is_not_requested_for_each_object() {
        let url = StoreUrl::parse("s3://dumps").unwrap().unwrap();
        let store = Arc::new(FaultyStore::default().that_is_down());
        let stores = Stores::with_store(&url, Arc::clone(&store) as _);
        let mut object = StoreObject {
            url: url.with_key("a.json"),
            size_bytes: 1,
            modified_micros: 0,
            etag: None,
        };
        for _ in 0..2 {
            let mut reader = stores.read(&object).unwrap();
            reader.read_to_end(&mut Vec::new()).unwrap_err();
        }
        object.url = url.with_key("b.json");
        let refused = stores.read(&object).unwrap_err();
        assert!(
            matches!(refused, StoreError::CircuitOpen { .. }),
            "{refused}"
        );
        assert_eq!(store.reads(), 2);
    }

    #[test]
    fn a_small_object_is_there_or_not() {
        let url = StoreUrl::parse("s3://dumps/a/b.json").unwrap().unwrap();
        let stores = Stores::with_store(&url, Arc::new(FaultyStore::default()));
        assert_eq!(stores.get_bytes(&url).unwrap(), None);
        assert!(stores.head(&url).unwrap().is_none());
        stores.put_bytes(&url, b"x").unwrap();
        stores.put_bytes(&url, b"yz").unwrap();
        assert_eq!(stores.get_bytes(&url).unwrap().unwrap(), b"yz");
        assert_eq!(stores.head(&url).unwrap().unwrap().size_bytes, 2);
        stores.delete(&url).unwrap();
        stores.delete(&url).unwrap();
        assert!(stores.list(&url.with_key("a")).unwrap().is_empty());
    }
}
