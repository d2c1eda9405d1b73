//! The output of `lake` as text.

use std::fmt::Write as _;

use super::{FileList, LakeStatus};
use crate::lake::maintenance::{
    CompactionReport, FileCount, History, RestoreReport, TableStatus, VacuumPlan, VacuumReason,
    VerificationReport, VerificationSeverity,
};

/// A size in the unit that leaves at most four digits before the point.
fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut at) = (u128::from(bytes) * 10 / 1024, 0);
    while tenths >= 10_240 && at + 1 < UNITS.len() {
        tenths /= 1024;
        at += 1;
    }
    let unit = UNITS.get(at).copied().unwrap_or_default();
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

fn counted(count: FileCount) -> String {
    let FileCount { files, bytes: size } = count;
    let noun = if files == 1 { "file" } else { "files" };
    format!("{files} {noun}, {}", bytes(size))
}

/// A duration in seconds, in the largest unit of which there are at least two.
fn age(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

// Writing to a String cannot fail: the results below are ignored.

pub(super) fn status(status: &LakeStatus) -> String {
    let mut text = format!("{}\n", status.lake);
    for table in &status.tables {
        table_status(&mut text, table);
    }
    let _ = writeln!(
        text,
        "\nall tables: {} in storage",
        bytes(status.bytes_on_store)
    );
    text
}

fn table_status(text: &mut String, table: &TableStatus) {
    let TableStatus {
        table: name,
        version,
        committed_at,
        rows,
        partitions,
        live,
        small,
        removed,
        orphans,
        oldest_orphan_seconds,
        on_store,
        checkpoint,
        rows_by_partition,
    } = table;
    let _ = writeln!(text, "\n{name}: version {version} of {committed_at}");
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<12}{value}");
    };
    line("rows", format!("{rows} in {partitions} partitions"));
    for (partition, rows) in rows_by_partition {
        line("", format!("{rows} of {partition}"));
    }
    line("live", counted(*live));
    line("small", counted(*small));
    line("removed", counted(*removed));
    let oldest = oldest_orphan_seconds.map_or_else(String::new, |seconds| {
        format!(", oldest {} ago", age(seconds))
    });
    line("orphans", counted(*orphans) + &oldest);
    line("in storage", counted(*on_store));
    let since = checkpoint.map_or_else(
        || "none yet".to_owned(),
        |checkpoint| {
            format!(
                "of version {}, {} versions and {} ago",
                checkpoint.version,
                checkpoint.versions_since,
                age(checkpoint.age_seconds)
            )
        },
    );
    line("checkpoint", since);
}

pub(super) fn history(history: &History) -> String {
    let mut text = String::new();
    let number = |rows: Option<i64>| rows.map_or_else(|| "?".to_owned(), |rows| rows.to_string());
    for entry in &history.versions {
        let _ = writeln!(
            text,
            "{:>6}  {}  {:<12}  +{} files {} rows  -{} files {} rows  {}",
            entry.version,
            entry.committed_at,
            entry.operation,
            entry.files_added,
            number(entry.rows_added),
            entry.files_removed,
            number(entry.rows_removed),
            entry.run_id.as_deref().unwrap_or("-")
        );
    }
    if history.oldest_known > 0 {
        let _ = writeln!(
            text,
            "versions before {} are older than the retention of the log and cannot be read",
            history.oldest_known
        );
    }
    text
}

pub(super) fn files(list: &FileList) -> String {
    let mut text = String::new();
    for file in &list.files {
        let _ = writeln!(text, "{}", file.path);
    }
    text
}

pub(super) fn compacted(tables: &Vec<CompactionReport>) -> String {
    let mut text = String::new();
    for done in tables {
        let name = &done.table;
        if done.partitions == 0 {
            let _ = writeln!(text, "{name}: nothing to do");
        } else {
            let verb = if done.versions.is_empty() {
                "would become about"
            } else {
                "became"
            };
            let _ = writeln!(
                text,
                "{name}: {} rows of {} partitions: {} {verb} {}",
                done.rows,
                done.partitions,
                counted(done.before),
                counted(done.after)
            );
        }
        for partition in &done.given_up {
            let _ = writeln!(
                text,
                "{name}: skipped {partition} after repeated commit conflicts; compact it later"
            );
        }
    }
    text
}

pub(super) fn vacuumed(plans: &Vec<VacuumPlan>) -> String {
    let mut text = String::new();
    for plan in plans {
        for file in &plan.files {
            let kind = match file.kind {
                VacuumReason::Removed => "removed",
                VacuumReason::Orphan => "orphan",
            };
            let _ = writeln!(
                text,
                "{kind:<8}{:>12}  {:>8}  {}/{}",
                bytes(file.bytes),
                age(file.age_seconds),
                plan.table,
                file.path
            );
        }
        let verb = if plan.executed {
            "deleted"
        } else {
            "would be deleted"
        };
        let _ = writeln!(
            text,
            "{}: {} {verb}; {} within the retention",
            plan.table,
            counted(plan.total),
            counted(plan.kept)
        );
    }
    if plans.iter().any(|plan| !plan.executed) {
        text.push_str("nothing was deleted: add --execute\n");
    }
    text
}

pub(super) fn verified(verified: &VerificationReport) -> String {
    let mut text = String::new();
    for finding in &verified.findings {
        let severity = match finding.severity {
            VerificationSeverity::Damage => "damage",
            VerificationSeverity::Note => "note",
        };
        let subject = finding.subject.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "{severity}: {} {subject}\n  {}: expected {}, found {}\n  {}",
            finding.table, finding.what, finding.expected, finding.found, finding.remedy
        );
    }
    for table in &verified.tables {
        let _ = writeln!(
            text,
            "{}: version {}, {} files, {} rows",
            table.table, table.version, table.files, table.rows
        );
        for (column, sum) in &table.sums {
            let _ = writeln!(text, "  {column:<40}{sum:>24}");
        }
    }
    text.push_str(if verified.is_damaged() {
        "the lake is damaged\n"
    } else {
        "the lake is intact\n"
    });
    text
}

pub(super) fn restored(tables: &Vec<RestoreReport>) -> String {
    let mut text = String::new();
    let mut withdrawn = 0;
    for done in tables {
        let name = &done.table;
        if done.is_unchanged() {
            let _ = writeln!(text, "{name}: already equals version {}", done.to_version);
            continue;
        }
        withdrawn += done.inputs_withdrawn;
        let committed = done.committed_version.map_or_else(
            || "nothing was written".to_owned(),
            |version| format!("committed as version {version}"),
        );
        let _ = writeln!(
            text,
            "{name}: restored from version {} to {}: {} files added, {} removed, {} rows become {}; \
             inputs: {} withdrawn, {} reinstated; {committed}",
            done.from_version,
            done.to_version,
            done.files_added,
            done.files_removed,
            done.rows_before,
            done.rows_after,
            done.inputs_withdrawn,
            done.inputs_reinstated
        );
    }
    if withdrawn > 0 {
        text.push_str("withdrawn inputs can be ingested again\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ages_are_shown_in_readable_units() {
        for (number, formatted) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (134_217_728, "128.0 MiB"),
            (1_610_612_736, "1.5 GiB"),
        ] {
            assert_eq!(bytes(number), formatted);
        }
        for (seconds, formatted) in [
            (5, "5 s"),
            (600, "10 min"),
            (7200, "2 h"),
            (864_000, "10 d"),
        ] {
            assert_eq!(age(seconds), formatted);
        }
    }
}
