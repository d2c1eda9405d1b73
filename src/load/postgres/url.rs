//! The URL of a PostgreSQL database: a text comes in, the settings of a connection go out.
//!
//! Refused: passwords, which other users of the machine could read; several hosts; connections to
//! other machines without TLS. With TLS, the certificate and the host name are always verified, as by
//! `sslmode=verify-full` of libpq, also for the modes `require` and `verify-ca`, which verify less.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use postgres::Config;
use postgres::config::{Host, SslMode};
use url::form_urlencoded;

use crate::load::LoadError;

/// The time for connecting, if the URL sets none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time after which the system asks a silent server whether it is there.
const KEEPALIVES_IDLE: Duration = Duration::from_mins(1);
/// The port of PostgreSQL, if the URL has none.
const DEFAULT_PORT: u16 = 5432;

/// A PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresTarget {
    /// The settings of the connection, without a password.
    pub(super) config: Config,
    /// Whether the connection uses TLS.
    pub(super) is_encrypted: bool,
    /// The file with the certificates of authorities, of the URL.
    pub(super) root_certificates: Option<PathBuf>,
}

impl PostgresTarget {
    /// Reads a URL such as `postgresql://etl@localhost:5432/warehouse`; none if the scheme is
    /// another.
    ///
    /// # Errors
    /// [`LoadError::Target`], which never repeats a password.
    pub fn parse(text: &str) -> Result<Option<Self>, LoadError> {
        let schemes = ["postgresql://", "postgres://"];
        if !schemes.iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(None);
        }
        // Errors may repeat a part of the URL, which may be a password.
        let invalid =
            || LoadError::target("the URL is invalid; write postgresql://USER@HOST:PORT/DATABASE");
        let (text, tls) = split_tls(text);
        let mut config: Config = text.parse().map_err(|_error: postgres::Error| invalid())?;
        check(&config)?;
        let is_local = config.get_hosts().iter().all(is_local_host)
            && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        let is_encrypted = match tls.mode.as_deref() {
            None | Some("prefer") => !is_local,
            Some("disable" | "allow") if is_local => false,
            Some("require" | "verify-ca" | "verify-full") => true,
            Some("disable" | "allow") => {
                return Err(LoadError::target(
                    "a connection to another machine must be encrypted: remove sslmode from the URL",
                ));
            }
            Some(_) => {
                return Err(LoadError::target(
                    "sslmode must be disable, prefer, require, verify-ca or verify-full",
                ));
            }
        };
        config.ssl_mode(if is_encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        config.application_name(env!("CARGO_PKG_NAME"));
        config.keepalives_idle(KEEPALIVES_IDLE);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        Ok(Some(Self {
            config,
            is_encrypted,
            root_certificates: tls.root_certificates,
        }))
    }

    /// The URL without user and password, for messages and logs.
    pub fn shown(&self) -> String {
        let (host, port, database) = (self.host(), self.port(), self.database());
        format!("postgresql://{host}:{port}/{database}")
    }

    /// The namespace and the name of a table for lineage.
    pub(in crate::load) fn lineage_name(&self, schema: &str, table: &str) -> (String, String) {
        let (host, port, database) = (self.host(), self.port(), self.database());
        let namespace = format!("postgres://{host}:{port}");
        (namespace, format!("{database}.{schema}.{table}"))
    }

    /// The name or address of the host, or the folder of its socket.
    pub(super) fn host(&self) -> String {
        match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => String::new(),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.config
            .get_ports()
            .first()
            .copied()
            .unwrap_or(DEFAULT_PORT)
    }

    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }
}

/// The parameters of a URL that only this program reads.
#[derive(Default)]
struct TlsParameters {
    mode: Option<String>,
    root_certificates: Option<PathBuf>,
}

