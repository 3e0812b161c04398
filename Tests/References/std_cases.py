"""What a case of the standard library's references is, and how points are drawn."""

import zlib

import mpmath as mp
import numpy as np

mp.mp.dps = 100
STEP = mp.mpf(10) ** -25
CASES = {}
CHECKS = []


def literal(value):
    """A value as the language writes it."""
    if isinstance(value, str):
        return value
    if np.ndim(value):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    return repr(int(value)) if float(value) == int(value) else repr(float(value))


def exact(value):
    """The same value in 100 digits; texts stay."""
    if isinstance(value, str):
        return value
    return [exact(v) for v in value] if np.ndim(value) else mp.mpf(float(value))


class Case:
    def __init__(self, name, formula, shape, parameters, points, kinks, domain, imports, single, condition, definitions, settings):
        self.settings = {key: literal(value) for key, value in settings.items()}
        self.formula, self.shape, self.domain = formula, shape, domain
        self.parameters = {key: exact(value) for key, value in parameters.items() if not isinstance(value, str)}
        self.points, self.kinks, self.single, self.condition = points, kinks, single, condition
        arguments = ", ".join(f"{key} = {literal(value)}" for key, value in parameters.items())
        lines = [f"import {', '.join([name] + imports)} from std"] + definitions
        self.program = "\n".join(lines + [f"energy tested = {name}({arguments})"])

    def terms(self, x, check=True):
        """The terms of the energy; None outside the domain."""
        if check and self.domain and not self.domain(x):
            return None
        result = self.formula(x, **self.parameters)
        return result if isinstance(result, list) else [result]


def generator(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def case(
    name, formula, shape, /, *, draw=10, deviation=1.0, centre=0.0, special=(), kinks=(), domain=None, imports=(),
    single=True, condition=1, definitions=(), settings={}, make=None, **parameters,
):
    """Registers a case: `draw` random points (normal, or from `make(rng)`), then the special ones; `kinks` are the
    special ones that have no Laplacian. Parameters given as texts are code of the language; `settings` are parameters of `definitions`
    with their values."""
    rng = generator(f"{name}{len(CASES.get(name, []))}")
    size = int(np.prod(shape)) if shape else 1
    rows = [make(rng) if make else centre + deviation * rng.standard_normal(size) for _ in range(draw)]
    rows = [np.asarray(r, dtype=float).reshape(-1) for r in rows]
    specials = [np.asarray(s, dtype=float).reshape(-1) for s in special]
    rows += specials
    if single:
        rows = [r.astype(np.float32).astype(float) for r in rows]
    CASES.setdefault(name, []).append(
        Case(
            name, formula, shape, parameters, rows, [draw + k for k in kinks], domain, list(imports), single, condition,
            list(definitions), settings))


def check(function):
    """Something known that a formula must give."""
    CHECKS.append(function)
    return function


def near(value, wanted, digits=12):
    if not abs(value - wanted) <= mp.mpf(10) ** -digits * (1 + abs(wanted)):
        raise AssertionError(f"{mp.nstr(value, 20)}, not {mp.nstr(mp.mpf(wanted), 20)}")


def grid(x, *shape):
    """A flat list as nested ones."""
    if len(shape) == 1:
        return list(x)
    step = len(x) // shape[0]
    return [grid(x[k * step : (k + 1) * step], *shape[1:]) for k in range(shape[0])]


def dot(u, v):
    return mp.fsum(a * b for a, b in zip(u, v))


def sumsq(v):
    return mp.fsum(t * t for t in v)


def norm(v):
    return mp.sqrt(sumsq(v))


def minus(u, v):
    return [a - b for a, b in zip(u, v)]


def times(matrix, vector):
    return [dot(row, vector) for row in matrix]


def quadratic(matrix, v):
    """The terms of v^T matrix v."""
    return [matrix[i][j] * v[i] * v[j] for i in range(len(v)) for j in range(len(v))]


def inverse(matrix):
    return (mp.matrix(matrix) ** -1).tolist()


def softplus(t):
    return mp.log1p(mp.exp(t)) if t < 0 else t + mp.log1p(mp.exp(-t))


def logsumexp(values):
    top = max(values)
    return top + mp.log(mp.fsum(mp.exp(v - top) for v in values))
