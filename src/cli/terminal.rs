//! The terminal of the process: the size of its window, its colours and its pager.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use console::Term;

use super::environment::variable;
use crate::commands::{Pager, Terminal};

/// The size of a window that neither the terminal nor the environment knows.
const DEFAULT_SIZE: (usize, usize) = (100, 24);

/// Narrower windows are treated as if they had this width.
const MIN_WIDTH: usize = 20;

/// The variables that name a pager; the first that is set decides.
const PAGER_VARIABLES: [&str; 2] = ["PURCHASE_ETL_PAGER", "PAGER"];

/// The terminal of standard output; none if it is a pipe or file. `is_paging` is true while a pager
/// runs.
pub(super) fn stdout_terminal(is_paging: &Arc<AtomicBool>) -> Option<Terminal> {
    let stdout = Term::stdout();
    if !stdout.is_term() {
        return None;
    }
    let size = stdout.size_checked();
    let size = size.map(|(lines, columns)| (usize::from(columns), usize::from(lines)));
    Some(terminal(size, &variable, is_paging))
}

/// A terminal with a window of this size, if it knows it, in this environment.
fn terminal(
    size: Option<(usize, usize)>,
    variable: &dyn Fn(&str) -> Option<String>,
    is_paging: &Arc<AtomicBool>,
) -> Terminal {
    let number = |name: &str| variable(name)?.parse().ok().filter(|number| *number > 0);
    let (width, height) = size.unwrap_or_else(|| {
        (
            number("COLUMNS").unwrap_or(DEFAULT_SIZE.0),
            number("LINES").unwrap_or(DEFAULT_SIZE.1),
        )
    });
    let pager = PAGER_VARIABLES.into_iter().find_map(variable);
    let has_less = variable("LESS").is_some();
    Terminal::new(
        width.max(MIN_WIDTH),
        height,
        has_colours(variable),
        Pager::new(pager.as_deref(), has_less, Arc::clone(is_paging)),
    )
}

/// Whether text for a terminal may have colours: not if `NO_COLOR` is set and not empty
/// (no-color.org), and not on a terminal that cannot show them.
pub(super) fn has_colours(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let is_disabled = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = variable("TERM").is_some_and(|value| value == "dumb");
    !is_disabled && !is_dumb
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal_of(size: Option<(usize, usize)>, set: &[(&str, &str)]) -> Terminal {
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        terminal(size, &variable, &Arc::default())
    }

    fn size_of(size: Option<(usize, usize)>, set: &[(&str, &str)]) -> (usize, usize) {
        let screen = terminal_of(size, set).screen;
        (screen.width, screen.height)
    }

    #[test]
    fn the_size_is_that_of_the_window_else_of_the_environment() {
        let set = [("COLUMNS", "70"), ("LINES", "9")];
        assert_eq!(size_of(Some((80, 25)), &set), (80, 25));
        assert_eq!(size_of(None, &set), (70, 9));
        assert_eq!(
            size_of(None, &[("COLUMNS", "wide"), ("LINES", "0")]),
            (100, 24)
        );
        assert_eq!(size_of(None, &[]), (100, 24));
        assert_eq!(size_of(Some((19, 5)), &[]), (20, 5));
        assert_eq!(size_of(Some((20, 5)), &[]), (20, 5));
        assert_eq!(size_of(Some((21, 5)), &[]), (21, 5));
    }

    #[test]
    fn colours_are_off_with_no_color_and_on_a_dumb_terminal() {
        let has_colours = |set: &[(&str, &str)]| terminal_of(None, set).screen.has_colours;
        assert!(has_colours(&[]));
        assert!(has_colours(&[("NO_COLOR", ""), ("TERM", "xterm")]));
        assert!(!has_colours(&[("NO_COLOR", "0")]));
        assert!(!has_colours(&[("TERM", "dumb")]));
    }

    #[test]
    fn the_own_variable_decides_about_the_pager_even_if_it_is_empty() {
        let has_pager = |set: &[(&str, &str)]| terminal_of(None, set).pager.is_some();
        assert!(has_pager(&[]));
        assert!(has_pager(&[("PAGER", "more")]));
        assert!(!has_pager(&[("PAGER", "cat")]));
        assert!(!has_pager(&[("PURCHASE_ETL_PAGER", ""), ("PAGER", "more")]));
        assert!(has_pager(&[
            ("PURCHASE_ETL_PAGER", "more"),
            ("PAGER", "cat")
        ]));
    }
}
