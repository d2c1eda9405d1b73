//! AWS profile files: `~/.aws/credentials` and `~/.aws/config` come in, the options of one profile
//! go out.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>. Keys in the files are used.
//! Refused: profiles that require single sign-on, another role or an external program, unless the
//! environment has credentials.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::StoreError;
use super::settings::StoreSettings;
use super::store_options::{S3_ENDPOINT, StoreOptions};

/// Keys of profiles whose credentials cannot be obtained here.
const UNSUPPORTED_KEYS: [&str; 4] = [
    "sso_session",
    "sso_start_url",
    "role_arn",
    "credential_process",
];

/// The options of the profile named by `AWS_PROFILE`, or of `default`. `known` are the possible
/// sources of credentials in the environment: if one of them is present, the credentials of the
/// profile are ignored.
pub(super) fn read(settings: &StoreSettings, known: &[bool]) -> Result<StoreOptions, StoreError> {
    let named = settings
        .variable("AWS_PROFILE")
        .or(settings.variable("AWS_DEFAULT_PROFILE"));
    let name = named.unwrap_or("default");
    let file_path = |variable: &str, file: &str| {
        let by_variable = settings.variable(variable).map(PathBuf::from);
        by_variable.or_else(|| Some(settings.home.as_ref()?.join(".aws").join(file)))
    };
    let mut found = BTreeMap::new();
    let heading = if name == "default" {
        name.to_owned()
    } else {
        format!("profile {name}")
    };
    for (path, heading) in [
        (file_path("AWS_CONFIG_FILE", "config"), heading.as_str()),
        (
            file_path("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            name,
        ),
    ] {
        if let Some(path) = path {
            found.extend(read_section(path, heading)?);
        }
    }
    if named.is_some() && found.is_empty() {
        return Err(refuse(
            name,
            "this profile is in neither ~/.aws/config nor ~/.aws/credentials",
        ));
    }
    let mut options = StoreOptions::new();
    let mut copy = |from: &str, to: &str| {
        if let Some(value) = found.get(from) {
            options.insert(to.to_owned(), value.clone());
        }
    };
    copy("region", "aws_region");
    copy("endpoint_url", S3_ENDPOINT);
    if known.contains(&true) {
        return Ok(options);
    }
    if found.contains_key("aws_access_key_id") {
        copy("aws_access_key_id", "aws_access_key_id");
        copy("aws_secret_access_key", "aws_secret_access_key");
        copy("aws_session_token", "aws_session_token");
    } else if UNSUPPORTED_KEYS.iter().any(|key| found.contains_key(*key)) {
        return Err(refuse(
            name,
            "its credentials require sign-on, a role or a program; export them with: eval \"$(aws configure export-credentials --format env)\"",
        ));
    }
    Ok(options)
}

fn refuse(profile: &str, reason: &str) -> StoreError {
    StoreError::Setting {
        setting: format!("AWS_PROFILE={profile}"),
        reason: reason.to_owned(),
    }
}

/// The settings of one section of a file, without those of nested ones (`s3 =`).
fn read_section(path: PathBuf, heading: &str) -> Result<BTreeMap<String, String>, StoreError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(StoreError::scratch("read", path)(error)),
    };
    let mut within = false;
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let is_nested = line.starts_with([' ', '\t']);
        let line = line.trim();
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            within = name.split_whitespace().eq(heading.split_whitespace());
        } else if let Some((key, value)) = line.split_once('=').filter(|_| within && !is_nested)
            && !line.starts_with(['#', ';'])
        {
            found.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read_from(
        config: &str,
        credentials: &str,
        profile: Option<&str>,
        known: bool,
    ) -> Result<StoreOptions, StoreError> {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        for (name, text) in [("config", config), ("credentials", credentials)] {
            let path = home.path().join(".aws").join(name);
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(path)
                .unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        let variables = profile.map(|name| ("AWS_PROFILE".to_owned(), name.to_owned()));
        let home = Some(home.path().to_owned());
        let settings = StoreSettings::default().with_environment(variables, home);
        read(&settings, &[known])
    }

    const CONFIG: &str = "[default]\nregion = sa-east-1\ns3 =\n  endpoint_url = nested\n[profile shop]\n# region = no\nregion=eu-west-1\nendpoint_url = https://shop.example\n[profile sso]\nsso_session = x\n";
    const CREDENTIALS: &str = "[default]\naws_access_key_id = d\naws_secret_access_key = ds\n[shop]\naws_access_key_id = s\naws_secret_access_key = a=b=\naws_session_token = t\n";

    #[test]
    fn a_profile_gives_region_endpoint_and_keys() {
        let default = read_from(CONFIG, CREDENTIALS, None, false).unwrap();
        assert_eq!(default["aws_region"], "sa-east-1");
        assert_eq!(default["aws_access_key_id"], "d");
        assert!(!default.contains_key(S3_ENDPOINT));
        let shop = read_from(CONFIG, CREDENTIALS, Some("shop"), false).unwrap();
        assert_eq!(shop["aws_region"], "eu-west-1");
        assert_eq!(shop[S3_ENDPOINT], "https://shop.example");
        assert_eq!(shop["aws_secret_access_key"], "a=b=");
        assert_eq!(shop["aws_session_token"], "t");
        let with_environment_keys = read_from(CONFIG, CREDENTIALS, Some("shop"), true).unwrap();
        assert!(!with_environment_keys.contains_key("aws_access_key_id"));
        assert!(read_from("", "", None, false).unwrap().is_empty());
    }

    #[test]
    fn profiles_that_are_missing_or_need_a_program_are_refused_with_a_remedy() {
        let missing = read_from(CONFIG, CREDENTIALS, Some("shp"), false).unwrap_err();
        assert!(missing.to_string().contains("AWS_PROFILE=shp"), "{missing}");
        let sso = read_from(CONFIG, CREDENTIALS, Some("sso"), false).unwrap_err();
        assert!(sso.to_string().contains("export-credentials"), "{sso}");
        read_from(CONFIG, CREDENTIALS, Some("sso"), true).unwrap();
    }
}
