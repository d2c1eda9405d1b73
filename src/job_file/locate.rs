//! The job file that an argument names: a path, or the name of a job in the folder `jobs`.
//!
//! In: the argument. Out: the path of a file that exists, or an error with the names of the jobs there
//! are. A path that exists is always the one that is meant.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::error::JobFileError;
use super::suggest::nearest;

/// The folder of job files, below the current folder.
pub(super) const JOBS_FOLDER: &str = "jobs";

/// Names in an error: a screenful.
const MOST_NAMES: usize = 20;

/// The job file that an argument names: this path if it exists, else `jobs/NAME.toml`.
///
/// # Errors
/// [`JobFileError::NotFound`] if neither exists.
pub(super) fn locate(named: &Path) -> Result<PathBuf, JobFileError> {
    // What cannot be looked at exists, so that reading it gives the reason.
    let exists = |path: &Path| path.try_exists().unwrap_or(true);
    if exists(named) {
        return Ok(named.to_owned());
    }
    match path_of_name(named).filter(|path| exists(path)) {
        Some(path) => Ok(path),
        None => Err(JobFileError::NotFound {
            named: named.to_owned(),
            remedy: remedy(named, &job_names()),
        }),
    }
}

/// The names of the jobs in the folder `jobs`, in order; none if it cannot be read.
pub fn job_names() -> Vec<String> {
    let entries = std::fs::read_dir(JOBS_FOLDER).into_iter().flatten();
    let paths = entries.flatten().map(|entry| entry.path());
    let is_job = |path: &PathBuf| path.extension() == Some(OsStr::new("toml")) && path.is_file();
    let mut names: Vec<String> = paths
        .filter(is_job)
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// The file of the job with this name; none for a path with a folder.
fn path_of_name(name: &Path) -> Option<PathBuf> {
    let mut parts = name.components();
    let (Some(Component::Normal(only)), None) = (parts.next(), parts.next()) else {
        return None;
    };
    // A separator at the end is no part.
    if only != name.as_os_str() {
        return None;
    }
    let mut file = only.to_owned();
    file.push(".toml");
    Some(Path::new(JOBS_FOLDER).join(file))
}

/// The most similar name, and the names there are.
fn remedy(named: &Path, names: &[String]) -> String {
    if names.is_empty() {
        return format!(
            "{JOBS_FOLDER}/ has no job files; give the path of a job file, or write one with \
             `purchase-etl init DUMP`"
        );
    }
    let file = named.file_name().unwrap_or_default().to_string_lossy();
    let name = file.strip_suffix(".toml").unwrap_or(&file);
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = nearest(name, &known).map(|near| format!("did you mean `{near}`? "));
    let shown: Vec<String> = known
        .iter()
        .take(MOST_NAMES)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match known.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "{}jobs in {JOBS_FOLDER}/: {}{more}",
        near.unwrap_or_default(),
        shown.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_component_and_keeps_its_dots() {
        for (name, path) in [
            ("nightly", Some("jobs/nightly.toml")),
            ("v1.nightly", Some("jobs/v1.nightly.toml")),
            ("../nightly", None),
            ("..", None),
            ("", None),
            ("/nightly", None),
            ("a/b", None),
            ("nightly/", None),
            ("nightly/.", None),
        ] {
            let found = path_of_name(Path::new(name));
            assert_eq!(found.as_deref(), path.map(Path::new), "{name}");
        }
    }

    #[test]
    fn the_remedy_names_the_nearest_job_and_a_screenful_of_jobs() {
        let names = |count: usize| -> Vec<String> {
            (0..count).map(|at| format!("job{at:02}-nightly")).collect()
        };
        let of = |name: &str, count: usize| remedy(Path::new(name), &names(count));
        let near = of("jobs/jbo01-nightly.toml", 2);
        assert_eq!(
            near,
            "did you mean `job01-nightly`? jobs in jobs/: `job00-nightly`, `job01-nightly`"
        );
        assert!(!of("x", MOST_NAMES).contains("more"));
        assert!(of("x", MOST_NAMES + 1).ends_with("`job19-nightly` and 1 more"));
        assert!(of("x", 0).contains("purchase-etl init DUMP"));
    }
}
