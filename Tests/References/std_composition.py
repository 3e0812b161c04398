"""Energies made of energies: the parts are those of std_landscapes."""

import mpmath as mp
from std_cases import *
from std_landscapes import double_well, ring

LEFT = lambda x: sumsq(minus(x, [-2, 0])) / 2
RIGHT = lambda x: mp.mpf(1.5) * sumsq(minus(x, [2, 1]))
BOWL = lambda x: 5 * sumsq(x) / 2
PARTS = "[gaussian(mu = [-2, 0]), gaussian(mu = [2, 1], P = [[3, 0], [0, 3]]), harmonic(k = 5)]"
ALL = [LEFT, RIGHT, BOWL]
WEIGHTS = [0.75, 0.5, 0.125]
IMPORTS = ["gaussian", "harmonic"]
value = lambda terms: mp.fsum(terms)


def weighted(x, w):
    return [a * E(x) for a, E in zip(w or [1, 1, 1], ALL)]


for name, combine in {
    "composite_sum": lambda v: v, "composite_product": mp.fprod, "composite_min": min, "composite_max": max
}.items():
    formula = lambda x, w=None, combine=combine: combine(weighted(x, w))
    case(name, formula, [2], deviation=2, imports=IMPORTS, Es=PARTS, w=WEIGHTS, special=[[30, -40]])
    case(name, formula, [2], deviation=2, imports=IMPORTS, Es=PARTS)


def mixture(x, w=None):
    return -logsumexp([mp.log(a) - E(x) for a, E in zip(w or [mp.mpf(1)] * 3, ALL)])


case("mixture", mixture, [2], deviation=2, imports=IMPORTS, Es=PARTS, w=WEIGHTS, special=[[60, -80]], condition=10)
case("mixture", mixture, [2], deviation=2, imports=IMPORTS, Es=PARTS, condition=10)


def spherical(x):
    r = norm(x)
    return [t for t in double_well([t / r for t in x], a=mp.mpf(1.5), b=mp.mpf(0.25))]


case("spherical", spherical, [3], imports=["double_well"], base="double_well(a = 1.5, b = 0.25)",
     special=[[3, 4, 0]], condition=20)
case("spherical", spherical, [3], imports=["double_well"], base="double_well(a = 1.5, b = 0.25)", draw=0,
     special=[[1e-6, 2e-6, 0]], single=False)
case(
    "from_density", lambda x: [sumsq(x) / 2, mp.log(2 * mp.pi), -mp.log1p(x[0] ** 2)], [2],
    definitions=["energy log_density(x : vector[2]) = log1p(x[1]^2) - 0.5*sumsq(x) - log(2*pi)"],
    log_density="log_density")
case("tempered", lambda x: [t / 10 for t in double_well(x, a=2)], [3], imports=["double_well"],
     base="double_well(a = 2)", temperature="10")
case("tempered", lambda x: double_well(x, a=2), [3], imports=["double_well"], base="double_well(a = 2)")
