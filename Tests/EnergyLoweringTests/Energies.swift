import EnergyBuiltins
import EnergyIR
import EnergyTransforms

import EnergyLowering

/// Energies with the sizes of the table of operation counts: d = 5, n = 6, K = 3, h = 4.
struct Energy: CustomStringConvertible, Sendable {
  let name: String
  /// Operations of energy and score together over those of the energy, with perfect sharing.
  let ratio: Double
  let build: @Sendable (Setting) -> (energy: NodeID, sample: NodeID)
  var description: String { name }

  init(_ name: String, _ ratio: Double, _ build: @escaping @Sendable (Setting) -> (NodeID, NodeID)) {
    self.name = name
    self.ratio = ratio
    self.build = build
  }

  /// The energy in the form that is evaluated, and its score.
  func outputs(_ setting: Setting) -> [(name: String, node: NodeID)] {
    let (energy, sample) = build(setting)
    var transforms = Transforms(setting.graph)
    let prepared = transforms.prepare(energy)
    let score = transforms.score(of: energy, by: sample)
    return [("energy", prepared), ("score", score)]
  }

  static let all: [Energy] = vectors + pairs + networks

  private static let vectors: [Energy] = [
    Energy("quadratic form", 1.62) { s in
      let d = s.dimension("d", 5)
      let x = s.sample([d])
      let (mu, P) = (s.parameter("mu", [d]), s.parameter("P", [d, d], [.symmetric]))
      let r = s.graph.subtract(x, mu)
      return (s.graph.scale(0.5, s.graph.dot(s.times(P, r), r)), x)
    },
    Energy("double well", 1.71) { s in
      let d = s.dimension("d", 5)
      let x = s.sample([d])
      let (a, b) = (s.parameter("a"), s.parameter("b"))
      let well = s.graph.subtract(s.graph.power(x, 2), b)
      return (s.graph.multiply(a, s.graph.total(s.graph.power(well, 2))), x)
    },
    Energy("Rosenbrock", 2.25) { s in
      let d = s.dimension("d", 5)
      let x = s.sample([d])
      let i = s.variable(d - 1)
      let step = s.graph.subtract(s.at(x, [(i, 1)], 1), s.graph.power(s.at(x, i), 2))
      let rest = s.graph.sum([(-1, s.at(x, i))], constant: 1)
      return (
        s.sum([i], [], s.graph.sum([(100, s.graph.power(step, 2)), (1, s.graph.power(rest, 2))])), x
      )
    },
    Energy("mixture", 2.47) { s in
      let (d, K) = (s.dimension("d", 5), s.dimension("K", 3))
      let x = s.sample([d])
      let (M, w) = (s.parameter("M", [K, d]), s.parameter("w", [K]))
      let k = s.variable(K)
      let r = s.graph.subtract(x, s.row(M, k))
      let logit = s.graph.sum([(-0.5, s.graph.dot(r, r)), (1, s.call("log", s.at(w, k)))])
      return (s.graph.negate(s.graph.reduce(.logsumexp, [k], .always, logit)), x)
    },
    Energy("phi4", 2.27) { s in
      let L = s.dimension("L", 4)
      let x = s.sample([L, L])
      let (i, j) = (s.variable(L), s.variable(L))
      let here = s.at(x, i, j)
      let next = { (a: Int, b: Int) in
        s.graph.index(
          x,
          [
            .at(IndexExpression([(i, 1)], offset: Size(a), modulus: a == 0 ? nil : L)),
            .at(IndexExpression([(j, 1)], offset: Size(b), modulus: b == 0 ? nil : L)),
          ])
      }
      let square = s.graph.power(here, 2)
      let bonds = [next(1, 0), next(0, 1)].map { s.graph.power(s.graph.subtract($0, here), 2) }
      let (m, g) = (s.parameter("m"), s.parameter("g"))
      let body = s.graph.sum([
        (0.5, bonds[0]), (0.5, bonds[1]), (0.5, s.graph.multiply(m, square)),
        (0.25, s.graph.multiply(g, s.graph.power(square, 2))),
      ])
      return (s.sum([i, j], [], body), x)
    },
    Energy("min of two Gaussians", 1.85) { s in
      let d = s.dimension("d", 5)
      let x = s.sample([d])
      let parts = ["mu", "nu"].map { name -> NodeID in
        let r = s.graph.subtract(x, s.parameter(name, [d]))
        return s.graph.scale(0.5, s.graph.dot(r, r))
      }
      return (s.call("min", parts[0], s.plus(parts[1], 1)), x)
    },
  ]

