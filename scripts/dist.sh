#!/bin/sh
# dist.sh PROGRAM FOLDER: a release archive of a program that was linked with --static-swift-stdlib.
set -eu
program=$1
folder=$2
here=$(cd "$(dirname "$0")/.." && pwd)

libraries=$(ldd "$program")
if printf '%s\n' "$libraries" | grep -q 'libswift\|libFoundation'; then
  echo "$program needs Swift's runtime: build it with --static-swift-stdlib (make dist does)" >&2
  exit 1
fi
version=$("$program" --version | sed -n '1s/^energy //p')
name="energy-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/scripts/install.sh" "$program" "$work/$name"
strip "$work/$name/bin/energy" 2>/dev/null || true
cp "$here/LICENSE" "$here/README.md" "$work/$name/"
{
  echo "energy $version"
  echo
  echo "The sources are under the Apache License 2.0 (LICENSE). The program contains the runtime of Swift (Apache License"
  echo "2.0 with Runtime Library Exception) and is linked with these libraries of the system:"
  echo
  printf '%s\n' "$libraries" | sed -n 's/^[[:space:]]*\(lib[^ ]*\) =>.*/  \1/p'
  packages="libopenblas0 libsleef3 zlib1g"
  if printf '%s\n' "$libraries" | grep -q libreadline; then
    packages="$packages libreadline8"
    echo
    echo "GNU Readline is one of them. It is under the GNU General Public License, version 3 or later; so this binary as a"
    echo "whole may be passed on only under the terms of the GPLv3, although its sources alone are under the Apache License."
  fi
  echo
  echo "On Debian and Ubuntu: apt-get install $packages"
  echo "Run it where it lies, bin/energy, or copy bin and share to /usr/local."
} > "$work/$name/NOTICE"
mkdir -p "$folder"
tar -C "$work" --owner=0 --group=0 --sort=name -czf "$folder/$name.tar.gz" "$name"
echo "$folder/$name.tar.gz"
