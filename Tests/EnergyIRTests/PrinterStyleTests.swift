import Testing

@testable import EnergyIR

/// Unicode and LaTeX from the same phrases.
@Suite struct PrinterStyleTests {
  let model = Model()
  var graph: Graph { model.graph }

  func unicode(_ id: NodeID) -> String { model.text(id, .unicode) }
  func latex(_ id: NodeID) -> String { model.text(id, .latex) }

  var residual: NodeID { graph.subtract(model.x, model.mu) }

  @Test func quadraticForms() {
    let form = graph.scale(
      0.5,
      graph.contract(
        [(residual, [0]), (model.symmetric, [0, 1]), (residual, [1])], output: [], sizes: [model.d, model.d]))
    #expect(unicode(form) == "0.5·(x - μ)ᵀ P (x - μ)")
    #expect(latex(form) == #"0.5 \, \left( x - \mu \right)^{\top} P \left( x - \mu \right)"#)
  }

  @Test func powersAndProducts() {
    let well = graph.sum([(1, graph.power(model.x, 2)), (-1, model.b)])
    let score = graph.scale(-4, graph.product([(model.a, 1), (model.x, 1), (well, 1)]))
    // `·` between two vectors would be read as their dot product.
    #expect(unicode(score) == "-4·a·x*(x² - b)")
    #expect(latex(score) == #"-4 \, a \, x \odot \left( x^{2} - b \right)"#)
    #expect(latex(graph.power(graph.dot(model.x, model.x), 3)) == #"\left\lVert x \right\rVert^{6}"#)
    #expect(unicode(graph.power(model.a, 12)) == "a¹²")
    #expect(unicode(graph.power(model.a, 1.5)) == "a^1.5")
  }

  @Test func quotientsAndRoots() {
    let term = graph.scale(2, graph.divide(model.a, graph.squareRoot(model.b)))
    #expect(unicode(term) == "2·a/sqrt(b)")
    #expect(latex(term) == #"\frac{2 \, a}{\sqrt{b}}"#)
    #expect(
      latex(graph.power(graph.divide(model.a, graph.add(model.a, model.b)), 2))
        == #"\frac{a^{2}}{\left( a + b \right)^{2}}"#)
  }

  @Test func loops() {
    let i = graph.freshVariable(model.d - 1)
    let next = model.entry(model.x, i, offset: 1)
    let square = graph.power(graph.subtract(next, graph.power(model.entry(model.x, i), 2)), 2)
    let sum = graph.reduce(.sum, [i], .always, square)
    #expect(unicode(sum) == "sum(i in 1..d-1: (x[i+1] - x[i]²)²)")
    #expect(latex(sum) == #"\sum_{i=1}^{d-1} \left( x_{i+1} - x_{i}^{2} \right)^{2}"#)
    let j = graph.freshVariable(model.d)
    let k = graph.freshVariable(model.d)
    let unequal = Guard([condition([(j, 1), (k, -1)], 0, .differsFromZero)])
    let body = graph.apply("sin", [graph.multiply(model.entry(model.x, j), model.entry(model.x, k))])
    let pairs = graph.reduce(.sum, [j, k], unequal, body)
    #expect(unicode(pairs) == "sum(i in 1..d, j in 1..d if i ≠ j: sin(x[i]·x[j]))")
    #expect(
      latex(pairs)
        == #"\sum_{i=1}^{d} \sum_{\substack{j=1 \\ i \ne j}}^{d} \sin\left( x_{i} \, x_{j} \right)"#)
    #expect(
      latex(graph.reduce(.logsumexp, [j], .always, graph.multiply(model.entry(model.x, j), model.iota(j))))
        == #"\operatorname*{logsumexp}_{1 \le i \le d} \left( i - 1 \right) \, x_{i}"#)
  }

  @Test func conditionals() {
    let test = graph.apply("lessEqual", [model.a, model.b], type: .bool)
    let chosen = graph.select(test, model.a, graph.constant(0))
    #expect(unicode(chosen) == "if a ≤ b then a else 0")
    #expect(
      latex(chosen)
        == #"\begin{cases} a & \text{if } a \le b \\ 0 & \text{otherwise} \end{cases}"#)
  }

