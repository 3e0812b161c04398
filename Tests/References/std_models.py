"""Networks, regressions, hierarchical models and series."""

import itertools

import mpmath as mp
import numpy as np
import scipy.stats as stats
from std_cases import *

log, lgamma = mp.log, mp.loggamma
TWO_PI = 2 * mp.pi

# Networks

W = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]]


def rbm(v, W, b=(0, 0, 0), c=(0, 0)):
    activation = [c[j] + mp.fsum(W[i][j] * v[i] for i in range(len(v))) for j in range(len(c))]
    return [-s * t for s, t in zip(b, v)] + [-softplus(t) for t in activation]


case("rbm", rbm, [3], W=W, b=[0.1, -0.2, 0.3], c=[-0.5, 0.4], special=[[1, 0, 1], [0.5, -0.25, 2], [1000, -1000, 500]])
case("rbm", rbm, [3], W=W)


@check
def rbm_sums_its_hidden_units_out():
    v, b, c = exact([1, 0, 1]), exact([0.1, -0.2, 0.3]), exact([-0.5, 0.4])
    w = exact(W)
    joint = lambda h: -dot(b, v) - dot(c, h) - mp.fsum(v[i] * w[i][j] * h[j] for i in range(3) for j in range(2))
    total = mp.fsum(mp.exp(-joint(h)) for h in [(0, 0), (0, 1), (1, 0), (1, 1)])
    near(mp.fsum(rbm(v, w, b, c)), -log(total), 40)


LAYERS = [
    ([[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]], [0.1, -0.2, 0.3]),
    ([[0.5, -0.25, 1.0], [-1.5, 0.75, 0.5]], [0.25, -0.5]),
    ([[1.25, -0.75]], [0.125]),
]


def network(activation):
    def terms(x):
        values = x
        for number, (weights, bias) in enumerate(LAYERS):
            values = [dot(exact(row), values) + mp.mpf(b) for row, b in zip(weights, bias)]
            if number < len(LAYERS) - 1:
                values = [activation(t) for t in values]
        return values

    return terms


SETTINGS = {f"net.{2 * k}.{name}": value for k, layer in enumerate(LAYERS) for name, value in zip(["weight", "bias"], layer)}
for name, function in [("silu", lambda t: t / (1 + mp.exp(-t))), ("tanh", mp.tanh)]:
    case("network", network(function), [2], definitions=[f"param net : mlp[2, 3, 2, 1]({name})"], net="net",
         settings=SETTINGS, special=[[100, -200]], condition=10)

COUPLINGS = [[0, 1, -0.5], [1, 0, 0.25], [-0.5, 0.25, 0]]
hopfield = lambda x, W, b=(0, 0, 0): [-t / 2 for t in quadratic(W, x)] + [-s * t for s, t in zip(b, x)]
case("hopfield", hopfield, [3], W=COUPLINGS, b=[0.5, -0.25, 1.0], special=[[1, -1, 1]])
case("hopfield", hopfield, [3], W=COUPLINGS)

PATTERNS = [[1, 0, 0.5], [0, 1, -0.5], [-1, -1, 0], [0.5, 0.25, 2]]


def hopfield_modern(x, X, beta=1):
    return [
        -logsumexp([beta * dot(p, x) for p in X]) / beta, sumsq(x) / 2, log(len(X)) / beta, max(sumsq(p) for p in X) / 2]


case("hopfield_modern", hopfield_modern, [3], X=PATTERNS, beta=4.0, special=[[1, 0, 0.5], [300, -200, 100]])
case("hopfield_modern", hopfield_modern, [3], X=PATTERNS)

# Regressions

A = [[1, -1.5], [1, -0.5], [1, 0.25], [1, 1], [1, 2.5]]
prior = lambda beta, alpha: [alpha * t * t / 2 for t in beta]


def linear_regression(beta, A, y, sigma=1, alpha=1):
    residuals = minus(y, times(A, beta))
    return [t for r in residuals for t in ((r / sigma) ** 2 / 2, log(sigma), log(TWO_PI) / 2)] + prior(beta, alpha)


