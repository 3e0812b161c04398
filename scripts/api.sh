#!/bin/sh
# api.sh FOLDER: the documentation of the Swift API as a site of static pages, by the docc of the toolchain.
set -eu
cd "$(dirname "$0")/.."
folder=$1
docc=$(command -v docc || true)
[ -n "$docc" ] || docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
if [ ! -x "$docc" ]; then
  echo "docc isn't part of this toolchain; the comments in Sources and Sources/EnergyDriver/EnergyDriver.docc say the same" >&2
  exit 3
fi
swift package dump-symbol-graph --minimum-access-level public --skip-synthesized-members >/dev/null
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT
find .build -path '*symbolgraph*' -name 'EnergyDriver*.symbols.json' -exec cp {} "$graphs" \;
"$docc" convert Sources/EnergyDriver/EnergyDriver.docc --fallback-display-name EnergyDriver \
  --fallback-bundle-identifier energy.EnergyDriver --additional-symbol-graph-dir "$graphs" --output-path "$folder"
echo "$folder: show it with  $docc preview, or any web server"
