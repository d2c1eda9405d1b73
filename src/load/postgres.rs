//! PostgreSQL: a URL comes in, the transaction of a load goes out.

mod copy_rows;
mod numeric;
mod password_file;
mod tls;
mod url;

use std::io::Write;

use postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::database::{Database, Dialect, TableName};
use super::rows::TableRows;
use super::statements::{list, literal};
use super::{LoadEnvironment, LoadError};
use copy_rows::{HEADER, TRAILER, write_rows};
pub use url::PostgresTarget;

/// The variable with the password, as in libpq.
const PASSWORD_VARIABLE: &str = "PGPASSWORD";
/// The first key of the advisory lock of a schema; the second is the hash of its name. The bytes
/// `petl`.
const LOCK: i32 = 0x7065_746c;

/// Connects, with the password of the environment or of a password file, and begins a transaction.
pub(super) fn begin(
    target: &PostgresTarget,
    environment: &LoadEnvironment<'_>,
) -> Result<Box<dyn Database>, LoadError> {
    let mut config = target.config.clone();
    let password = match environment.variables.get(PASSWORD_VARIABLE) {
        Some(password) => Some(password.clone()),
        None => password_file::password(target, environment),
    };
    if let Some(password) = password {
        config.password(password);
    }
    let failed = |action| failed(target, action);
    let connector = target
        .is_encrypted
        .then(|| tls::connector(target, environment))
        .transpose()?;
    let client = match &connector {
        Some(connector) => config.connect(connector.clone()),
        None => config.connect(NoTls),
    };
    let mut client = client.map_err(failed("connect"))?;
    // Identifiers and literals are quoted by the standard.
    let begin = "BEGIN; SET LOCAL standard_conforming_strings = on";
    let begun = client.batch_execute(begin);
    begun.map_err(failed("begin a transaction"))?;
    Ok(Box::new(PostgresLoad {
        client,
        connector,
        target: target.clone(),
    }))
}

/// The transaction of a load. It ends with the connection.
struct PostgresLoad {
    client: Client,
    /// For a connection with TLS.
    connector: Option<MakeRustlsConnect>,
    target: PostgresTarget,
}

impl Database for PostgresLoad {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn canceller(&self) -> Option<Box<dyn Fn() + Send>> {
        let (token, connector) = (self.client.cancel_token(), self.connector.clone());
        Some(Box::new(move || {
            // If it fails, the load stops after the statement.
            drop(match &connector {
                Some(connector) => token.cancel_query(connector.clone()),
                None => token.cancel_query(NoTls),
            });
        }))
    }

    fn lock(&mut self, schema: &str) -> Result<(), LoadError> {
        let lock = format!(
            "SELECT pg_advisory_xact_lock({LOCK}, hashtext({}))",
            literal(schema)
        );
        self.execute("lock the schema", &lock).map(drop)
    }

    fn execute(&mut self, action: &'static str, sql: &str) -> Result<u64, LoadError> {
        let done = self.client.execute(sql, &[]);
        done.map_err(failed(&self.target, action))
    }

    fn query(&mut self, action: &'static str, sql: &str) -> Result<Vec<Vec<String>>, LoadError> {
        let rows = self.client.query(sql, &[]);
        let rows = rows.map_err(failed(&self.target, action))?;
        let texts = rows
            .iter()
            .map(|row| (0..row.len()).map(|at| row.get(at)).collect());
        Ok(texts.collect())
    }

    /// Rows of a table of this transaction need no later cleaning (`FREEZE`).
    fn copy(&mut self, into: &TableName, rows: &TableRows<'_>) -> Result<u64, LoadError> {
        let copy = format!(
            "COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)",
            into.sql(),
            list(rows.columns, "")
        );
        let action = "copy rows";
        let writer = self.client.copy_in(&copy);
        let mut writer = writer.map_err(failed(&self.target, action))?;
        let sent = sending(&self.target);
        writer.write_all(HEADER).map_err(&sent)?;
        let mut bytes = Vec::new();
        rows.for_each(|file, batch, first_row| {
            bytes.clear();
            write_rows(rows.columns, file, batch, first_row, &mut bytes)?;
            writer.write_all(&bytes).map_err(&sent)
        })?;
        writer.write_all(&TRAILER).map_err(&sent)?;
        writer.finish().map_err(failed(&self.target, action))
    }

    fn commit(mut self: Box<Self>) -> Result<(), LoadError> {
        let committed = self.client.batch_execute("COMMIT");
        committed.map_err(failed(&self.target, "commit the load"))
    }
}

/// The error of a statement.
fn failed(
    target: &PostgresTarget,
    action: &'static str,
) -> impl Fn(postgres::Error) -> LoadError + use<> {
    let (shown, is_encrypted) = (target.shown(), target.is_encrypted);
    move |source| LoadError::Database {
        action,
        target: shown.clone(),
        remedy: remedy(
            source.code().map(postgres::error::SqlState::code),
            is_encrypted,
        ),
        source: source.into(),
    }
}

/// The error of a connection that sends rows: of the database, if it has one.
fn sending(target: &PostgresTarget) -> impl Fn(std::io::Error) -> LoadError + use<> {
    let (shown, failed) = (target.shown(), failed(target, "copy rows"));
    move |error| match error.downcast::<postgres::Error>() {
        Ok(error) => failed(error),
        Err(source) => LoadError::Database {
            action: "send rows",
            target: shown.clone(),
            remedy: "correct the cause, and load again".to_owned(),
            source: source.into(),
        },
    }
}

/// What to do about an error with this SQLSTATE, by
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn remedy(code: Option<&str>, is_encrypted: bool) -> String {
    let remedy = match code {
        None if is_encrypted => {
            "correct host, port and password (PGPASSWORD, PGPASSFILE), or set PGSSLROOTCERT to the certificate of the server's authority, and load again"
        }
        None => {
            "start the server, or correct host, port and password (PGPASSWORD, PGPASSFILE), and load again"
        }
        Some("25006") => "the server is read-only: load into the primary server",
        Some("53100") => "free space on the disk of the server, and load again",
        Some(code) if code.starts_with("28") => {
            "correct the user, or the password in PGPASSWORD or PGPASSFILE"
        }
        Some("3D000") => "create the database, or correct its name",
        Some("42501") => "grant the user CREATE on the database or the schema, or use another user",
        Some("23505") => "two rows of the lake have the same key: run `purchase-etl lake verify`",
        Some("22P05") => "use a database with the encoding UTF8",
        Some("22003") => {
            "a number in a JSON column is outside the range of numeric: correct the record and ingest it again"
        }
        Some("2BP01") => "a view or another object depends on the table: drop it first",
        Some(_) => "correct the cause, and load again",
    };
    remedy.to_owned()
}