def logistic_regression(beta, A, y, alpha=1):
    return [softplus(-t) if k == 1 else softplus(t) for k, t in zip(y, times(A, beta))] + prior(beta, alpha)


def poisson_regression(beta, A, y, alpha=1):
    return [u for k, t in zip(y, times(A, beta)) for u in (mp.exp(t), -k * t, lgamma(k + 1))] + prior(beta, alpha)


VALUES = [0.1, 0.9, 2.2, 1.75, 4]
case("linear_regression", linear_regression, [2], A=A, y=VALUES, sigma=0.5, alpha=0.25)
case("linear_regression", linear_regression, [2], A=A, y=VALUES, alpha=0)
case("logistic_regression", logistic_regression, [2], A=A, y=[0, 1, 0, 1, 1], special=[[1000, -500]])
case("logistic_regression", logistic_regression, [2], A=A, y=[0, 1, 0, 1, 1], alpha=0, deviation=3)
case("poisson_regression", poisson_regression, [2], A=A, y=[0, 2, 1, 4, 9])
case("poisson_regression", poisson_regression, [2], A=A, y=[0, 2, 1, 4, 9], alpha=0.25, deviation=0.5)


@check
def regressions_are_scipys():
    beta = [0.3, -0.7]
    t = np.array(A) @ beta
    b, a = exact(beta), exact(A)
    near(mp.fsum(linear_regression(b, a, exact(VALUES), mp.mpf(0.5), 0)), -stats.norm.logpdf(VALUES, t, 0.5).sum())
    y = [0, 1, 0, 1, 1]
    near(mp.fsum(logistic_regression(b, a, y, 0)), -stats.bernoulli.logpmf(y, 1 / (1 + np.exp(-t))).sum())
    y = [0, 2, 1, 4, 9]
    near(mp.fsum(poisson_regression(b, a, y, 0)), -stats.poisson.logpmf(y, np.exp(t)).sum())


PLACES = [[0, 0], [1, 0.5], [2.5, -1], [0.5, 2], [-1, -0.75]]
HEIGHTS = [0.2, 1, -0.25, 0.5, 1.5]


def gp_marginal(x, X, y):
    length, amplitude, noise = (mp.exp(t) for t in x)
    n = len(y)
    K = [[amplitude**2 * mp.exp(-sumsq(minus(X[i], X[j])) / (2 * length**2)) for j in range(n)] for i in range(n)]
    for i in range(n):
        K[i][i] += noise**2
    return [t / 2 for t in quadratic(inverse(K), y)] + [log(mp.det(mp.matrix(K))) / 2, n * log(TWO_PI) / 2]


case("gp_marginal", gp_marginal, [3], X=PLACES, y=HEIGHTS, deviation=0.5, centre=np.array([0, 0, -1]), condition=500)


@check
def gp_marginal_is_scipys():
    K = [[np.exp(-((np.array(p) - q) ** 2).sum() / 2) + 0.25 * (p == q) for q in PLACES] for p in PLACES]
    wanted = -stats.multivariate_normal(np.zeros(5), K).logpdf(HEIGHTS)
    near(mp.fsum(gp_marginal([mp.mpf(0), mp.mpf(0), log(mp.mpf(0.5))], exact(PLACES), exact(HEIGHTS))), wanted)


# Hierarchical models

EFFECTS = [28, 8, -3, 7, -1, 1, 18, 12]
ERRORS = [15, 10, 16, 11, 9, 11, 10, 18]
normal = lambda x, mu, sigma: [((x - mu) / sigma) ** 2 / 2, log(sigma), log(TWO_PI) / 2]
cauchy = lambda x, mu, sigma: [mp.log1p(((x - mu) / sigma) ** 2), log(mp.pi * sigma)]
half = [-log(mp.mpf(2))]
positive_scale = lambda x: x[1] > 0


def hyperpriors(mu, tau):
    return normal(mu, 0, mp.mpf(5)) + cauchy(tau, 0, mp.mpf(5)) + half


