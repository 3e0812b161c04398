"""Energies and scores of the examples, computed without the program: 50-digit arithmetic and formulas written afresh.

Scores come from the complex step f(x + ih) with h = 1e-40 (Squire and Trapp, SIAM Review 40, 1998, p. 110), except for
the pair potential, whose derivative is written out. Writes one JSON file for each example into
Tests/References, and with --data the generated inputs in examples/data.

Each file holds: example, energy_name, shape (of the batch of samples), x (flat, row-major), energy, energy_scale (the
sum of the absolute values of what is added up, for judging rounding), score (flat). All samples are single-precision
numbers, so that they can serve an evaluation in f32.

Needs numpy, scipy (--data only) and mpmath.
"""

import argparse
import json
from pathlib import Path

import mpmath as mp
import numpy as np

mp.mp.dps = 50
ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "examples" / "data"
OUT = ROOT / "Tests" / "References"
STEP = mp.mpf(10) ** -40


def table(name):
    """The numbers of a .csv file as 50-digit numbers of their double values."""
    rows = []
    for line in (DATA / name).read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        try:
            rows.append([mp.mpf(float(cell)) for cell in line.split(",")])
        except ValueError:
            continue  # a header
    return rows


def exact(array):
    return [exact(row) for row in array] if np.ndim(array) else mp.mpf(float(array))


def single(array):
    return np.asarray(array, dtype=np.float32).astype(np.float64)


def complex_step(f, x):
    gradient = []
    for k in range(len(x)):
        shifted = list(x)
        shifted[k] = mp.mpc(x[k], STEP)
        gradient.append(mp.im(f(shifted)) / STEP)
    return gradient


def lower(a, b):
    return a if mp.re(a) <= mp.re(b) else b


def higher(a, b):
    return a if mp.re(a) >= mp.re(b) else b


def sumsq(v):
    return mp.fsum(t * t for t in v)


def away(x, centre):
    return [t - c for t, c in zip(x, centre)]


# Each maker returns (energy_name, samples, energy, scale); the scale takes every difference as a sum.


def gaussian(rng):
    rows = table("iris.csv")
    n, d = len(rows), len(rows[0])
    mean = [mp.fsum(r[j] for r in rows) / n for j in range(d)]
    cov = mp.matrix(d, d)
    for i in range(d):
        for j in range(d):
            cov[i, j] = mp.fsum((r[i] - mean[i]) * (r[j] - mean[j]) for r in rows) / (n - 1)
    precision = cov**-1
    pairs = [(i, j) for i in range(d) for j in range(d)]
    energy = lambda x: mp.fsum(precision[i, j] * (x[i] - mean[i]) * (x[j] - mean[j]) for i, j in pairs) / 2
    scale = lambda x: mp.fsum(abs(precision[i, j] * (x[i] - mean[i]) * (x[j] - mean[j])) for i, j in pairs) / 2
    spread = np.array([float(mp.sqrt(cov[i, i])) for i in range(d)])
    centre = np.array([float(m) for m in mean])
    return "gaussian", centre + 2 * spread * rng.standard_normal((60, d)), energy, scale


def double_well(rng):
    a, b = mp.mpf("1.5"), 2
    return (
        "double_well",
        1.5 * rng.standard_normal((60, 4)),
        lambda x: a * mp.fsum((t * t - b) ** 2 for t in x),
        lambda x: a * mp.fsum((t * t + b) ** 2 for t in x),
    )


def rosenbrock(rng):
    a, b = 1, 100
    return (
        "rosenbrock",
        1.2 * rng.standard_normal((60, 5)),
        lambda x: mp.fsum(b * (v - u * u) ** 2 + (a - u) ** 2 for u, v in zip(x, x[1:])),
        lambda x: mp.fsum(b * (abs(v) + u * u) ** 2 + (a + abs(u)) ** 2 for u, v in zip(x, x[1:])),
    )


def sine(rng):
    scale = mp.mpf(0.7)
    points = 3 * rng.standard_normal((60, 4))
    points[0] = [0, 1e6, -12345.678, 1e-6]
    energy = lambda x: scale * mp.fsum(mp.sin(t) ** 2 for t in x)
    return "sine", points, energy, energy


LEFT = lambda x: sumsq(away(x, [-2, 0])) / 2
RIGHT = lambda x: mp.mpf("1.5") * sumsq(away(x, [2, 1]))


