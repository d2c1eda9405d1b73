#!/usr/bin/env bash
# Prints the home of the Java for the test of PySpark, 17 or newer. As root, installs it from Debian if
# it is missing. Prints `none` if it is not available: the test then prints that PySpark was not checked.
set -euo pipefail

# The home of the first Java that is new enough, if there is one.
java_home() {
    local java properties version
    for java in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} java; do
        properties=$("$java" -XshowSettings:properties -version 2>&1) || continue
        version=$(sed -n 's/^ *java\.specification\.version = \([0-9]*\).*/\1/p' <<<"$properties")
        if ((${version:-0} >= 17)); then
            sed -n 's/^ *java\.home = //p' <<<"$properties"
            return
        fi
    done
    return 1
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -y -q --no-install-recommends default-jre-headless
}

if [[ -n ${PURCHASE_ETL_JAVA_HOME:-} ]]; then
    echo "$PURCHASE_ETL_JAVA_HOME"
    exit
fi
if java_home; then
    exit
fi
if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    install >&2 || true
fi
java_home || {
    echo "No Java 17 or newer here (Debian: apt-get install default-jre-headless): the tests skip PySpark." >&2
    echo none
}
