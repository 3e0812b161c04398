"""Normalised densities, each also against scipy."""

import mpmath as mp
import numpy as np
import scipy.stats as stats
from std_cases import *

log, lgamma, log1p = mp.log, mp.loggamma, mp.log1p
TWO_PI = 2 * mp.pi
lbeta = lambda a, b: lgamma(a) + lgamma(b) - lgamma(a + b)
positive = lambda x: x[0] > 0
nonnegative = lambda x: x[0] >= 0
unit = lambda x: 0 <= x[0] <= 1


def density(name, formula, known, *, domain=None, draws=None, special=(), far=(), **parameters):
    """A density of one number: its cases without and with parameters, and the check against scipy."""
    make = draws or (lambda rng: rng.standard_normal(1) * 2)
    case(name, formula, [], make=make, domain=domain, special=[[s] for s in special])
    case(name, formula, [], make=make, domain=domain, **parameters)
    if far:  # beyond what single precision can square twice
        case(name, formula, [], draw=0, special=[[s] for s in far], single=False)

    def agrees():
        rng = np.random.default_rng(5)
        for given in ({}, parameters):
            for _ in range(5):
                x = float(np.float32(make(rng)[0]))
                ours = mp.fsum(formula([mp.mpf(x)], **{k: mp.mpf(v) for k, v in given.items()}))
                near(ours, -known(x, **given), 11)

    agrees.__name__ = name
    check(agrees)


above = lambda rng: rng.gamma(2, 1, size=1)
within = lambda rng: rng.uniform(0.02, 0.98, size=1)
counts = lambda rng: rng.poisson(4, size=1).astype(float)

density(
    "normal", lambda x, mu=0, sigma=1: [((x[0] - mu) / sigma) ** 2 / 2, log(sigma), log(TWO_PI) / 2],
    lambda x, mu=0, sigma=1: stats.norm.logpdf(x, mu, sigma), mu=0.5, sigma=2.5, special=[0, 1e6])
density(
    "half_normal", lambda x, sigma=1: [(x[0] / sigma) ** 2 / 2, log(sigma), log(mp.pi / 2) / 2],
    lambda x, sigma=1: stats.halfnorm.logpdf(x, scale=sigma), domain=nonnegative, draws=above, sigma=2.5, special=[0, -1])
density(
    "lognormal",
    lambda x, mu=0, sigma=1: [((log(x[0]) - mu) / sigma) ** 2 / 2, log(x[0]), log(sigma), log(TWO_PI) / 2],
    lambda x, mu=0, sigma=1: stats.lognorm.logpdf(x, sigma, scale=np.exp(mu)), domain=positive, draws=above, mu=0.5,
    sigma=0.75, special=[1, -2, 0])
density(
    "student_t",
    lambda x, nu=1, mu=0, sigma=1: [
        (nu + 1) * log1p(((x[0] - mu) / sigma) ** 2 / nu) / 2, lgamma(mp.mpf(nu) / 2), -lgamma((mp.mpf(nu) + 1) / 2),
        log(nu * mp.pi) / 2, log(sigma)],
    lambda x, nu=1, mu=0, sigma=1: stats.t.logpdf(x, nu, mu, sigma), nu=4.5, mu=0.5, sigma=2.5, special=[0, 1e8], far=[1e15])
density(
    "cauchy", lambda x, mu=0, sigma=1: [log1p(((x[0] - mu) / sigma) ** 2), log(mp.pi), log(sigma)],
    lambda x, mu=0, sigma=1: stats.cauchy.logpdf(x, mu, sigma), mu=0.5, sigma=2.5, special=[0, -1e8], far=[-1e15])
density(
    "half_cauchy", lambda x, sigma=1: [log1p((x[0] / sigma) ** 2), log(mp.pi / 2), log(sigma)],
    lambda x, sigma=1: stats.halfcauchy.logpdf(x, scale=sigma), domain=nonnegative, draws=above, sigma=5.0,
    special=[0, -1])
