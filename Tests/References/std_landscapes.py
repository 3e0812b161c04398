"""Gaussians, wells, test functions, lattices and particles."""

import mpmath as mp
import numpy as np
import scipy.optimize
import scipy.stats
from std_cases import *

TWO_PI = 2 * mp.pi

# Gaussians

MU = [1, -2, 0.5]
P = [[2, 0.5, 0.25], [0.5, 1, -0.125], [0.25, -0.125, 3]]


def gaussian(x, mu, P):
    return [t / 2 for t in quadratic(P, minus(x, mu))]


def gaussian_cov(x, mu, Sigma):
    return gaussian(x, mu, inverse(Sigma))


def multivariate_normal(x, mu, Sigma):
    return gaussian_cov(x, mu, Sigma) + [mp.log(mp.det(mp.matrix(Sigma))) / 2, len(x) * mp.log(TWO_PI) / 2]


def moments(rows, regularization):
    n, d = len(rows), len(rows[0])
    mean = [mp.fsum(r[j] for r in rows) / n for j in range(d)]
    cov = [[mp.fsum((r[i] - mean[i]) * (r[j] - mean[j]) for r in rows) / (n - 1) for j in range(d)] for i in range(d)]
    for i in range(d):
        cov[i][i] += regularization
    return mean, cov


def gaussian_from_samples(x, X, regularization=mp.mpf(1e-4)):
    return gaussian_cov(x, *moments(X, regularization))


def gaussian_mixture(x, w, M, s):
    d = len(x)
    logs = [
        mp.log(wk) - sumsq(minus(x, mk)) / (2 * sk**2) - d * mp.log(sk) - d * mp.log(TWO_PI) / 2
        for wk, mk, sk in zip(w, M, s)
    ]
    return -logsumexp(logs)


FLOWERS = [[5.1, 3.5], [4.9, 3.0], [4.7, 3.2], [4.6, 3.1], [5.0, 3.6], [5.4, 3.9]]
case("gaussian", gaussian, [3], mu=MU, P=P, deviation=2, special=[MU])
case("gaussian_cov", gaussian_cov, [3], mu=MU, Sigma=P, deviation=2, special=[MU])
case("standard_gaussian", lambda x: [t * t / 2 for t in x], [4], special=[[0, 0, 0, 0]])
case("gaussian_from_samples", gaussian_from_samples, [2], X=FLOWERS, centre=np.array([5, 3.4]), deviation=0.5, condition=300)
case("gaussian_from_samples", gaussian_from_samples, [2], X=FLOWERS, regularization=0.5, centre=np.array([5, 3.4]))
case("multivariate_normal", multivariate_normal, [3], mu=MU, Sigma=P, deviation=2, special=[MU])
case(
    "gaussian_mixture", gaussian_mixture, [2], w=[0.5, 0.3, 0.2], M=[[-2, 0], [2, 0], [0, 3]], s=[0.5, 1.0, 0.25],
    deviation=2, special=[[0.3, 0.7], [60, -80]])


@check
def multivariate_normal_is_scipys():
    x = [0.3, -1.2, 2.0]
    wanted = -scipy.stats.multivariate_normal(MU, P).logpdf(x)
    near(mp.fsum(multivariate_normal(exact(x), exact(MU), exact(P))), wanted)


# Wells

HARMONIC = lambda x, k=1: [k * t * t / 2 for t in x]
case("harmonic", HARMONIC, [3], k=2, special=[[0.5, -1.25, 2], [0, 0, 0]])

double_well = lambda x, a=1, b=2: [a * (t * t - b) ** 2 for t in x]
case("double_well", double_well, [4], deviation=1.5, special=[[0, 0, 0, 0]])
case("double_well", double_well, [3], a=0.75, b=1.0, special=[[1, -1, 1]])
double_well_at = lambda x, height=2, b=1: [height * (t * t - b * b) ** 2 for t in x]
case("double_well_at", double_well_at, [3], special=[[0.5, -1.25, 2], [1, -1, 1]])
case("double_well_at", double_well_at, [2], height=0.5, b=3.0, deviation=3, special=[[3, -3]])


def many_well(x):
    pairs = zip(x[0::2], x[1::2])
    return [t for u, v in pairs for t in (u**4, -6 * u**2, -u / 2, v**2 / 2)]


case("many_well", many_well, [6], deviation=1.5, special=[[1.75, 0, -1.75, 0, 0, 0]])
case("many_well", many_well, [2], deviation=1.5)

