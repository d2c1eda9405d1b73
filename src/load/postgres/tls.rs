//! TLS connections to PostgreSQL: the certificates of authorities come in, a connector goes out. The
//! certificate of the server and its host name are always verified.
//!
//! Refused: a file of certificates that cannot be read or has none.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::PostgresTarget;
use crate::load::{LoadEnvironment, LoadError};

/// The variable with the file of the certificates of authorities, as in libpq.
const ROOT_VARIABLE: &str = "PGSSLROOTCERT";

/// A connector that trusts the authorities of the URL, of the environment, or of the system.
pub(super) fn connector(
    target: &PostgresTarget,
    environment: &LoadEnvironment<'_>,
) -> Result<MakeRustlsConnect, LoadError> {
    let of_environment = environment.variables.get(ROOT_VARIABLE).map(Path::new);
    let roots = if let Some(path) = target.root_certificates.as_deref().or(of_environment) {
        roots_of(path)?
    } else {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| LoadError::target(format!("TLS cannot be used: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn roots_of(path: &Path) -> Result<RootCertStore, LoadError> {
    let shown = path.display();
    let failed = |error: &dyn std::fmt::Display| {
        LoadError::target(format!(
            "the certificates of {shown} cannot be used: {error}; give a PEM file in sslrootcert or PGSSLROOTCERT"
        ))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
        let certificate = certificate.map_err(|error| failed(&error))?;
        roots.add(certificate).map_err(|error| failed(&error))?;
    }
    if roots.is_empty() {
        return Err(failed(&"it has no certificate"));
    }
    Ok(roots)
}
