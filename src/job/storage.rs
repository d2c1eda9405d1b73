//! How object stores are reached: what was typed and what the environment says become settings.

use std::path::PathBuf;

use crate::cli::StorageArguments;
use crate::storage::StoreSettings;

impl StorageArguments {
    /// The settings of a process whose variables are `environment`; `temporary` is the system's
    /// folder for temporary files.
    pub fn settings(
        self,
        environment: impl IntoIterator<Item = (String, String)>,
        home: Option<PathBuf>,
        temporary: PathBuf,
    ) -> StoreSettings {
        let Self {
            s3_endpoint,
            s3_region,
            azure_endpoint,
            gcs_endpoint,
            allow_http,
            instance_credentials,
            store_retries,
            store_deadline,
            store_timeout,
            store_connect_timeout,
            scratch,
        } = self;
        StoreSettings {
            s3_endpoint,
            s3_region,
            azure_endpoint,
            gcs_endpoint,
            allow_http,
            instance_credentials,
            retries: store_retries,
            deadline: store_deadline,
            timeout: store_timeout,
            connect_timeout: store_connect_timeout,
            ..StoreSettings::new(environment, home, scratch.unwrap_or(temporary))
        }
    }
}
