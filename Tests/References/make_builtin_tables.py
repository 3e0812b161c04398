#!/usr/bin/env python3
"""Writes the 50-digit tables of Tests/EnergyBuiltinsTests/Resources, one JSON file a function.

Run by hand when a function is added; needs mpmath. Each row is [arguments, value, partial derivatives, second
derivative by the last argument]. All numbers are strings, for readers of JSON may round numbers carelessly: arguments
are exact doubles, results have 50 digits. A literal argument (the order of polygamma, say) has the derivative null.
"""

import json
import pathlib
import sys

from mpmath import mp, mpf

mp.dps = 110
COUNT = 220
OUT = pathlib.Path(__file__).resolve().parent.parent / "EnergyBuiltinsTests" / "Resources"


def fraction(k, base):
    """The k-th point of van der Corput's sequence."""
    result, scale = 0.0, 1.0 / base
    while k:
        k, digit = divmod(k, base)
        result += digit * scale
        scale /= base
    return result


def linear(low, high):
    return lambda u: low + (high - low) * u


def logarithmic(low, high):
    return lambda u: float(mpf(low) * (mpf(high) / mpf(low)) ** mpf(u))


def signed(inner):
    return lambda u: -inner(2 * u) if u < 0.5 else inner(2 * u - 1)


def both(*parts):
    """The parts take turns over equal stretches of [0, 1)."""
    return lambda u: parts[int(u * len(parts))](u * len(parts) % 1)


def whole(low, high):
    return lambda u: float(low + int(u * (high - low + 1)))


