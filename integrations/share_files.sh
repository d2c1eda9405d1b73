#!/usr/bin/env bash
# Writes the manual and the shell completions of a built program, where systems look for them below a folder `share`.
#
#   integrations/share_files.sh PROGRAM SHARE
#
# The files have the same bytes for the same program.
set -euo pipefail

program=$1
share=$2
"$program" --quiet man --output-dir "$share/man/man1"
gzip -f -9 -n "$share"/man/man1/*.1
mkdir -p "$share"/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
"$program" completions bash >"$share/bash-completion/completions/purchase-etl"
"$program" completions zsh >"$share/zsh/vendor-completions/_purchase-etl"
"$program" completions fish >"$share/fish/vendor_completions.d/purchase-etl.fish"
