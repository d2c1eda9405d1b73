//! Settings for object stores, from the command line, a job file and the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Settings for object stores.
#[derive(Clone)]
pub struct StoreSettings {
    /// Custom S3 endpoint.
    pub s3_endpoint: Option<String>,
    /// Region of the S3 buckets.
    pub s3_region: Option<String>,
    /// Custom Azure Blob Storage endpoint, including the account.
    pub azure_endpoint: Option<String>,
    /// Custom Google Cloud Storage endpoint.
    pub gcs_endpoint: Option<String>,
    /// Whether unencrypted HTTP to other machines is allowed.
    pub allow_http: bool,
    /// How often a request is retried.
    pub retries: usize,
    /// How long a request is retried.
    pub deadline: Duration,
    /// The timeout of one attempt.
    pub timeout: Duration,
    /// The timeout for connecting.
    pub connect_timeout: Duration,
    /// Whether credentials are requested from the machine's metadata service.
    pub instance_credentials: bool,
    /// The parent of the scratch folder.
    pub scratch: PathBuf,
    /// The environment variables for stores.
    pub environment: BTreeMap<String, String>,
    /// The home directory of the user, for profile files.
    pub home: Option<PathBuf>,
}

/// The prefixes of the environment variables for stores.
const PREFIXES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

impl StoreSettings {
    /// The defaults, with the variables for stores in `environment`: ten retries within three
    /// minutes (the signatures of a request are valid for five), one minute per attempt, five
    /// seconds to connect.
    pub fn new(
        environment: impl IntoIterator<Item = (String, String)>,
        home: Option<PathBuf>,
        scratch: PathBuf,
    ) -> Self {
        let is_ours = |name: &str| PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        let environment = environment
            .into_iter()
            .filter(|(name, value)| is_ours(name) && !value.is_empty())
            .collect();
        Self {
            s3_endpoint: None,
            s3_region: None,
            azure_endpoint: None,
            gcs_endpoint: None,
            allow_http: false,
            retries: 10,
            deadline: Duration::from_mins(3),
            timeout: Duration::from_mins(1),
            connect_timeout: Duration::from_secs(5),
            instance_credentials: false,
            scratch,
            environment,
            home,
        }
    }

    /// The value of an environment variable.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }
}

impl Default for StoreSettings {
    /// No credentials, and the system's temporary folder.
    fn default() -> Self {
        Self::new([], None, std::env::temp_dir())
    }
}

impl fmt::Debug for StoreSettings {
    /// Shows the names of variables, never their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.environment.keys().collect();
        f.debug_struct("StoreSettings")
            .field("s3_endpoint", &self.s3_endpoint)
            .field("azure_endpoint", &self.azure_endpoint)
            .field("gcs_endpoint", &self.gcs_endpoint)
            .field("environment", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_about_stores_are_kept_and_none_is_shown() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let settings = StoreSettings::new(
            [
                pair("AWS_SECRET_ACCESS_KEY", "hunter2"),
                pair("AWS_REGION", ""),
                pair("PATH", "/bin"),
            ],
            None,
            PathBuf::from("/tmp"),
        );
        assert_eq!(settings.variable("AWS_SECRET_ACCESS_KEY"), Some("hunter2"));
        assert_eq!(settings.environment.len(), 1);
        let shown = format!("{settings:?}");
        assert!(shown.contains("AWS_SECRET_ACCESS_KEY") && !shown.contains("hunter2"));
    }
}
