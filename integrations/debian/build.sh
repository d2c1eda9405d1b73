#!/usr/bin/env bash
# Makes a Debian package of a built program; needs dpkg-deb, and objdump of binutils.
#
#   integrations/debian/build.sh PROGRAM FOLDER
#
# The package has the program, its manual and shell completions, the licence and the ready job files. It is written to
# FOLDER/purchase-etl_VERSION_ARCHITECTURE.deb, whose path is printed. It has the same bytes for the same program.
set -euo pipefail

program=$1
folder=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
# "purchase-etl 0.1.0"
version=$("$program" --version | awk '{ print $2; exit }')
architecture=$(dpkg --print-architecture)
name=purchase-etl_${version}_$architecture
# Files have the date of the last commit, so that the same program gives the same package.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
install -D -m 755 "$program" "$stage/usr/bin/purchase-etl"
install -D -m 644 "$root/LICENSE" "$stage/usr/share/doc/purchase-etl/copyright"
install -D -m 644 -t "$stage/usr/share/doc/purchase-etl/jobs" "$root"/jobs/*.toml

"$root/integrations/share_files.sh" "$program" "$stage/usr/share"

# The oldest C library that has the symbols the program uses.
needs=$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
mkdir "$stage/DEBIAN"
cat >"$stage/DEBIAN/control" <<CONTROL
Package: purchase-etl
Version: $version
Architecture: $architecture
Maintainer: The purchase-etl authors <purchase-etl@example.invalid>
Depends: libc6 (>= $needs), libgcc-s1, ca-certificates, tzdata
Section: utils
Priority: optional
Installed-Size: $(du -sk "$stage/usr" | cut -f1)
Description: turns purchase dumps into a lake of Delta tables
 Reads raw purchase dumps, validates each record, writes Parquet partitions
 under a Delta log, and answers documented questions from them.
CONTROL
find "$stage" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$folder"
dpkg-deb --build --root-owner-group -Zgzip "$stage" "$folder/$name.deb" >&2
echo "$folder/$name.deb"
