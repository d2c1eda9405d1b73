//! Opens the store of a URL: settings come in, a retrying client goes out.

use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use super::retrying_store::RetryingStore;
use super::settings::StoreSettings;
use super::url::Cloud;
use super::{StoreError, StoreUrl, options};

/// Opens the store, from its root on.
pub(super) fn open(
    url: &StoreUrl,
    settings: &StoreSettings,
) -> Result<Arc<dyn ObjectStore>, StoreError> {
    let options = options::resolve(url, settings)?;
    let client = ClientOptions::new()
        .with_user_agent(http::HeaderValue::from_static(concat!(
            "purchase-etl/",
            env!("CARGO_PKG_VERSION")
        )))
        .with_timeout(settings.store_timeout)
        .with_connect_timeout(settings.store_connect_timeout);
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: settings.store_retries,
        retry_timeout: settings.store_deadline,
    };
    let root = format!("{}://{}", url.scheme(), url.authority());
    // The builders have the same methods and no trait.
    macro_rules! built {
        ($builder:ty) => {{
            let builder = <$builder>::new()
                .with_client_options(client)
                .with_retry(retry.clone())
                .with_url(root.as_str());
            with_options(options, builder, <$builder>::with_config)
                .and_then(<$builder>::build)
                .map(|store| Arc::new(store) as Arc<dyn ObjectStore>)
        }};
    }
    let store = match url.cloud() {
        Cloud::S3 => built!(AmazonS3Builder),
        Cloud::Azure => built!(MicrosoftAzureBuilder),
        Cloud::Gcs => built!(GoogleCloudStorageBuilder),
    };
    let store = store.map_err(StoreError::failed("use the settings for", url))?;
    Ok(Arc::new(RetryingStore::new(store, root, retry)))
}

/// Passes each option to a builder.
fn with_options<B, K>(
    options: Vec<(String, String)>,
    builder: B,
    with: impl Fn(B, K, String) -> B,
) -> Result<B, object_store::Error>
where
    K: std::str::FromStr<Err = object_store::Error>,
{
    options
        .into_iter()
        .try_fold(builder, |builder, (key, value)| {
            Ok(with(builder, key.parse()?, value))
        })
}
