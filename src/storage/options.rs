//! Settings and credentials of a store as key and value, under the names that both `object_store`
//! and polars use. Settings, environment and profile files come in.
//!
//! Refused: stores without credentials, plain HTTP to other machines unless it is allowed, profiles
//! whose credentials require an external program.

use object_store::aws::AmazonS3ConfigKey;
use object_store::azure::AzureConfigKey;
use object_store::gcp::GoogleConfigKey;
use url::{Host, Url};

use super::settings::StoreSettings;
use super::store_options::{S3_ENDPOINT, StoreOptions};
use super::url::Cloud;
use super::{StoreError, StoreUrl, aws_profile, connection_string};

/// All options for the store of `url`.
pub(super) fn resolve(
    url: &StoreUrl,
    settings: &StoreSettings,
) -> Result<Vec<(String, String)>, StoreError> {
    let options = match url.cloud() {
        Cloud::S3 => s3(url, settings)?,
        Cloud::Azure => azure(url, settings)?,
        Cloud::Gcs => gcs(url, settings)?,
    };
    check_values(&options)?;
    Ok(options.into_iter().collect())
}

/// Refuses values that cannot be part of a request, or that an error message would show. Messages
/// name the setting and never repeat its value.
fn check_values(options: &StoreOptions) -> Result<(), StoreError> {
    let refuse = |name: &str, reason: &str| StoreError::Setting {
        setting: name.to_ascii_uppercase(),
        reason: reason.to_owned(),
    };
    for (name, value) in options {
        let is_json = value.trim_start().starts_with('{');
        if is_json && GOOGLE_KEY_FILE_OPTIONS.contains(&name.as_str()) {
            return Err(refuse(
                name,
                "it must be the path of a key file, but contains a key: put the key in GOOGLE_SERVICE_ACCOUNT_KEY",
            ));
        }
        // JSON contains line breaks.
        if !name.starts_with("google_") && value.contains(char::is_control) {
            return Err(refuse(
                name,
                "it contains a line break or another control character, often at the end: remove it",
            ));
        }
    }
    Ok(())
}

/// Google's options that are paths.
const GOOGLE_KEY_FILE_OPTIONS: [&str; 2] =
    ["google_service_account", "google_application_credentials"];

fn s3(url: &StoreUrl, settings: &StoreSettings) -> Result<StoreOptions, StoreError> {
    let mut options = variables(settings, "AWS_", |name| {
        let key: AmazonS3ConfigKey = name.parse().ok()?;
        Some(key.as_ref().to_owned())
    });
    let known = [
        "aws_access_key_id",
        "aws_web_identity_token_file",
        "aws_container_credentials_relative_uri",
        "aws_container_credentials_full_uri",
        "aws_skip_signature",
    ];
    let profile = aws_profile::read(settings, &known.map(|name| options.contains_key(name)))?;
    for (name, value) in profile {
        options.entry(name).or_insert(value);
    }
    if let Some(endpoint) = settings
        .s3_endpoint
        .clone()
        .or_else(|| options.remove("aws_endpoint_url_s3"))
    {
        options.insert(S3_ENDPOINT.to_owned(), endpoint);
    }
    if let Some(region) = &settings.s3_region {
        options.insert("aws_region".to_owned(), region.clone());
    }
    let endpoint = (S3_ENDPOINT, "--s3-endpoint or AWS_ENDPOINT_URL");
    allow_http(&mut options, endpoint, settings)?;
    require_credentials(url, settings, has_any(&options, &known), AWS_REMEDY)?;
    Ok(options)
}

fn azure(url: &StoreUrl, settings: &StoreSettings) -> Result<StoreOptions, StoreError> {
    let mut options = variables(settings, "AZURE_", |name| {
        let name = match name {
            // The names that Microsoft's command line uses.
            "azure_storage_account" => "azure_storage_account_name",
            "azure_storage_key" => "azure_storage_account_key",
            name => name,
        };
        let key: AzureConfigKey = name.parse().ok()?;
        Some(key.as_ref().to_owned())
    });
    if let Some(text) = settings.variable("AZURE_STORAGE_CONNECTION_STRING") {
        for (name, value) in connection_string::parse(text)? {
            options.entry(name).or_insert(value);
        }
    }
    if let Some(endpoint) = &settings.azure_endpoint {
        options.insert("azure_storage_endpoint".to_owned(), endpoint.clone());
    }
    let setting = "--azure-endpoint or AZURE_STORAGE_ENDPOINT";
    allow_http(&mut options, ("azure_storage_endpoint", setting), settings)?;
    let known = [
        "azure_storage_account_key",
        "azure_storage_sas_key",
        "azure_storage_token",
        "azure_storage_client_secret",
        "azure_federated_token_file",
        "azure_use_azure_cli",
        "azure_storage_use_emulator",
        "azure_skip_signature",
        "azure_msi_endpoint",
        "azure_fabric_session_token",
    ];
    require_credentials(url, settings, has_any(&options, &known), AZURE_REMEDY)?;
    Ok(options)
}

