#!/usr/bin/env bash
# Prints the Chromium that the tests of the page use, with chromedriver beside it on the path; root
# gets both from Debian when they are not there. Prints `none` where they cannot be had: the tests
# then say that no browser has seen the page.
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
        "the tests leave the browser out." >&2
    echo none
fi
