import Testing

@testable import EnergyDriver

/// Differential operators nested with everything: each line is a difference that must vanish.
@Suite struct OperatorTests {
  private static let program = """
    param a = 2.0
    param W : matrix[2, 2] = [[1, 2], [0.5, -1]]
    let b = a^2
    data X : matrix[3, 2] = [[1, 2], [0, 1], [-1, 0.5]]
    energy g(x : vector[d]; mu : vector[d], s = 1.5) = 0.5*s*b*sumsq(x - mu) + sum(x^3)
    energy left = g(mu = [1, 2])
    energy near = left(s = 3)
    energy net(x : vector[2]) = sumsq(tanh(W x))
    energy sm(x : vector[2]) = 0.5*sumsq(score(net)(x)) - laplacian(net)(x)
    energy two(x : vector[2], t : real) = t*x[1]^2*x[2] + t^3
    energy twice(x : vector[d]; E : energy) = E(x) + E(2*x)
    energy either(x : vector[d]; Es : energy[k]) = -logsumexp(i in 1..k: -Es[i](x))
    energy doubled(x : vector[2]) = twice(x, E = left)
    fn mix(E : energy, x) = 3*E(x)
    energy tripled(x : vector[2]) = mix(left, x)
    let loss = mean(i in 1..3: sm(X[i, :]))

    """

