import Testing

@testable import EnergyDriver

/// Functions of whole tensors applied to each other, at constants: what a call gives mustn't depend on whether its
/// argument is a formula or has been computed before.
@Suite struct CompositionTests {
  /// Vectors of three.
  static let vectors = [
    "concat([1, 2], [1])", "concat(2, [5, 1])", "reverse([1, 2, 4])", "roll([1, 2, 4], 1)", "cumsum([1, 2, 4])",
    "cumprod([2, -1, 4])", "sort([3, 1, 2])", "cross([1, 2, 3], [3, 1, 5])", "repeat([2], 3)", "softmax([1, 2, 0])",
    "normalize([1, 2, 2])", "diag([[1, 2, 3], [4, 5, 6], [7, 8, 10]])", "stack([1, 2, 3], [4, 6, 5])[2, :]",
    "conv1d([1, 2, 3, 5], [1, -1])", "conv1d([1, 2, 3], [1, -1, 2], pad = \"circular\")",
    "solve([[2, 1, 0], [1, 3, 1], [0, 1, 4]], [1, 2, 3])", "[p^2 for p in 1..3]", "[1, 2, 3, 4, 5][1..5 by 2]",
    "[4, 5, 6][[3, 1, 2]]", "scan(p in 1..2, q = 1: 2*q + p)", "tril([1, 2, 3, 4, 5, 6])[3, :]",
    "select(true, [1, 2, 3], 0)",
    "sum([[1, 2, 3], [4, 5, 7]], axis = 1)", "einsum(\"ij,j->i\", [[1, 2], [3, 4], [5, 7]], [1, -1])",
    "flatten([[1, 2, 3]])", "[if p == 2 then 0 else 1/(p - 2) for p in 1..3]", "zeros(3)", "linspace(1, 2, 3)",
    "flatten(conv2d([[1, 2, 3], [4, 5, 6]], [[1], [2]]))", "kron([1], [3, 4, 5])",
    "[1, 2, 3] + sum(p in 1..3: p*[1, 0, 1])",
  ]

  /// Functions of a vector of three.
  static let uses = [
    "cross(v, [1, 2, 3])", "cross([1, 2, 3], v)", "cross(v, v + [1, 0, 1])", "concat(v, v)", "concat(v, 1)[4]",
    "reverse(v)",
    "roll(v, 1)", "roll(v, -2)", "cumsum(v)", "cumprod(v)", "sort(v)", "argsort(v)", "repeat(v, 2)", "softmax(v)",
    "normalize(v)", "diag(v)", "stack(v, v)", "conv1d(v, [1, 2])", "conv1d(v, [1, 2, 3], pad = \"circular\")",
    "conv1d(v, [1, 0, 2], pad = \"same\")", "solve([[2, 1, 0], [1, 3, 1], [0, 1, 4]], v)",
    "[v[wrap(i + 1, 3)] for i in 1..3]",
    "[v[wrap(i + 1, 3)] - v[wrap(2*i, 3)] for i in 1..3]", "v[[3, 1, 1]]", "v[1..3 by 2]", "v[3..1 by -1]",
    "scan(t in 1..3, s = 0: s + v[t])", "fold(t in 3..1 by -1, s = 1: s*v[t])", "tril(concat(v, v))",
    "outer(v, v)", "kron(v, v)", "reshape(v, 3, 1)", "sum(i in 1..3, j in i+1..3: (v[i] - v[j])^2)",
    "sum(i in 1..3: v[i]*v[wrap(i + 1, 3)])", "logsumexp(v)", "max(v)", "var(v)", "norm(v)", "select(v > 1, v, 0)",
    "[if i >= 2 then v[i - 1] else 0 for i in 1..3]", "flatten(outer(v, v))[2..4]", "roll(outer(v, v), 1, axis = 2)",
    "avg_pool2d(outer(concat(v, 1), concat(v, 1)), 2)", "conv2d(outer(v, v), [[1, 2]], pad = \"circular\")",
    "einsum(\"i,i->\", v, v)", "cumsum(outer(v, v), axis = 1)", "[1, 2, 3]^T v", "[[1, 2, 3], [4, 5, 6]] v",
  ]

  @Test(arguments: vectors) func givesWhatItsValueGives(_ inner: String) throws {
    let lines = Self.uses.map { use -> String in
      // `v` as a whole name.
      let pieces = use.split(separator: "v", omittingEmptySubsequences: false).map(String.init)
      var formula = pieces[0]
      for (before, after) in zip(pieces, pieces.dropFirst()) {
        let isName = !(before.last?.isLetter ?? false) && !(after.first.map { $0.isLetter || $0 == "1" } ?? false)
        formula += (isName ? "(\(inner))" : "v") + after
      }
      return "\(use)\n\(formula)"
    }
    let session = session("let v = \(inner)\n" + lines.joined(separator: "\n"))
    try #require(!session.hasErrors, "\(session.diagnostics.map { "\($0.short)" })")
    let printed = try session.printed()
    try #require(printed.count == 2 * Self.uses.count)
    for (index, use) in Self.uses.enumerated() {
      let numbers = printed[2 * index..<2 * index + 2].map {
        $0.split { "[], ".contains($0) }.compactMap { Double($0) }
      }
      #expect(numbers[0].count == numbers[1].count && !numbers[0].isEmpty, "\(use)")
      for (a, b) in zip(numbers[0], numbers[1]) {
        #expect(
          a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-12 * (1 + abs(a)), "\(use) of \(inner): \(b), not \(a)")
      }
    }
  }
}
