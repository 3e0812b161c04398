#!/bin/sh
# Draws the pictures of the pages anew. $1 is the program; gnuplot is needed.
set -eu
energy=$1
cd "$(dirname "$0")/.."

"$energy" plot docs/plots/two_wells.energy --out docs/plots/two_wells.svg
"$energy" plot -e '(x^2 - 2)^2' --out docs/plots/curve.svg 2>/dev/null
"$energy" plot examples/01_gaussian.energy --data examples/data/iris.csv --out docs/plots/iris.svg 2>/dev/null

# The gallery: each program draws its own picture.
for program in docs/gallery/*.energy; do "$energy" "$program" 2>/dev/null; done
