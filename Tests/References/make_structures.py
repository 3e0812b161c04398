"""Energies, gradients and Hessians of built-in functions of whole tensors, computed without the program: formulas
written afresh on plain lists in 60-digit arithmetic, differentiated by central differences with steps so small that
they are exact to more digits than a double has.

Writes Tests/References/structures/structures.json: for each case its name, the program (whose energy is f), the values
of sizes, one sample, the energy, the gradient and the Hessian (flat, row-major).

Needs mpmath.
"""

import json
from pathlib import Path

import mpmath as mp

mp.mp.dps = 60
OUT = Path(__file__).resolve().parent / "structures" / "structures.json"
CASES = []


def case(name, program, width, sizes=None, point=None):
    """Registers a function of a flat list of numbers as the meaning of a program."""

    def register(function):
        CASES.append((name, program, width, sizes or {}, point, function))
        return function

    return register


def sample(width, seed):
    """Numbers with few digits, all different, between -1.5 and 1.5."""
    return [((seed * 37 + k * 59 + k * k * 23) % 97 - 48) / 32 for k in range(width)]


def matrix(x, rows, columns):
    return [list(x[i * columns : (i + 1) * columns]) for i in range(rows)]


def column(a, j):
    return [row[j] for row in a]


def transposed(a):
    return [list(c) for c in zip(*a)]


def dot(a, b):
    return mp.fsum(p * q for p, q in zip(a, b))


def times(a, b):
    return [[dot(row, c) for c in zip(*b)] for row in a]


def product(values):
    result = mp.mpf(1)
    for value in values:
        result *= value
    return result


def squares(values):
    return mp.fsum(v * v for v in values)


def flat(a):
    return [v for row in a for v in row]


def numbers(a):
    return [numbers(v) for v in a] if isinstance(a, list) else mp.mpf(a)


def gauss(a, b):
    """X with A X = B by elimination with pivots."""
    n = len(a)
    a, b = [list(r) for r in a], [list(r) for r in b]
    for k in range(n):
        p = max(range(k, n), key=lambda i: abs(a[i][k]))
        a[k], a[p], b[k], b[p] = a[p], a[k], b[p], b[k]
        for i in range(n):
            if i != k:
                f = a[i][k] / a[k][k]
                a[i] = [u - f * v for u, v in zip(a[i], a[k])]
                b[i] = [u - f * v for u, v in zip(b[i], b[k])]
    return [[v / a[i][i] for v in b[i]] for i in range(n)]


def determinant(a):
    if len(a) == 1:
        return a[0][0]
    return mp.fsum(
        (-1) ** j * a[0][j] * determinant([row[:j] + row[j + 1 :] for row in a[1:]]) for j in range(len(a))
    )


def identity(n):
    return [[mp.mpf(i == j) for j in range(n)] for i in range(n)]