fn gcs(url: &StoreUrl, settings: &StoreSettings) -> Result<StoreOptions, StoreError> {
    let mut options = variables(settings, "GOOGLE_", |name| {
        let key: GoogleConfigKey = name.parse().ok()?;
        Some(key.as_ref().to_owned())
    });
    if let Some(endpoint) = &settings.gcs_endpoint {
        options.insert("google_base_url".to_owned(), endpoint.clone());
    }
    let endpoint = ("google_base_url", "--gcs-endpoint");
    allow_http(&mut options, endpoint, settings)?;
    let known = [
        "google_service_account",
        "google_service_account_key",
        "google_application_credentials",
        "google_skip_signature",
    ];
    let by_default = settings.home.as_ref().is_some_and(|home| {
        home.join(".config/gcloud/application_default_credentials.json")
            .is_file()
    });
    require_credentials(
        url,
        settings,
        by_default || has_any(&options, &known),
        GCS_REMEDY,
    )?;
    Ok(options)
}

const AWS_REMEDY: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or a web identity; \
     AWS_SKIP_SIGNATURE=true reads public buckets; --instance-credentials uses the machine's metadata service";

const AZURE_REMEDY: &str = "set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME with AZURE_STORAGE_ACCOUNT_KEY, \
     AZURE_STORAGE_SAS_TOKEN or a client secret; --instance-credentials uses a managed identity";

const GCS_REMEDY: &str = "set GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT, or log in with gcloud; \
     --instance-credentials uses the machine's metadata service";

/// The variables of one cloud that `option_name` accepts, under the names it returns.
fn variables(
    settings: &StoreSettings,
    prefix: &str,
    option_name: impl Fn(&str) -> Option<String>,
) -> StoreOptions {
    settings
        .environment
        .iter()
        .filter(|(name, _)| name.starts_with(prefix))
        .filter_map(|(name, value)| Some((option_name(&name.to_ascii_lowercase())?, value.clone())))
        .collect()
}

fn has_any(options: &StoreOptions, names: &[&str]) -> bool {
    names.iter().any(|name| options.contains_key(*name))
}

fn require_credentials(
    url: &StoreUrl,
    settings: &StoreSettings,
    known: bool,
    remedy: &'static str,
) -> Result<(), StoreError> {
    if known || settings.instance_credentials {
        return Ok(());
    }
    Err(StoreError::NoCredentials {
        url: url.to_string(),
        remedy,
    })
}

/// Allows plain HTTP if the endpoint uses it: an option, and the setting that messages name.
fn allow_http(
    options: &mut StoreOptions,
    (endpoint, setting): (&str, &str),
    settings: &StoreSettings,
) -> Result<(), StoreError> {
    let endpoint = options.get(endpoint).map(String::as_str);
    if uses_plain_http(endpoint, setting, settings)? {
        options.insert("allow_http".to_owned(), "true".to_owned());
    }
    Ok(())
}

/// Whether the endpoint uses plain HTTP, which only this machine may unless it is allowed.
fn uses_plain_http(
    endpoint: Option<&str>,
    setting: &str,
    settings: &StoreSettings,
) -> Result<bool, StoreError> {
    let Some(endpoint) = endpoint else {
        return Ok(settings.allow_http);
    };
    let refuse = |reason: &str| StoreError::Setting {
        setting: setting.to_owned(),
        reason: reason.to_owned(),
    };
    let url = Url::parse(endpoint).map_err(|error| {
        refuse(&format!(
            "it is not a URL such as https://host:port ({error})"
        ))
    })?;
    if url.password().is_some() || url.query().is_some() {
        return Err(refuse(
            "it contains a password or a query; give credentials in their own variables",
        ));
    }
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(settings.allow_http),
        "http" if is_local || settings.allow_http => Ok(true),
        "http" => Err(refuse(
            "it uses unencrypted HTTP, so anyone on the network path can read and change the data; use https, or --allow-http in a trusted network",
        )),
        _ => Err(refuse("it is not an http or https URL")),
    }
}