def eight_schools_centered(x):
    mu, tau, theta = x[0], x[1], x[2:]
    result = hyperpriors(mu, tau)
    for t, y, s in zip(theta, EFFECTS, ERRORS):
        result = result + normal(t, mu, tau) + normal(mp.mpf(y), t, mp.mpf(s))
    return result


def eight_schools_non_centered(x):
    mu, tau, z = x[0], x[1], x[2:]
    result = hyperpriors(mu, tau)
    for t, y, s in zip(z, EFFECTS, ERRORS):
        result = result + normal(t, 0, mp.mpf(1)) + normal(mp.mpf(y), mu + tau * t, mp.mpf(s))
    return result


def schools(rng):
    return np.concatenate([3 + 3 * rng.standard_normal(1), rng.gamma(2, 2, size=1), 5 + 5 * rng.standard_normal(8)])


outside = [[4, -1] + [0] * 8]
case("eight_schools_centered", eight_schools_centered, [10], make=schools, domain=positive_scale, special=outside)
case("eight_schools_non_centered", eight_schools_non_centered, [10],
     make=lambda rng: np.concatenate([schools(rng)[:2], rng.standard_normal(8)]), domain=positive_scale, special=outside)


@check
def eight_schools_is_scipys():
    mu, tau, theta = 4, 3, [6, 5, 3, 4, 2, 3, 7, 5]
    wanted = stats.norm.logpdf(mu, 0, 5) + stats.halfcauchy.logpdf(tau, 0, 5)
    wanted += stats.norm.logpdf(theta, mu, tau).sum() + stats.norm.logpdf(EFFECTS, theta, ERRORS).sum()
    near(mp.fsum(eight_schools_centered(exact([mu, tau] + theta))), -wanted)


# Series

RETURNS = [0.5, -1.25, 0.25, 2, -0.5]


def stochastic_volatility(x, y):
    mu, phi, sigma, h = x[0], x[1], x[2], x[3:]
    result = cauchy(mu, 0, mp.mpf(10)) + cauchy(sigma, 0, mp.mpf(5)) + half + [log(mp.mpf(2))]
    result = result + normal(h[0], mu, sigma / mp.sqrt(1 - phi**2))
    for before, now in zip(h, h[1:]):
        result = result + normal(now, mu + phi * (before - mu), sigma)
    for t, v in zip(y, h):
        result = result + normal(t, 0, mp.exp(v / 2))
    return result


def volatilities(rng):
    start = [rng.standard_normal(), rng.uniform(-0.9, 0.9), rng.gamma(2, 0.5)]
    return np.concatenate([start, rng.standard_normal(5)])


case("stochastic_volatility", stochastic_volatility, [8], y=RETURNS, make=volatilities,
     domain=lambda x: abs(x[1]) <= 1 and x[2] > 0, special=[[0, 1.5, 1, 0, 0, 0, 0, 0], [0, 0.5, -1, 0, 0, 0, 0, 0]])


def autoregression(x, phi, c=0, sigma=1):
    p = len(phi)
    means = [c + mp.fsum(phi[k] * x[t - 1 - k] for k in range(p)) for t in range(p, len(x))]
    return [u for value, mean in zip(x[p:], means) for u in normal(value, mean, sigma)]


case("autoregression", autoregression, [6], phi=[0.5, 0.25])
case("autoregression", autoregression, [5], phi=[1.0, -0.5, 0.25], c=0.5, sigma=0.5)


def garch(x, y, start=1):
    mu, omega, alpha, beta = x
    h, result = start, []
    for value in y:
        result += normal(value, mu, mp.sqrt(h))
        h = omega + alpha * (value - mu) ** 2 + beta * h
    return result


def likely(rng):
    return [rng.standard_normal(), rng.gamma(2, 0.25), rng.uniform(0.05, 0.5), rng.uniform(0.1, 0.9)]


