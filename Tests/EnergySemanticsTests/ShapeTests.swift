import EnergyBuiltins
import EnergyIR
import EnergySemantics
import Testing

private let definitions = """
  dim d, n
  param v : vector[d]
  param w : vector[n]
  param A : matrix[n, d]
  param B : matrix[d, n]
  param S : symmetric[d]
  param a : real
  data idx : integer[3]
  """

@Suite struct ShapeTests {
  @Test(arguments: [
    ("v + 1", #"vector["d"]"#), ("a*v", #"vector["d"]"#), ("v^T", #"row["d"]"#), ("v^T v", "scalar[]"),
    ("A v", #"vector["n"]"#), ("w^T A", #"row["d"]"#), ("w^T A v", "scalar[]"), ("w v^T", #"matrix["n", "d"]"#),
    ("A B", #"matrix["n", "n"]"#), ("A @ v", #"vector["n"]"#), ("a A v", #"vector["n"]"#), ("B A v", #"vector["d"]"#),
    ("A^T", #"matrix["d", "n"]"#), ("A - row(v)", #"matrix["n", "d"]"#), ("A*col(w)", #"matrix["n", "d"]"#),
    ("col(w) - row(v)", #"matrix["n", "d"]"#), ("A[1, :]", #"vector["d"]"#), ("A[:, 1]", #"vector["n"]"#),
    ("v[1..1]", #"vector["1"]"#), ("A[1..1, :]", #"matrix["1", "d"]"#), ("A[:, 1..1]", #"matrix["n", "1"]"#),
    ("v[idx]", #"vector["3"]"#), ("v[end]", "scalar[]"), ("[v, v]", #"matrix["2", "d"]"#),
    ("[1, 2, 3]", #"vector["3"]"#),
    ("[[1, 2], [3, 4]]", #"matrix["2", "2"]"#), ("[v[i]*w[j] for i in 1..d, j in 1..n]", #"matrix["d", "n"]"#),
    ("sum(i in 1..n: w[i]*A[i, :])", #"vector["d"]"#), ("d + n", "scalar[]"),
    ("if a > 0 then v else 2*v", #"vector["d"]"#),
    ("v^2", #"vector["d"]"#), ("A^2", #"matrix["n", "d"]"#), ("2^-v^2", #"vector["d"]"#), ("0 - v^T v", "scalar[]"),
    ("max(v, 0)", #"vector["d"]"#), ("max(v)", "scalar[]"), ("‖v‖", "scalar[]"), ("v^T[1]", "scalar[]"),
    ("hypot(v, v)", #"vector["d"]"#), ("v[1..0]", #"vector["0"]"#), ("(1/2)*v", #"vector["d"]"#),
    ("v < 1", #"vector["d"]"#), ("select(v > 0, v, 0)", #"vector["d"]"#), ("S v", #"vector["d"]"#),
  ])
  func shape(_ text: String, _ expected: String) {
    let checked = statements(definitions, [text])
    #expect(checked.shapes == [expected], "\(checked.messages)")
  }

  @Test(arguments: [
    ("v v", "E-product"), ("v A", "E-product"), ("A w^T", "E-product"), ("v^T v^T", "E-product"), ("v·v", "E-product"),
    ("v × v", "E-product"), ("A A", "E-shape"), ("A w", "E-shape"), ("v^T w", "E-shape"), ("v + w", "E-shape"),
    ("A + v", "E-broadcast"), ("A*v", "E-broadcast"), ("v/A", "E-broadcast"), ("A/v", "E-broadcast"),
    ("v + v^T", "E-broadcast"), ("A - row(w)", "E-shape"), ("A + B", "E-shape"), ("S^-1", "E-product"),
    ("S^2 v", "E-product"), ("v^T S^2 v", "E-product"), ("S^2 @ S", "E-product"), ("trace(S^2)", "E-product"),
    ("inv(S^2)", "E-product"), ("a^T", "E-shape"), ("[1, v]", "E-shape"), ("[v, w]", "E-shape"),
    ("[[1, 2], [3]]", "E-shape"),
    ("if a > 0 then v else w", "E-shape"), ("if v > 0 then 1 else 2", "E-type"), ("if a then 1 else 2", "E-type"),
    ("(a > 0) + 1", "E-type"), ("a and true", "E-type"), ("true^2", "E-type"), ("(-true)", "E-type"),
    ("sum(v, v)", "E-arguments"), ("mean(v, v)", "E-arguments"), ("norm(v, v)", "E-arguments"),
    ("logsumexp(a, a)", "E-arguments"), ("norm2(v)", "E-unknown"), ("sin(a, a)", "E-arguments"),
    ("sin()", "E-arguments"),
    ("max()", "E-arguments"), ("exp", "E-function"), ("v(1, 2)", "E-function"), ("a < v != 2", "E-type"),
    ("clamp(v, 0)", "E-arguments"), ("any(i in 1..3: i)", "E-type"), ("exp(i in 1..3: i)", "E-function"),
  ])
  func refusal(_ text: String, _ code: String) {
    let checked = statements(definitions, [text])
    #expect(checked.codes.contains(code), "\(checked.messages)")
    #expect(checked.values.isEmpty)
  }

  /// Texts that mean one node.
  @Test(arguments: [
    ["v^T S v", "v^T S^T v", "v^T (S v)", "(v^T S) v"], ["S v", "S^T v", "(v^T S)^T"], ["w^T A v", "v^T A^T w"],
    ["v[2..3]", "[v[i] for i in 2..3]", "[v[i + 1] for i in 1..2]"],
    ["v", "v[:]", "v[1..d]", "v[..]", "[v[i] for i in 1..d]"],
    ["A", "A[:, :]", "[A[i, :] for i in 1..n]"], ["a*v", "v*a", "a v"], ["max(v, 0)", "max(v, 0.0)"],
    ["w a^2", "w (a)^2", "w*(a^2)"], ["a/2", "0.5*a"], ["sin(a)^2", "(sin(a))^2"], ["2^3^2", "512"],
    ["0 - a^2", "(-a^2)", "(-(a^2))"],
    ["v[end]", "v[d]"], ["A[end, end]", "A[n, d]"], ["[3, 5][2]", "[3, 5][end]"], ["v·a", "v × a", "v a"],
    ["sum(i in 1..n, j in i+1..n: A[i, 1]*A[j, 1])", "sum(i in 1..n, j in 1..n if i < j: A[i, 1]*A[j, 1])"],
    ["sum(i in 1..n: w[i])", "sum(k in 1..n: w[k])", "sum(wi in w: wi)"], ["sum(i in 1..0: w[i])", "0.0"],
    ["if 1 < 2 then a else 2*a", "a"], ["d*n", "n*d"], ["mod(-1, 4)", "3"], ["div(7, 2)", "3"],
    ["a^0.5", "sqrt(a)"], ["v'", "v^T"], ["‖v‖", "norm(v)"],
    ["[v[d + 1 - i] for i in 1..d]", "v[d..1 by -1]"],
  ])
  func sameNode(_ texts: [String]) {
    let checked = statements(definitions, texts)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    let nodes = checked.values.map(\.node)
    #expect(nodes.count == texts.count)
    #expect(Set(nodes).count == 1, "\(texts): \(nodes.map { Printer(checked.graph).describe($0) })")
  }

  @Test func reassociationKeepsVectors() {
    // B A v as B (A v): no matrix product is made.
    let checked = statements(definitions, ["B A v", "B (A v)", "w^T A B w", "(w^T A) (B w)"])
    let nodes = checked.values.map(\.node)
    #expect(nodes[0] == nodes[1])
  }
}
