import EnergyIR
import EnergySemantics
import EnergyText
import Testing

private let gaussian = """
  energy gaussian(x : vector[d]; mu : vector[d], P : symmetric[d]) = 0.5*(x - mu)^T P (x - mu)

  """

@Suite struct EnergyTests {
  @Test func signature() throws {
    let checked = Checked(gaussian)
    let energy = try checked.energy("gaussian")
    #expect(energy.samples.map(\.type) == ["vector[d]"])
    #expect(energy.parameters.map(\.name) == ["gaussian.mu", "gaussian.P"])
    #expect(energy.parameters.map(\.type) == ["vector[d]", "symmetric[d]"])
    #expect(checked.program.parameters.map(\.name) == ["gaussian.mu", "gaussian.P"])
    #expect(checked.graph[energy.node].rank == 0)
  }

  @Test func instancesAndCalls() throws {
    let checked = Checked(
      gaussian + """
        energy left = gaussian(mu = [-2, 0], P = eye(2))
        energy both(x : vector[2]) = 0.5*left(x) + 0.5*left(x)
        energy direct(x : vector[2]) = left(x)
        energy lowest(x : vector[2]) = min(left(x), gaussian(x, mu = [2, 0], P = eye(2)))
        left([1, 2])
        gaussian([1, 2], mu = [-2, 0], P = eye(2))
        gaussian([1, 2]; mu = [-2, 0], P = eye(2))
        gaussian(mu = [-2, 0], P = eye(2))([1, 2])
        gaussian(x = [1, 2], mu = [-2, 0], P = eye(2))
        """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(Set(checked.values.map(\.node)).count == 1)
    #expect(try checked.energy("left").samples.map(\.type) == ["vector[2]"])
    #expect(try checked.energy("left").parameters.isEmpty)
  }

  @Test(arguments: [
    ("gaussian([1, 2], [3, 4])", "E-arguments"), ("gaussian([1, 2], nu = 1)", "E-arguments"),
    ("gaussian([1, 2], mu = [1, 2, 3])", "E-shape"), ("gaussian + gaussian", "E-type"), ("gaussian^2", "E-function"),
    ("score(gaussian([1, 2]))", "E-type"), ("score(3)", "E-type"), ("grad(gaussian, nu)", "E-unknown"),
    ("hvp(gaussian)", "E-arguments"), ("unconstrained(gaussian, x)", "E-arguments"),
    ("score(gaussian)()", "E-arguments"),
    ("gaussian([1, 2], x = [1, 2])", "E-arguments"), ("check 3", "E-type"),
  ])
  func refusedCalls(_ text: String, _ code: String) {
    let checked = Checked(gaussian + text)
    #expect(checked.codes.contains(code), "\(checked.messages)")
  }

  @Test func energiesAsArguments() {
    let checked = Checked(
      gaussian + """
        energy sphere(x : vector[d]; base : energy) = base(x/norm(x))
        energy ball(x : vector[d]) = sumsq(x)
        energy on_sphere = sphere(base = ball)
        on_sphere([1, 2])
        ball([1, 2]/norm([1, 2]))
        """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.values[0].node == checked.values[1].node)
    #expect(checked.program.energies.map(\.name) == ["gaussian", "ball", "on_sphere"])
  }

  @Test func sizesAreGenericPerCall() {
    let checked = Checked(
      """
      energy ball(x : vector[d]) = sumsq(x)/d
      ball([1, 2])
      ball([1, 2, 3])
      energy rosenbrock(x : vector[m + 1]) = sum(i in 1..m: (x[i+1] - x[i]^2)^2)
      rosenbrock([1, 2, 3])
      """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(Checked("energy r(x : vector[m + 1]) = sum(i in 1..m: x[i])\nr([1])").codes == ["E-shape"])
    let both = Checked("energy e(x : vector[d], y : vector[d]) = x^T y\ne([1, 2], [1, 2, 3])")
    #expect(both.codes == ["E-shape"])
  }

  @Test func aLeadingAxisIsABatch() {
    let checked = Checked(
      """
      energy ball(x : vector[d]) = sumsq(x)
      energy pair(x : vector[d], t : real) = t*sumsq(x)
      ball([[1, 2], [3, 4], [5, 6]])
      score(ball)([[1, 2], [3, 4], [5, 6]])
      pair([[1, 2], [3, 4]], [1, 2])
      energy spread(X : matrix[n, d]) = sum(ball(X))
      """)
    #expect(checked.shapes == [#"vector["3"]"#, #"matrix["3", "2"]"#, #"vector["2"]"#], "\(checked.messages)")
    let mixed = Checked("energy pair(x : vector[d], t : real) = t*sumsq(x)\npair([[1, 2], [3, 4]], 1)")
    #expect(mixed.codes == ["E-shape"])
  }

  @Test func domains() throws {
    let checked = Checked("energy f(t : positive, u : interval(0, 1)) = log(t)*u")
    guard case .select = checked.graph[try checked.energy("f").node].operation else {
      Issue.record("outside its domain the energy isn't +inf")
      return
    }
    let types = [
      "simplex[3]", "spd[2]", "symmetric[2]", "diagonal[2]", "lower[2]", "unit_vector[3]", "integer", "ordered[3]",
    ]
    for type in types {
      let checked = Checked("energy f(x : \(type)) = \(type == "integer" ? "x" : "sum(x)")")
      guard case .select = checked.graph[try checked.energy("f").node].operation else {
        Issue.record("\(type): \(checked.messages)")
        continue
      }
    }
  }

  @Test func derivatives() {
    let checked = Checked(
      gaussian + """
        param a = 2.0
        energy f(x : vector[d]) = a*sumsq(x)
        let loss = a^2 + f([1, 2])
        grad(f)
        score(f)
        ∇f
        hessian(f)
        laplacian(f)
        hvp(f, [1, 2])
        grad(f, a)
        score(gaussian, mu)
        score(f, x)
        laplacian(laplacian(f))
        """)
    // hvp's vector has two entries and f takes any number, so two.
    #expect(checked.codes == [], "\(checked.messages)")
    #expect(
      checked.derivatives.map { checked.graph.shape($0).map(\.description) } == [
        ["d"], ["d"], ["d"], ["d", "d"], [], ["2"], [], ["d"], ["d"], [],
      ])
    let values = Checked(
      "param a = 2.0\nenergy f(x : vector[d]) = a*sumsq(x)\nlet l = a^2\ngrad(l, a)\nscore(f)([1, 2])")
    #expect(values.shapes == ["scalar[]", #"vector["2"]"#], "\(values.messages)")
  }

  @Test func namedDerivatives() {
    let checked = Checked(
      "energy e(x : vector[2]) = sumsq(x)\nlet force = score(e)\nforce([1, 2])\nscore(e)([1, 2])\nforce")
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.values.count == 2)
    #expect(Set(checked.values.map(\.node)).count == 1)
    #expect(checked.derivatives.count == 1)
  }

