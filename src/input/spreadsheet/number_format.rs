//! What the number format of a cell says about its number: only dates are numbers with another meaning.

use super::date_serial::DateFormat;

/// The meaning of the numbers in cells of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberMeaning {
    /// A number; a percent or currency sign does not change it.
    Number,
    /// A date, a time, or both.
    Date(DateFormat),
    /// A length of time, such as `[h]:mm`.
    Duration,
}

const DATE: NumberMeaning = NumberMeaning::Date(DateFormat { has_time: false });
const TIME: NumberMeaning = NumberMeaning::Date(DateFormat { has_time: true });

impl NumberMeaning {
    /// The formats that have a number instead of a code (ECMA-376 part 1, §18.8.30).
    pub(super) fn of_builtin(id: u32) -> Self {
        match id {
            14..=17 | 27..=31 | 34..=36 | 50..=58 => DATE,
            18..=22 | 32 | 33 | 45 | 47 => TIME,
            46 => Self::Duration,
            _ => Self::Number,
        }
    }

    /// A format by its code, of which the first section is for positive numbers.
    pub(super) fn of_code(code: &str) -> Self {
        let (mut has_date, mut has_time) = (false, false);
        let mut characters = code.chars();
        while let Some(character) = characters.next() {
            match character.to_ascii_lowercase() {
                ';' => break,
                '"' => {
                    characters.by_ref().find(|c| *c == '"');
                }
                // The next character is shown, skipped by its width, or repeated.
                '\\' | '_' | '*' => {
                    characters.next();
                }
                '[' => {
                    let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                    let inside = inside.to_ascii_lowercase();
                    let is_elapsed = ['h', 'm', 's']
                        .iter()
                        .any(|unit| !inside.is_empty() && inside.chars().all(|c| c == *unit));
                    if is_elapsed {
                        return Self::Duration;
                    }
                }
                'h' | 's' => has_time = true,
                // Months, or minutes beside hours or seconds.
                'y' | 'm' | 'd' => has_date = true,
                'g' if code.eq_ignore_ascii_case("general") => return Self::Number,
                _ => {}
            }
        }
        match (has_date, has_time) {
            (_, true) => TIME,
            (true, false) => DATE,
            (false, false) => Self::Number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_and_times_are_no_plain_numbers() {
        for code in [
            "General",
            "0",
            "0.00",
            "#,##0.00",
            "0%",
            "0.00E+00",
            "@",
            "R$ #,##0.00",
            "[$R$-416] #,##0.00",
            "\"dias\" 0",
            "[Red]0.00",
            "0\\d",
            "_(* #,##0.00_)",
            "# ?/?",
            "0;yyyy",
        ] {
            assert_eq!(
                NumberMeaning::of_code(code),
                NumberMeaning::Number,
                "{code}"
            );
        }
        for code in [
            "yyyy-mm-dd",
            "dd/mm/yyyy",
            "[$-416]d \"de\" mmmm",
            "mmm-yy",
            "DD/MM/YY",
        ] {
            assert_eq!(NumberMeaning::of_code(code), DATE, "{code}");
        }
        for code in [
            "yyyy-mm-dd hh:mm:ss",
            "h:mm AM/PM",
            "mm:ss.0",
            "dd/mm/yyyy\\ hh:mm",
        ] {
            assert_eq!(NumberMeaning::of_code(code), TIME, "{code}");
        }
        for code in ["[h]:mm", "[hh]:mm:ss", "[mm]:ss", "[S]"] {
            assert_eq!(
                NumberMeaning::of_code(code),
                NumberMeaning::Duration,
                "{code}"
            );
        }
        for (id, meaning) in [
            (0, NumberMeaning::Number),
            (9, NumberMeaning::Number),
            (14, DATE),
            (22, TIME),
            (46, NumberMeaning::Duration),
            (49, NumberMeaning::Number),
        ] {
            assert_eq!(NumberMeaning::of_builtin(id), meaning, "{id}");
        }
    }
}