def plane(rng, rows=60):
    return 2.5 * rng.standard_normal((rows, 2))


def weighted_sum(rng):
    energy = lambda x: mp.mpf(0.7) * LEFT(x) + mp.mpf(0.3) * RIGHT(x)
    return "both", plane(rng), energy, energy


def product(rng):
    radius, width = 2, mp.mpf("0.5")
    bowl = lambda x: sumsq(away(x, [mp.mpf("0.5"), mp.mpf("-0.25")])) / 2
    ring = lambda x: (mp.sqrt(sumsq(x)) - radius) ** 2 / (2 * width**2)
    wide = lambda x: (mp.sqrt(sumsq(x)) + radius) ** 2 / (2 * width**2)
    return "either", plane(rng), lambda x: bowl(x) * ring(x), lambda x: bowl(x) * wide(x)


def minimum(rng):
    return "nearest", plane(rng), lambda x: lower(LEFT(x), RIGHT(x)), lambda x: LEFT(x) + RIGHT(x)


def maximum(rng):
    return "strictest", plane(rng), lambda x: higher(LEFT(x), RIGHT(x)), lambda x: LEFT(x) + RIGHT(x)


def mixture(rng):
    means = table("iris_means.csv")
    weights = [mp.mpf(w) for w in (0.5, 0.3, 0.2)]
    s = mp.mpf("0.5")

    def energy(x):
        parts = [mp.log(w) - sumsq(away(x, m)) / (2 * s * s) for w, m in zip(weights, means)]
        return -mp.log(mp.fsum(mp.exp(p) for p in parts))

    points = np.array([float(t) for t in means[1]]) + 1.5 * rng.standard_normal((60, 4))
    # Here every exp is below the smallest double.
    points[0] = [100, -100, 50, 80]
    points[1] = [-300, 2, 1, 0]
    return "mixture", points, energy, lambda x: abs(energy(x)) + 1


def sphere(rng):
    kappa, mu = 5, [mp.mpf(0), mp.mpf(0.6), mp.mpf(0.8)]
    points = rng.standard_normal((60, 3))
    points[0] = [1e-6, -2e-6, 3e-6]
    points[1] = [1e6, 2e6, -5e5]

    def energy(x):
        return -kappa * mp.fsum(m * t for m, t in zip(mu, x)) / mp.sqrt(sumsq(x))

    def scale(x):
        return kappa * mp.fsum(abs(m * t) for m, t in zip(mu, x)) / mp.sqrt(sumsq(x))

    return "sphere", points, energy, scale


def log_density(rng):
    a, y = table("iris_two_species.csv"), [row[0] for row in table("iris_is_virginica.csv")]

    def energy(beta):
        loss = mp.mpf(0)
        for row, label in zip(a, y):
            t = mp.fsum(u * v for u, v in zip(row, beta)) * (2 * label - 1)
            loss += mp.log(1 + mp.exp(-t))
        return loss + sumsq(beta) / 18

    points = np.array([float(c) for row in table("coefficients.csv") for c in row]).reshape(-1, 5)
    points[0] = [20, -40, 30, 60, -50]  # far out, where exp(t) overflows
    points[1] = 0
    return "posterior", points, energy, lambda x: abs(energy(x)) + 1


def network(rng):
    load = lambda part: exact(np.load(DATA / f"network_{part}.npy"))
    weights, bias, out = load("hidden"), load("bias"), load("output")

    def terms(x):
        for row, b, w in zip(weights, bias, out):
            t = mp.fsum(u * v for u, v in zip(row, x)) + b
            yield w * t / (1 + mp.exp(-t))

    points = np.array([5.8, 3.1, 3.8, 1.2]) + 2 * rng.standard_normal((60, 4))
    points[0] = [2000, -3000, 1000, 4000]
    return "network", points, lambda x: mp.fsum(terms(x)), lambda x: mp.fsum(abs(t) for t in terms(x))


