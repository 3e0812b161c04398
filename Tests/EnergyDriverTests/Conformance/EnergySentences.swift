import Testing

/// Energies as values, and derivatives of them.
@Suite struct EnergySentences {
  @Test(arguments: values + derivatives) func holds(_ sentence: Sentence) { sentence.check() }

  private static let gaussian =
    "energy gaussian(x : vector[d]; mu : vector[d], P : symmetric[d]) = 0.5*(x - mu)^T P (x - mu)\n"
  private static let two =
    gaussian + "energy left = gaussian(mu = [-2, 0], P = eye(2))\nenergy right = gaussian(mu = [2, 0], P = eye(2))\n"

  static let values: [Sentence] = [
    Sentence("own parameters follow ';'", gaussian + "gaussian([1, 2]; mu = [0, 0], P = eye(2))", prints: "2.5"),
    Sentence(
      "',' instead of ';' means the same", gaussian + "gaussian([1, 2], mu = [0, 0], P = eye(2))", prints: "2.5"),
    Sentence("partial application makes an instance", two + "left([0, 0])", prints: "2"),
    Sentence(
      "energies stand inside others", two + "energy mix(x : vector[2]) = 0.7*left(x) + 0.3*right(x)\nmix([2, 0])",
      gives: 5.6),
    Sentence("also in a minimum", two + "energy m(x : vector[2]) = min(left(x), right(x))\nm([1, 1])", prints: "1"),
    Sentence(
      "energies are passed as arguments",
      "energy sphere(x : vector[d]; base : energy) = base(normalize(x))\nenergy q(x : vector[d]) = x[1]^2\n"
        + "energy s = sphere(base = q)\ns([3, 4])", gives: 0.36),
    Sentence(
      "whose sizes may be fixed",
      "energy sphere(x : vector[d]; base : energy) = base(normalize(x))\nenergy q(x : vector[2]) = x[1]^2\n"
        + "energy s = sphere(base = q)\ns([3, 4])\nscore(s)([1, 0])", gives: 0.36, 0, 0),
    Sentence(
      "lists of energies are unrolled",
      two
        + "energy mixture(x : vector[d]; Es : energy[k], w : simplex[k]) = -logsumexp(i in 1..k: log(w[i]) - Es[i](x))\n"
        + "energy m = mixture(Es = [left, right], w = [0.5, 0.5])\nm([2, 0])", gives: 0.6928117741870496),
    Sentence(
      "a sum over a list reads as a list",
      two
        + "energy lowest(x : vector[2]; Es : energy[k]) = min(i in 1..k: Es[i](x))\nenergy m = lowest(Es = [left, right])\nm",
      prints: "min([0.5*sumsq(x - [-2, 0]), 0.5*sumsq(x - [2, 0])])"),
    Sentence(
      "matrices in the text are known to be symmetric",
      gaussian + "energy g = gaussian(mu = [0, 1], P = [[2, 0.5], [0.5, 1]])\nscore(g)",
      prints: "-[[2, 0.5], [0.5, 1]] (x - [0, 1])"),
    Sentence("missing samples leave an instance", two + "gaussian(P = eye(2))", prints: "0.5*sumsq(x - gaussian.mu)"),
    Sentence("too many arguments are named", two + "left([0, 0], [1, 1])", refused: "E-arguments"),
    Sentence("own parameters have dotted names outside", gaussian + "gaussian([1, 2])", prints: "2.5")
      .with { $0.settings = ["gaussian.mu": "[0, 0]", "gaussian.P": "eye(2)"] },
  ]

  static let derivatives: [Sentence] = [
    Sentence(
      "score is minus the gradient", "energy f(x : vector[2]) = sumsq(x)\ngrad(f)\nscore(f)", prints: "2*x", "-2*x"),
    Sentence("hessian", "energy f(x : vector[2]) = x[1]^2*x[2]\nhessian(f)([1, 3])", prints: "[[6, 2], [2, 0]]"),
    Sentence("laplacian", "energy f(x : vector[2]) = x[1]^2*x[2]\nlaplacian(f)([1, 3])", prints: "6"),
    Sentence("hvp", "energy f(x : vector[2]) = x[1]^2*x[2]\nhvp(f, [1, 1])([1, 3])", prints: "[8, 2]"),
    Sentence("by a parameter", gaussian + "grad(gaussian, mu)", prints: "-P (x - mu)"),
    Sentence(
      "by a parameter at top level", "param a = 3\nenergy f(x : vector[2]) = a^2*sumsq(x)\ngrad(f, a)([1, 2])",
      prints: "30"),
    Sentence(
      "they nest and stand inside an energy",
      "energy E(x : vector[d]) = 0.25*sum(x^4)\n"
        + "energy sm(x : vector[d]) = 0.5*sumsq(score(E)(x)) - laplacian(E)(x)\nsm([1, 2])\nscore(sm)([1, 2])",
      prints: "17.5", "[3, -84]"),
    Sentence("the gradient of a real let is a value", "param a = 2.0\nlet l = a^3\ngrad(l, a)", prints: "12"),
    Sentence("through other lets", "param a = 2.0\nlet b = a^2\nlet l = b^2\ngrad(l, a)", prints: "32"),
    Sentence(
      "the second argument is a name", "energy f(x : vector[2]) = sumsq(x)\ngrad(f, 2)", refused: "E-arguments", "name"),
    Sentence(
      "the first is an energy", "energy f(x : vector[2]) = sumsq(x)\ngrad(f([1, 2]))", refused: "E-type", "grad(E)(x)"),
    Sentence("abs has slope 0 at 0", "energy f(x : real) = abs(x)\ngrad(f)(0)", prints: "0"),
    Sentence("relu has slope 0 at 0", "energy f(x : real) = relu(x)\ngrad(f)(0)", prints: "0"),
    Sentence(
      "min and max share a tie", "energy f(x : vector[2]) = max(x[1], x[2])\ngrad(f)([1, 1])", prints: "[0.5, 0.5]"),
    Sentence("sqrt has an infinite slope at 0", "energy f(x : real) = sqrt(x)\ngrad(f)(0)", prints: "inf"),
    Sentence(
      "norm has gradient 0 at the origin", "energy f(x : vector[2]) = norm(x)\ngrad(f)([0, 0])", prints: "[0, 0]"),
    Sentence(
      "a logsumexp of nothing but -inf has gradient 0",
      "energy f(x : vector[2]) = logaddexp(x[1], logsumexp(i in 1..2: x[i] - inf))\ngrad(f)([1, 2])\nhessian(f)([1, 2])",
      gives: 1, 0, 0, 0, 0, 0),
    Sentence("step(0) is 1", "step(0)", prints: "1"),
  ]
}
