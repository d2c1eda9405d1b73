//! Command lines of a block, one by one: where each begins, and what of it can be parsed alone.

use super::markdown::Located;

/// The commands of a block by their lines in it, counted from 1: a command goes on behind a
/// backslash and inside quotes. Comments and blank lines are left out.
pub(super) fn commands(block: &str) -> Vec<Located<String>> {
    let mut commands: Vec<Located<String>> = Vec::new();
    let mut scanner = Scanner::default();
    let mut is_open = false;
    for (at, line) in block.lines().enumerate() {
        match commands.last_mut() {
            Some((_, command)) if is_open => {
                command.push('\n');
                command.push_str(line);
            }
            _ => commands.push((at + 1, line.to_owned())),
        }
        line.chars().for_each(|c| {
            scanner.step(c);
        });
        is_open = scanner.ends_line();
    }
    commands.retain(|(_, text)| !text.trim().is_empty() && !text.trim().starts_with('#'));
    commands
}

/// The parts of a command that start `purchase-etl`, each up to a redirection or a comment: the
/// parts between pipes, `&&`, `;` and the words of a loop are separate.
pub(super) fn invocations(command: &str) -> Vec<&str> {
    let mut scanner = Scanner::default();
    let mut found = Vec::new();
    let (mut start, mut end) = (0, None);
    for (at, c) in command.char_indices() {
        if !scanner.step(c) {
            continue;
        }
        match c {
            '|' | ';' | '&' => {
                found.extend(invocation(&command[start..end.unwrap_or(at)]));
                (start, end) = (at + 1, None);
            }
            '<' | '>' | '#' if c != '#' || scanner.is_comment => end = end.or(Some(at)),
            _ => {}
        }
    }
    found.extend(invocation(&command[start..end.unwrap_or(command.len())]));
    found
}

/// A simple command without the words of a loop before it, if it starts `purchase-etl`.
fn invocation(command: &str) -> Option<&str> {
    let mut command = command.trim();
    for word in ["do ", "then ", "else "] {
        command = command.strip_prefix(word).unwrap_or(command).trim_start();
    }
    let is_assignment = |word: &&str| {
        let name = word.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let mut words = command.split_whitespace().skip_while(is_assignment);
    (words.next() == Some("purchase-etl")).then_some(command)
}

/// The words of a command, up to a comment; quotes stay where they are.
pub(super) fn words(command: &str) -> Vec<&str> {
    let mut scanner = Scanner::default();
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in command.char_indices() {
        let is_plain = scanner.step(c);
        if is_plain && c == '#' && start.is_none() {
            return words;
        }
        match start {
            Some(from) if is_plain && c.is_whitespace() => {
                words.push(&command[from..at]);
                start = None;
            }
            None if !c.is_whitespace() && c != '\\' => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| &command[from..]));
    words
}

/// Reads shell text and knows what is quoted.
#[derive(Default)]
struct Scanner {
    quote: Option<char>,
    is_escaped: bool,
    is_comment: bool,
    before: Option<char>,
}

impl Scanner {
    /// Reads one character; true if it is outside quotes and comments and is not escaped.
    fn step(&mut self, c: char) -> bool {
        let starts_word = self.before.is_none_or(char::is_whitespace);
        self.before = Some(c);
        if self.is_comment {
            return false;
        }
        if self.is_escaped {
            self.is_escaped = false;
            return false;
        }
        match (self.quote, c) {
            (None | Some('"'), '\\') => self.is_escaped = true,
            (None, '\'' | '"') => self.quote = Some(c),
            (Some(quote), _) if quote == c => self.quote = None,
            (None, '#') if starts_word => {
                self.is_comment = true;
                return true;
            }
            _ => return self.quote.is_none(),
        }
        false
    }

    /// Ends a line; true if the command goes on in the next one.
    fn ends_line(&mut self) -> bool {
        let goes_on = self.is_escaped || self.quote.is_some();
        self.is_comment = false;
        self.is_escaped = false;
        self.before = None;
        goes_on
    }
}

#[test]
fn commands_go_on_behind_a_backslash_and_inside_quotes() {
    let block = "a 1 \\\n  2\n# it's a comment\n\nb 'x\npurchase-etl y' # don't\nc\n";
    let found = commands(block);
    let texts: Vec<_> = found
        .iter()
        .map(|(line, text)| (*line, &text[..]))
        .collect();
    assert_eq!(
        texts,
        [
            (1, "a 1 \\\n  2"),
            (5, "b 'x\npurchase-etl y' # don't"),
            (7, "c")
        ]
    );
}

#[test]
fn an_invocation_ends_at_a_pipe_a_redirection_or_a_comment() {
    for (command, expected) in [
        (
            "purchase-etl a 'x | y' | head",
            &["purchase-etl a 'x | y'"][..],
        ),
        ("A=1 purchase-etl a > out.json", &["A=1 purchase-etl a"]),
        (
            "purchase-etl a s3://b/c#d # x | y",
            &["purchase-etl a s3://b/c#d"],
        ),
        ("purchase-etl a \\\n  b", &["purchase-etl a \\\n  b"]),
        ("zcat a.gz | purchase-etl a -", &["purchase-etl a -"]),
        (
            "purchase-etl a && purchase-etl b",
            &["purchase-etl a", "purchase-etl b"],
        ),
        ("for d in 1 2; do purchase-etl a; done", &["purchase-etl a"]),
        ("systemctl start purchase-etl.timer", &[]),
    ] {
        assert_eq!(invocations(command), expected, "{command}");
    }
}

#[test]
fn quoted_spaces_do_not_end_a_word() {
    let command = "make bench \\\n  W=\"a b\" # c";
    assert_eq!(words(command), ["make", "bench", "W=\"a b\""]);
}
