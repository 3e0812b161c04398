import EnergyIR
import EnergySemantics
import EnergySyntax
import EnergyText
import EnergyTransforms
import Testing

@testable import EnergyDriver

/// Printed formulas parse back to the graph that they were printed from.
@Suite struct PrintRoundTripTests {
  static let definitions = """
    dim d, m, n, K
    param x : vector[d]
    param y : vector[n]
    param X : matrix[n, 3]
    param mu : vector[d]
    param w : vector[K]
    param P : symmetric[d]
    param Q : matrix[d, d]
    param A : matrix[m, d]
    param c : vector[m]
    param M : matrix[K, d]
    param a : real
    param b : real
    data idx : integer[m]
    data pairs : integer[m, 2]

    """

  /// The nodes of bare expressions behind the definitions.
  private func nodes(_ expressions: [String]) throws -> (graph: Graph, nodes: [NodeID]) {
    let text = Self.definitions + expressions.map { "print \($0)\n" }.joined()
    var sources = SourceMap()
    let file = SourceFile(name: "round-trip.energy", text: text)
    let tree = parse(file, id: sources.add(file)).tree
    let program = ProgramChecker(operators: GraphDerivatives()).check(tree)
    let errors = program.diagnostics.filter { $0.severity == .error }
    try #require(errors.isEmpty, "\(expressions.last ?? ""): \(errors.map(\.message))")
    let values = program.actions.compactMap { action -> NodeID? in
      if case .value(let value) = action.subject { return value.node }
      return nil
    }
    try #require(values.count == expressions.count)
    return (program.graph, values)
  }

  private func expectRoundTrip(_ expression: String, _ derive: (Graph, NodeID) throws -> NodeID) throws {
    let (graph, first) = try nodes([expression])
    let printed = Printer(graph).describe(try derive(graph, first[0]))
    let unicode = Printer(graph, style: .unicode).describe(try derive(graph, first[0]))
    for text in [printed, unicode] {
      let (again, both) = try nodes([expression, text])
      let node = try derive(again, both[0])
      // Loops are printed in the form that a reader wants: that form is what comes back, maybe with the signs that
      // its new variables give it.
      let back = Printer(again).describe(both[1])
      #expect(both[1] == node || both[1] == again.readable(node) || back == printed, "\(text)\ncomes back as\n\(back)")
    }
  }

  @Test(arguments: [
    "0.5*(x - mu)^T P (x - mu)", "0.5*(x - mu)^T Q (x - mu)", "a*sum((x^2 - b)^2)", "a*sum(sin(x)^2)",
    "norm(x)^3/(1 + a)", "mu^T x/norm(x)", "sqrt(a^2 + b^2)", "(a - b)^2/(a*b)", "-a - 2*b - 3", "a^(b + 1)",
    "sum(A x + c)", "mean(x)*max(x)", "logsumexp(2*x + mu)", "trace(Q) + sum(diag(Q)*x)", "x^T Q^T Q x",
    "sum(A - row(x))", "sum((col(x) - row(mu))^2*Q)", "sum(exp(x mu^T))", "sum(Q^T diag(x) Q)",
    "x^T solve(P, mu) + logdet(P)", "sum(inv(P) x)", "sum(A, axis = 1)^T x", "sum(a*eye(d)*Q)",
    "sum(i in 1..d-1: b*(x[i+1] - x[i]^2)^2 + (x[i] - 1)^2)", "sum(i in 1..d: i*x[i])",
    "sum(i in 1..n, j in i+1..n: sumsq(X[i, :] - X[j, :])^-3)",
    "sum(i in 1..n, j in 1..n if i != j: exp(-sumsq(X[i, :] - X[j, :])))",
    "sum(i in 1..n: y[i]*y[wrap(i + 1, n)])", "max(i in 1..n: y[i]*y[wrap(i + 1, n)])",
    "prod(i in 1..n: 1 + y[i]^2)", "logsumexp(k in 1..K: log(w[k]) - 0.5*sumsq(x - M[k, :]))",
    "if a < b then a^2 else b", "sum(select(x > mu, x, 0))", "sum(sin(x[idx]))", "sum(x[2..d]*x[1..d-1])",
    "sum([sin(x[i])*i for i in 1..d])", "sum(e in 1..m: sumsq(X[pairs[e, 1], :] - X[pairs[e, 2], :]))",
    "min(a, b) + max(a, 2)", "if a < b and not (a == 2) then a else 0",
    "sum(i in 1..d, j in 1..d: if i >= j then x[i]*mu[j] else 0)",
    "fold(t in 1..n, s = a: b*s + y[t])", "sum(scan(t in 1..n, s = a: sin(s) + t))",
    "scan(t in 1..n, s = a: b*s + y[t])[2]", "sum(i in 1..n: scan(t in 1..n, s = a: b*s + y[t])[i]*y[i])",
    "scan(t in n..1 by -1, s = a: b*s^2 + y[t])[3]", "sum(fold(t in 1..n, v = x: sin(Q v)))",
    "fold(t in 1..n, s = a, z = b: [s - 0.1*s*z, z + 0.1*s*z])[1]",
    "fold(k in 1..K, s = 0: s + w[k]*fold(t in 1..n, z = s: cos(z + w[k])))", "(mu^T x)*sum(x)", "d*a + n",
    "sum(exp(sin(Q tanh(x) + mu))*sin(Q tanh(x) + mu))",
  ])
  func energies(text: String) throws {
    try expectRoundTrip(text) { graph, id in
      var transforms = Transforms(graph)
      return transforms.prepare(id)
    }
  }

  @Test(arguments: [
    ("0.5*(x - mu)^T P (x - mu)", "x"), ("0.5*(x - mu)^T Q (x - mu)", "x"), ("a*sum((x^2 - b)^2)", "x"),
    ("a*sum(sin(x)^2)", "x"), ("mu^T x/norm(x)", "x"), ("c^T tanh(A x + c)", "x"), ("logsumexp(A x)", "x"),
    ("sum(i in 1..d-1: b*(x[i+1] - x[i]^2)^2 + (x[i] - 1)^2)", "x"),
    ("sum(i in 1..n: (y[i] - y[wrap(i + 1, n)])^2)", "y"),
    ("sum(i in 1..n, j in i+1..n: sumsq(X[i, :] - X[j, :])^-3)", "X"),
    ("sum(i in 1..n, j in 1..n if i != j: exp(-sumsq(X[i, :] - X[j, :])))", "X"),
    ("if sum(x) < b then sum(x^2) else b", "x"), ("fold(t in 1..n, s = a: tanh(s + y[t]))", "y"),
    ("fold(t in n..1 by -1, s = a: tanh(s + y[t]))", "y"),
    ("sum(i in 1..n: h[i]*y[i]) where h = scan(t in 1..n, h = b: exp(-h) + y[t]^2)", "y"),
  ])
  func scores(text: String, sample: String) throws {
    try expectRoundTrip(text) { graph, id in
      let position = try #require(graph.symbols.firstIndex { $0.name == sample })
      let symbol = graph.postorder(id).first {
        if case .symbol(let symbol) = graph[$0].operation { return symbol.index == position }
        return false
      }
      var transforms = Transforms(graph)
      return transforms.score(of: id, by: try #require(symbol))
    }
  }
}