  @Test(arguments: [
    // By given arguments, by names and through lets.
    "grad(left, mu)([3, 4]) + 1.5*4*([3, 4] - [1, 2])", "grad(left, mu)([3, 4]) - grad(g, mu)([3, 4], mu = [1, 2])",
    "score(left, mu)([3, 4]) + grad(left, mu)([3, 4])", "hessian(left, mu)([3, 4]) - 6*eye(2)",
    "laplacian(left, mu)([3, 4]) - 12", "grad(near, s)([3, 4]) - 2*sumsq([3, 4] - [1, 2])",
    "grad(left, a)([3, 4]) - 1.5*2*sumsq([3, 4] - [1, 2])", "grad(left, s)([3, 4]) - 2*sumsq([3, 4] - [1, 2])",
    "hvp(left, [1, 2])([3, 4]) - hessian(left)([3, 4]) @ [1, 2]",
    "hvp(left, [1, 2], mu)([3, 4]) - 6*[1, 2]", "hvp(two, [1, 2], x)([3, 4], 5) - hessian(two, x)([3, 4], 5) @ [1, 2]",
    "hvp(g, [1, 2])([3, 4], mu = [1, 1], s = 2) - hessian(g)([3, 4], mu = [1, 1], s = 2) @ [1, 2]",
    // Several samples together.
    "hessian(two)([3, 4], 5)[1..2, 1..2] - hessian(two, x)([3, 4], 5)", "hessian(two)([3, 4], 5)[3, 3] - 6*5",
    "hessian(two)([3, 4], 5)[1, 3] - 2*3*4", "hessian(two)([3, 4], 5)[3, 2] - 9",
    "hvp(two, [1, 2, 3])([3, 4], 5) - hessian(two)([3, 4], 5) @ [1, 2, 3]",
    "laplacian(two)([3, 4], 5) - trace(hessian(two)([3, 4], 5))", "laplacian(two, t)([3, 4], 5) - 30",
    // Batches.
    "hessian(two)([[3, 4], [1, 2]], [5, 6])[2, :, :] - hessian(two)([1, 2], 6)",
    "grad(g, mu)([[3, 4], [1, 1]], mu = [1, 2])[2, :] - grad(g, mu)([1, 1], mu = [1, 2])",
    "hvp(two, [1, 2, 3])([[3, 4], [1, 2]], [5, 6])[2, :] - hvp(two, [1, 2, 3])([1, 2], 6)",
    // Training objectives.
    "grad(loss, W) - mean(i in 1..3: grad(sm, W)(X[i, :]))", "hessian(b, a) - 2", "laplacian(loss, a)",
    "hvp(b, 3, a) - 6",
    "score(b, a) + 4",
    // Nested.
    "laplacian(laplacian(near))([1, 2])", "∇left([3, 4]) - grad(left)([3, 4])",
    "grad(grad_norm)([3, 4]) - 2*hessian(left)([3, 4]) @ grad(left)([3, 4])",
    "twice([3, 4], E = left) - left([3, 4]) - left([6, 8])",
    "twice(E = twice(E = left))([3, 4]) - left([3, 4]) - 2*left([6, 8]) - left([12, 16])",
    "either(Es = [either(Es = [left, near]), left])([3, 4]) + log(2*exp(-left([3, 4])) + exp(-near([3, 4])))",
    // A name that an argument of it uses is no circle.
    "twice(E = doubled)([3, 4]) - doubled([3, 4]) - doubled([6, 8])", "mix(tripled, [3, 4]) - 9*left([3, 4])",
    "score(twice(E = doubled))([3, 4]) - score(doubled)([3, 4]) - 2*score(doubled)([6, 8])",
    "twice(E = two(t = 2))([3, 4]) - two([3, 4], 2) - two([6, 8], 2)", "mix(left, [3, 4]) - 3*left([3, 4])",
    "score(two(t = 2))([3, 4]) - score(two, x)([3, 4], 2)", "two(x = [3, 4], t = 2) - two(t = 2)([3, 4])",
    "score(g)(mu = [1, 2])([3, 4]) - score(left)([3, 4])", "left([3, 4], s = 3) - near([3, 4])",
    "left([3, 4]; s = 3) - near([3, 4])",
  ])
  func differencesVanish(_ text: String) throws {
    let session = session(
      Self.program + "energy grad_norm(x : vector[2]) = sumsq(grad(left)(x))\n" + text)
    #expect(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    for line in try session.printed() {
      let numbers = line.split { "[], ".contains($0) }.compactMap { Double($0) }
      #expect(!numbers.isEmpty && numbers.allSatisfy { abs($0) < 1e-11 }, "\(text): \(line)")
    }
  }

  /// The vector of a product says how long the sample is, where the energy is for any size.
  @Test func vectorsOfProductsSettleSizes() throws {
    let session = session(
      "energy f(x : vector[d]) = sum(x^4)\nhvp(f, [1, 0])\nhvp(f, [1, 0], x)\nhvp(f, [1, 0])([1, 2])")
    #expect(try session.printed() == ["12*[1, 0]*x^2", "12*[1, 0]*x^2", "[12, 0]"])
  }

  @Test(arguments: [
    ("left + near", "E-type", "left(x) + near(x)"), ("grad(left, q)", "E-unknown", "there is no parameter 'q'"),
    ("grad(left, X)", "E-type", "never differentiated"), ("grad(W, a)", "E-type", "takes a real value"),
    ("hvp(left, [1, 2, 3])", "E-shape", "the sample's shape"), ("hvp(two, [1, 2])", "E-shape", "vector[3]"),
    ("left([1, 2], [3, 4])", "E-arguments", "takes one argument"),
    ("left([3, 4], mu = [1, 1])", "E-arguments", "given twice"), ("grad(left, 1 + 1)", "E-arguments", "is the name"),
    ("energy loop(x : vector[2]; E : energy) = loop(x, E = E)\nenergy l = loop(E = left)", "E-cycle", "calls itself"),
    ("energy c(x : vector[2]; E : energy) = E(x)\nenergy e1 = c(E = e2)\nenergy e2 = c(E = e1)", "E-cycle", "e1"),
    ("energy loop(x : vector[2]; E : energy) = loop(x, E = E)\nenergy l = loop(E = left)", "E-cycle", "calls itself"),
    ("energy c(x : vector[2]; E : energy) = E(x)\nenergy e1 = c(E = e2)\nenergy e2 = c(E = e1)", "E-cycle", "e1 -> e2"),
    ("energy p(x : vector[2]) = s(x)[1]\nlet s = score(p)", "E-cycle", "p -> s -> p"),
    ("fn u(x) = v(x)\nenergy v(x : vector[2]) = u(x)", "E-cycle", "calls itself: u -> v -> u"),
    ("energy om(x : vector[2]; E : energy) = E(x, E = E)\nom([1, 2], E = om)", "E-limit", "levels deep"),
    ("check score(left)", "E-type", "vector[2]"), ("grad(score(left))", "E-type", "real function"),
  ])
  func wrongUses(_ text: String, _ code: String, _ part: String) {
    let errors = session(Self.program + text).diagnostics.filter { $0.severity == .error }
    #expect(errors.first?.code.name == code, "\(errors)")
    let said = errors.map { ([$0.message] + $0.hints.map(\.message)).joined(separator: " ") }.joined(separator: " ")
    #expect(said.contains(part), "\(said)")
  }
}
