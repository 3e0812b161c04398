"""References of the standard library, computed without the program: 100-digit arithmetic, formulas written afresh.

    python3 Tests/References/make_std_references.py [NAME …]

writes Tests/References/std/NAME.json for each energy of the library. A formula here returns the terms that its energy
is the sum of; scores and Laplacians are central differences of step 1e-25 (relative to large coordinates), whose error is
near 1e-50, and what is below 1e-35 is 0. What is published
or known to scipy is checked against the formulas before anything is written.

A file holds `name` and `cases`, each with: program (the import, and an instance called `tested`), settings (values of
parameters that the program declares), shape (of the batch),
x (flat, row-major), energy, score (flat), laplacian (null at points where it isn't defined), and of each a scale, by
which rounding is judged: the sum of the absolute values of the terms (of a score the largest of its row's). `condition`
is a factor by which a case passes on rounding errors of single precision, where it is above 1.

Points are single-precision numbers unless a case says otherwise (`single` false).

Needs mpmath, numpy and scipy.
"""

import json
import sys
from pathlib import Path

import mpmath as mp

import std_formulas  # registers the cases
from std_cases import CASES, CHECKS, STEP

OUT = Path(__file__).resolve().parent / "std"


def number(value):
    value = float(value)
    return "inf" if value == float("inf") else value


def tidy(value):
    """Differences of equal numbers are 0."""
    return value if abs(value) > mp.mpf(10) ** -35 else mp.mpf(0)


def row(case, point):
    """Energy, score, Laplacian and their scales at one point."""
    d = len(point)
    terms = case.terms(point)
    if terms is None:  # outside the domain
        return mp.inf, 0, [mp.mpf(0)] * d, 0, mp.mpf(0), 0
    gradient, gradient_scale = [], []
    laplacian, laplacian_scale = mp.mpf(0), mp.mpf(0)
    for i in range(d):
        ahead, behind = list(point), list(point)
        step = STEP * max(1, abs(point[i]))
        ahead[i] += step
        behind[i] -= step
        above, below = case.terms(ahead, check=False), case.terms(behind, check=False)
        first = [tidy((a - b) / (2 * step)) for a, b in zip(above, below)]
        second = [tidy((a - 2 * t + b) / step**2) for a, t, b in zip(above, terms, below)]
        gradient.append(tidy(mp.fsum(first)))
        gradient_scale.append(mp.fsum(abs(t) for t in first))
        laplacian += tidy(mp.fsum(second))
        laplacian_scale += mp.fsum(abs(t) for t in second)
    scale = mp.fsum(abs(t) for t in terms)
    return mp.fsum(terms), scale, [-g for g in gradient], max(gradient_scale), laplacian, laplacian_scale


def compute(case):
    rows = [row(case, [mp.mpf(float(t)) for t in point]) for point in case.points]
    smooth = [k not in case.kinks for k in range(len(rows))]
    return {
        "program": case.program,
        "settings": case.settings,
        "shape": [len(rows)] + list(case.shape),
        "single": case.single,
        "condition": case.condition,
        "x": [float(t) for point in case.points for t in point],
        "energy": [number(r[0]) for r in rows],
        "energy_scale": [float(r[1]) for r in rows],
        "score": [float(s) for r in rows for s in r[2]],
        "score_scale": [float(r[3]) for r in rows],
        "laplacian": [float(r[4]) if s else None for r, s in zip(rows, smooth)],
        "laplacian_scale": [float(r[5]) for r in rows],
    }


def dump(name, cases):
    lines = ",\n".join(
        "  {\n" + ",\n".join(f'    "{key}": {json.dumps(value)}' for key, value in case.items()) + "\n  }" for case in cases
    )
    (OUT / f"{name}.json").write_text(f'{{"name": "{name}", "cases": [\n{lines}\n]}}\n')


def main():
    wanted = sys.argv[1:]
    for check in CHECKS:
        if not wanted or check.__name__ in wanted:
            check()
    OUT.mkdir(exist_ok=True)
    for name, cases in CASES.items():
        if not wanted or name in wanted:
            dump(name, [compute(case) for case in cases])
            print(name, sum(len(case.points) for case in cases))


if __name__ == "__main__":
    main()
