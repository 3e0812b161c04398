import EnergyIR
import EnergyText
import Testing

@testable import EnergyDriver

@Suite struct SessionTests {
  static let gaussian = """
    param mu : vector[2] = [0, 1]
    param P : symmetric[2] = [[2, 0.5], [0.5, 1]]
    energy gaussian(x : vector[2]) = 0.5*(x - mu)^T P (x - mu)
    """

  @Test func printsFormulasAndValues() throws {
    let session = session(
      Self.gaussian + "\ngaussian\nscore(gaussian)\nmu\nscore(gaussian)([0.5, 0.5])\ninv(P)[1, 1]\n1 < 2")
    #expect(
      try session.printed() == [
        "0.5*(x - mu)^T P (x - mu)", "-P (x - mu)", "[0, 1]", "[-0.75, 0.25]", "0.5714285714285714", "true",
      ])
  }

  @Test func settingsReplaceValues() throws {
    let session = session(Self.gaussian + "\nmu", set: ["mu": "[1, 2] + ones(2)"])
    #expect(try session.printed() == ["[2, 3]"])
  }

  @Test(arguments: [
    ("nu", "1", "E-option: there is no parameter 'nu'; did you mean 'mu'?"),
    ("mu", "1", "E-shape: mu is vector[2]; this value is a number"),
    ("mu", "[1, 2", "E-bracket"),
    ("mu", "[1, 2, 3]", "E-shape: mu is"),
    ("P", "[[1, 2], [3, 1]]", "E-value: P isn't symmetric"),
  ])
  func settingsAreChecked(_ name: String, _ value: String, _ expected: String) {
    let session = session(Self.gaussian + "\ngaussian([1, 2])", set: [name: value])
    let found = session.diagnostics.map(\.short) + messages { if !session.hasErrors { _ = try session.printed() } }
    #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
  }

  @Test func almostSymmetricMatricesAreMadeSymmetric() throws {
    let session = session("param P : symmetric[2] = [[1, 0.5], [0.50000000000001, 1]]\nP[1, 2] - P[2, 1]")
    #expect(try session.printed() == ["0"])
  }

  @Test func unboundParametersAreListedWithValuesToTry() throws {
    let session = session("0.5*(x - m)^T P (x - m)", form: .expression)
    let found = messages { _ = try session.values([.energy], at: [1, 2, 3], shape: [1, 3]) }
    #expect(found == ["E-unbound: two parameters have no value: m : vector[3], P : matrix[3, 3]"])
  }

  @Test func definitionsAreComputedOnce() throws {
    let session = session(
      """
      dim n, d
      data X : matrix[n, d] = load("x.csv")
      let mu = mean(X, axis = 1)
      let P : spd[d] = inv(cov(X))
      energy g(x : vector[d]) = 0.5*(x - mu)^T P (x - mu)
      mu
      n
      """, files: ["x.csv": "1,2\n3,5\n5,5\n"])
    #expect(try session.printed() == ["[3, 4]", "3"])
    let energy = try session.values([.energy], at: [3, 4], shape: [1, 2])
    #expect(energy == [[0]])
  }

  @Test func sizesThatDisagreeNameEveryPlace() {
    let session = session(
      """
      dim n
      data X : matrix[n, 2] = load("x.csv")
      data y : vector[n] = load("y.csv")
      y
      """, files: ["x.csv": "1,2\n3,4\n", "y.csv": "1\n2\n3\n"])
    let found = session.diagnostics.map(\.short)
    #expect(found.contains { $0.contains("X (x.csv, rows)") && $0.contains("y (y.csv, rows)") }, "\(found)")
  }

  @Test func dimensionsMayComeFromOutside() throws {
    #expect(try session("dim d = 8\nd^2", dims: ["d": 3]).printed() == ["9"])
  }

  @Test func sizesAreAtLeastOne() {
    let session = session("energy f(x : vector[m + 1]) = sum(i in 1..m: x[i+1] - x[i]) + 1/m")
    #expect(messages { _ = try session.values([.energy], at: [1, 1], shape: [1, 2]) } == [])
    let found = messages { _ = try session.values([.energy], at: [1], shape: [1, 1]) }
    #expect(found == ["E-shape: the array is (1, 1); that doesn't fit x : vector[m + 1]"])
  }

  @Test func onlyTheNeededParametersWantValues() throws {
    let session = session("param a\nparam b = 2\nenergy f(x) = b*x^2\nenergy g(x) = a*x\nf(3)")
    #expect(try session.printed() == ["18"])
  }

  @Test func aChoiceOfEnergiesIsAsked() {
    let session = session("energy left(x) = x\nenergy right(x) = -x")
    #expect(messages { _ = try session.energy(named: nil) } == ["E-option: several energies are defined: left, right"])
    #expect(
      messages { _ = try session.energy(named: "rihgt") }
        == ["E-option: there is no energy 'rihgt'; did you mean 'right'?"])
  }

  @Test func definitionsOnlySaySo() {
    let session = session("energy f(x) = x\nenergy g(x) = x^2")
    #expect(
      session.definitionsNote(path: "f.energy") == "2 energies defined; nothing printed. Try: energy check f.energy")
  }

  /// A reader has one zero and the decimals of the text; data keep every bit.
  @Test func zerosAndDecimalsAsAReaderHasThem() throws {
    let text = """
      energy f(x : positive) = 0.3*1.5*x^2
      score(f)(-1)
      score(f)
      [0.5, -0.0]
      """
    let session = session(text)
    #expect(try session.printed() == ["0", "-0.9*(if x > 0 then x else 0)", "[0.5, 0]"])
    var json: [String] = []
    try session.run { json.append($0.json.text) }
    #expect(json[2].contains("[0.5, -0"), "\(json)")
    #expect(NumberStyle.short.text(-0.0) == "0" && NumberStyle.short.text(-1e-9) == "-1e-09")
  }
}
