#!/bin/sh
# Checks for the system libraries that the package links, and installs what is missing. Silent when all is there.
set -eu
cd "$(dirname "$0")/.."

packages="libopenblas-dev libsleef-dev zlib1g-dev libreadline-dev"

if ! command -v swift >/dev/null 2>&1; then
  echo "Swift 6 is needed and not on the PATH: https://www.swift.org/install" >&2
  exit 3
fi

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
  # Without apt we can only look for the headers.
  printf '#include <cblas.h>\n#include <sleef.h>\n#include <zlib.h>\n#include <stdio.h>\n#include <readline/readline.h>\n' |
    cc -E - >/dev/null 2>&1 && exit 0
  echo "This system has no apt. Install OpenBLAS, SLEEF, zlib and readline with their headers, then run make again." >&2
  echo "(On Debian they are: $packages)" >&2
  exit 3
fi

missing=""
for package in $packages; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing$missing" >&2
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "Neither root nor sudo: ask an administrator for  apt-get install$missing" >&2
    exit 3
  fi
  as_root=sudo
fi
# shellcheck disable=SC2086
install() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >&2; }
# The package lists of a fresh machine are often empty or old.
install 2>/dev/null || { $as_root apt-get update -qq >&2 || true; install; }
