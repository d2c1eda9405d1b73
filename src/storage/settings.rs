//! Settings for object stores, from the command line, a job file and the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, FromArgMatches};

use crate::values::parse_duration;

/// Settings for object stores, as options of every command. Credentials are not options: they come
/// from the environment and the profile files of each cloud.
#[derive(Clone, Args)]
#[command(next_help_heading = "Storage")]
pub struct StoreSettings {
    /// Use a custom S3 endpoint (also `AWS_ENDPOINT_URL`)
    #[arg(long, value_name = "URL", env = "PURCHASE_ETL_S3_ENDPOINT")]
    pub s3_endpoint: Option<String>,
    /// Set the region of S3 buckets (also `AWS_REGION` and the profile)
    #[arg(long, value_name = "NAME", env = "PURCHASE_ETL_S3_REGION")]
    pub s3_region: Option<String>,
    /// Use a custom Azure Blob Storage endpoint that includes the account (also `AZURE_STORAGE_ENDPOINT`)
    #[arg(long, value_name = "URL", env = "PURCHASE_ETL_AZURE_ENDPOINT")]
    pub azure_endpoint: Option<String>,
    /// Use a custom Google Cloud Storage endpoint
    #[arg(long, value_name = "URL", env = "PURCHASE_ETL_GCS_ENDPOINT")]
    pub gcs_endpoint: Option<String>,
    /// Allow unencrypted HTTP to other machines
    #[arg(long, env = "PURCHASE_ETL_ALLOW_HTTP")]
    pub allow_http: bool,
    /// Request credentials from the metadata service of the machine if there are no others
    #[arg(long, env = "PURCHASE_ETL_INSTANCE_CREDENTIALS")]
    pub instance_credentials: bool,
    /// Retry a failed request at most this many times
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10,
        env = "PURCHASE_ETL_STORE_RETRIES"
    )]
    pub store_retries: usize,
    /// Retry a request for at most this long; request signatures expire after five minutes
    #[arg(long, value_name = "DURATION", default_value = "3m", value_parser = parse_duration, env = "PURCHASE_ETL_STORE_DEADLINE")]
    pub store_deadline: Duration,
    /// Abort an attempt of a request after this time
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_duration, env = "PURCHASE_ETL_STORE_TIMEOUT")]
    pub store_timeout: Duration,
    /// Abort connecting after this time
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration, env = "PURCHASE_ETL_STORE_CONNECT_TIMEOUT")]
    pub store_connect_timeout: Duration,
    /// Write temporary files to this folder: uploads, downloads and long answers [default: the system's]
    #[arg(long, value_name = "DIR", env = "PURCHASE_ETL_SCRATCH")]
    pub scratch: Option<PathBuf>,
    /// The environment variables for stores and databases.
    #[arg(skip)]
    pub environment: BTreeMap<String, String>,
    /// The home directory of the user, for profile files.
    #[arg(skip)]
    pub home: Option<PathBuf>,
}

/// The prefixes of the environment variables for stores, and those of passwords and certificates for databases.
const PREFIXES: [&str; 5] = ["AWS_", "AZURE_", "GOOGLE_", "PGPASS", "PGSSLROOTCERT"];

impl StoreSettings {
    /// Adds the variables for stores and databases in `environment`, without those that are empty, and the home
    /// directory.
    #[must_use]
    pub fn with_environment(
        mut self,
        environment: impl IntoIterator<Item = (String, String)>,
        home: Option<PathBuf>,
    ) -> Self {
        let is_ours = |name: &str| PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        let of_stores = environment
            .into_iter()
            .filter(|(name, value)| is_ours(name) && !value.is_empty());
        self.environment.extend(of_stores);
        self.home = home;
        self
    }

    /// The parent of the scratch folder.
    pub(super) fn scratch_parent(&self) -> PathBuf {
        self.scratch.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// The value of an environment variable.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }
}

impl Default for StoreSettings {
    /// The defaults of the options, without credentials.
    fn default() -> Self {
        const ALL_HAVE_DEFAULTS: &str = "no option of storage is required";
        let command = clap::Command::new("storage").no_binary_name(true);
        let command = Self::augment_args(command).mut_args(|option| option.env(None::<&str>));
        let matches = command.try_get_matches_from::<_, &str>([]);
        Self::from_arg_matches(&matches.expect(ALL_HAVE_DEFAULTS)).expect(ALL_HAVE_DEFAULTS)
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
        let settings = StoreSettings::default().with_environment(
            [
                pair("AWS_SECRET_ACCESS_KEY", "hunter2"),
                pair("AWS_REGION", ""),
                pair("PATH", "/bin"),
            ],
            None,
        );
        assert_eq!(settings.variable("AWS_SECRET_ACCESS_KEY"), Some("hunter2"));
        assert_eq!(settings.environment.len(), 1);
        let shown = format!("{settings:?}");
        assert!(shown.contains("AWS_SECRET_ACCESS_KEY") && !shown.contains("hunter2"));
    }
}
