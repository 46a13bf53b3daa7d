"""A mixture of Gaussians by gradient ascent, its posterior, and regressions with other tails."""

import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.stats as stats
import autograd.scipy.stats.multivariate_normal as mvn
from autograd import elementwise_grad, grad, value_and_grad
from autograd.scipy.special import expit, gammaln, logsumexp

rs = npr.RandomState(7)
data = np.concatenate([rs.randn(20, 2) * 0.5 + [1.5, 0.0], rs.randn(25, 2) - [1.0, 1.0]])
K, D = 2, 2


def log_joint(params, x):
    """(K, n): log p(component, x)."""
    weights, means, roots = params
    log_weights = weights - logsumexp(weights)
    rows = []
    for k in range(K):
        cov = np.dot(roots[k], roots[k].T) + 0.05 * np.eye(D)
        rows.append(log_weights[k] + mvn.logpdf(x, means[k], cov))
    return np.array(rows)


def objective(params):
    weights, means, _ = params
    prior = np.sum(stats.norm.logpdf(means, 0.0, 3.0))
    prior = prior + stats.dirichlet.logpdf(np.exp(weights - logsumexp(weights)), np.ones(K) * 2.0)
    return np.mean(logsumexp(log_joint(params, data), axis=0)) + prior / len(data)


params = (np.zeros(K), rs.randn(K, D), np.array([np.eye(D)] * K))
for i in range(60):
    value, slopes = value_and_grad(objective)(params)
    params = tuple(p + 0.3 * s for p, s in zip(params, slopes))
    if i % 20 == 0:
        print("iteration", i, "objective", value, "gradient of the means", slopes[1])
print("weights", np.exp(params[0] - logsumexp(params[0])))
print("means", params[1])
posterior = np.exp(log_joint(params, data[:3]) - logsumexp(log_joint(params, data[:3]), axis=0))
print("posterior", posterior)
print("entropy", mvn.entropy(np.zeros(D), np.dot(params[2][0], params[2][0].T) + np.eye(D)))

# Regressions: counts, waiting times, shares, heavy tails, a threshold.
x = np.linspace(-1.0, 1.0, 12)
counts = rs.poisson(np.exp(1.0 + x))
times = rs.gamma(2.0, np.exp(-x))
shares = rs.beta(2.0, 3.0, 12)
noisy = 2.0 * x + rs.standard_t(3.0, 12)
above = (x + 0.5 * rs.randn(12) > 0).astype(float)


def likelihoods(w):
    line = w[0] + w[1] * x
    return np.array([
        np.sum(stats.poisson.logpmf(counts, np.exp(line))),
        np.sum(stats.gamma.logpdf(times * np.exp(line), np.exp(w[2])) + line),
        np.sum(stats.beta.logpdf(shares, 1.0 + np.exp(w[0]), 1.0 + np.exp(w[1]))),
        np.sum(stats.t.logpdf(noisy, 1.0 + np.exp(w[2]), line, np.exp(w[1]))),
        np.sum(above * stats.norm.logcdf(line) + (1 - above) * stats.norm.logsf(line)),
        np.sum(stats.chi2.logpdf(times, 4.0)) * w[0],
    ])  # fmt: skip


w = np.array([0.2, 0.7, 0.4])
print("likelihoods", likelihoods(w))
for k in range(5):
    print("gradient", k, grad(lambda w, k=k: likelihoods(w)[k])(w))


def negative_binomial(log_r, mean):
    r = np.exp(log_r)
    p = expit(np.log(mean) - log_r)
    y = gammaln(counts + r) - gammaln(r) - gammaln(counts + 1.0)
    return np.sum(y + r * np.log(1 - p) + counts * np.log(p))


print(
    "negative binomial", grad(negative_binomial, 0)(0.3, 2.5), grad(negative_binomial, 1)(0.3, 2.5)
)
grid = np.linspace(-3.0, 3.0, 7)
print("slopes of cdf", elementwise_grad(stats.norm.cdf)(grid))
print("hazard", elementwise_grad(lambda z: -stats.norm.logsf(z))(grid))
