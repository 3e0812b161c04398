import EnergyText
import Foundation
import Testing

@testable import EnergyDriver

/// Every built-in that the language promises, in every form that a call may take, with its value.
@Suite struct BuiltinListTests {
  /// The names that the reference of the language lists.
  static let promised = """
    abs sign sqrt cbrt exp expm1 exp2 log log1p log2 log10 sin cos tan sec csc cot asin acos atan atan2 sinh cosh tanh
    asinh acosh atanh erf erfc erfinv normcdf log_normcdf probit lgamma digamma trigamma lbeta lchoose sigmoid logit
    softplus relu leaky_relu elu gelu silu mish floor ceil round frac mod wrap div min max clamp hypot square cube recip
    step kronecker select logaddexp logdiffexp log1mexp xlogy bessel_i0 bessel_i1 log_i0 sum prod mean var logsumexp
    softmax log_softmax norm norm1 sumsq dot any all cumsum cumprod sort transpose outer trace diag eye zeros ones full
    linspace inv solve cholesky det logdet cross kron normalize tril einsum row col reshape flatten concat stack roll
    reverse repeat size cov conv1d conv2d avg_pool2d
    """.split { $0 == " " || $0 == "\n" }.map(String.init)

  static let names = """
    param A : matrix[2, 3] = [[1, 2, 3], [4, 5, 6]]
    param S : matrix[2, 2] = [[2, 1], [1, 3]]
    param v : vector[3] = [3, -1, 2]
    param u : vector[3] = [1, 2, 3]
    param D : diagonal[2] = [[2, 0], [0, 3]]
    param L : lower[2] = [[2, 0], [1, 3]]
    param P : spd[2] = [[2, 1], [1, 3]]
    data edges : integer[3, 2] = [[1, 2], [2, 3], [3, 1]]
    data idx : integer[2] = [3, 1]
    param T : tensor[2, 2, 3] = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
    param r : row[3] = [1, 2, 3]
    data flags : bool[3] = [true, false, true]

    """

  /// The table as one program, and what it prints.
  static let all = BuiltinTable.functions + BuiltinTable.indices + BuiltinTable.forms + BuiltinTable.more

  @Test(arguments: promised) func hasARow(_ name: String) {
    #expect(Self.all.contains { $0.call.contains("\(name)(") }, "no row calls \(name)")
  }

  private func printed(_ text: String) throws -> [String] {
    let session = session(text)
    try #require(!session.hasErrors, "\(session.diagnostics.map(\.short))")
    var texts: [String] = []
    try session.run { texts.append($0.text) }
    return texts
  }

  /// The numbers in a text, and the text without them.
  private func parts(_ text: String) -> (numbers: [Double], rest: String) {
    let marks: Set<Character> = ["[", "]", ",", " ", "(", ")"]
    let words = text.split { marks.contains($0) }.map(String.init)
    return (
      words.compactMap(Double.init), text.filter { marks.contains($0) } + words.filter { Double($0) == nil }.joined()
    )
  }

  @Test func everyRowHolds() throws {
    let results = try printed(Self.names + Self.all.map(\.call).joined(separator: "\n"))
    try #require(results.count == Self.all.count)
    for (row, result) in zip(Self.all, results) {
      let (ours, theirs) = (parts(result), parts(row.value))
      #expect(ours.rest == theirs.rest && ours.numbers.count == theirs.numbers.count, "\(row.call): \(result)")
      for (a, b) in zip(ours.numbers, theirs.numbers) {
        #expect(a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-14 * (1 + abs(b)), "\(row.call): \(result)")
      }
    }
  }

  /// What derivatives are where there is none.
  static let kinks: [(energy: String, point: String, gradient: String)] = [
    ("abs(x)", "0", "0"), ("relu(x)", "0", "0"), ("sqrt(x)", "0", "inf"), ("min(x, 2*x)", "0", "1.5"),
    ("max(x, 3*x)", "0", "2"), ("step(x)*(x + 3)", "0", "1"), ("step(x)", "0", "0"), ("sign(x)*x", "0", "0"),
    ("clamp(x, -1, 1)", "0.5", "1"), ("clamp(x, -1, 1)", "2", "0"), ("floor(x)*x", "1.5", "1"),
    ("xlogy(x, x)", "1", "1"),
    ("norm([x, 2*x])", "0", "0"), ("sum(normalize([x, x]))", "0", "0"), ("max([x, 2*x, 0])", "0", "1"),
    ("min(i in 1..2: i*x)", "0", "1.5"), ("prod([x, x, 2])", "0", "0"), ("x^0", "0", "0"),
    ("if x > 0 then log(x) else x", "0", "1"), ("sum(sort([x, 2*x]))", "0", "3"),
  ]

  @Test func kinksHaveTheirConventions() throws {
    let text = Self.kinks.enumerated().map { position, kink in
      "energy e\(position)(x : real) = \(kink.energy)\nprint grad(e\(position))(\(kink.point))"
    }.joined(separator: "\n")
    for (kink, result) in zip(Self.kinks, try printed(text)) {
      #expect(Double(result) == Double(kink.gradient), "\(kink.energy) at \(kink.point): \(result)")
    }
  }
}
