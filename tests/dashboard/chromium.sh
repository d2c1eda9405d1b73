#!/usr/bin/env bash
# Prints the Chromium for the tests of the dashboard; chromedriver is on the path. As root, installs
# both from Debian if they are missing. Prints `none` if they are not available: the tests then print
# that the dashboard was not checked in a browser.
set -euo pipefail

is_ready() {
    command -v chromedriver >/dev/null && command -v chromium >/dev/null
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -y -q --no-install-recommends chromium chromium-driver
}

if [[ -n ${PURCHASE_ETL_CHROMIUM:-} ]]; then
    echo "$PURCHASE_ETL_CHROMIUM"
    exit
fi
if ! is_ready && [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    install >&2 || true
fi
if is_ready; then
    command -v chromium
else
    echo "No chromium and chromedriver here (Debian: apt-get install chromium chromium-driver):" \
        "the tests skip the browser." >&2
    echo none
fi
