#!/usr/bin/env bash
# Prints the folder of initdb and postgres for the tests of `load`. As root, installs PostgreSQL from
# Debian if it is missing. Prints `none` if it is not available: the tests then print that nothing
# was loaded.
set -euo pipefail

folder() {
    local newest
    newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    if [[ -n $newest && -x $newest/initdb ]]; then
        echo "$newest"
    elif command -v initdb >/dev/null && command -v postgres >/dev/null; then
        dirname "$(command -v initdb)"
    fi
}

if [[ -n ${PURCHASE_ETL_POSTGRES:-} ]]; then
    echo "$PURCHASE_ETL_POSTGRES"
    exit
fi
if [[ -z $(folder) && $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    (apt-get update -q && apt-get install -y -q --no-install-recommends postgresql) >&2 || true
fi
found=$(folder)
if [[ -z $found ]]; then
    echo "No PostgreSQL here (Debian: apt-get install postgresql): the tests skip the loads." >&2
fi
echo "${found:-none}"