def lennard_jones(rng):
    def pairs(x):
        atoms = [x[3 * i : 3 * i + 3] for i in range(len(x) // 3)]
        for i in range(len(atoms)):
            for j in range(i + 1, len(atoms)):
                between = away(atoms[i], atoms[j])
                yield i, j, between, sumsq(between) ** -3

    def gradient(x):
        g = [mp.mpf(0)] * len(x)
        for i, j, between, s6 in pairs(x):
            # d/d(r^2) of 4 (s6^2 - s6) is 4 (-6 s6^2 + 3 s6)/r^2, and r^2 changes by twice the difference.
            factor = 2 * 4 * (3 * s6 - 6 * s6 * s6) / sumsq(between)
            for k in range(3):
                g[3 * i + k] += factor * between[k]
                g[3 * j + k] -= factor * between[k]
        return g

    energy = lambda x: mp.fsum(4 * (s6 * s6 - s6) for *_, s6 in pairs(x))
    scale = lambda x: mp.fsum(4 * (s6 * s6 + s6) for *_, s6 in pairs(x))
    # Without the first cluster: its forces are zero but for rounding.
    return "lennard_jones", np.load(DATA / "clusters.npy")[1:], energy, scale, gradient


def state_dict(name):
    """The arrays of a .safetensors file of single-precision numbers, read without its library."""
    content = (DATA / name).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    arrays = {}
    for key, entry in json.loads(content[8:start]).items():
        if key != "__metadata__":
            first, last = entry["data_offsets"]
            assert entry["dtype"] == "F32"
            arrays[key] = exact(np.frombuffer(content[start + first : start + last], "<f4").reshape(entry["shape"]))
    return arrays


def mlp(rng):
    rows = table("iris.csv")
    weights = state_dict("flowers.safetensors")
    mean = [mp.fsum(row[j] for row in rows) / len(rows) for j in range(len(rows[0]))]

    def last_terms(r):
        for layer in (0, 2):
            u = [
                mp.fsum(w * v for w, v in zip(row, r)) + b
                for row, b in zip(weights[f"net.{layer}.weight"], weights[f"net.{layer}.bias"])
            ]
            r = [t / (1 + mp.exp(-t)) for t in u]
        yield weights["net.4.bias"][0]
        for w, v in zip(weights["net.4.weight"][0], r):
            yield w * v

    energy = lambda x: sumsq(away(x, mean)) / 2 + mp.fsum(last_terms(away(x, mean)))
    scale = lambda x: sumsq(away(x, mean)) / 2 + mp.fsum(abs(t) for t in last_terms(away(x, mean)))
    points = np.array([[float(t) for t in row] for row in rows[::3]]) + 0.3 * rng.standard_normal((50, 4))
    return "flowers", points, energy, scale


def garch(rng):
    y = [row[0] for row in table("returns.csv")]

    def terms(x):
        sigmoid = lambda t: 1 / (1 + mp.exp(-t))
        w, a = mp.exp(x[0]), sigmoid(x[1])
        b = (1 - a) * sigmoid(x[2])
        h = w
        for t in range(len(y)):
            if t > 0:
                h = w + a * y[t - 1] ** 2 + b * h
            yield mp.log(h) / 2
            yield y[t] ** 2 / (2 * h)
        yield sumsq(x) / 2

    points = np.array([float(c) for row in table("garch_draws.csv") for c in row]).reshape(-1, 3)
    points[0] = [-20, 3, 8]  # a variance that starts near 0 and keeps what it gets
    points[1] = [5, -30, -30]
    return "garch", points, lambda x: mp.fsum(terms(x)), lambda x: mp.fsum(abs(t) for t in terms(x))


EXAMPLES = {
    "01_gaussian": gaussian,
    "02_double_well": double_well,
    "03_rosenbrock": rosenbrock,
    "04_sine": sine,
    "05_weighted_sum": weighted_sum,
    "06_product": product,
    "07_minimum": minimum,
    "08_maximum": maximum,
    "09_mixture": mixture,
    "10_sphere": sphere,
    "11_log_density": log_density,
    "12_network": network,
    "13_lennard_jones": lennard_jones,
    "15_mlp": mlp,
    "14_garch": garch,
}


def write_data():
    """The inputs that aren't measurements: a grid, directions, coefficients, network weights, clusters."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(2)
    grid = [f"{u},{v}" for u in range(-4, 5) for v in range(-4, 5)]
    (DATA / "plane.csv").write_text("x,y\n" + "\n".join(grid) + "\n")
    directions = np.round(rng.standard_normal((60, 3)), 3)
    (DATA / "directions.csv").write_text("x,y,z\n" + "\n".join(",".join(map(str, r.tolist())) for r in directions) + "\n")

    # PyTorch's default for a linear layer: uniform within 1/sqrt(inputs).
    h, d = 16, 4
    for part, shape, inputs in (("hidden", (h, d), d), ("bias", (h,), d), ("output", (h,), h)):
        np.save(DATA / f"network_{part}.npy", single(rng.uniform(-1, 1, shape) / np.sqrt(inputs)))

    a = np.array([[float(c) for c in row] for row in table("iris_two_species.csv")])
    sign = 2 * np.array([float(row[0]) for row in table("iris_is_virginica.csv")]) - 1
    loss = lambda beta: np.logaddexp(0, -sign * (a @ beta)).sum() + beta @ beta / 18
    best = minimize(loss, np.zeros(5), tol=1e-10).x
    p = 1 / (1 + np.exp(-(a @ best)))
    spread = np.linalg.cholesky(np.linalg.inv((a.T * (p * (1 - p))) @ a + np.eye(5) / 9))
    draws = np.round(best + rng.standard_normal((60, 5)) @ spread.T, 3)
    names = "one,sepal length,sepal width,petal length,petal width"
    lines = [",".join(map(str, row.tolist())) for row in draws]
    (DATA / "coefficients.csv").write_text(names + "\n" + "\n".join(lines) + "\n")

    golden = (1 + 5**0.5) / 2
    corners = [(0, s, t * golden) for s in (-1, 1) for t in (-1, 1)]
    shell = [c[k:] + c[:k] for c in corners for k in range(3)]
    start = 1.1 * np.array([(0, 0, 0)] + shell) / np.sqrt(1 + golden**2)

    def pair_energy(flat):
        x = flat.reshape(13, 3)
        i, j = np.triu_indices(13, 1)
        s6 = ((x[i] - x[j]) ** 2).sum(1) ** -3.0
        return 4 * (s6 * s6 - s6).sum()

    cluster = minimize(pair_energy, start.ravel(), tol=1e-12).x.reshape(13, 3)
    assert abs(pair_energy(cluster.ravel()) + 44.326801) < 1e-5  # Wales and Doye, J. Phys. Chem. A 101 (1997) 5111
    shaken = cluster + 0.05 * rng.standard_normal((60, 13, 3))
    shaken[0] = cluster
    np.save(DATA / "clusters.npy", single(shaken))

    rng = np.random.default_rng(14)
    w, a, b = 0.1, 0.15, 0.8
    returns, h = [], w / (1 - a - b)
    for _ in range(120):
        returns.append(round(float(np.sqrt(h) * rng.standard_normal()), 3))
        h = w + a * returns[-1] ** 2 + b * h
    (DATA / "returns.csv").write_text("return\n" + "\n".join(map(str, returns)) + "\n")
    centre = [np.log(w), np.log(a / (1 - a)), np.log(b / (1 - a - b))]
    draws = np.round(centre + 0.5 * rng.standard_normal((60, 3)), 3)
    lines = [",".join(map(str, row.tolist())) for row in draws]
    (DATA / "garch_draws.csv").write_text("log w,logit a,logit b/(1-a)\n" + "\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", action="store_true", help="write the generated inputs in examples/data first")
    parser.add_argument("names", nargs="*", help="examples to do (all)")
    arguments = parser.parse_args()
    if arguments.data:
        write_data()
    for number, (name, make) in enumerate(EXAMPLES.items(), 1):
        if arguments.names and name not in arguments.names:
            continue
        energy_name, samples, energy, scale, *gradient = make(np.random.default_rng(100 + number))
        samples = single(samples)
        flat = samples.reshape(len(samples), -1)
        result = {"example": name, "energy_name": energy_name, "shape": list(samples.shape)}
        result["x"] = flat.ravel().tolist()
        rows = [exact(row) for row in flat]
        result["energy"] = [float(mp.re(energy(row))) for row in rows]
        result["energy_scale"] = [float(scale(row)) for row in rows]
        derivative = gradient[0] if gradient else lambda row: complex_step(energy, row)
        result["score"] = [float(-g) for row in rows for g in derivative(row)]
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in result.items())
        (OUT / f"{name}.json").write_text("{\n" + lines + "\n}\n")
        print(name, result["energy"][:2], result["score"][:2])


if __name__ == "__main__":
    main()