def cholesky(a):
    n = len(a)
    l = [[mp.mpf(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = a[i][j] - mp.fsum(l[i][k] * l[j][k] for k in range(j))
            l[i][j] = mp.sqrt(s) if i == j else s / l[j][j]
    return l


# Sorting and running along an axis


@case("sort", "energy f(x : vector[d]) = sum(i in 1..d: i*sort(x)[i]^3)", 5, {"d": 5})
def _(x):
    return mp.fsum((i + 1) * v**3 for i, v in enumerate(sorted(x)))


@case("sort along an axis", "energy f(X : matrix[3, 2]) = sumsq(sort(X, axis = 1)*[[1, 2], [3, 4], [5, 6]])", 6)
def _(x):
    columns = [sorted(column(matrix(x, 3, 2), j)) for j in range(2)]
    return mp.fsum(((2 * i + j + 1) * columns[j][i]) ** 2 for i in range(3) for j in range(2))


@case("sort of a function", "energy f(x : vector[4]) = dot(sort(x^2), sort(sin(x))) + x[argsort(x)[2]]^2", 4)
def _(x):
    return dot(sorted(v * v for v in x), sorted(map(mp.sin, x))) + sorted(x)[1] ** 2


@case("cumprod", "energy f(x : vector[d]) = sum(cumprod(x)^2)", 5, {"d": 5})
def _(x):
    return mp.fsum(product(x[: i + 1]) ** 2 for i in range(5))


@case("cumprod with a zero", "energy f(x : vector[4]) = sum(cumprod(x)*[1, 2, 3, 4])", 4, None, [1.5, 0, -2, 0.5])
def _(x):
    return mp.fsum((i + 1) * product(x[: i + 1]) for i in range(4))


@case("cumsum along an axis", "energy f(X : matrix[2, 3]) = sum(cumsum(X, axis = 2)^3) + sum(cumprod(X, axis = 1)^2)", 6)
def _(x):
    a = matrix(x, 2, 3)
    rows = mp.fsum(mp.fsum(row[: j + 1]) ** 3 for row in a for j in range(3))
    return rows + mp.fsum(product(column(a, j)[: i + 1]) ** 2 for i in range(2) for j in range(3))


@case("prod of a matrix with zeros", "energy f(X : matrix[2, 2]) = prod(X) + prod(X, axis = 1)[2]", 4, None, [0, 2, 0, -1])
def _(x):
    return product(x) + x[1] * x[3]


@case("prod over two indices", "energy f(x : vector[3]) = prod(i in 1..3, j in i+1..3: x[i] - x[j])", 3)
def _(x):
    return (x[0] - x[1]) * (x[0] - x[2]) * (x[1] - x[2])


# Sums of products

A34 = numbers([[1, -2, 0.5, 3], [0.25, 1, -1, 2], [2, 0, 1, -0.5]])
A34_TEXT = "[[1, -2, 0.5, 3], [0.25, 1, -1, 2], [2, 0, 1, -0.5]]"


@case("einsum matrix-vector", f'param A : matrix[3, 4] = {A34_TEXT}\nenergy f(x : vector[4]) = sum(einsum("ij,j->i", A, x)^3)', 4)
def _(x):
    return mp.fsum(dot(row, x) ** 3 for row in A34)


@case("einsum chain", 'energy f(X : matrix[2, 3]) = sumsq(einsum("ij,kj,kl", X, X, X)) + einsum("ij,ij->", X, X^2)', 6)
def _(x):
    a = matrix(x, 2, 3)
    return squares(flat(times(times(a, transposed(a)), a))) + mp.fsum(v**3 for v in x)


@case("einsum trace and diagonal", 'energy f(X : matrix[d, d]) = einsum("ii", X)^3 + sum(einsum("ii->i", X)^2) + einsum("ij,ji", X, X)', 9, {"d": 3})
def _(x):
    a = matrix(x, 3, 3)
    return (
        mp.fsum(a[i][i] for i in range(3)) ** 3
        + squares(a[i][i] for i in range(3))
        + mp.fsum(a[i][j] * a[j][i] for i in range(3) for j in range(3))
    )


@case("einsum of a tensor", 'energy f(T : tensor[2, 2, 2]) = sum(einsum("abc,cb->a", T, T[1, :, :])^2)', 8)
def _(x):
    t = lambda a, b, c: x[4 * a + 2 * b + c]
    return squares(mp.fsum(t(a, b, c) * t(0, c, b) for b in range(2) for c in range(2)) for a in range(2))


# Convolutions


def correlate(x, w, stride=1, before=0, after=0):
    padded = [mp.mpf(0)] * before + list(x) + [mp.mpf(0)] * after
    return [dot(padded[s : s + len(w)], w) for s in range(0, len(padded) - len(w) + 1, stride)]


def correlate2(image, filters, stride=1, pad=0):
    """Channels [C][H][W] with filters [O][C][h][w]."""
    height, width = len(image[0]) + 2 * pad, len(image[0][0]) + 2 * pad
    h, w = len(filters[0][0]), len(filters[0][0][0])

    def at(c, i, j):
        i, j = i - pad, j - pad
        inside = 0 <= i < len(image[c]) and 0 <= j < len(image[c][0])
        return image[c][i][j] if inside else mp.mpf(0)

    return [
        [
            [
                mp.fsum(
                    one[c][a][b] * at(c, i + a, j + b)
                    for c in range(len(image))
                    for a in range(h)
                    for b in range(w)
                )
                for j in range(0, width - w + 1, stride)
            ]
            for i in range(0, height - h + 1, stride)
        ]
        for one in filters
    ]


W3 = numbers([1, -2, 0.5])
W4 = numbers([1, -2, 0.5, 3])


@case("conv1d", "energy f(x : vector[d]) = sum(conv1d(x, [1, -2, 0.5])^3)", 6, {"d": 6})
def _(x):
    return mp.fsum(v**3 for v in correlate(x, W3))


@case("conv1d with zeros and a stride", "energy f(x : vector[d]) = sum(conv1d(x, [1, -2, 0.5], pad = 2, stride = 2)^3)", 5, {"d": 5})
def _(x):
    return mp.fsum(v**3 for v in correlate(x, W3, 2, 2, 2))


@case("conv1d, the same size", 'energy f(x : vector[d]) = dot(conv1d(x, [1, -2, 0.5, 3], pad = "same"), x^2)', 5, {"d": 5})
def _(x):
    return dot(correlate(x, W4, 1, 1, 2), [v * v for v in x])


@case("conv1d on a circle", 'energy f(x : vector[d]) = sum(conv1d(x, [1, -2, 0.5], pad = "circular")^3)', 5, {"d": 5})
def _(x):
    return mp.fsum((x[(i - 1) % 5] - 2 * x[i] + x[(i + 1) % 5] / 2) ** 3 for i in range(5))


@case("conv1d by the filter", "energy f(w : vector[3]) = sumsq(conv1d([1, 2, -1, 3, 0.5], w) - [1, 0, 2])", 3)
def _(w):
    return squares(p - q for p, q in zip(correlate(numbers([1, 2, -1, 3, 0.5]), w), [1, 0, 2]))


@case("conv1d with channels", "energy f(X : matrix[2, 4]) = sum(conv1d(X, [[[1, 2], [3, -1]], [[0, 1], [0.5, 2]]])^2)", 8)
def _(x):
    image = [[x[0:4]], [x[4:8]]]
    filters = numbers([[[[1, 2]], [[3, -1]]], [[[0, 1]], [[0.5, 2]]]])
    return squares(v for plane in correlate2(image, filters) for row in plane for v in row)


@case("conv2d", "energy f(X : matrix[n, m]) = sum(conv2d(X, [[1, 2], [-1, 0.5]])^3)", 12, {"n": 3, "m": 4})
def _(x):
    plane = correlate2([matrix(x, 3, 4)], [[numbers([[1, 2], [-1, 0.5]])]])[0]
    return mp.fsum(v**3 for row in plane for v in row)


@case("conv2d with channels, zeros and a stride", "param W : tensor[2, 2, 2, 2] = reshape([1, -1, 0.5, 2, 0, 1, 3, -2, 1, 1, -1, 0.25, 2, -0.5, 1, 0], 2, 2, 2, 2)\nenergy f(X : tensor[2, 3, 3]) = sumsq(conv2d(X, W, pad = 1, stride = 2))", 18)
def _(x):
    w = numbers([1, -1, 0.5, 2, 0, 1, 3, -2, 1, 1, -1, 0.25, 2, -0.5, 1, 0])
    filters = [[matrix(w[8 * o + 4 * c : 8 * o + 4 * c + 4], 2, 2) for c in range(2)] for o in range(2)]
    image = [matrix(x[9 * c : 9 * c + 9], 3, 3) for c in range(2)]
    return squares(v for plane in correlate2(image, filters, 2, 1) for row in plane for v in row)


@case("conv2d on a torus", 'energy f(X : matrix[n, m]) = dot(conv2d(X, [[0, 1, 0], [1, -4, 1], [0, 1, 0]], pad = "circular"), X^2)', 12, {"n": 3, "m": 4})
def _(x):
    a = matrix(x, 3, 4)
    return mp.fsum(
        (a[i - 1][j] + a[(i + 1) % 3][j] + a[i][j - 1] + a[i][(j + 1) % 4] - 4 * a[i][j]) * a[i][j] ** 2
        for i in range(3)
        for j in range(4)
    )


@case("avg_pool2d", "energy f(X : matrix[n, m]) = sum(avg_pool2d(X, 2)^3) + sum(avg_pool2d(X, 2, stride = 1, pad = 1)^2)", 20, {"n": 4, "m": 5})
def _(x):
    a = matrix(x, 4, 5)
    quarter = [[[[mp.mpf(0.25)] * 2] * 2]]
    apart = correlate2([a], quarter, 2)[0]
    dense = correlate2([a], quarter, 1, 1)[0]
    return mp.fsum(v**3 for v in flat(apart)) + squares(flat(dense))


# Indices


@case("strided slices", "energy f(x : vector[d]) = sumsq(x[1..d by 2]) + sum(x[d..1 by -2]^3) + sum(i in 2..d by 3: x[i]^4)", 6, {"d": 6})
def _(x):
    return squares(x[0::2]) + mp.fsum(v**3 for v in x[::-2]) + mp.fsum(v**4 for v in x[1::3])


@case("strided builder", "energy f(x : vector[d]) = sum([x[i]*x[i-1] for i in 2..d by 2]^2)", 7, {"d": 7})
def _(x):
    return squares(x[i] * x[i - 1] for i in range(1, 7, 2))


@case("integer division of indices", "energy f(x : vector[d]) = sum(i in 1..d: x[div(i + 1, 2)]*x[i]^2) + sum(x[1..div(d, 2)]^3)", 5, {"d": 5})
def _(x):
    return mp.fsum(x[(i + 2) // 2 - 1] * x[i] ** 2 for i in range(5)) + mp.fsum(v**3 for v in x[:2])


@case("gathers by data", "data e : integer[m, 2] = [[1, 2], [2, 4], [4, 1], [4, 4]]\nenergy f(X : matrix[4, 2]) = sum(k in 1..m: sumsq(X[e[k, 1], :] - X[e[k, 2], :])^2) + sum(X[e[:, 1]]^3)\ndim m", 8)
def _(x):
    a = matrix(x, 4, 2)
    pairs = [(0, 1), (1, 3), (3, 0), (3, 3)]
    bonds = mp.fsum(squares(p - q for p, q in zip(a[i], a[j])) ** 2 for i, j in pairs)
    return bonds + mp.fsum(v**3 for i, _ in pairs for v in a[i])


@case("triple sum with guards", "data w : vector[4] = [1, -1, 2, 0.5]\nenergy f(x : vector[d]) = sum(i in 1..d, j in i+1..d, k in 1..d if k != i and k != j and w[k] > 0: x[i]*x[j]^2*sin(x[k]))", 4, {"d": 4})
def _(x):
    w = [1, -1, 2, 0.5]
    return mp.fsum(
        x[i] * x[j] ** 2 * mp.sin(x[k])
        for i in range(4)
        for j in range(i + 1, 4)
        for k in range(4)
        if k not in (i, j) and w[k] > 0
    )


@case("nested comprehensions", "energy f(x : vector[d]) = sum(i in 1..d: g(i)^2)\n  where g(i) = sum([x[i]*x[j] for j in 1..d]) + max(j in 1..d if j != i: x[j])", 4, {"d": 4})
def _(x):
    return squares(
        x[i] * mp.fsum(x) + max(x[j] for j in range(4) if j != i) for i in range(4)
    )


@case("mean under a guard", "energy f(x : vector[d]) = mean(i in 1..d if i != 2 and x[i] > -1: x[i]^3)", 5, {"d": 5})
def _(x):
    chosen = [v for i, v in enumerate(x) if i != 1 and v > -1]
    return mp.fsum(v**3 for v in chosen) / len(chosen)


@case("conditions over a range", "energy f(x : vector[3]) = (if any(i in 1..3: x[i] > 1) then sum(x^3) else sumsq(x)) + (if all(x > -2) then x[1]^4 else 0)", 3)
def _(x):
    return (mp.fsum(v**3 for v in x) if any(v > 1 for v in x) else squares(x)) + x[0] ** 4


@case("tensor of rank 3", "energy f(T : tensor[2, 3, 2]) = sum(i in 1..2: sumsq(T[i, :, 1])*T[i, 2, 2]) + sum(softmax(T, axis = 2)[:, 1, :]^2)", 12)
def _(x):
    t = lambda a, b, c: x[6 * a + 2 * b + c]
    first = mp.fsum(squares(t(i, j, 0) for j in range(3)) * t(i, 1, 1) for i in range(2))
    return first + squares(
        mp.exp(t(a, 0, c)) / mp.fsum(mp.exp(t(a, b, c)) for b in range(3)) for a in range(2) for c in range(2)
    )


@case("builder of rank 4", "energy f(x : vector[2]) = sumsq([x[i]*x[j] + x[k]*x[l] for i in 1..2, j in 1..2, k in 1..2, l in 1..2])", 2)
def _(x):
    r = range(2)
    return squares(x[i] * x[j] + x[k] * x[l] for i in r for j in r for k in r for l in r)


# Rows and columns


@case("rows and columns", "param A : matrix[2, 3] = [[1, 2, 3], [-1, 0.5, 2]]\nparam r : row[3] = [1, -1, 2]\nenergy f(x : vector[3]) = sumsq(A*row(x) + col([1, 2])) + (r x)^3 + sum((x^T + r)^2) + x^T A^T A x", 3)
def _(x):
    a = numbers([[1, 2, 3], [-1, 0.5, 2]])
    r = [1, -1, 2]
    return (
        squares(a[i][j] * x[j] + i + 1 for i in range(2) for j in range(3))
        + dot(r, x) ** 3
        + squares(p + q for p, q in zip(x, r))
        + squares(dot(row, x) for row in a)
    )


@case("distance matrix", "energy f(x : vector[d]) = sum(exp(-(col(x) - row(x))^2))", 4, {"d": 4})
def _(x):
    return mp.fsum(mp.exp(-((a - b) ** 2)) for a in x for b in x)


@case("a row as argument", "fn q(r, v) = (r v)^2\nenergy f(x : vector[3]) = q(x^T, x^2) + sum((2*x^T)[1..2])", 3)
def _(x):
    return dot(x, [v * v for v in x]) ** 2 + 2 * (x[0] + x[1])


# Linear algebra


def kernel(x):
    """A positive definite matrix of a sample of three."""
    return [[mp.exp(-((a - b) ** 2)) + (i == j) for j, b in enumerate(x)] for i, a in enumerate(x)]


KERNEL = "[exp(-(x[i] - x[j])^2) + (if i == j then 1 else 0) for i in 1..3, j in 1..3]"
Y = numbers([1, -2, 0.5])


@case("solve", f"energy f(x : vector[3]) = [1, -2, 0.5]^T solve({KERNEL}, [1, -2, 0.5] + x)", 3)
def _(x):
    return dot(Y, column(gauss(kernel(x), [[y + v] for y, v in zip(Y, x)]), 0))


@case("solve with several right sides", f"energy f(x : vector[3]) = sumsq(solve({KERNEL}, [[1, x[1]], [x[2], 2], [0.5, x[3]]]))", 3)
def _(x):
    return squares(flat(gauss(kernel(x), [[mp.mpf(1), x[0]], [x[1], mp.mpf(2)], [mp.mpf(0.5), x[2]]])))


@case("inv", f"energy f(x : vector[3]) = sumsq(inv({KERNEL})) + x^T inv({KERNEL}) x", 3)
def _(x):
    inverse = gauss(kernel(x), identity(3))
    return squares(flat(inverse)) + dot(x, [dot(row, x) for row in inverse])


@case("logdet and det", f"energy f(x : vector[3]) = logdet({KERNEL})^2 + det({KERNEL})", 3)
def _(x):
    d = determinant(kernel(x))
    return mp.log(d) ** 2 + d


@case("cholesky", f"energy f(x : vector[3]) = sum(cholesky({KERNEL})*[[1, 0, 0], [2, 3, 0], [4, 5, 6]]) + sumsq(solve(cholesky({KERNEL}), x))", 3)
def _(x):
    l = cholesky(kernel(x))
    weights = numbers([[1, 0, 0], [2, 3, 0], [4, 5, 6]])
    return dot(flat(l), flat(weights)) + squares(column(gauss(l, [[v] for v in x]), 0))


@case("logdet of a general matrix", "energy f(X : matrix[d, d]) = logdet(X) + det(X)^2 + trace(inv(X))", 9, {"d": 3}, [0.5, -1, 2, 1.5, 0.25, -0.5, 1, 2, 0.75])
def _(x):
    a = matrix(x, 3, 3)
    d = determinant(a)
    inverse = gauss(a, identity(3))
    return mp.log(abs(d)) + d**2 + mp.fsum(inverse[i][i] for i in range(3))


@case("one by one", "energy f(x : real) = logdet([[2 + x^2]]) + sum(solve([[1 + x^2]], [x])) + det([[x]])^3 + sum(inv([[3 + x]])) + sum(cholesky([[1 + x^2]]))", 1)
def _(x):
    v = x[0]
    return mp.log(2 + v * v) + v / (1 + v * v) + v**3 + 1 / (3 + v) + mp.sqrt(1 + v * v)


@case("packed triangle", "energy f(x : vector[6]) = sumsq(tril(x) tril(x)^T) + logdet(tril(x) + 3*eye(3))", 6)
def _(x):
    l = [[x[0], 0, 0], [x[1], x[2], 0], [x[3], x[4], x[5]]]
    return squares(flat(times(l, transposed(l)))) + mp.log((x[0] + 3) * (x[2] + 3) * (x[5] + 3))


@case("packed triangle of any size", "energy f(x : vector[div(n*(n + 1), 2)]) = sumsq(tril(x) linspace(1, n, n))", 6, {"n": 3})
def _(x):
    return x[0] ** 2 + (x[1] + 2 * x[2]) ** 2 + (x[3] + 2 * x[4] + 3 * x[5]) ** 2


@case("diag, trace, kron, cross, outer", "energy f(x : vector[3]) = trace(kron(diag(x), outer(x, x))) + sumsq(cross(x, [1, 2, 3])*x) + sum(diag(outer(x, x^2))) + sum(kron(x, x)^2)", 3)
def _(x):
    c = [3 * x[1] - 2 * x[2], x[2] - 3 * x[0], 2 * x[0] - x[1]]
    return (
        mp.fsum(x) * squares(x)
        + squares(p * q for p, q in zip(c, x))
        + mp.fsum(v**3 for v in x)
        + squares(x) ** 2
    )


# Statistics and rearrangements


@case("var, cov, mean of data", "energy f(X : matrix[n, d]) = sumsq(cov(X)) + sum(var(X, axis = 2)^2) + sum(mean(X, axis = 1)^3)", 8, {"n": 4, "d": 2})
def _(x):
    a = matrix(x, 4, 2)
    means = [mp.fsum(column(a, j)) / 4 for j in range(2)]
    cov = [
        mp.fsum((row[i] - means[i]) * (row[j] - means[j]) for row in a) / 3 for i in range(2) for j in range(2)
    ]
    variances = [(p - q) ** 2 / 2 for p, q in a]
    return squares(cov) + squares(variances) + mp.fsum(m**3 for m in means)


@case("norms along axes", "energy f(X : matrix[2, 3]) = sum(norm(X, axis = 2)^3) + sumsq(normalize(X, axis = 1)[1, :]) + norm1(X)^2 + sum(logsumexp(X, axis = 1)^2) + sum(log_softmax(X, axis = 2)[:, 1])", 6)
def _(x):
    a = matrix(x, 2, 3)
    return (
        mp.fsum(mp.sqrt(squares(row)) ** 3 for row in a)
        + mp.fsum(a[0][j] ** 2 / squares(column(a, j)) for j in range(3))
        + mp.fsum(abs(v) for v in x) ** 2
        + squares(mp.log(mp.exp(a[0][j]) + mp.exp(a[1][j])) for j in range(3))
        + mp.fsum(row[0] - mp.log(mp.fsum(map(mp.exp, row))) for row in a)
    )


@case("rearrangements", "energy f(x : vector[4]) = sum(roll(x, 1)*x^2) + sum(reverse(x)*[1, 2, 3, 4])^2 + sum(repeat(x, 2)[2..5]^3) + sumsq(concat(x[1], x[3..4], 2) - 1) + sum(stack(x, x^2)[2, :]*x)", 4)
def _(x):
    return (
        mp.fsum(x[i - 1] * x[i] ** 2 for i in range(4))
        + mp.fsum((i + 1) * v for i, v in enumerate(reversed(x))) ** 2
        + x[0] ** 3
        + 2 * x[1] ** 3
        + x[2] ** 3
        + squares([x[0] - 1, x[2] - 1, x[3] - 1, mp.mpf(1)])
        + mp.fsum(v**3 for v in x)
    )


@case("element-wise of several arguments", "energy f(x : vector[4]) = sum(clamp(x, -1, 1)^3) + sum(hypot(x, 2)) + sum(select(x > 0, x^2, exp(x))) + sum(logaddexp(x, x^2)) + sum(max(x, x^2, 0.5)) + sum(xlogy(x^2, x^2 + 1)) + sum(atan2(x, 2 - x))", 4)
def _(x):
    return mp.fsum(
        min(max(v, -1), 1) ** 3
        + mp.sqrt(v * v + 4)
        + (v * v if v > 0 else mp.exp(v))
        + mp.log(mp.exp(v) + mp.exp(v * v))
        + max(v, v * v, mp.mpf(0.5))
        + v * v * mp.log(v * v + 1)
        + mp.atan2(v, 2 - v)
        for v in x
    )


def derivatives(function, point):
    """Gradient and Hessian by central differences: errors O(h²) of third and fourth derivatives, h² = 1e-40, 1e-30."""
    x = [mp.mpf(v) for v in point]

    def moved(*steps):
        y = list(x)
        for k, h in steps:
            y[k] += h
        return function(y)

    h = mp.mpf(10) ** -20
    gradient = [(moved((k, h)) - moved((k, -h))) / (2 * h) for k in range(len(x))]
    h = mp.mpf(10) ** -15
    hessian = [
        (moved((k, h), (l, h)) - moved((k, h), (l, -h)) - moved((k, -h), (l, h)) + moved((k, -h), (l, -h)))
        / (4 * h * h)
        for k in range(len(x))
        for l in range(len(x))
    ]
    return function(x), gradient, hessian


def main():
    entries = []
    for seed, (name, program, width, sizes, given, function) in enumerate(CASES):
        point = given or sample(width, seed + 1)
        value, gradient, hessian = derivatives(function, point)
        entries.append(
            {
                "name": name,
                "program": program,
                "sizes": sizes,
                "x": [float(v) for v in point],
                "energy": float(value),
                "gradient": [float(v) for v in gradient],
                "hessian": [float(v) for v in hessian],
            }
        )
    lines = ",\n".join(" " + json.dumps(entry) for entry in entries)
    OUT.write_text("[\n" + lines + "\n]\n")
    print(f"{len(entries)} cases")


if __name__ == "__main__":
    main()