def pdf(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def log_cdf(x):
    return mp.log1p(-cdf(-x)) if x > 0 else mp.log(cdf(x))


def mills(x):
    return pdf(x) / cdf(x)


def erfc_inverse(q):
    """y > 0 with erfc(y) = q < 1, by Newton's method on log erfc."""
    target, y = mp.log(q), mp.sqrt(mp.log(2 / q))
    for _ in range(60):
        tail = mp.erfc(y)
        step = (mp.log(tail) - target) * tail / (-2 / mp.sqrt(mp.pi) * mp.exp(-y * y))
        y -= step
        if abs(step) < mpf(10) ** -90 * y:
            break
    return y


def erfinv(x):
    if abs(x) < mpf("0.5"):
        y = mp.erfinv(x)
    else:
        y = mp.sign(x) * erfc_inverse(1 - abs(x))
    assert abs(mp.erf(y) - x) < mpf(10) ** -80
    return y


def probit(p):
    return -mp.sqrt(2) * erfc_inverse(2 * p) if p < mpf("0.5") else mp.sqrt(2) * erfinv(2 * p - 1)


def ratio(n, x):
    return mp.besseli(n, x) / mp.besseli(0, x)


def second_ratio(n, x):
    first = lambda k: (ratio(abs(k - 1), x) + ratio(k + 1, x)) / 2 - ratio(k, x) * ratio(1, x)
    return (first(abs(n - 1)) + first(n + 1)) / 2 - first(n) * ratio(1, x) - ratio(n, x) * first(1)


def first_ratio(n, x):
    return (ratio(abs(n - 1), x) + ratio(n + 1, x)) / 2 - ratio(n, x) * ratio(1, x)


def bessel_first(n, x):
    return (mp.besseli(abs(n - 1), x) + mp.besseli(n + 1, x)) / 2


def bessel_second(n, x):
    return (bessel_first(abs(n - 1), x) + bessel_first(n + 1, x)) / 2


psi = mp.polygamma
lbeta = lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
positive = both(logarithmic(1e-6, 1), linear(1, 12), linear(1.3, 1.6), logarithmic(10, 1e8))
two_over_root_pi = 2 / mp.sqrt(mp.pi)
bells = both(signed(logarithmic(1e-8, 1)), linear(-5, 5))
bessel_points = both(signed(logarithmic(1e-6, 1)), linear(-30, 30), signed(linear(20, 300)))

# name: (points of each argument, value, partial derivatives, second derivative by the last argument)
TABLES = {
    "erf": ([bells], mp.erf, [lambda x: two_over_root_pi * mp.exp(-x * x)],
            lambda x: -2 * x * two_over_root_pi * mp.exp(-x * x)),
    "erfc": ([both(bells, linear(0, 26))], mp.erfc, [lambda x: -two_over_root_pi * mp.exp(-x * x)],
             lambda x: 2 * x * two_over_root_pi * mp.exp(-x * x)),
    "erfinv": ([both(signed(logarithmic(1e-12, 1e-1)), linear(-0.99, 0.99),
                     lambda u: 1 - logarithmic(1e-15, 1e-1)(u))],
               erfinv, [lambda x: mp.exp(erfinv(x) ** 2) / two_over_root_pi],
               lambda x: 2 * erfinv(x) * (mp.exp(erfinv(x) ** 2) / two_over_root_pi) ** 2),
    "normcdf": ([both(linear(-37, 8), signed(logarithmic(1e-8, 1)))], cdf, [pdf], lambda x: -x * pdf(x)),
    "log_normcdf": ([both(linear(-60, 8), signed(logarithmic(1e-8, 1)), lambda u: -logarithmic(10, 1e6)(u))],
                    log_cdf, [mills], lambda x: -mills(x) * (x + mills(x))),
    "inverse_mills": ([both(linear(-60, 8), signed(logarithmic(1e-8, 1)), lambda u: -logarithmic(10, 1e4)(u))],
                      mills, [lambda x: -mills(x) * (x + mills(x))],
                      lambda x: mills(x) * ((x + mills(x)) ** 2 + mills(x) * (x + mills(x)) - 1)),
    "probit": ([both(logarithmic(1e-300, 1e-2), linear(0.001, 0.999), logarithmic(1e-6, 0.4),
                     lambda u: 1 - logarithmic(1e-15, 1e-1)(u))],
               probit, [lambda p: 1 / pdf(probit(p))], lambda p: probit(p) / pdf(probit(p)) ** 2),
    "lgamma": ([positive], mp.loggamma, [mp.digamma], lambda x: psi(1, x)),
    "digamma": ([positive], mp.digamma, [lambda x: psi(1, x)], lambda x: psi(2, x)),
    "trigamma": ([positive], lambda x: psi(1, x), [lambda x: psi(2, x)], lambda x: psi(3, x)),
    "polygamma": ([whole(2, 9), both(logarithmic(1e-3, 1), linear(1, 30), logarithmic(10, 1e5))],
                  lambda n, x: psi(int(n), x), [None, lambda n, x: psi(int(n) + 1, x)],
                  lambda n, x: psi(int(n) + 2, x)),
    "lbeta": ([both(logarithmic(1e-3, 1e2), linear(0.5, 20)), both(logarithmic(1e-3, 1e6), linear(0.5, 20))], lbeta,
              [lambda a, b: mp.digamma(a) - mp.digamma(a + b), lambda a, b: mp.digamma(b) - mp.digamma(a + b)],
              lambda a, b: psi(1, b) - psi(1, a + b)),
    "lchoose": ([linear(20, 2000), linear(0.1, 19)],
                lambda n, k: mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1),
                [lambda n, k: mp.digamma(n + 1) - mp.digamma(n - k + 1),
                 lambda n, k: mp.digamma(n - k + 1) - mp.digamma(k + 1)],
                lambda n, k: -psi(1, n - k + 1) - psi(1, k + 1)),
    "bessel_i0": ([bessel_points], lambda x: mp.besseli(0, x), [lambda x: mp.besseli(1, x)],
                  lambda x: bessel_first(1, x)),
    "bessel_i1": ([bessel_points], lambda x: mp.besseli(1, x), [lambda x: bessel_first(1, x)],
                  lambda x: bessel_second(1, x)),
    "bessel_i": ([whole(2, 8), bessel_points], lambda n, x: mp.besseli(int(n), x),
                 [None, lambda n, x: bessel_first(int(n), x)], lambda n, x: bessel_second(int(n), x)),
    "log_i0": ([both(bessel_points, logarithmic(10, 1e6))], lambda x: mp.log(mp.besseli(0, x)),
               [lambda x: ratio(1, x)], lambda x: first_ratio(1, x)),
    "bessel_ratio": ([whole(1, 6), both(bessel_points, logarithmic(10, 1e5))], lambda n, x: ratio(int(n), x),
                     [None, lambda n, x: first_ratio(int(n), x)], lambda n, x: second_ratio(int(n), x)),
    "gelu": ([both(linear(-30, 8), signed(logarithmic(1e-8, 1)))], lambda x: x * cdf(x),
             [lambda x: cdf(x) + x * pdf(x)], lambda x: (2 - x * x) * pdf(x)),
}


def text(number):
    return mp.nstr(mp.re(number), 50, strip_zeros=True)


def write(name):
    points, value, partials, second = TABLES[name]
    rows = []
    for k in range(1, COUNT + 1):
        arguments = [float(place(fraction(k, base))) for place, base in zip(points, (2, 3))]
        exact = [mpf(argument) for argument in arguments]
        slopes = [None if partial is None else text(partial(*exact)) for partial in partials]
        rows.append([[repr(argument) for argument in arguments], text(value(*exact)), slopes, text(second(*exact))])
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    (OUT / f"{name}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    for table in sys.argv[1:] or TABLES:
        write(table)
        print(table)