  @Test func unknownFactorsAreUnknown() {
    #expect(Checked("energy e(x : real) = x y z").errors.map(\.message) == ["there is nothing named 'y'"])
    #expect(Checked("energy e(x : real) = x sin x").codes == ["E-function"])
  }

  @Test func severalSamplesArePacked() {
    let checked = Checked(
      "energy f(x : vector[2], M : matrix[2, 3], t : real) = sumsq(x) + sum(M) + t\nscore(f)\nscore(f, M)")
    #expect(checked.derivatives.map { checked.graph.shape($0).map(\.description) } == [["9"], ["2", "3"]])
  }

  @Test func whereNames() {
    let checked = Checked(
      """
      energy f(x : vector[2]) = g(1) + g(2) + s where g(i) = r[i]^2, s = sumsq(r), r = x - 1
      energy h(x : vector[2]) = (x[1] - 1)^2 + (x[2] - 1)^2 + sumsq(x - 1)
      f([3, 4])
      h([3, 4])
      """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(Checked("energy f(x : vector[2]) = sum(i in 1..2: r*i) where r = x[i]").codes == ["E-unknown"])
    #expect(Checked("energy f(x : vector[2]) = sumsq(a) where a = b, b = a").codes == ["E-cycle"])
    #expect(Checked("energy f(x : vector[2]) = g(1) where g(i) = h(i), h(i) = g(i)").codes == ["E-cycle"])
    #expect(Checked("energy f(x : vector[2]) = sumsq(x) where x = 1").codes == ["E-redefined"])
  }

  @Test func everyNodeHasAnOrigin() throws {
    let checked = Checked(
      "energy f(x : vector[d]) = sum(i in 1..d-1: b*(x[i+1] - x[i]^2)^2 + (a - x[i])^2)\nparam a = 1.0\nparam b = 100.0"
    )
    for id in checked.graph.postorder(try checked.energy("f").node) {
      #expect(!checked.graph.origins(of: id).isEmpty, "\(checked.graph[id].operation)")
    }
  }

  @Test func functions() {
    let checked = Checked(
      """
      fn square_of(t, s = 2) = t^2/s
      fn outer_sum(u : vector[n], w : vector[n]) : real = u^T w
      square_of(3)
      square_of(3, s = 2)
      square_of([1, 2])
      outer_sum([1, 2], [3, 4])
      """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.values[0].node == checked.values[1].node)
    #expect(Checked("fn f(u : vector[n], w : vector[n]) = u^T w\nf([1], [1, 2])").codes == ["E-shape"])
    #expect(Checked("fn f(u) = u^T u\nf(2)").errors.first?.notes.contains { $0.message == "in the call of f" } == true)
    #expect(Checked("fn f(u) = g(u)\nfn g(u) = f(u)\nf(2)").codes == ["E-cycle"])
    #expect(Checked("fn f(u) = u + nothing").codes == ["E-unknown"])
    #expect(Checked("fn f(u : vector[n]) : vector[n] = u^T u\nf([1, 2])").codes == ["E-shape"])
  }
}
