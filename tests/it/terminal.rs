//! What remains on a terminal: complete findings and log lines, and nothing of the progress bar.

use crate::pseudo_terminal::{Window, on_terminal};
use crate::purchase_fixtures::numbered;
use crate::workdir::{NOW, Workdir};

/// What a terminal shows after this text was written to it.
fn screen(written: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::new()], 0, 0);
    let mut letters = written.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => row += 1,
            '\r' => column = 0,
            '\u{1b}' => {
                let is_of_sequence = |letter: &char| !letter.is_ascii_alphabetic();
                let mut sequence = String::new();
                while let Some(letter) = letters.next_if(is_of_sequence) {
                    sequence.push(letter);
                }
                match (sequence.as_str(), letters.next()) {
                    ("[2", Some('K')) => lines[row].clear(),
                    ("[", Some('K')) => lines[row].truncate(column),
                    (count, Some('A')) => {
                        let up = count.trim_start_matches('[').parse().unwrap_or(1);
                        row = row.saturating_sub(up);
                    }
                    _ => {}
                }
            }
            _ => {
                let line: &mut Vec<char> = &mut lines[row];
                let width = line.len().max(column + 1);
                line.resize(width, ' ');
                line[column] = letter;
                column += 1;
            }
        }
        let height = lines.len().max(row + 1);
        lines.resize(height, Vec::new());
    }
    let texts = lines.into_iter().map(String::from_iter);
    texts
        .map(|line: String| line.trim_end().to_owned())
        .collect()
}

/// What a terminal shows after the program ran on it.
fn shown(workdir: &Workdir, arguments: &str) -> Vec<String> {
    let window = Window {
        rows: 24,
        columns: 80,
    };
    screen(&on_terminal(workdir, window, &[], arguments))
}

#[test]
fn the_screen_of_the_test_is_what_a_terminal_shows() {
    assert_eq!(screen("bar\r\u{1b}[2Kline\r\nbar"), ["line", "bar"]);
    assert_eq!(screen("ab\rc\r\n\u{1b}[1Ad"), ["db", ""]);
}

#[test]
fn findings_and_log_lines_are_complete_on_a_terminal_without_the_progress_bar() {
    let workdir = Workdir::new();
    workdir.write("a.ndjson", "{}\n");
    // Enough that the bar is drawn before and after the findings.
    workdir.write("b.ndjson", numbered(0, 30_000));
    workdir.write("c.ndjson", "");
    let bar = ['█', '░'];
    let inputs = "--reject-limit 100% a.ndjson b.ndjson c.ndjson";
    for arguments in [
        format!("check --now {NOW} {inputs}"),
        format!("check --now {NOW} --format json {inputs}"),
        format!("check --now {NOW} --format response {inputs}"),
        format!("ingest --now {NOW} --lake lake {inputs}"),
    ] {
        let screen = shown(&workdir, &arguments);
        let left = screen.iter().find(|line| line.contains(bar));
        assert_eq!(left, None, "{arguments}: {screen:#?}");
        let begins_rightly = |line: &&String| {
            ["/", "{", "findings by rule", " ", "WARN", "INFO"]
                .iter()
                .any(|start| line.starts_with(start) || line.is_empty())
        };
        let torn = screen.iter().find(|line| !begins_rightly(line));
        assert_eq!(torn, None, "{arguments}: {screen:#?}");
    }
    let screen = shown(&workdir, &format!("check --now {NOW} {inputs}"));
    let whole = screen.iter().filter(|line| {
        line.starts_with('/') && line.contains(" reject ") && line.ends_with("[record 0, byte 0]")
    });
    assert_eq!(whole.count(), 5, "{screen:#?}");
}