ring = lambda x, r=2, w=mp.mpf("0.25"): [(norm(x) - r) ** 2 / (2 * w**2)]
case("ring", ring, [2], deviation=2, condition=200, special=[[2, 0], [3, 0], [1.5, -0.5]])
case("ring", ring, [3], r=3.0, w=1.0, deviation=3, condition=200)


def two_moons(x):
    r = ((norm(x) - 2) / mp.mpf("0.4")) ** 2 / 2
    left, right = (-(((x[0] + s) / mp.mpf("0.6")) ** 2) / 2 for s in (2, -2))
    return [r, -logsumexp([left, right])]


case("two_moons", two_moons, [2], deviation=2, condition=200, special=[[2, 0], [-40, 30]])
SINE = lambda x, scale=1: [scale * mp.sin(t) ** 2 for t in x]
case("sine", SINE, [3], deviation=3, special=[[0, 0, 0]])
case("sine", SINE, [2], scale=0.5, deviation=3, special=[[1.5, -40]])


def muller_brown(x):
    A, a, b, c = [-200, -100, -170, 15], [-1, -1, mp.mpf("-6.5"), mp.mpf("0.7")], [0, 0, 11, mp.mpf("0.6")], \
        [-10, -10, mp.mpf("-6.5"), mp.mpf("0.7")]
    u, v = [1, 0, mp.mpf("-0.5"), -1], [0, mp.mpf("0.5"), mp.mpf("1.5"), 1]
    return [
        A[k] * mp.exp(a[k] * (x[0] - u[k]) ** 2 + b[k] * (x[0] - u[k]) * (x[1] - v[k]) + c[k] * (x[1] - v[k]) ** 2)
        for k in range(4)
    ]


def inside(rng):
    return rng.uniform([-1.5, -0.2], [1.1, 2])


case("muller_brown", muller_brown, [2], make=inside,
     special=[[-0.558224, 1.441726], [0.623499, 0.028038], [-0.050011, 0.466694]])