#[cfg(test)]
mod tests {
    use crate::values::ExitCode;

    use super::*;

    fn settings(variables: &[(&str, &str)]) -> StoreSettings {
        let pairs = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        StoreSettings::default().with_environment(pairs, None)
    }

    fn options(url: &str, settings: &StoreSettings) -> Result<StoreOptions, StoreError> {
        resolve(&StoreUrl::parse(url).unwrap().unwrap(), settings)
            .map(|pairs| pairs.into_iter().collect())
    }

    #[test]
    fn each_cloud_takes_its_own_variables_and_requires_credentials() {
        let aws = [
            ("AWS_ACCESS_KEY_ID", "k"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_DEFAULT_REGION", "r"),
        ];
        let found = options("s3://b/x", &settings(&aws)).unwrap();
        assert_eq!(found["aws_access_key_id"], "k");
        assert_eq!(found["aws_default_region"], "r");
        for (url, variable) in [
            ("s3://b/x", "AWS_"),
            ("az://c/x", "AZURE_"),
            ("gs://b/x", "GOOGLE_"),
        ] {
            let none = options(url, &settings(&[("AWS_REGION", "r")])).unwrap_err();
            assert!(matches!(&none, StoreError::NoCredentials { .. }), "{none}");
            assert!(none.to_string().contains(variable), "{none}");
            let mut requested = settings(&[]);
            requested.instance_credentials = true;
            options(url, &requested).unwrap();
        }
    }

    #[test]
    fn a_flag_overrides_the_environment_and_a_narrower_variable_a_wider_one() {
        let mut both = settings(&[
            ("AWS_SKIP_SIGNATURE", "true"),
            ("AWS_ENDPOINT_URL", "https://all.example"),
            ("AWS_ENDPOINT_URL_S3", "https://s3.example"),
            ("AWS_REGION", "from-environment"),
        ]);
        assert_eq!(
            options("s3://b", &both).unwrap()[S3_ENDPOINT],
            "https://s3.example"
        );
        both.s3_endpoint = Some("http://127.0.0.1:9".to_owned());
        both.s3_region = Some("from-flag".to_owned());
        let found = options("s3://b", &both).unwrap();
        assert_eq!(found[S3_ENDPOINT], "http://127.0.0.1:9");
        assert_eq!(found["aws_region"], "from-flag");
        assert_eq!(found["allow_http"], "true");
    }

    #[test]
    fn plain_http_leaves_this_machine_only_when_it_is_allowed() {
        let mut settings = settings(&[("AWS_SKIP_SIGNATURE", "true")]);
        for (endpoint, allowed) in [
            ("https://h.example", true),
            ("http://localhost:9000", true),
            ("http://[::1]:9000", true),
            ("http://h.example", false),
            ("http://127.0.0.1.h.example", false),
            ("ftp://h.example", false),
            ("https://u:p@h.example", false),
            ("h.example:9000", false),
        ] {
            settings.s3_endpoint = Some(endpoint.to_owned());
            assert_eq!(options("s3://b", &settings).is_ok(), allowed, "{endpoint}");
        }
        settings.s3_endpoint = Some("http://h.example".to_owned());
        settings.allow_http = true;
        options("s3://b", &settings).unwrap();
    }

    #[test]
    fn values_that_no_request_can_have_are_refused_without_being_repeated() {
        let json = "{\"private_key\": \"hunter2\"}";
        for (url, name, value) in [
            ("s3://b", "AWS_SESSION_TOKEN", "hunter2\n"),
            ("s3://b", "AWS_SECRET_ACCESS_KEY", "hunter2\r"),
            ("az://c", "AZURE_STORAGE_ACCOUNT_KEY", "hunter2\n"),
            ("gs://b", "GOOGLE_SERVICE_ACCOUNT", json),
            ("gs://b", "GOOGLE_APPLICATION_CREDENTIALS", json),
        ] {
            let mut settings = settings(&[(name, value)]);
            settings.instance_credentials = true;
            let refused = options(url, &settings).unwrap_err();
            assert_eq!(refused.exit_code(), ExitCode::Usage, "{name}");
            let message = refused.to_string();
            assert!(message.contains(name), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
        let key = settings(&[("GOOGLE_SERVICE_ACCOUNT_KEY", "{\n}\n")]);
        options("gs://b", &key).unwrap();
    }
}
