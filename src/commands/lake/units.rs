//! Sizes and durations for people.

use crate::lake::maintenance::FileCount;

/// A size in the unit that leaves at most four digits before the point.
pub(super) fn bytes(bytes: u64) -> String {
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

/// A number of files and their size.
pub(super) fn counted(count: FileCount) -> String {
    let FileCount { files, bytes: size } = count;
    let noun = if files == 1 { "file" } else { "files" };
    format!("{files} {noun}, {}", bytes(size))
}

/// A duration in seconds, in the largest unit of which there are at least two.
pub(super) fn age(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
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
