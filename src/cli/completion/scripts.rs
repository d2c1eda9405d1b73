//! What the scripts of the library need in Bash and in Zsh.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap_complete::env::{Bash, EnvCompleter, Zsh};

/// Around the function of the library, which inserts candidates as they are, so that one with a space
/// becomes several words, and does not know that Bash splits words at `=`. Without candidates, readline
/// completes paths.
const IN_BASH: &str = r#"
_purchase_etl() {
    local at word raw=${COMP_WORDS[COMP_CWORD]} last=0 current=0 prefix=
    local -a joined=()
    for at in "${!COMP_WORDS[@]}"; do
        word=${COMP_WORDS[at]}
        if [[ $at -eq $COMP_CWORD && $word != = ]]; then
            word=${2//\\/}
        fi
        if [[ ${#joined[@]} -gt 1 && ( $word == = || ${COMP_WORDS[at - 1]} == = ) ]]; then
            if [[ $at -eq $COMP_CWORD ]]; then
                prefix=${joined[last]}
                [[ $raw != = ]] || prefix+==
            fi
            joined[last]+=$word
        else
            last=${#joined[@]}
            joined+=("$word")
        fi
        if [[ $at -eq $COMP_CWORD ]]; then
            current=$last
        fi
    done
    local COMP_WORDS=("${joined[@]}") COMP_CWORD=$current
    _clap_complete_purchase_etl "$1" "${joined[current]}" "$3"
    for at in "${!COMPREPLY[@]}"; do
        word=${COMPREPLY[at]#"$prefix"}
        case $raw in
            \"*)
                word=${word//\\/\\\\}
                word=${word//\"/\\\"}
                word=${word//\$/\\\$}
                word=${word//\`/\\\`}
                ;;
            \'*) word=${word//\'/\'\\\'\'} ;;
            '~/'*) printf -v word '~/%q' "${word#'~/'}" ;;
            *) printf -v word %q "$word" ;;
        esac
        COMPREPLY[at]=$word
    done
}
if [[ ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 || ${BASH_VERSINFO[0]} -gt 4 ]]; then
    complete -o nospace -o bashdefault -o default -o nosort -F _purchase_etl purchase-etl
else
    complete -o nospace -o bashdefault -o default -F _purchase_etl purchase-etl
fi
"#;

/// In a folder of functions, the script is the function that Zsh calls first, and has to complete too.
const IN_ZSH: &str = r#"
if [[ ${funcstack[1]} == _purchase-etl ]]; then
    _clap_dynamic_completer_purchase_etl "$@"
fi
"#;

/// A shell of the library with more at the end of its script.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExtendedShell<S> {
    shell: S,
    more: &'static str,
}

/// Bash, with candidates quoted as the line needs it.
pub(super) const BASH: ExtendedShell<Bash> = ExtendedShell {
    shell: Bash,
    more: IN_BASH,
};

/// Zsh, with a script that can be in a folder of functions.
pub(super) const ZSH: ExtendedShell<Zsh> = ExtendedShell {
    shell: Zsh,
    more: IN_ZSH,
};

impl<S: EnvCompleter> EnvCompleter for ExtendedShell<S> {
    fn name(&self) -> &'static str {
        self.shell.name()
    }

    fn is(&self, name: &str) -> bool {
        self.shell.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        name: &str,
        program: &str,
        completer: &str,
        script: &mut dyn Write,
    ) -> io::Result<()> {
        self.shell
            .write_registration(variable, name, program, completer, script)?;
        script.write_all(self.more.as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        answer: &mut dyn Write,
    ) -> io::Result<()> {
        self.shell.write_complete(command, words, folder, answer)
    }
}