for given in ({}, {"start": 2.5}):
    case("garch", garch, [4], y=RETURNS, make=likely, special=[[0, -1, 0.5, 0.5], [0, 1, 0.5, 1.5]], **given,
         domain=lambda x: x[1] > 0 and 0 <= x[2] <= 1 and 0 <= x[3] <= 1)


def hidden_markov(x, p, A, mu, sigma):
    density = lambda t, j: mp.exp(-mp.fsum(normal(x[t], mu[j], sigma[j])))
    states = range(len(p))
    alpha = [p[j] * density(0, j) for j in states]
    for t in range(1, len(x)):
        alpha = [mp.fsum(alpha[i] * A[i][j] for i in states) * density(t, j) for j in states]
    return -log(mp.fsum(alpha))


TWO = dict(p=[0.5, 0.5], A=[[0.75, 0.25], [0.125, 0.875]], mu=[-1, 1], sigma=[0.5, 1])
THREE = dict(p=[0.25, 0, 0.75], A=[[0.5, 0.5, 0], [0, 0.75, 0.25], [1, 0, 0]], mu=[-2, 0, 1.5], sigma=[1, 0.25, 0.5])
case("hidden_markov", hidden_markov, [5], special=[[-1, -1, 1, 1, -1]], condition=100, **TWO)
case("hidden_markov", hidden_markov, [3], draw=0, special=[[30, -40, 50], [1e3, 1e3, -1e3]], single=False, **TWO)
case("hidden_markov", hidden_markov, [4], condition=100, **THREE)
# One of its curvatures is the difference of terms that are a hundred times as large, and rounded a few times each.
case("hidden_markov", hidden_markov, [1], condition=400, **TWO)


@check
def hidden_markov_sums_all_paths():
    x, total = exact([0.5, -1.25, 0.25, 2]), 0
    p, A, mu, sigma = (exact(THREE[key]) for key in ("p", "A", "mu", "sigma"))
    for path in itertools.product(range(3), repeat=4):
        weight = p[path[0]]
        for before, now in zip(path, path[1:]):
            weight *= A[before][now]
        total += weight * mp.exp(-mp.fsum(u for t, j in zip(x, path) for u in normal(t, mu[j], sigma[j])))
    near(hidden_markov(x, p, A, mu, sigma), -log(total), 40)


def sir(x, y, N, start=1, rho=1):
    beta, gamma = x
    S, I, result = N - start, start, []
    for count in y:
        infected = S * (1 - mp.exp(-beta * I / N))
        result += [rho * infected, -count * log(rho * infected), lgamma(count + 1)]
        S, I = S - infected, I * mp.exp(-gamma) + infected
    return result


BOARDING_SCHOOL = [3, 8, 26, 76, 225, 298, 258, 233, 189, 128, 68, 29, 14, 4]
rates = lambda rng: [rng.gamma(8, 0.25), rng.gamma(4, 0.25)]
for given in (dict(y=BOARDING_SCHOOL, N=763), dict(y=[0, 2, 1, 7, 11], N=1000, start=2.5, rho=0.25)):
    case("sir", sir, [2], make=rates, domain=lambda x: x[0] > 0 and x[1] > 0,
         special=[[-1, 0.5], [1, -0.5], [5, 3], [0.0625, 2]], **given)


@check
def stochastic_volatility_is_scipys():
    mu, phi, sigma, h = 0.25, 0.5, 0.75, np.array([0.1, -0.2, 0.3, 0.5, -0.4])
    wanted = stats.cauchy.logpdf(mu, 0, 10) + stats.uniform.logpdf(phi, -1, 2) + stats.halfcauchy.logpdf(sigma, 0, 5)
    wanted += stats.norm.logpdf(h[0], mu, sigma / np.sqrt(1 - phi**2))
    wanted += stats.norm.logpdf(h[1:], mu + phi * (h[:-1] - mu), sigma).sum()
    wanted += stats.norm.logpdf(RETURNS, 0, np.exp(h / 2)).sum()
    near(mp.fsum(stochastic_volatility(exact([mu, phi, sigma, *h]), RETURNS)), -wanted)
