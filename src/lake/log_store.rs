//! The log stores of tables in object stores.

use std::sync::{Arc, Once};

use deltalake::DeltaResult;
use deltalake::logstore::{
    LogStoreFactory, LogStoreRef, ObjectStoreRef, StorageConfig, default_logstore,
    logstore_factories,
};
use url::Url;

/// Registers the URL schemes of object stores with the Delta library, so that tables there use the
/// default log store. The stores themselves are passed to it with our settings and credentials.
pub(super) fn register_log_stores() {
    static KNOWN: Once = Once::new();
    KNOWN.call_once(|| {
        let factories = logstore_factories();
        for scheme in ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss"] {
            if let Ok(scheme) = Url::parse(&format!("{scheme}://")) {
                factories.insert(scheme, Arc::new(PlainLogStoreFactory));
            }
        }
    });
}

/// A log store whose commits are files that are created and never replaced.
struct PlainLogStoreFactory;

impl LogStoreFactory for PlainLogStoreFactory {
    fn with_options(
        &self,
        prefixed_store: ObjectStoreRef,
        root_store: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> DeltaResult<LogStoreRef> {
        Ok(default_logstore(
            prefixed_store,
            root_store,
            location,
            options,
        ))
    }
}