  @Test(arguments: [
    ("sigma", "σ", #"\sigma"#), ("theta_1", "θ₁", #"\theta_{1}"#), ("x_12", "x₁₂", "x_{12}"),
    ("scale", "scale", #"\mathrm{scale}"#), ("a_max", "a_max", #"a_{\mathrm{max}}"#), ("Omega", "Ω", #"\Omega"#),
    ("net.0.weight", "net.0.weight", #"\mathrm{net.0.weight}"#), ("μ", "μ", #"\mu"#),
  ])
  func names(name: String, unicode: String, latex: String) {
    #expect(Spelling(.text).name(name) == name)
    #expect(Spelling(.unicode).name(name) == unicode)
    #expect(Spelling(.latex).name(name) == latex)
  }

  @Test(arguments: [(1e-10, "10^{-10}"), (2.5e20, #"2.5 \cdot 10^{20}"#), (0.1, "0.1"), (-.infinity, #"-\infty"#)])
  func numbers(value: Double, latex: String) {
    #expect(Spelling(.latex).number(value) == latex)
  }

  /// LaTeX needs every brace and every \left closed.
  @Test func braces() {
    let evaluation = ConstructorMeaningTests.evaluation(model)
    for seed in 0..<200 {
      var terms = RandomTerms(model, evaluation, seed: UInt64(seed))
      let text = latex(terms.term(rank: seed % 3, depth: 1 + seed % 3).node)
      #expect(text.filter { $0 == "{" }.count == text.filter { $0 == "}" }.count)
      #expect(text.components(of: #"\left"#) == text.components(of: #"\right"#))
      #expect(!text.contains("?"))
    }
  }
}

/// Names of symbols, signatures, and formulas that are very deep or very long.
@Suite struct PrinterNameTests {
  @Test func ownParametersGoByTheirLastNameWhereThatIsUnambiguous() {
    let graph = Graph()
    let mean = graph.symbol(Symbol(name: "left.mu", role: .parameter, shape: []))
    let left = graph.symbol(Symbol(name: "left.s", role: .parameter, shape: []))
    let right = graph.symbol(Symbol(name: "right.s", role: .parameter, shape: []))
    let sum = graph.sum([(1, mean), (1, left), (1, right)])
    #expect(Printer(graph).describe(sum) == "left.s + mu + right.s")
  }

  @Test func variablesAvoidTheNamesInUse() {
    let graph = Graph()
    let n = Size(Dimension("n"))
    let table = graph.symbol(Symbol(name: "i", role: .sample, shape: [n]))
    let k = graph.freshVariable(n)
    let next = graph.index(table, [.at(IndexExpression([(k, 1)], offset: 1, modulus: n))])
    #expect(Printer(graph).describe(graph.reduce(.prod, [k], .always, next)) == "prod(j in 1..n: i[wrap(j + 1, n)])")
  }

  @Test func variablesTakeTheLetterOfTheirSize() {
    let graph = Graph()
    let size = Size(Dimension("K"))
    let weights = graph.symbol(Symbol(name: "w", role: .parameter, shape: [size, size]))
    let (k, l) = (graph.freshVariable(size), graph.freshVariable(size))
    let entry = { (row: Variable, column: Variable) in
      graph.index(weights, [.at(IndexExpression(row)), .at(IndexExpression(column))])
    }
    let diagonal = graph.reduce(.max, [k], .always, entry(k, k))
    #expect(Printer(graph).describe(diagonal) == "max(diag(w))")
    let apart = IndexExpression([(k, 1), (l, -1)])
    let first = Guard([Condition(IndexExpression([(k, 1)], offset: -1), .atLeastZero)])
    let tail = graph.reduce(.max, [k], first, entry(k, k))
    #expect(Printer(graph).describe(tail) == "max(k in 2..K: w[k, k])")
    let turned = graph.reduce(
      .max, [k, l], Guard([Condition(apart, .differsFromZero)]), graph.multiply(entry(k, l), entry(l, k)))
    #expect(Printer(graph).describe(turned) == "max(i in 1..K, j in 1..K if i != j: w[i, j]*w[j, i])")
  }

  @Test func bodiesOfLoopsPrintWithNamesForTheirVariables() {
    let model = Model()
    let i = model.graph.freshVariable(model.d)
    let body = model.apply("sin", model.entry(model.x, i))
    let loop = model.graph.reduce(.max, [i], .always, body)
    #expect(model.text(model.graph[loop].arguments[0]) == "sin(x[i])")
    #expect(model.text(body) == "sin(x[i])")
  }

  @Test func signatures() {
    let graph = Graph()
    let d = Size(Dimension("d"))
    let x = graph.addSymbol(Symbol(name: "x", role: .sample, shape: [2]))
    let mu = graph.addSymbol(Symbol(name: "f.mu", role: .parameter, shape: [d]))
    let matrix = graph.addSymbol(Symbol(name: "P", role: .parameter, shape: [d, d], refinements: [.symmetric]))
    let count = graph.addSymbol(Symbol(name: "edges", role: .data, shape: [d, 2], type: .int))
    let rate = graph.addSymbol(Symbol(name: "p", role: .parameter, shape: [], refinements: [.interval(0, 1)]))
    let printer = Printer(graph)
    #expect(printer.signature("f", of: [x], parameters: [mu]) == "f(x : vector[2]; mu : vector[d])")
    #expect(
      printer.declarations([matrix, count, rate]) == "P : symmetric[d], edges : integer[d, 2], p : interval(0, 1)")
    let half = graph.scale(0.5, graph.dot(graph.symbol(x), graph.symbol(x)))
    #expect(printer.statement("f", of: [x], body: half) == "energy f(x : vector[2]) = 0.5*sumsq(x)")
  }

  @Test(arguments: Printer.Style.allCases)
  func deepFormulasDoNotOverflow(style: Printer.Style) {
    let model = Model()
    var term = model.a
    for _ in 0..<30_000 { term = model.graph.apply("sin", [term]) }
    #expect(Printer(model.graph, style: style).describe(term).utf8.count > 150_000)
  }

  @Test func longFormulasArePrintedInFull() {
    let model = Model()
    let terms = (1...30_000).map { (Double($0), model.graph.apply(FunctionName("f\($0)"), [model.a])) }
    let text = model.text(model.graph.sum(terms))
    #expect(text.contains("f1(a) + ") && text.contains(" + 30000*f30000(a)"))
  }
}

extension String {
  fileprivate func components(of word: String) -> Int { ranges(of: word).count }
}

extension Model {
  fileprivate func iota(_ variable: Variable) -> NodeID { graph.iota(IndexExpression(variable)) }
}
