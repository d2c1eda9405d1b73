//! The password file of libpq: a database comes in, its password goes out.
//!
//! `PGPASSFILE`, or `~/.pgpass`, has lines `HOST:PORT:DATABASE:USER:PASSWORD`; a field may be `*`,
//! and `\` precedes a `:` or `\` in it. The first line that matches counts.
//! <https://www.postgresql.org/docs/current/libpq-pgpass.html>
//!
//! Ignored, with a warning, as by libpq: a file that other users may read.

use std::path::{Path, PathBuf};

use super::PostgresTarget;
use crate::load::LoadEnvironment;

/// The variable with the path of the file.
const FILE_VARIABLE: &str = "PGPASSFILE";
/// The file in the home directory.
const DEFAULT_FILE: &str = ".pgpass";

/// The password of a database, if the file of the environment has it.
pub(super) fn password(
    target: &PostgresTarget,
    environment: &LoadEnvironment<'_>,
) -> Option<String> {
    let named = environment.variables.get(FILE_VARIABLE).map(PathBuf::from);
    let is_named = named.is_some();
    let path = named.or_else(|| Some(environment.home?.join(DEFAULT_FILE)))?;
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(_) if !is_named => return None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the password file cannot be read");
            return None;
        }
    };
    if is_readable_by_others(&path) {
        tracing::warn!(
            path = %path.display(),
            "password file ignored because other users may read it: chmod 600"
        );
        return None;
    }
    let host = match target.host() {
        // A folder of sockets is written as this in the file, as by libpq for its default folder.
        host if host.starts_with('/') => "localhost".to_owned(),
        host => host,
    };
    let user = target.config.get_user().unwrap_or_default();
    let port = target.port().to_string();
    find(&text, [&host, &port, target.database(), user])
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    path.metadata().is_ok_and(|file| file.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_path: &Path) -> bool {
    false
}

/// The password of the first line whose fields match.
fn find(text: &str, wanted: [&str; 4]) -> Option<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|fields| {
        let (password, of_database) = fields.split_last()?;
        let matches = |(field, wanted): (&String, &str)| field == "*" || field == wanted;
        let is_match =
            of_database.len() == wanted.len() && of_database.iter().zip(wanted).all(matches);
        is_match.then(|| password.clone())
    })
}

/// The fields of a line, the last of which is the rest of it.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let is_rest = fields.len() == 5;
        let last = fields.last_mut().expect("there is always one");
        match character {
            '\\' => last.extend(characters.next()),
            ':' if !is_rest => fields.push(String::new()),
            other => last.push(other),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_matches_has_the_password() {
        let text = "# comment:*:*:*:no\n\
            other:5432:w:etl:no\n\
            db\\:1:5432:w:etl:escaped\\:\\\\\n\
            db:5432:*:etl:first:rest\n\
            *:*:*:*:any\n\
            short:line\n";
        let of = |host| find(text, [host, "5432", "w", "etl"]);
        assert_eq!(of("db:1").as_deref(), Some("escaped:\\"));
        assert_eq!(of("db").as_deref(), Some("first:rest"));
        assert_eq!(of("elsewhere").as_deref(), Some("any"));
        assert_eq!(find("db:5432:w:etl:p", ["db", "5433", "w", "etl"]), None);
    }
}
