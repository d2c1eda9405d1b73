//! Every setting with its value and origin, from what clap matched.
//!
//! Secrets are not shown: they come from the environment alone. A setting that looks like a secret
//! is redacted all the same, as are credentials in a URL.

use std::fmt::{self, Write};
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use serde::{Serialize, Serializer};
use url::Url;

/// Shown in place of a secret.
const REDACTED: &str = "***";

/// A resolved setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The command or step of the setting; `global` for the options of every command.
    pub scope: String,
    /// The option's long name, with `_` for `-`, as in a job file.
    pub name: String,
    /// Its value; none if it is not set and has no default. A default that depends on more than
    /// the command line has the words of the help.
    pub value: Option<String>,
    /// The origin of the value.
    pub from: SettingOrigin,
}

/// The origin of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingOrigin {
    /// An option of the command line.
    Flag,
    /// A line of a job file.
    JobFile(PathBuf, usize),
    /// This environment variable.
    Environment(String),
    /// The program.
    Default,
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::JobFile(path, line) => write!(f, "job file {}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Serialize for SettingOrigin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The settings of a command. `origin_of` returns the origin of settings from a job file, which clap
/// sees as arguments.
pub fn settings_of(
    scope: &str,
    command: &clap::Command,
    matches: &ArgMatches,
    origin_of: &dyn Fn(&str) -> Option<SettingOrigin>,
) -> Vec<Setting> {
    let arguments = command.get_arguments();
    arguments
        .filter(|argument| !is_informational(argument))
        .map(|argument| setting(scope, argument, matches, origin_of))
        .collect()
}

/// Whether an option only prints something, such as `--help`, and is not a setting.
fn is_informational(argument: &Arg) -> bool {
    argument.get_id() == "explain_config"
        || matches!(
            argument.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
        )
}

fn setting(
    scope: &str,
    argument: &Arg,
    matches: &ArgMatches,
    origin_of: &dyn Fn(&str) -> Option<SettingOrigin>,
) -> Setting {
    let id = argument.get_id().as_str();
    let name = argument.get_long().unwrap_or(id).replace('-', "_");
    let from = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => origin_of(&name).unwrap_or(SettingOrigin::Flag),
        Some(ValueSource::EnvVariable) => {
            let variable = argument.get_env().map(std::ffi::OsStr::to_string_lossy);
            SettingOrigin::Environment(variable.unwrap_or_default().into_owned())
        }
        // A switch that a job file turns off has no argument.
        _ => origin_of(&name).unwrap_or(SettingOrigin::Default),
    };
    let raw = matches.try_get_raw(id).ok().flatten();
    let value = raw.map(|values| {
        let is_hidden = argument.is_hide_env_values_set();
        let values = values.map(|value| redacted(&name, is_hidden, &value.to_string_lossy()));
        values.collect::<Vec<_>>().join(", ")
    });
    let value = value.or_else(|| documented_default(argument));
    Setting {
        scope: scope.to_owned(),
        name,
        value,
        from,
    }
}

/// The default that the help documents: `[default: one per core]`.
fn documented_default(argument: &Arg) -> Option<String> {
    let help = argument.get_help()?.to_string();
    let (_, default) = help.rsplit_once("[default: ")?;
    Some(default.split(']').next()?.to_owned())
}

/// Whether a setting or a variable of this name looks like a secret.
pub(super) fn is_secret(name: &str) -> bool {
    const SECRETS: [&str; 8] = [
        "secret",
        "password",
        "passwd",
        "token",
        "credential",
        "signature",
        "connection_string",
        // Headers of a request carry its credentials.
        "headers",
    ];
    let name = name.to_lowercase();
    let is_key = name == "apikey" || name.split('_').any(|word| word == "key" || word == "sas");
    is_key || SECRETS.iter().any(|secret| name.contains(secret))
}

/// A value without its secrets.
pub(super) fn redacted(name: &str, is_hidden: bool, value: &str) -> String {
    if is_hidden || is_secret(name) {
        return REDACTED.to_owned();
    }
    let Some(mut url) = Url::parse(value).ok().filter(|_| value.contains("://")) else {
        return value.to_owned();
    };
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if is_plain {
        return value.to_owned();
    }
    if url.password().is_some() || !url.username().is_empty() {
        // Fails only for URLs that cannot have a user, which are not changed.
        let _ = url.set_username(REDACTED);
        let _ = url.set_password(None);
    }
    // A signed URL carries its signature there.
    if url.query().is_some() {
        url.set_query(Some(REDACTED));
    }
    url.to_string()
}

/// The settings as a table for people.
pub fn settings_text(settings: &[Setting]) -> String {
    let width = |column: fn(&Setting) -> usize| settings.iter().map(column).max().unwrap_or(0);
    let names = width(|one| one.name.chars().count());
    let values = width(|one| one.value.as_deref().unwrap_or("-").chars().count()).min(60);
    let mut text = String::new();
    let mut scope = None;
    for setting in settings {
        if scope != Some(&setting.scope) {
            let gap = if scope.is_some() { "\n" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{gap}[{}]", setting.scope);
            scope = Some(&setting.scope);
        }
        let value = setting.value.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "{:<names$}  {value:<values$}  {}",
            setting.name, setting.from
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_covered() {
        assert_eq!(redacted("access_token", false, "abc"), REDACTED);
        assert_eq!(redacted("lake", true, "abc"), REDACTED);
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SESSION_TOKEN",
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_STORAGE_SAS_TOKEN",
            "OPENLINEAGE_API_KEY",
            "OTEL_EXPORTER_OTLP_HEADERS",
            "api_key",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["monkey", "keyboard", "zone", "lake", "AWS_REGION"] {
            assert!(!is_secret(name), "{name}");
        }
        assert_eq!(redacted("lake", false, "lake/a?b"), "lake/a?b");
        let url = "https://me:word@host/x?sig=abc";
        assert_eq!(redacted("webhook", false, url), "https://***@host/x?***");
        assert_eq!(redacted("lake", false, "s3://b/lake"), "s3://b/lake");
    }
}
