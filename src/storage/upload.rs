//! Uploads: a local file or bytes come in; afterwards there is a complete object, or none.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};

use super::{StoreError, StoreUrl, Stores};

/// Files below this size are uploaded in one request, larger ones in parts of it. S3 requires at
/// least 5 MiB and allows 10,000 parts, so a file may have 80 GB.
const PART_BYTES: usize = 8 << 20;

/// Parts in flight.
const PARTS_AT_ONCE: usize = 4;

impl Stores {
    /// Uploads a file, replacing an existing object atomically.
    ///
    /// # Errors
    /// [`StoreError::Scratch`] if the file cannot be read, or an error of the store.
    pub fn put_file(&self, url: &StoreUrl, path: &Path) -> Result<(), StoreError> {
        let store = self.store(url)?;
        self.runtime().block_on(upload(store.as_ref(), url, path))
    }

    /// Deletes an object; a missing one is no error.
    ///
    /// # Errors
    /// An error of the store.
    pub fn delete(&self, url: &StoreUrl) -> Result<(), StoreError> {
        let store = self.store(url)?;
        match self.runtime().block_on(store.delete(&url.path())) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(StoreError::failed("delete", url)(error)),
        }
    }

    /// Uploads bytes, replacing an existing object atomically.
    ///
    /// # Errors
    /// An error of the store.
    pub fn put_bytes(&self, url: &StoreUrl, bytes: &[u8]) -> Result<(), StoreError> {
        let store = self.store(url)?;
        let payload = PutPayload::from(Bytes::copy_from_slice(bytes));
        let path = url.path();
        let put = self.runtime().block_on(store.put(&path, payload));
        put.map(drop).map_err(StoreError::failed("write", url))
    }
}

/// Uploads a file of any size, with a few parts in memory.
pub(crate) async fn upload(
    store: &dyn ObjectStore,
    url: &StoreUrl,
    path: &Path,
) -> Result<(), StoreError> {
    let failed = || StoreError::failed("write", url);
    let mut file = File::open(path).map_err(StoreError::scratch("open", path))?;
    let mut part = next_part(&mut file, path)?;
    if part.len() < PART_BYTES {
        let put = store.put(&url.path(), PutPayload::from(part)).await;
        return put.map(drop).map_err(failed());
    }
    let begun = store.put_multipart(&url.path()).await.map_err(failed())?;
    let mut parts = WriteMultipart::new_with_chunk_size(begun, PART_BYTES);
    while !part.is_empty() {
        if let Err(error) = parts.wait_for_capacity(PARTS_AT_ONCE).await {
            // Uploaded parts cost storage until the upload is aborted.
            let _ = parts.abort().await;
            return Err(failed()(error));
        }
        parts.put(Bytes::from(part));
        part = next_part(&mut file, path)?;
    }
    // It aborts the upload itself if it fails.
    parts.finish().await.map(drop).map_err(failed())
}

fn next_part(file: &mut File, path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut part = Vec::with_capacity(PART_BYTES);
    file.take(PART_BYTES as u64)
        .read_to_end(&mut part)
        .map_err(StoreError::scratch("read", path))?;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;

    #[test]
    fn files_of_any_number_of_parts_arrive_as_they_are() {
        let url = StoreUrl::parse("s3://lake/t/part.parquet")
            .unwrap()
            .unwrap();
        let stores = Stores::with_store(&url, Arc::new(InMemory::new()));
        let bytes: Vec<u8> = (0..2 * PART_BYTES + 5)
            .map(|at| u8::try_from((at + at / PART_BYTES) % 251).unwrap())
            .collect();
        for length in [0, 1, PART_BYTES, PART_BYTES + 1, bytes.len()] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes[..length]).unwrap();
            stores.put_file(&url, file.path()).unwrap();
            let there = stores.get_bytes(&url).unwrap().unwrap();
            assert!(there == bytes[..length], "{length} bytes");
        }
        let missing = stores.put_file(&url, Path::new("/no/such/file"));
        assert!(matches!(missing, Err(StoreError::Scratch { .. })));
        assert_eq!(stores.get_bytes(&url).unwrap().unwrap().len(), bytes.len());
    }
}
