//! Access to object stores: options of every command.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Access to object stores. Credentials are not options: they come from the environment and the
/// profile files of each cloud.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Storage")]
pub struct StorageArguments {
    /// Use a custom S3 endpoint (also `AWS_ENDPOINT_URL`)
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_S3_ENDPOINT",
        hide_short_help = true
    )]
    pub s3_endpoint: Option<String>,
    /// Set the region of S3 buckets (also `AWS_REGION` and the profile)
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "PURCHASE_ETL_S3_REGION",
        hide_short_help = true
    )]
    pub s3_region: Option<String>,
    /// Use a custom Azure Blob Storage endpoint that includes the account (also `AZURE_STORAGE_ENDPOINT`)
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_AZURE_ENDPOINT",
        hide_short_help = true
    )]
    pub azure_endpoint: Option<String>,
    /// Use a custom Google Cloud Storage endpoint
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_GCS_ENDPOINT",
        hide_short_help = true
    )]
    pub gcs_endpoint: Option<String>,
    /// Allow unencrypted HTTP to other machines
    #[arg(
        long,
        global = true,
        env = "PURCHASE_ETL_ALLOW_HTTP",
        hide_short_help = true
    )]
    pub allow_http: bool,
    /// Request credentials from the metadata service of the machine if there are no others
    #[arg(
        long,
        global = true,
        env = "PURCHASE_ETL_INSTANCE_CREDENTIALS",
        hide_short_help = true
    )]
    pub instance_credentials: bool,
    /// Retry a failed request at most this many times
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 10,
        env = "PURCHASE_ETL_STORE_RETRIES",
        hide_short_help = true
    )]
    pub store_retries: usize,
    /// Retry a request for at most this long; request signatures expire after five minutes
    #[arg(long, global = true, value_name = "DURATION", default_value = "3m", value_parser = humantime::parse_duration, env = "PURCHASE_ETL_STORE_DEADLINE", hide_short_help = true)]
    pub store_deadline: Duration,
    /// Abort an attempt of a request after this time
    #[arg(long, global = true, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration, env = "PURCHASE_ETL_STORE_TIMEOUT", hide_short_help = true)]
    pub store_timeout: Duration,
    /// Abort connecting after this time
    #[arg(long, global = true, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration, env = "PURCHASE_ETL_STORE_CONNECT_TIMEOUT", hide_short_help = true)]
    pub store_connect_timeout: Duration,
    /// Write temporary files to this folder: uploads, downloads and long answers [default: the system's]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PURCHASE_ETL_SCRATCH",
        hide_short_help = true
    )]
    pub scratch: Option<PathBuf>,
}