density(
    "laplace", lambda x, mu=0, b=1: [abs(x[0] - mu) / b, log(2 * b)],
    lambda x, mu=0, b=1: stats.laplace.logpdf(x, mu, b), mu=0.5, b=2.5, special=[-1000])
density(
    "gumbel", lambda x, mu=0, b=1: [(x[0] - mu) / b, mp.exp(-(x[0] - mu) / b), log(b)],
    lambda x, mu=0, b=1: stats.gumbel_r.logpdf(x, mu, b), mu=0.5, b=2.5, special=[0, 80])
density(
    "exponential", lambda x, rate=1: [rate * x[0], -log(rate)],
    lambda x, rate=1: stats.expon.logpdf(x, scale=1 / rate), domain=nonnegative, draws=above, rate=0.4, special=[0, -1])
density(
    "gamma", lambda x, shape=1, rate=1: [rate * x[0], -(shape - 1) * log(x[0]), lgamma(shape), -shape * log(rate)],
    lambda x, shape=1, rate=1: stats.gamma.logpdf(x, shape, scale=1 / rate), domain=positive, draws=above, shape=2.5,
    rate=1.5, special=[-1, 0, 1e-6])
density(
    "inverse_gamma",
    lambda x, shape=1, scale=1: [scale / x[0], (shape + 1) * log(x[0]), lgamma(shape), -shape * log(scale)],
    lambda x, shape=1, scale=1: stats.invgamma.logpdf(x, shape, scale=scale), domain=positive, draws=above, shape=2.5,
    scale=1.5, special=[-1, 0])
density(
    "beta",
    lambda x, a=1, b=1: [
        -(a - 1) * log(x[0]) if a != 1 else mp.mpf(0), -(b - 1) * log1p(-x[0]) if b != 1 else mp.mpf(0), lbeta(a, b)],
    lambda x, a=1, b=1: stats.beta.logpdf(x, a, b), domain=unit, draws=within, a=2.5, b=0.75, special=[0, 1, -0.5, 2])
density(
    "poisson", lambda x, rate=1: [rate, -x[0] * log(rate), lgamma(x[0] + 1)],
    lambda x, rate=1: stats.poisson.logpmf(x, rate), domain=nonnegative, draws=counts, rate=2.5, special=[0, -1, 100])
density(
    "neg_binomial",
    lambda x, mu=1, phi=1: [
        -lgamma(x[0] + phi), lgamma(phi), lgamma(x[0] + 1), x[0] * log1p(mp.mpf(phi) / mu), phi * log1p(mp.mpf(mu) / phi)],
    lambda x, mu=1, phi=1: stats.nbinom.logpmf(x, phi, phi / (mu + phi)), domain=nonnegative, draws=counts, mu=2.5,
    phi=1.5, special=[0, -1, 100])
density(
    "bernoulli_logit", lambda x, logit=0: [x[0] * softplus(-logit), (1 - x[0]) * softplus(logit)],
    lambda x, logit=0: stats.bernoulli.logpmf(x, 1 / (1 + np.exp(-logit))), domain=unit,
    draws=lambda rng: rng.integers(0, 2, size=1).astype(float), logit=0.75, special=[0.25, -1])
case("bernoulli_logit", lambda x, logit: [x[0] * softplus(-logit), (1 - x[0]) * softplus(logit)], [], draw=0,
     special=[[0], [1]], logit=-800)
density(
    "von_mises", lambda x, mu=0, kappa=1: [-kappa * mp.cos(x[0] - mu), log(TWO_PI), log(mp.besseli(0, kappa))],
    lambda x, mu=0, kappa=1: stats.vonmises.logpdf(x, kappa, mu), mu=0.5, kappa=4.0, special=[0, 3])
case(
    "von_mises", lambda x, kappa: [-kappa * mp.cos(x[0]), log(TWO_PI), log(mp.besseli(0, kappa))], [], kappa=5000.0,
    special=[[0.01]])


# Vectors and matrices

def dirichlet(x, alpha):
    return [-(a - 1) * log(t) for a, t in zip(alpha, x)] + [lgamma(a) for a in alpha] + [-lgamma(mp.fsum(alpha))]