/// The URL without the parameters for TLS, and these.
fn split_tls(text: &str) -> (String, TlsParameters) {
    let Some((before, query)) = text.split_once('?') else {
        return (text.to_owned(), TlsParameters::default());
    };
    let mut tls = TlsParameters::default();
    let mut others = Vec::new();
    for text in query.split('&').filter(|text| !text.is_empty()) {
        match form_urlencoded::parse(text.as_bytes()).next() {
            Some((name, value)) if name == "sslmode" => tls.mode = Some(value.into_owned()),
            Some((name, value)) if name == "sslrootcert" => {
                tls.root_certificates = Some(PathBuf::from(&*value));
            }
            _ => others.push(text),
        }
    }
    let separator = if others.is_empty() { "" } else { "?" };
    (format!("{before}{separator}{}", others.join("&")), tls)
}

fn check(config: &Config) -> Result<(), LoadError> {
    let refused = |reason: &str| Err(LoadError::target(reason));
    if config.get_password().is_some() {
        return refused(
            "the URL contains a password; remove it, and set PGPASSWORD or PGPASSFILE in the environment",
        );
    }
    if config.get_hosts().len() != 1 || config.get_hostaddrs().len() > 1 {
        return refused("the URL must have one host");
    }
    if config.get_user().is_none() || config.get_dbname().is_none() {
        return refused(
            "the URL must have a user and a database: postgresql://USER@HOST:PORT/DATABASE",
        );
    }
    Ok(())
}

fn is_local_host(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<PostgresTarget, String> {
        let parsed = PostgresTarget::parse(url);
        parsed
            .map(|target| target.expect("a URL of PostgreSQL"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn other_machines_need_tls_and_this_one_may_use_it() {
        for (url, is_encrypted) in [
            ("postgresql://etl@localhost/w", false),
            ("postgres://etl@127.0.0.1:5433/w?sslmode=disable", false),
            ("postgresql://etl@[::1]/w?connect_timeout=3", false),
            ("postgresql://etl@%2Frun%2Fpostgresql/w", false),
            ("postgresql://etl@localhost/w?sslmode=require", true),
            ("postgresql://etl@db.example.com/w", true),
            (
                "postgresql://etl@db.example.com/w?sslmode=verify-full",
                true,
            ),
            ("postgresql://etl@localhost/w?hostaddr=10.0.0.1", true),
        ] {
            assert_eq!(
                parse(url).map(|target| target.is_encrypted),
                Ok(is_encrypted),
                "{url}"
            );
        }
    }

    #[test]
    fn parameters_for_tls_are_read_and_others_are_kept() {
        let url = "postgresql://etl@h/w?connect_timeout=3&sslrootcert=%2Fetc%2Fca+1.pem&sslmode=verify-ca&options=-c%20work_mem%3D1MB";
        let target = parse(url).unwrap();
        assert_eq!(
            target.root_certificates,
            Some(PathBuf::from("/etc/ca 1.pem"))
        );
        assert_eq!(
            target.config.get_connect_timeout(),
            Some(&Duration::from_secs(3))
        );
        assert_eq!(target.config.get_options(), Some("-c work_mem=1MB"));
        assert_eq!(target.shown(), "postgresql://h:5432/w");
    }

    #[test]
    fn a_refused_url_is_explained_without_its_password() {
        for (url, reason) in [
            ("postgresql://etl:hush@localhost/w", "password"),
            ("postgresql://etl@localhost/w?password=hush", "password"),
            ("postgresql://etl:hush@localhost:99999/w", "invalid"),
            (
                "postgresql://etl@db.example.com/w?sslmode=disable",
                "must be encrypted",
            ),
            (
                "postgresql://etl@localhost/w?sslmode=always",
                "sslmode must be",
            ),
            ("postgresql://etl@localhost,db.example.com/w", "one host"),
            ("postgresql://localhost/w", "a user"),
            ("postgresql://etl@localhost", "a database"),
        ] {
            let message = parse(url).unwrap_err();
            assert!(message.contains(reason), "{url}: {message}");
            assert!(!message.contains("hush"), "{url}: {message}");
        }
        assert!(
            PostgresTarget::parse("mysql://etl@localhost/w")
                .unwrap()
                .is_none()
        );
    }
}
