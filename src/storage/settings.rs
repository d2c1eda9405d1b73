//! How stores are reached: what was set on the command line, in a job file and in the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How stores are reached.
#[derive(Clone)]
pub struct StoreSettings {
    /// Where S3 is, when it is not Amazon's.
    pub s3_endpoint: Option<String>,
    /// The region of the buckets of S3.
    pub s3_region: Option<String>,
    /// Where Azure Blob Storage is, when it is not Microsoft's; with the account.
    pub azure_endpoint: Option<String>,
    /// Where Google Cloud Storage is, when it is not Google's.
    pub gcs_endpoint: Option<String>,
    /// Whether plain HTTP may be spoken with other machines.
    pub allow_http: bool,
    /// How often a request is tried again.
    pub retries: usize,
    /// How long a request is tried again.
    pub deadline: Duration,
    /// The longest that one try may take.
    pub timeout: Duration,
    /// The longest that connecting may take.
    pub connect_timeout: Duration,
    /// Whether the metadata service of the machine is asked for credentials.
    pub instance_credentials: bool,
    /// Where files are kept on their way to a store and from it.
    pub scratch: PathBuf,
    /// The variables of the environment, as far as they are about stores.
    pub environment: BTreeMap<String, String>,
    /// The folder of the user, for profile files.
    pub home: Option<PathBuf>,
}

/// What the names of variables about stores begin with.
const PREFIXES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

impl StoreSettings {
    /// The defaults, with the variables that are about stores out of `environment`: ten retries
    /// within three minutes (signatures of a request are valid for five), a minute a try, five
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

    /// A variable of the environment.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }
}

impl Default for StoreSettings {
    /// No credentials, and the system's folder for temporary files.
    fn default() -> Self {
        Self::new([], None, std::env::temp_dir())
    }
}

impl fmt::Debug for StoreSettings {
    /// Names of variables, never their values.
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