def shares(n):
    """Dyadic fractions that add up to 1 exactly."""
    return lambda rng: (1 + rng.multinomial(256 - n, np.ones(n) / n)) / 256


case("dirichlet", dirichlet, [3], make=shares(3), alpha=[2.0, 3.5, 0.75])
case("dirichlet", lambda x: [-lgamma(mp.mpf(4))], [4], make=shares(4), domain=lambda x: abs(mp.fsum(x) - 1) < 1e-8,
     special=[[0.5, 0.25, 0.25, 0.25]])


@check
def dirichlet_is_scipys():
    x, alpha = [0.2, 0.3, 0.5], [2, 3, 4]
    near(mp.fsum(dirichlet(exact(x), exact(alpha))), -stats.dirichlet.logpdf(x, alpha))


def lkj(n):
    def terms(x, eta=1):
        # Of the symmetric part: the two entries of a pair aren't told apart.
        R = mp.matrix(grid(x, n, n))
        R = (R + R.T) / 2
        beta = lambda a, b: lgamma(a) + lgamma(b) - lgamma(a + b)
        result = [-(eta - 1) * log(mp.det(R))]
        for k in range(1, n):
            a = eta + mp.mpf(n - k - 1) / 2
            result += [(2 * (eta - 1) + n - k) * (n - k) * log(2), (n - k) * beta(a, a)]
        return result

    return terms


def correlations(n):
    """Correlation matrices of dyadic fractions, dominated by their diagonals."""

    def make(rng):
        R = np.eye(n)
        for i in range(n):
            for j in range(i):
                R[i, j] = R[j, i] = rng.integers(-24, 25) / 64
        return R

    return make


case("lkj", lkj(3), [3, 3], make=correlations(3), eta=2.5)
case("lkj", lkj(2), [2, 2], make=correlations(2))


@check
def lkj_is_normalised():
    # In two dimensions the density is (1 - r^2)^(eta - 1)/Z.
    eta = mp.mpf("2.5")
    density = lambda r: mp.exp(-mp.fsum(lkj(2)([1, r, r, 1], eta)))
    near(mp.quad(density, [-1, 0, 1]), 1, 10)
    # In three it is Monte Carlo's to say, but eta = 1 is uniform on a set of volume pi^2/2.
    near(mp.exp(mp.fsum(lkj(3)([1, 0, 0, 0, 1, 0, 0, 0, 1], mp.mpf(1)))), mp.pi**2 / 2, 30)


def von_mises_fisher(x, mu, kappa=mp.mpf(1)):
    nu = mp.mpf(len(x)) / 2 - 1
    return [-kappa * dot(mu, x), log(mp.besseli(nu, kappa)), -nu * log(kappa), len(x) * log(TWO_PI) / 2]


def direction(n):
    def make(rng):
        x = rng.standard_normal(n)
        return x / np.linalg.norm(x)

    return make


def axis(n):
    return [1.0] + [0.0] * (n - 1)


on_sphere = lambda x: abs(norm(x) - 1) < 1e-8
case("von_mises_fisher", von_mises_fisher, [3], make=direction(3), single=False, mu=[0, 0.6, 0.8], domain=on_sphere,
     special=[[1, 1, 0]])
for d, kappa in [(2, 0.25), (3, 50.0), (5, 99.5), (3, 100.5), (2, 3000.0), (20, 400.0), (50, 120.0), (200, 5.0), (101, 700.0)]:
    case("von_mises_fisher", von_mises_fisher, [d], make=direction(d), draw=1, special=[axis(d)], single=False,
         mu=axis(d), kappa=kappa)


@check
def von_mises_fisher_is_scipys():
    mu, x = [0, 0.6, 0.8], [0.6, 0, 0.8]
    wanted = -stats.vonmises_fisher(mu, 5).logpdf(x)
    near(mp.fsum(von_mises_fisher(exact(x), exact(mu), mp.mpf(5))), wanted)
