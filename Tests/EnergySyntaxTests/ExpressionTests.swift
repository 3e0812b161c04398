import EnergySyntax
import EnergyText
import Testing

@Suite struct ExpressionTests {
  @Test(arguments: [
    ("1 + 2 - 3", "(sum +1 +2 -3)"),
    ("a*b/c@d", "(product *a *b /c @d)"),
    ("a + b*c", "(sum +a +(product *b *c))"),
    ("-a*b", "(product *(neg a) *b)"),
    ("-a b", "(neg (mul a b))"),
    ("a * -b", "(product *a *(neg b))"),
    ("a - -b", "(sum +a -(neg b))"),
    ("+-a", "(pos (neg a))"),
    ("-a + b", "(sum +(neg a) +b)"),
    ("a == b", "(compare a == b)"),
    ("0 < x <= 1", "(compare 0 < x <= 1)"),
    ("a + 1 < b", "(compare (sum +a +1) < b)"),
    ("not a == b", "(not (compare a == b))"),
    ("not not a", "(not (not a))"),
    ("a and not b or c", "(or (and a (not b)) c)"),
    ("a or b or c", "(or a b c)"),
    ("a and b and c", "(and a b c)"),
    ("if c then a else b", "(if c a b)"),
    ("if c then a else b + 1", "(if c a (sum +b +1))"),
    ("a + if c then b else d + 1", "(sum +a +(if c b (sum +d +1)))"),
    ("2*if c then a else b", "(product *2 *(if c a b))"),
    ("-if c then a else b", "(neg (if c a b))"),
    ("if a then b else if c then d else e", "(if a b (if c d e))"),
    ("a and if c then b else d", "(and a (if c b d))"),
  ])
  func precedence(_ text: String, _ expected: String) {
    #expect(tree(text) == expected)
  }

  @Test(arguments: [
    ("w (x)^2", "(mul w (^ x 2))"),
    ("f(x)^2", "(^ (call f x) 2)"),
    ("x^a(y)", "(mul (^ x a) y)"),
    ("x^f(y)", "(^ x (call f y))"),
    ("x^f(y)^2", "(^ x (^ (call f y) 2))"),
    ("P (x)[1]", "(mul P (index x 1))"),
    ("f(x)[1]", "(index (call f x) 1)"),
    ("score(E)(x)", "(call (call score E) x)"),
    ("score(E) (x) (y)", "(mul (call (call score E) x) y)"),
    ("∇E(x)", "(call (nabla E) x)"),
    ("Es[1](x)", "(call (index Es 1) x)"),
    ("0.5*(x - mu)^T P (x - mu)", "(product *0.5 *(mul (T (sum +x -mu)) P (sum +x -mu)))"),
    ("-x^T y", "(neg (mul (T x) y))"),
    ("x' y", "(mul (T x) y)"),
    ("xᵀ y", "(mul (T x) y)"),
    ("x ^ T y", "(mul (T x) y)"),
    ("x^T2", "(^ x T2)"),
    ("x^Tb", "(^ x Tb)"),
    ("x^(T)", "(^ x T)"),
    ("x^2^T", "(T (^ x 2))"),
    ("x^2^3", "(^ x (^ 2 3))"),
    ("2^-x^2", "(^ 2 (neg (^ x 2)))"),
    ("2^-x^2 y", "(mul (^ 2 (neg (^ x 2))) y)"),
    ("x^a[1]", "(^ x (index a 1))"),
    ("x[1]^2", "(^ (index x 1) 2)"),
    ("x^T[1]", "(index (T x) 1)"),
    ("x²", "(^ x 2)"),
    ("x⁻¹²", "(^ x -12)"),
    ("f(x)² y", "(mul (^ (call f x) 2) y)"),
    ("2 x y", "(mul 2 x y)"),
    ("2x", "(mul 2 x)"),
    ("2exp(x)", "(mul 2 (call exp x))"),
    ("x[1, 2..end, :, ..k, 1.., ..]", "(index x 1 2..end : ..k 1.. ..)"),
    ("x[1..d by 2]", "(index x 1..d by 2)"),
    ("x[..by 2]", "(index x .. by 2)"),
    ("x[..k by -1]", "(index x ..k by (neg 1))"),
    ("[1, 2][1]", "(index (list 1 2) 1)"),
    ("[1, 2,]", "(list 1 2)"),
    ("[[1, 2], [3, 4]]", "(list (list 1 2) (list 3 4))"),
    ("[f(i, j) for i in 1..n, j in v]", "(build (in i 1 n) (in j v) (call f i j))"),
    ("sum(i in 1..d-1: x[i])", "(call sum (in i 1 (sum +d -1)) (index x i))"),
    (
      "sum(i in 1..n by 2, j in i+1..n if i != j: X[i, j])",
      "(call sum (in i 1 n 2) (in j (sum +i +1) n) (when (compare i != j)) (index X i j))"
    ),
    ("fold(t in 1..T, s = s0, r = 1: s + r)", "(call fold (in t 1 T) (state s s0) (state r 1) (sum +s +r))"),
    ("E(x; mu = v)", "(call E x ; mu=v)"),
    ("E(x, mu = v)", "(call E x mu=v)"),
    ("grad(E, g.μ)", "(call grad E g.mu)"),
    ("grad(E, gaussian.mu)", "(call grad E gaussian.mu)"),
    ("grad(E, net.0.weight)", "(call grad E net.0.weight)"),
    ("load(\"a\\\"b\\\\.npy\")", "(call load \"a\"b\\.npy\")"),
    ("load(\"p.npz\", name = \"W\")", "(call load \"p.npz\" name=\"W\")"),
    ("‖x - y‖^2", "(^ (norm (sum +x -y)) 2)"),
    ("2 ‖x‖ y", "(mul 2 (norm x) y)"),
    ("pi x", "(mul pi x)"),
    ("1e-3 + .5 + 1_000 + 2e3", "(sum +0.001 +0.5 +1000 +2000.0)"),
    ("f()", "(call f)"),
    ("(x)", "x"),
    ("w ((a + b)) (c)", "(mul w (sum +a +b) c)"),
  ])
  func grouping(_ text: String, _ expected: String) {
    #expect(tree(text) == expected)
  }

