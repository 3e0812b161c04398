#!/bin/sh
# The first thing a newcomer sees: a Gaussian fitted to the iris measurements. $1 is the program.
set -eu
energy=$1

say() { printf '\n$ %s\n' "$*"; }

say energy run examples/01_gaussian.energy
"$energy" run examples/01_gaussian.energy
say energy eval examples/01_gaussian.energy --input examples/data/iris.csv
"$energy" eval examples/01_gaussian.energy --input examples/data/iris.csv
say "energy plot -e '(x^2 - 2)^2' --what energy"
"$energy" plot -e '(x^2 - 2)^2' --what energy 2>/dev/null
if command -v gnuplot >/dev/null 2>&1; then
  say energy plot docs/plots/two_wells.energy --out .build/two_wells.svg
  "$energy" plot docs/plots/two_wells.energy --out .build/two_wells.svg
  echo "drew .build/two_wells.svg"
else
  echo
  echo "gnuplot isn't installed: plots are drawn with characters, and not into files (docs/plots.md)."
fi
cat <<'NEXT'

What to try next
  energy derive -e 'a*sum((x^2 - b)^2)'                                  the score of a formula
  energy eval examples/09_mixture.energy --input examples/data/iris.csv  energies and scores of a mixture
  energy check examples/03_rosenbrock.energy --samples 1000 --seed 0     shapes, gradients, NaN
  energy plot examples/02_double_well.energy                             contours and the score, in the terminal
  ls examples                                                            small models to change
The program is .build/release/energy; put it on your PATH.
NEXT
