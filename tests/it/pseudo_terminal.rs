//! The program on a terminal of its own, made by `script` of util-linux.

use std::process::Command;

use crate::workdir::{Output, Workdir};

/// A window of a terminal, in characters.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// Runs the program with arguments of a shell on a terminal with this window and these variables. The
/// output has what was written to the terminal, stdout and stderr together, with lines ended by CR LF.
#[track_caller]
pub(crate) fn on_terminal(
    workdir: &Workdir,
    window: Window,
    variables: &[(&str, &str)],
    arguments: &str,
) -> String {
    let Window { rows, columns } = window;
    let program = env!("CARGO_BIN_EXE_purchase-etl");
    let typed = format!("stty rows {rows} cols {columns}; '{program}' {arguments}");
    let mut command = Command::new("script");
    command.args(["-qec", &typed, "/dev/null"]);
    workdir.isolate(&mut command);
    for machine in ["PAGER", "LESS", "NO_COLOR", "COLUMNS", "LINES"] {
        command.env_remove(machine);
    }
    command.env("TERM", "xterm").envs(variables.iter().copied());
    let output = Output::of(command);
    output.assert_code(0);
    output.stdout().to_owned()
}
