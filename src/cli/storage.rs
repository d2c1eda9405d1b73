//! How object stores are reached: options that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// How object stores are reached. Credentials are none of these: they come from the environment and
/// the profile files of each cloud.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Object stores")]
pub struct StorageArguments {
    /// Where S3 is, when it is not Amazon's (also `AWS_ENDPOINT_URL`)
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_S3_ENDPOINT",
        hide_short_help = true
    )]
    pub s3_endpoint: Option<String>,
    /// Region of the S3 buckets (also `AWS_REGION` and the profile)
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "PURCHASE_ETL_S3_REGION",
        hide_short_help = true
    )]
    pub s3_region: Option<String>,
    /// Where Azure Blob Storage is, when it is not Microsoft's, with the account (also `AZURE_STORAGE_ENDPOINT`)
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_AZURE_ENDPOINT",
        hide_short_help = true
    )]
    pub azure_endpoint: Option<String>,
    /// Where Google Cloud Storage is, when it is not Google's
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "PURCHASE_ETL_GCS_ENDPOINT",
        hide_short_help = true
    )]
    pub gcs_endpoint: Option<String>,
    /// Speak plain HTTP with other machines than this one
    #[arg(
        long,
        global = true,
        env = "PURCHASE_ETL_ALLOW_HTTP",
        hide_short_help = true
    )]
    pub allow_http: bool,
    /// Ask the metadata service of the machine for credentials when there are no others
    #[arg(
        long,
        global = true,
        env = "PURCHASE_ETL_INSTANCE_CREDENTIALS",
        hide_short_help = true
    )]
    pub instance_credentials: bool,
    /// How often a request is tried again
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t = 10,
        env = "PURCHASE_ETL_STORE_RETRIES",
        hide_short_help = true
    )]
    pub store_retries: usize,
    /// How long a request is tried again; signatures are valid for five minutes
    #[arg(long, global = true, value_name = "DURATION", default_value = "3m", value_parser = humantime::parse_duration, env = "PURCHASE_ETL_STORE_DEADLINE", hide_short_help = true)]
    pub store_deadline: Duration,
    /// The longest that one try of a request may take
    #[arg(long, global = true, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration, env = "PURCHASE_ETL_STORE_TIMEOUT", hide_short_help = true)]
    pub store_timeout: Duration,
    /// The longest that connecting may take
    #[arg(long, global = true, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration, env = "PURCHASE_ETL_STORE_CONNECT_TIMEOUT", hide_short_help = true)]
    pub store_connect_timeout: Duration,
    /// Folder for temporary files: on their way to a store and from it, and long answers for standard output [default: the system's]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PURCHASE_ETL_SCRATCH",
        hide_short_help = true
    )]
    pub scratch: Option<PathBuf>,
}
