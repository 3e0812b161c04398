import Testing

@testable import EnergyDriver

/// A size with a name beside a number that is its value.
@Suite struct AgreeingSizesTests {
  static let definitions = """
    dim d
    param a : vector[d] = [1, 2]
    param A : matrix[2, 2] = [[1, 2], [3, 4]]
    param B : matrix[d, d] = [[1, 2], [3, 4]]
    energy g(x) = sumsq(x - a)
    energy h(x : vector[d]) = a^T x^2
    """

  @Test(arguments: [
    ("dot(a, [1, 2])", "5"), ("dot([1, 2], a)", "5"), ("a*[1, 2]", "[1, 4]"), ("[1, 2]*a", "[1, 4]"),
    ("[3, 4] - a", "[2, 2]"), ("a - [3, 4] + [1, 1]", "[-1, -1]"), ("[a, [1, 2]]", "[[1, 2], [1, 2]]"),
    ("A a", "[5, 11]"), ("a^T A", "[7, 10]"), ("A B", "[[7, 10], [15, 22]]"), ("B A", "[[7, 10], [15, 22]]"),
    ("a^T A a", "27"), ("solve(A, a)", "[0, 0.5]"), ("A + row(a)", "[[2, 4], [4, 6]]"),
    ("col(a) + row([1, 2])", "[[2, 3], [3, 4]]"), ("max(a, [2, 1])", "[2, 2]"), ("max([2, 1], a)", "[2, 2]"),
    ("select(a > 1, a, [5, 5])", "[5, 2]"), ("if a[1] > 0 then a else [5, 5]", "[1, 2]"),
    ("a == [1, 3]", "[true, false]"),
    ("g([1, 3])", "1"), ("score(g)([1, 3])", "[0, -2]"), ("hessian(g)([1, 3])", "[[2, 0], [0, 2]]"),
    ("g([[1, 3]])", "[1]"),
    ("h([1, 3])", "19"), ("score(h)([1, 3])", "[-2, -12]"), ("A[1, :] - a", "[0, 0]"),
  ])
  func agree(_ text: String, _ expected: String) throws {
    let session = session("\(Self.definitions)\n\(text)")
    #expect(session.diagnostics.isEmpty, "\(session.diagnostics.map(\.short))")
    #expect(try session.printed() == [expected])
  }

  @Test func othersAreStillRefused() {
    for text in ["a - [1, 2, 3]", "A [1, 2, 3]", "dot(a, [1, 2, 3])", "h([1, 2, 3])"] {
      let session = session("\(Self.definitions)\n\(text)")
      #expect(session.hasErrors, "\(text)")
    }
  }
}
