import EnergyIR
import EnergySemantics
import Testing

private let definitions = """
  energy gaussian(x : vector[d]; mu : vector[d], P : symmetric[d] = eye(d)) = 0.5*(x - mu)^T P (x - mu)
  energy ball(x : vector[d]; a = 1.0) = a*sumsq(x)
  energy left = gaussian(mu = [-2, 0])
  energy right = gaussian(mu = [2, 0])
  energy weighted(x : vector[d]; Es : energy[k], w : vector[k]) = sum(i in 1..k: w[i]*Es[i](x))
  let Es = [left, right]

  """

/// Lists of energies: written out term by term, whichever way they are run over.
@Suite struct EnergyListTests {
  /// Each pair is the same formula, said with a list and without.
  @Test(arguments: [
    ("sum(i in 1..2: Es[i](x))", "left(x) + right(x)"),
    ("sum(E in Es: E(x))", "left(x) + right(x)"),
    ("prod(E in Es: 1 + E(x))", "(1 + left(x))*(1 + right(x))"),
    ("min(i in 1..2: Es[i](x))", "min([left(x), right(x)])"),
    ("max(i in 1..2: i*Es[i](x))", "max([left(x), 2*right(x)])"),
    ("logsumexp(i in 1..2: -Es[i](x))", "logsumexp([-left(x), -right(x)])"),
    ("mean(E in Es: E(x))", "(left(x) + right(x))/2"),
    ("sum([Es[i](x) for i in 1..2])", "sum([left(x), right(x)])"),
    ("sum([x[j]*Es[i](x) for i in 1..2, j in 1..2])", "sum([left(x)*x, right(x)*x])"),
    ("Es[end](x)", "right(x)"), ("[left, right][1](x)", "left(x)"), ("Es[1..1][1](x)", "left(x)"),
    ("sum(E in Es[1..2 by 1]: E(x))", "left(x) + right(x)"),
    ("size(Es)*left(x)", "2*left(x)"),
    ("sum(i in 1..2, j in 1..i: Es[i](x)*Es[j](x))", "left(x)^2 + right(x)*left(x) + right(x)*right(x)"),
    ("sum(i in 1..2, j in 1..2 if i != j: Es[i](x)*Es[j](x))", "2*left(x)*right(x)"),
    ("sum(i in [2, 2]: Es[i](x))", "2*right(x)"),
    ("sum(i in 1..2: g(i))", "left(x)^2 + right(x)^2"),
    ("sum(i in 1..2: x[i]*Es[1](x))", "sum(x)*left(x)"),
    ("sum(i in 1..2: weigh(Es[i], x))", "3*left(x) + 3*right(x)"),
    (
      "weighted(x, Es = [left, ball(a = 2), laplacian(ball)], w = [1, 2, 3])",
      "left(x) + 2*(2*sumsq(x)) + 3*laplacian(ball)(x)"
    ),
    ("weighted(x, Es = Es, w = [1, 2])", "left(x) + 2*right(x)"),
  ])
  func listsAreWrittenOut(_ list: String, _ plain: String) throws {
    let checked = Checked(
      definitions + """
        fn weigh(E : energy, x) = 3*E(x)
        energy a(x : vector[2]) = \(list) where g(i) = Es[i](x)^2
        energy b(x : vector[2]) = \(plain)
        a([3, 4])
        b([3, 4])
        """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    let printer = Printer(checked.graph)
    #expect(printer.describe(checked.values[0].node) == printer.describe(checked.values[1].node))
  }

  @Test func sizesComeFromTheEnergies() throws {
    let checked = Checked(
      definitions + """
        energy both = weighted(Es = [left, ball])
        energy sphere(x : vector[d]; base : energy) = base(x/norm(x))
        energy on = sphere(base = right)
        energy free = weighted(Es = [ball, ball], w = [1, 2])
        """)
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(try checked.energy("both").samples.map(\.type) == ["vector[2]"])
    #expect(try checked.energy("both").parameters.map(\.name) == ["both.w"])
    #expect(try checked.energy("both").parameters.map(\.type) == ["vector[2]"])
    #expect(try checked.energy("on").samples.map(\.type) == ["vector[2]"])
    #expect(try checked.energy("free").samples.map(\.type) == ["vector[d]"])
    // What the list leaves open can still be set.
    #expect(checked.program.parameters.map(\.name).contains("left.P"))
    #expect(checked.program.parameters.map(\.name).contains("ball.a"))
  }

  @Test(arguments: [
    ("energy e(x : vector[2], n : int) = Es[n](x)", "E-index", "can't choose an energy"),
    ("energy e(x : vector[2]) = Es[3](x)", "E-index", "has energies 1 to 2"),
    ("energy e(x : vector[2]) = Es[0](x)", "E-index", "has energies 1 to 2"),
    ("energy e(x : vector[2]) = Es[1.5](x)", "E-index", "must be a whole number"),
    ("energy e(x : vector[2]) = Es[1, 2](x)", "E-index", "takes 1 index"),
    ("energy e(x : vector[2]) = sum(i in 1..3: Es[i](x))", "E-index", "has energies 1 to 2"),
    ("energy e(x : vector[d]) = sum(i in 1..d: Es[i](x))", "E-index", "its length must be known"),
    ("energy e(x : vector[2]) = Es(x)", "E-function", "a list of 2 energies"),
    ("energy e(x : vector[2]) = Es + 1", "E-type", "is a list of energies"),
    ("energy e(x : vector[2]) = sum(Es)", "E-type", "is a list of energies"),
    ("energy e(x : vector[2]) = score(Es)(x)", "E-type", "takes one energy"),
    ("energy e = weighted(Es = [1, 2])", "E-type", "takes a list of energies"),
    ("energy e = weighted(Es = left)", "E-type", "is one energy"),
    ("energy e = weighted(Es = [left, 1])", "E-type", "mixes energies and values"),
    ("energy e(x : vector[2]) = sum([left, left(x)])", "E-type", "mixes energies and values"),
    ("energy s(x : vector[d]; base : energy) = base(x)\nenergy e = s(base = Es)", "E-type", "takes one energy"),
    (
      "energy s(x : vector[d]; base : energy) = base(x)\nenergy e = s(base = left([1, 2]))", "E-type", "takes an energy"
    ),
    ("energy p(x : vector[d]; Es : energy[3]) = Es[1](x)\nenergy e = p(Es = Es)", "E-shape", "a list of 2 energies"),
    (
      "energy p(x : vector[d]; Es : energy[m + 2]) = Es[1](x)\nenergy e = p(Es = Es)", "E-shape", "a list of 2 energies"
    ),
    ("energy e = weighted(Es = Es, w = [1, 2, 3])", "E-shape", "w takes vector[k]"),
    ("let Fs : energy[3] = Es", "E-shape", "Fs takes energy[3]"),
    ("let F : energy = 3", "E-type", "takes an energy"),
    ("let v : vector[2] = Es", "E-type", "is a list of energies"),
    ("energy e(x : vector[2], base : energy) = base(x)", "E-type", "a sample is a real or a tensor"),
    ("print Es", "E-type", "is a list of energies"),
    ("Es[2..1][1]([1, 2])", "E-index", "an empty list of energies"),
  ])
  func wrongUses(_ text: String, _ code: String, _ part: String) {
    let checked = Checked(definitions + text)
    #expect(checked.errors.first.map { $0.code.name } == code, "\(checked.messages)")
    #expect(checked.errors.first?.message.contains(part) == true, "\(checked.messages)")
  }
}

/// `unconstrained(E)`: what its coordinates are, and what has none.
@Suite struct UnconstrainedSignatureTests {
  @Test(arguments: [
    ("positive", "real"), ("positive[3]", "vector[3]"), ("interval(0, 1)", "real"), ("simplex[4]", "vector[3]"),
    ("ordered[4]", "vector[4]"), ("unit_vector[3]", "vector[3]"), ("spd[3]", "vector[6]"),
    ("symmetric[2]", "vector[3]"),
    ("lower[4]", "vector[10]"), ("diagonal[3]", "vector[3]"), ("matrix[2, 3]", "matrix[2, 3]"),
    ("simplex[n]", "vector[n - 1]"), ("spd[n]", "vector[div(n*n + n, 2)]"),
  ])
  func coordinates(_ type: String, _ expected: String) throws {
    let body = ["positive", "interval(0, 1)"].contains(type) ? "x" : "sum(x)"
    let checked = Checked("energy f(x : \(type)) = \(body)\nenergy u = unconstrained(f)")
    #expect(try checked.energy("u").samples.map(\.type) == [expected])
    #expect(try checked.energy("u").samples.map(\.name) == ["x"])
  }

  @Test(arguments: [
    ("unconstrained(f)([1, 2, 3])", "E-shape", "the coordinates of p : simplex[3] are vector[2]"),
    ("unconstrained(f)(1)", "E-shape", "the coordinates of p"),
    ("unconstrained(m)([1, 2])", "E-shape", "the coordinates of X : spd[n]"),
    ("unconstrained(k)(1)", "E-type", "'n' is a whole number"),
    ("unconstrained(f, p)", "E-arguments", "is called as unconstrained(E)"),
    ("unconstrained(3)", "E-type", "takes an energy"),
    ("unconstrained(f([0.2, 0.3, 0.5]))", "E-type", "takes an energy"),
    ("unconstrained(score(f))([1, 2])", "E-type", "real"),
  ])
  func wrongUses(_ text: String, _ code: String, _ part: String) {
    let checked = Checked(
      "energy f(p : simplex[3]) = sum(p)\nenergy m(X : spd[n]) = trace(X)\nenergy k(n : integer) = n^2\n" + text)
    #expect(checked.errors.first?.code.name == code, "\(checked.messages)")
    #expect(checked.errors.first?.message.contains(part) == true, "\(checked.messages)")
  }
}