  @Test(arguments: [
    ("w (x)^2", "(run w (group x) ^ 2)"),
    ("a b[1]^T'", "(run a b [1] ^T ^T)"),
    ("x^-+2", "(run x ^-+ 2)"),
    ("x", "x"),
    ("(x)", "(run (group x))"),
  ])
  func runsStayFlat(_ text: String, _ expected: String) {
    #expect(tree(text, grouped: false) == expected)
  }

  /// Spreading every token apart, or onto lines within brackets, never changes a tree.
  @Test(arguments: [
    "0.5*(x-mu)^T P(x-mu)", "w(x)^2", "f(x)^2", "2^-x^2", "sum(i in 1..d-1:b*(x[i+1]-x[i]^2)^2)",
    "if a<=b then-c else d'", "x^T[1]E(x;mu=2)",
  ])
  func whiteSpaceIsNothing(_ text: String) {
    let spread = tree(
      text.replacing("^", with: " ^ ").replacing("(", with: " ( ").replacing(")", with: " ) ")
        .replacing("[", with: " [ ").replacing("-", with: " - "))
    #expect(spread == tree(text))
    #expect(tree("(" + text.replacing("^", with: "\n^\n").replacing("*", with: "\n*\n") + ")") == tree(text))
  }

  @Test(arguments: [
    ("μ", "mu"), ("µ", "mu"), ("ϕ", "phi"), ("φ", "phi"), ("x₁", "x_1"), ("x₁₂", "x_12"), ("σ₂_a", "sigma_2_a"),
    ("Σ", "Sigma"), ("Ω", "Omega"), ("e\u{301}", "\u{e9}"), ("π", "pi"), ("Δx", "Deltax"), ("ς", "sigma"),
  ])
  func canonicalNames(_ text: String, _ expected: String) {
    #expect(tree(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test(arguments: [
    ("a · b", "(product *a ·b)"), ("a × b", "(product *a ×b)"), ("a − b", "(sum +a -b)"),
    ("a ≤ b", "(compare a <= b)"), ("a ≥ b", "(compare a >= b)"), ("a ≠ b", "(compare a != b)"),
    ("a\u{A0}+ b", "(sum +a +b)"),
  ])
  func unicodeOperators(_ text: String, _ expected: String) {
    #expect(tree(text) == expected)
  }

  @Test func numbersKnowIntegers() throws {
    let tree = parseExpression("[1, 1.0, 1e3, 9223372036854775807, 9223372036854775808]").tree
    let literals = tree.nodes.compactMap { if case .number(let literal) = $0.kind { literal } else { nil } }
    #expect(literals.map(\.isInteger) == [true, false, false, true, false])
    #expect(literals[3].integer == Int.max)
  }

  @Test func spansCoverTheText() throws {
    let text = "a + 2 f(x, y)^2"
    let tree = parseExpression(text).tree
    let found = tree.nodes.map { tree.text($0.span) }
    #expect(found == ["a", "2", "f", "x", "y", "2", "2 f(x, y)^2", text])
  }

  /// Parts stand before what holds them, so that passes can go over the arena in order.
  @Test func operandsComeFirst() {
    let tree = parseExpression("[a + -f(x)[i..j] for i in 1..n if 2").tree
    #expect(tree.nodes.count > 3)
    for (index, node) in tree.nodes.enumerated() {
      if case .signed(_, let operand) = node.kind { #expect(Int(operand.index) < index) }
      if case .sum(let terms) = node.kind { #expect(terms.allSatisfy { Int($0.operand.index) < index }) }
    }
  }
}
