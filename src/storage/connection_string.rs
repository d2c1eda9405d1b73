//! Azure connection strings: the text from the portal comes in, options go out.
//!
//! Refused: parts that are not `Name=Value`, without repeating them, and an emulator behind a
//! proxy.

use super::StoreError;
use super::store_options::StoreOptions;

/// The meaning of `UseDevelopmentStorage=true`: the emulator's endpoint, account and key, which are
/// the same on every machine.
///
/// <https://learn.microsoft.com/azure/storage/common/storage-connect-azurite>
const DEVELOPMENT_STORAGE: [(&str, &str); 3] = [
    ("azure_storage_account_name", "devstoreaccount1"),
    (
        "azure_storage_account_key",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    ),
    (
        "azure_storage_endpoint",
        "http://127.0.0.1:10000/devstoreaccount1",
    ),
];

/// The parts of `AZURE_STORAGE_CONNECTION_STRING`.
///
/// <https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string>
pub(super) fn parse(text: &str) -> Result<StoreOptions, StoreError> {
    let mut options = StoreOptions::new();
    let mut suffix = "core.windows.net";
    let mut protocol = "https";
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        let Some((name, value)) = part.split_once('=') else {
            return Err(refuse(
                "a part of it is not Name=Value; copy it again from the portal",
            ));
        };
        let name = match name.trim() {
            "AccountName" => "azure_storage_account_name",
            "AccountKey" => "azure_storage_account_key",
            "SharedAccessSignature" => "azure_storage_sas_key",
            "BlobEndpoint" => "azure_storage_endpoint",
            "EndpointSuffix" => {
                suffix = value;
                continue;
            }
            "DefaultEndpointsProtocol" => {
                protocol = value;
                continue;
            }
            "UseDevelopmentStorage" => {
                if value.trim().eq_ignore_ascii_case("true") {
                    for (name, value) in DEVELOPMENT_STORAGE {
                        options.insert(name.to_owned(), value.to_owned());
                    }
                }
                continue;
            }
            "DevelopmentStorageProxyUri" => {
                return Err(refuse(
                    "DevelopmentStorageProxyUri is not supported; give AccountName, AccountKey and BlobEndpoint of the emulator",
                ));
            }
            // Queues, tables and files have their own endpoints.
            _ => continue,
        };
        options.insert(name.to_owned(), value.trim_end_matches('/').to_owned());
    }
    let account = options.get("azure_storage_account_name").cloned();
    if let Some(account) = account.filter(|_| suffix != "core.windows.net") {
        options
            .entry("azure_storage_endpoint".to_owned())
            .or_insert_with(|| format!("{protocol}://{account}.blob.{suffix}"));
    }
    Ok(options)
}

fn refuse(reason: &str) -> StoreError {
    StoreError::Setting {
        setting: "AZURE_STORAGE_CONNECTION_STRING".to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_gives_account_key_and_endpoint() {
        let text = "DefaultEndpointsProtocol=http;AccountName=shop;AccountKey=a2V5==;\
                    BlobEndpoint=http://127.0.0.1:10000/shop;QueueEndpoint=http://127.0.0.1:10001/shop;";
        let found = parse(text).unwrap();
        assert_eq!(found["azure_storage_account_key"], "a2V5==");
        assert_eq!(
            found["azure_storage_endpoint"],
            "http://127.0.0.1:10000/shop"
        );
        let china = "AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn";
        let found = parse(china).unwrap();
        assert_eq!(
            found["azure_storage_endpoint"],
            "https://shop.blob.core.chinacloudapi.cn"
        );
        let wrong = parse("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://hunter2");
        let message = wrong.unwrap_err().to_string();
        assert!(message.contains("DevelopmentStorageProxyUri") && !message.contains("hunter2"));
        let wrong = parse("hunter2");
        assert!(!wrong.unwrap_err().to_string().contains("hunter2"));
    }
    #[test]
    fn development_storage_is_the_emulator_on_this_machine() {
        let found = parse("UseDevelopmentStorage=true").unwrap();
        assert_eq!(found["azure_storage_account_name"], "devstoreaccount1");
        assert_eq!(
            found["azure_storage_endpoint"],
            "http://127.0.0.1:10000/devstoreaccount1"
        );
        // The key in Microsoft's documentation of Azurite.
        let key = &found["azure_storage_account_key"];
        assert!(key.starts_with("Eby8vdM02xNOcqFl") && key.ends_with("KBHBeksoGMGw=="));
        assert!(parse("UseDevelopmentStorage=false").unwrap().is_empty());
    }
}
