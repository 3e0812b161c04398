"""The polynomials of Sources/EnergyBuiltins/Spelling+Single.swift: Chebyshev fits with 30 digits by mpmath.

    python3 Tests/References/single_precision.py

prints each function with its coefficients, the highest power first, and the largest error on the interval.
"""

import struct

from mpmath import chebyfit, cos, digamma, erfc, exp, findroot, mp, mpf, pi, psi, sin, sqrt

mp.dps = 30


def erfcx(x):
    if x < 60:
        return exp(x * x) * erfc(x)
    term = total = mpf(1)
    for k in range(1, 30):
        term *= -(2 * k - 1) / (2 * x * x)
        total += term
    return total / (x * sqrt(pi))


def scaled_erfcx(q):
    """(1 + 2x) erfcx(x) at x = 3 (1 + q)/(1 - q)."""
    if q > 1 - mpf(10) ** -12:
        return 2 / sqrt(pi)
    x = 3 * (1 + q) / (1 - q)
    return (1 + 2 * x) * erfcx(x)


ROOT = findroot(digamma, 1.46)


def quotient(t):
    """digamma(x)/(x - root) at x = t + 3/2."""
    d = t + mpf(3) / 2 - ROOT
    return psi(1, ROOT) + psi(2, ROOT) * d / 2 if abs(d) < mpf(10) ** -12 else digamma(ROOT + d) / d


def single(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def rounded(number):
    return f"{single(number):.9g}"


def show(name, function, low, high, degree):
    coefficients, error = chebyfit(function, [low, high], degree + 1, error=True)
    print(f"{name}: {', '.join(map(rounded, coefficients))} (error {float(error):.1e})")


show("erfcx by q", scaled_erfcx, -1, 1, 11)
show("digamma by x - 1.5", quotient, mpf(-1) / 2, mpf(1) / 2, 10)
show("sin(pi p)/p by p^2", lambda s: sin(pi * sqrt(s)) / sqrt(s) if s > 0 else pi, 0, mpf(1) / 4, 4)
show("cos(pi p) by p^2", lambda s: cos(pi * sqrt(s)), 0, mpf(1) / 4, 5)
print(f"root of digamma: {rounded(ROOT)} + {rounded(ROOT - mpf(single(ROOT)))}")
