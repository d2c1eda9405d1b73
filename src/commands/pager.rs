//! The pager: another program that shows a long text page by page.
//!
//! In: the command of the pager, and a text. Out: the text on the terminal. Refused: nothing; a
//! pager that ends before it has read the whole text has shown what its user wanted to see.

use std::io::{self, ErrorKind, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The pager without a configured one: with colours, leaving the text on the terminal, and ending at
/// once if it fits.
const DEFAULT: [&str; 2] = ["less", "-FRX"];

/// The options of `less`, as of `git`, for a configured `less` without options.
const LESS: (&str, &str) = ("LESS", "FRX");

/// A pager.
#[derive(Clone, Debug)]
pub struct Pager {
    /// The program and its arguments.
    words: Vec<String>,
    /// Whether it was configured.
    is_configured: bool,
    /// Whether the variable `LESS` is set for it.
    sets_less: bool,
    /// Whether it is running.
    is_open: Arc<AtomicBool>,
}

impl Pager {
    /// The pager of a configured command, whose words are separated by spaces, or the default one.
    /// None for an empty command, and for `cat`. `has_less` says whether the environment has options
    /// of `less`; `is_open` is true while the pager runs, which handles interruptions itself.
    pub fn new(configured: Option<&str>, has_less: bool, is_open: Arc<AtomicBool>) -> Option<Self> {
        let words: Vec<String> = match configured {
            Some(command) => command.split_whitespace().map(str::to_owned).collect(),
            None => DEFAULT.map(str::to_owned).to_vec(),
        };
        let is_disabled = words.is_empty() || words == ["cat"];
        (!is_disabled).then_some(Self {
            words,
            is_configured: configured.is_some(),
            sets_less: !has_less,
            is_open,
        })
    }

    /// Shows a text and waits until the pager ends. False if it could not be started: then nothing is
    /// shown yet.
    ///
    /// # Errors
    /// The text cannot be written to the pager, for another reason than its end.
    pub(super) fn show(&self, text: &[u8]) -> io::Result<bool> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Ok(false);
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        if self.sets_less {
            command.env(LESS.0, LESS.1);
        }
        let mut pager = match command.spawn() {
            Ok(pager) => pager,
            Err(error) => {
                if self.is_configured {
                    tracing::warn!("the pager {program:?} cannot be started: {error}");
                }
                return Ok(false);
            }
        };
        self.is_open.store(true, Ordering::Relaxed);
        // The pipe is closed at the end of the statement: it is the end of the text.
        let written = pager.stdin.take().map(|mut pipe| pipe.write_all(text));
        let ended = pager.wait();
        self.is_open.store(false, Ordering::Relaxed);
        match written.transpose() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
            _ => ended.map(|_status| true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pager(command: Option<&str>) -> Option<Pager> {
        Pager::new(command, true, Arc::default())
    }

    #[test]
    fn an_empty_command_and_cat_are_no_pager() {
        for command in ["", "  ", "cat", " cat "] {
            assert!(pager(Some(command)).is_none(), "{command:?}");
        }
        let words = |command| pager(command).map(|pager| pager.words);
        assert_eq!(words(None).expect("a pager"), ["less", "-FRX"]);
        assert_eq!(words(Some("more  -d")).expect("a pager"), ["more", "-d"]);
        assert_eq!(words(Some("cat -A")).expect("a pager"), ["cat", "-A"]);
    }

    #[test]
    fn a_pager_that_ends_early_has_shown_the_text_and_a_missing_one_nothing() {
        // More than a pipe holds, so that the end of the reader is noticed.
        let text = vec![b'a'; 1 << 20];
        let ends_early = pager(Some("true")).expect("a pager");
        assert!(ends_early.show(&text).expect("no error"));
        let missing = pager(Some("no-such-pager-4711")).expect("a pager");
        assert!(!missing.show(&text).expect("no error"));
        assert!(!missing.is_open.load(Ordering::Relaxed));
    }
}
