//! Answers in a database: a Parquet file of a report comes in, and it is all rows of its table.
//!
//! The digest of the file is kept in the target: a file is loaded once. The rows of the table are
//! replaced together, so that readers see those of one file.
//!
//! Refused: tables that are not those of an answer, columns of other types than before.

use std::path::PathBuf;
use std::str::FromStr;

use super::columns::LoadColumn;
use super::environment::LoadProgress;
use super::rows::{RowSource, TableRows, open};
use super::state_table::{ADDED_ROWS, LoadedVersion, TableLoad, TargetSchema, TargetTable};
use super::statements::create;
use super::{LoadError, statements};

/// The beginning of the id of a table that an answer fills.
const DIGEST: &str = "blake3:";
/// The greatest length of a name in PostgreSQL, in bytes.
const MAX_NAME_BYTES: usize = 63;

/// The file of an answer, and the table that it fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerFile {
    /// The table.
    pub table: String,
    /// A Parquet file: a path, or the URL of an object until it is downloaded.
    pub path: PathBuf,
}

impl FromStr for AnswerFile {
    type Err = String;

    /// Reads `TABLE=FILE`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (table, path) = text.split_once('=').ok_or("expected TABLE=FILE")?;
        if table.is_empty() || path.is_empty() {
            return Err("expected TABLE=FILE".to_owned());
        }
        if table.len() > MAX_NAME_BYTES || table.chars().any(char::is_control) {
            return Err(format!(
                "the name of a table has at most {MAX_NAME_BYTES} bytes and no control characters"
            ));
        }
        Ok(Self {
            table: table.to_owned(),
            path: path.into(),
        })
    }
}

impl AnswerFile {
    /// Replaces the rows of the table with those of the file, unless it has them.
    pub(super) fn load(
        &self,
        into: &mut TargetSchema<'_>,
        progress: LoadProgress<'_>,
    ) -> Result<TableLoad, LoadError> {
        let failed = LoadError::answer(&self.path);
        let fields = open(&self.path)?.schema().fields().clone();
        let columns: Result<Vec<LoadColumn>, LoadError> =
            fields.iter().map(|field| LoadColumn::of(field)).collect();
        let columns = columns?;
        let mut digest = blake3::Hasher::new();
        let file = std::fs::File::open(&self.path).map_err(&failed)?;
        digest.update_reader(file).map_err(&failed)?;
        let version = LoadedVersion {
            table_id: format!("{DIGEST}{}", digest.finalize().to_hex()),
            version: 0,
        };
        let loaded = into.loaded(&self.table)?;
        let exists = into.has_table(&self.table)?;
        let is_own = |loaded: &LoadedVersion| loaded.table_id.starts_with(DIGEST);
        if exists && !loaded.as_ref().is_some_and(is_own) {
            return Err(LoadError::Foreign {
                table: self.table.clone(),
                problem: "was not created by a load of this answer".to_owned(),
                remedy: "choose another name, or drop the table",
            });
        }
        let state = into.migrate(&self.table, &columns)?;
        let mut load = TableLoad {
            table: self.table.clone(),
            is_current: state == TargetTable::Complete && loaded.as_ref() == Some(&version),
            ..TableLoad::default()
        };
        if load.is_current {
            return Ok(load);
        }
        let target = into.table(&self.table);
        let rows = TableRows {
            source: RowSource::File(&self.path),
            columns: &columns,
            progress,
        };
        if exists {
            let (added, count) = into.stage(ADDED_ROWS, &rows)?;
            let delete = format!("DELETE FROM {}", target.sql());
            load.rows_deleted = into.database.execute("delete rows", &delete)?;
            let insert = statements::insert_all(&target, &columns, &added);
            load.rows_inserted = into.database.execute("insert rows", &insert)?;
            load.rows_read = count;
            into.drop_table(&added)?;
        } else {
            let create = create(into.database.dialect(), &target, &columns);
            into.database.execute("create a table", &create)?;
            load.rows_read = into.database.copy(&target, &rows)?;
            load.rows_inserted = load.rows_read;
        }
        into.record(&self.table, &version)?;
        Ok(load)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_table_and_a_file() {
        let answer: AnswerFile = "per_day=a=b.parquet".parse().unwrap();
        assert_eq!(answer.table, "per_day");
        assert_eq!(answer.path, PathBuf::from("a=b.parquet"));
        let longest = "n".repeat(MAX_NAME_BYTES);
        assert!(format!("{longest}=f").parse::<AnswerFile>().is_ok());
        for refused in [
            "file.parquet",
            "=file",
            "table=",
            "a\tb=f",
            &format!("{longest}n=f"),
        ] {
            assert!(refused.parse::<AnswerFile>().is_err(), "{refused}");
        }
    }
}