@check
def muller_brown_minima_are_the_published_ones():
    # Muller and Brown, Theor. Chim. Acta 53, 1979, p. 75: energies of the three minima.
    for x, energy in [((-0.558, 1.442), -146.700), ((0.623, 0.028), -108.167), ((-0.050, 0.467), -80.768)]:
        f = lambda x: float(mp.fsum(muller_brown([mp.mpf(t) for t in x])))
        found = scipy.optimize.minimize(f, x, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
        near(found.fun, energy, 5)
        near(found.x[0], x[0], 3)


# Test functions

def rosenbrock(x, a=1, b=100):
    return [t for u, v in zip(x, x[1:]) for t in (b * (v - u * u) ** 2, (a - u) ** 2)]


case("rosenbrock", rosenbrock, [5], deviation=1.2, special=[[1, 1, 1, 1, 1]])
case("rosenbrock", rosenbrock, [2], special=[[-1.2, 1], [1, 1], [0.5, 0.5]])
case("rosenbrock", rosenbrock, [3], a=1.5, b=10.0, special=[[1.5, 2.25, 5.0625]])


@check
def rosenbrock_is_scipys():
    for x in ([-1.2, 1.0], [0.0, 0.1, 0.2, 0.3]):
        near(mp.fsum(rosenbrock(exact(x))), scipy.optimize.rosen(x))


def ackley(x, a=20, b=mp.mpf("0.2"), c=TWO_PI):
    n = len(x)
    return [-a * mp.exp(-b * mp.sqrt(sumsq(x) / n)), -mp.exp(mp.fsum(mp.cos(c * t) for t in x) / n), mp.mpf(a), mp.e]


case("ackley", ackley, [2], deviation=2, condition=50, special=[[0.5, -1.25], [0, 0], [30.25, -40.5]], kinks=[1])
case("ackley", ackley, [3], a=10.0, b=0.5, c=3.0, special=[[1, 2, -0.75]])

rastrigin = lambda x, a=10: [t for u in x for t in (a, u * u, -a * mp.cos(TWO_PI * u))]
case("rastrigin", rastrigin, [3], deviation=2, condition=50, special=[[0, 0, 0], [1, 2, -0.75]])
case("rastrigin", rastrigin, [2], a=3.0, deviation=2, condition=50)

styblinski_tang = lambda x: [t for u in x for t in (u**4 / 2, -8 * u**2, 5 * u / 2)]
case("styblinski_tang", styblinski_tang, [3], deviation=2, special=[[-2.903534] * 3])


@check
def styblinski_tangs_minimum_is_the_published_one():
    near(mp.fsum(styblinski_tang([mp.mpf("-2.90353402777118")])), mp.mpf("-39.1661657037714"), 13)


himmelblau = lambda x: [(x[0] ** 2 + x[1] - 11) ** 2, (x[0] + x[1] ** 2 - 7) ** 2]
MINIMA = [(3, 2), (-2.805118086952745, 3.131312518250573), (-3.779310253377747, -3.283185991286170),
          (3.584428340330492, -1.848126526964404)]
case("himmelblau", himmelblau, [2], deviation=2.5, condition=100, special=[MINIMA[0], (0, 0), (-3, 3)])


@check
def himmelblaus_minima_are_the_published_ones():
    for x in MINIMA:
        near(mp.fsum(himmelblau(exact(x))), 0, 25)


def funnel(x, s=3):
    first = [x[0] ** 2 / (2 * s**2), mp.log(s), mp.log(TWO_PI) / 2]
    return first + [t for u in x[1:] for t in (u * u / (2 * mp.exp(x[0])), x[0] / 2, mp.log(TWO_PI) / 2)]


case("funnel", funnel, [4], deviation=1.5, special=[[-3, 0.1, 0.2, -0.1], [0, 0, 0, 0], [9, 50, -80, 20]])
case("funnel", funnel, [2], s=1.5)


def banana(x, curvature=mp.mpf(0.03), s=10):
    return [
        x[0] ** 2 / (2 * s**2), mp.log(s), (x[1] - curvature * (x[0] ** 2 - s**2)) ** 2 / 2, mp.log(TWO_PI)]


case("banana", banana, [2], deviation=np.array([8, 3]), special=[[5, -1], [-12, 2.5]])
case("banana", banana, [2], curvature=0.5, s=2.0, deviation=2)

# Lattices

def bonds(L, M):
    for i in range(L):
        for j in range(M):
            yield i, j, (i + 1) % L, j
            yield i, j, i, (j + 1) % M


def phi4(shape):
    def terms(x, m2=-4, **rest):
        quartic = rest.get("lambda", 8)
        f = grid(x, *shape)
        return [(f[k][l] - f[i][j]) ** 2 for i, j, k, l in bonds(*shape)] + [m2 * t * t + quartic * t**4 for t in x]

    return terms


def xy(shape):
    def terms(x, J=1):
        t = grid(x, *shape)
        return [-J * mp.cos(t[i][j] - t[k][l]) for i, j, k, l in bonds(*shape)]

    return terms


def ising(shape):
    def terms(x, J=1, h=0):
        s = grid(x, *shape)
        return [-J * s[i][j] * s[k][l] for i, j, k, l in bonds(*shape)] + [-h * t for t in x]

    return terms


def potts(L, M, q):
    def terms(x, J=1, h=None):
        s = grid(x, L, M, q)
        fields = [-dot(h, s[i][j]) for i in range(L) for j in range(M)] if h else []
        return [-J * dot(s[i][j], s[k][l]) for i, j, k, l in bonds(L, M)] + fields

    return terms


NINE = [0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.7, -0.8, 0.9]
case("phi4", phi4([3, 4]), [3, 4], deviation=0.7, special=[np.zeros(12)])
case("phi4", phi4([2, 3]), [2, 3], m2=1.5, **{"lambda": 0.5})
case("xy", xy([3, 3]), [3, 3], deviation=2, special=[NINE, np.zeros(9)])
case("xy", xy([4, 2]), [4, 2], J=-0.5, deviation=2)
signs = lambda n: lambda rng: rng.choice([-1.0, 1.0], size=n)
case("ising", ising([3, 4]), [3, 4], make=signs(12), special=[np.ones(12), np.zeros(12)])
case("ising", ising([3, 3]), [3, 3], J=0.5, h=0.25, special=[NINE])


def states(rng):
    return np.eye(3)[rng.integers(0, 3, size=6)]


case("potts", potts(2, 3, 3), [2, 3, 3], make=states)
case("potts", potts(3, 3, 2), [3, 3, 2], J=0.5, h=[0.25, -1.0])

# Particles

def pairs(x, k, potential):
    X = grid(x, len(x) // k, k)
    return [t for i in range(len(X)) for j in range(i) for t in potential(norm(minus(X[i], X[j])), i, j)]


def lennard_jones(k):
    def terms(x, epsilon=1, sigma=1):
        return pairs(x, k, lambda r, i, j: [4 * epsilon * (sigma / r) ** 12, -4 * epsilon * (sigma / r) ** 6])

    return terms


def wca(k):
    def terms(x, epsilon=1, sigma=1):
        edge = mp.mpf(2) ** (mp.mpf(1) / 6) * sigma
        inner = lambda r: [4 * epsilon * (sigma / r) ** 12, -4 * epsilon * (sigma / r) ** 6, epsilon]
        return pairs(x, k, lambda r, i, j: inner(r) if r < edge else [mp.mpf(0)] * 3)

    return terms


def morse(k):
    def terms(x, epsilon=1, rho=6, r0=1):
        e = lambda r: mp.exp(rho * (1 - r / r0))
        return pairs(x, k, lambda r, i, j: [epsilon * e(r) ** 2, -2 * epsilon * e(r)])

    return terms


def coulomb(k):
    return lambda x, q: pairs(x, k, lambda r, i, j: [q[i] * q[j] / r])


def dw4(k):
    def terms(x, a=0, b=-4, c=mp.mpf("0.9"), r0=4, tau=1):
        return pairs(x, k, lambda r, i, j: [a * (r - r0) / tau, b * (r - r0) ** 2 / tau, c * (r - r0) ** 4 / tau])

    return terms


def icosahedron():
    """A centre and the twelve corners of an icosahedron at distance 1."""
    golden = (1 + 5**0.5) / 2
    corners = [(0, s, t * golden) for s in (-1, 1) for t in (-1, 1)]
    corners = corners + [(c, a, b) for a, b, c in corners] + [(b, c, a) for a, b, c in corners]
    return np.array([(0, 0, 0)] + corners) / np.sqrt(1 + golden**2)


def scaled(energy, low, high):
    """The icosahedron in the size of least energy."""
    f = lambda s: float(mp.fsum(energy([mp.mpf(t) for t in (s * icosahedron()).reshape(-1)])))
    found = scipy.optimize.minimize_scalar(f, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    return found.x * icosahedron(), found.fun


LJ13, LJ13_ENERGY = scaled(lennard_jones(3), 1, 1.2)
MORSE13, MORSE13_ENERGY = scaled(morse(3), 0.8, 1.1)


@check
def clusters_have_their_published_energies():
    near(LJ13_ENERGY, -44.326801, 7)  # Wales and Doye, J. Phys. Chem. A 101, 1997, p. 5111
    near(MORSE13_ENERGY, -42.439863, 7)  # Doye and Wales, J. Chem. Soc., Faraday Trans. 93, 1997, p. 4233, rho = 6


def spread(n, k, distance):
    """Particles near the points of a cubic lattice, so that none are on top of each other."""
    side = int(np.ceil(n ** (1 / k)))
    corners = np.stack(np.meshgrid(*[np.arange(side)] * k, indexing="ij"), -1).reshape(-1, k)[:n]
    return lambda rng: distance * corners + 0.15 * distance * rng.standard_normal((n, k))


case("lennard_jones", lennard_jones(3), [5, 3], make=spread(5, 3, 1.1), condition=4)
case("lennard_jones", lennard_jones(2), [3, 2], epsilon=0.5, sigma=1.5, make=spread(3, 2, 1.7), condition=4)
case("lennard_jones", lennard_jones(3), [13, 3], draw=0, special=[LJ13], condition=4)
case("wca", wca(3), [5, 3], make=spread(5, 3, 1.05), condition=20)
case("wca", wca(2), [3, 2], epsilon=0.5, sigma=1.5, make=spread(3, 2, 1.5), special=[[0, 0, 10, 0, 0, 10]], condition=20)
case("morse", morse(3), [5, 3], make=spread(5, 3, 1.1), condition=4)
case("morse", morse(2), [3, 2], epsilon=0.5, rho=3.0, r0=1.5, make=spread(3, 2, 1.7))
case("morse", morse(3), [13, 3], draw=0, special=[MORSE13], condition=4)
case("coulomb", coulomb(3), [4, 3], q=[1, -1, 2, 0.5], make=spread(4, 3, 1.1))
case("dw4", dw4(2), [4, 2], make=spread(4, 2, 3), condition=100)
case("dw4", dw4(3), [3, 3], a=0.5, b=1.0, c=0.25, r0=2.0, tau=2.0, make=spread(3, 3, 2), condition=100)