  private static let pairs: [Energy] = [
    Energy("Lennard-Jones", 2.55) { s in
      let n = s.dimension("n", 6)
      let X = s.sample([n, 3], "X")
      let (i, j) = (s.variable(n), s.variable(n))
      let r = s.graph.subtract(s.row(X, i), s.row(X, j))
      let inverse = s.graph.power(s.graph.dot(r, r), -3)
      let pair = s.graph.scale(4, s.graph.subtract(s.graph.power(inverse, 2), inverse))
      return (s.sum([i, j], [condition([(j, 1), (i, -1)], -1, .atLeastZero)], pair), X)
    },
    Energy("guarded pairs", 2.00) { s in
      let n = s.dimension("n", 6)
      let X = s.sample([n, 3], "X")
      let (i, j) = (s.variable(n), s.variable(n))
      let r = s.graph.subtract(s.row(X, i), s.row(X, j))
      let distance = s.graph.power(s.graph.dot(r, r), 0.5)
      let pair = s.graph.power(distance, -1)
      return (s.sum([i, j], [condition([(j, 1), (i, -1)], 0, .differsFromZero)], pair), X)
    },
    Energy("nested sum", 2.93) { s in
      let n = s.dimension("n", 6)
      let X = s.sample([n, 3], "X")
      let (i, j) = (s.variable(n), s.variable(n))
      let r = s.graph.subtract(s.row(X, i), s.row(X, j))
      let density = s.sum(
        [j], [condition([(j, 1), (i, -1)], 0, .differsFromZero)], s.call("exp", s.graph.negate(s.graph.dot(r, r))))
      return (s.sum([i], [], s.graph.negate(s.graph.power(s.plus(density, 0.1), 0.5))), X)
    },
    Energy("bonds", 2.29) { s in
      let (n, m) = (s.dimension("n", 6), s.dimension("m", 5))
      let X = s.sample([n, 3], "X")
      let table = s.symbol("bonds", .data, [m, 2], type: .int) { Double([0, 1, 1, 2, 2, 3, 3, 4, 5, 0][$0]) }
      let k = s.variable(m)
      let end = { (column: Int) -> NodeID in
        let index = s.graph.index(table, [.at(IndexExpression(k)), .at(IndexExpression(Size(column)))])
        return s.graph.index(X, [.gather, .all], gathers: [index])
      }
      let r = s.graph.subtract(end(0), end(1))
      let stretch = s.plus(s.graph.power(s.graph.dot(r, r), 0.5), -1)
      return (s.sum([k], [], s.graph.power(stretch, 2)), X)
    },
  ]

  private static let networks: [Energy] = [
    Energy("MLP", 2.15) { s in
      let (d, h) = (s.dimension("d", 5), s.dimension("h", 4))
      let x = s.sample([d])
      let (W1, b1) = (s.parameter("W1", [h, d]), s.parameter("b1", [h]))
      let (W2, b2) = (s.parameter("W2", [h, h]), s.parameter("b2", [h]))
      let w3 = s.parameter("w3", [h])
      let first = s.call("tanh", s.graph.add(s.times(W1, x), b1))
      let second = s.call("tanh", s.graph.add(s.times(W2, first), b2))
      return (s.graph.dot(w3, second), x)
    },
    Energy("RBM", 1.78) { s in
      let (d, h) = (s.dimension("d", 5), s.dimension("h", 4))
      let x = s.sample([d])
      let (a, c, W) = (s.parameter("a", [d]), s.parameter("c", [h]), s.parameter("W", [h, d]))
      let hidden = s.call("softplus", s.graph.add(s.times(W, x), c))
      return (s.graph.sum([(-1, s.graph.dot(a, x)), (-1, s.graph.total(hidden))]), x)
    },
    Energy("logistic", 1.80) { s in
      let (d, n) = (s.dimension("d", 5), s.dimension("n", 6))
      let x = s.sample([d])
      let A = s.parameter("A", [n, d])
      let y = s.symbol("y", .data, [n]) { Double($0 % 2) }
      let t = s.times(A, x)
      let loss = s.graph.subtract(s.graph.total(s.call("softplus", t)), s.graph.dot(y, t))
      return (s.graph.add(loss, s.graph.scale(0.5, s.graph.dot(x, x))), x)
    },
    Energy("probit", 2.23) { s in
      let (d, n) = (s.dimension("d", 5), s.dimension("n", 6))
      let x = s.sample([d])
      let A = s.parameter("A", [n, d])
      let y = s.symbol("y", .data, [n]) { Double($0 % 2 * 2 - 1) }
      let t = s.call("log_normcdf", s.graph.multiply(y, s.times(A, x)))
      return (s.graph.sum([(-1, s.graph.total(t)), (0.5, s.graph.dot(x, x))]), x)
    },
  ]
}
