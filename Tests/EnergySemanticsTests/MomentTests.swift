import EnergySemantics
import EnergySyntax
import EnergyText
import Testing

/// Messages that are promised word for word.
@Suite struct MomentTests {
  @Test func wrongSize() {
    let checked = Checked(
      "param mu : vector[2] = [0, 1]\n\n\nenergy f(x : vector[3]) = 0.5*sum((x - mu)^2)\n")
    #expect(
      checked.messages == """
        error[E-shape]: these sizes differ: vector[3] and vector[2]
          model.energy:4:36
        4 | energy f(x : vector[3]) = 0.5*sum((x - mu)^2)
          |                                    ^^^^^^ x : vector[3] (declared here, 4:10)
          = mu : vector[2] comes from its value [0, 1] at model.energy:1:24
          = change x to vector[2], or give mu three entries

        """)
  }

  @Test func broadcasting() {
    let checked = Checked(
      "param m : vector[3] = [1, 2, 3]\n\nenergy f(X : matrix[5, 3]) = sumsq(X - m)\n")
    #expect(
      checked.messages == """
        error[E-broadcast]: matrix[5, 3] - vector[3] has two readings
          model.energy:3:36
        3 | energy f(X : matrix[5, 3]) = sumsq(X - m)
          |                                    ^^^^^ X : matrix[5, 3], m : vector[3]
          = subtract m from every row:     X - row(m)
          = subtract from every column:    X - col(v), for a v : vector[5]

        """)
  }

  @Test func productThatIsNone() {
    let checked = Checked(
      """
      param P : symmetric[2] = [[1, 0], [0, 1]]
      energy f(x : vector[2]) = 0.5 r P r where r = x - mu
      param mu : vector[2] = [1, 2]
      """)
    #expect(
      checked.messages == """
        error[E-product]: vector[2] times symmetric[2]: a column can't stand left of a matrix
          model.energy:2:31
        2 | energy f(x : vector[2]) = 0.5 r P r where r = x - mu
          |                               ^^^ r : vector[2] (2:43), P : symmetric[2] (1:1)
          = the quadratic form is   0.5 r^T P r
          = entry by entry, scale the columns:   row(r)*P

        """)
  }

  @Test func fraction() {
    var checked = Checked("")
    let found = checked.expression("1/2 x^T x").diagnostics
    #expect(
      TextRenderer(sources: checked.sources).render(found) == """
        error[E-slash]: '1 / 2 x^T x' reads two ways
          <expression>:1:3
        1 | 1/2 x^T x
          |   ^^^^^^^ a product stands to the right of '/'
          = (1/2)*x^T x     half of the product
          = 1/(2 x^T x)     one over the product

        """)
  }

  @Test func mistypedFunction() {
    var checked = Checked("")
    #expect(
      checked.expression("-lgsumexp(x)").diagnostics.map(\.message) == [
        "there is no function 'lgsumexp'; did you mean 'logsumexp'?"
      ])
    #expect(checked.expression("sum(sin x)").diagnostics.map(\.message) == ["'sin' is a function; write sin(x)"])
  }

  @Test func hiddenBuiltin() {
    let checked = Checked("param step = 0.1\nstep(3)")
    #expect(checked.codes == ["N-hides", "E-function"])
    #expect(checked.values.isEmpty)
    #expect(Checked("param step = 0.1\nstep*(3)").errors.isEmpty)
  }
}

@Suite struct CatalogueTests {
  @Test(arguments: DiagnosticExplanation.semantics.indices)
  func examplesDoWhatTheySay(_ position: Int) {
    let entry = DiagnosticExplanation.semantics[position]
    let wrong = Checked(entry.wrong)
    // Without a text, it takes a file.
    if !entry.wrong.isEmpty { #expect(wrong.codes.contains(entry.code.name), "\(entry.code): \(wrong.messages)") }
    let right = Checked(entry.right)
    #expect(!right.codes.contains(entry.code.name) && right.errors.isEmpty, "\(entry.code): \(right.messages)")
  }

  @Test func everyCodeIsExplained() {
    let explained = Set(DiagnosticExplanation.semantics.map(\.code))
    let own: [DiagnosticCode] = [
      .shape, .broadcast, .product, .unknown, .type, .index, .size, .cycle, .redefined, .arguments, .value,
      .unsupported, .hides, .network,
    ]
    for code in own { #expect(explained.contains(code), "\(code)") }
    for entry in DiagnosticExplanation.semantics { #expect(entry.text.hasPrefix(entry.code.name)) }
  }
}
