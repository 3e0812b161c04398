#!/bin/sh
# The first thing a newcomer sees: a Gaussian fitted to the iris measurements. $1 is the program.
set -eu
energy=$1

say() { printf '\n$ %s\n' "$*"; }

say energy run examples/01_gaussian.energy
"$energy" run examples/01_gaussian.energy
say energy eval examples/01_gaussian.energy --input examples/data/iris.csv
"$energy" eval examples/01_gaussian.energy --input examples/data/iris.csv
cat <<'NEXT'

What to try next
  energy derive -e 'a*sum((x^2 - b)^2)'                                  the score of a formula
  energy eval examples/09_mixture.energy --input examples/data/iris.csv  energies and scores of a mixture
  energy check examples/03_rosenbrock.energy --samples 1000 --seed 0     shapes, gradients, NaN
  ls examples                                                            small models to change
The program is .build/release/energy; put it on your PATH.
NEXT
