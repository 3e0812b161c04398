import EnergyBuiltins
import EnergyIR
import Testing

/// What tests ask of every entry of the table, so that a new one is tested the moment it exists.
@Suite struct BuiltinTableTests {
  static let names = Builtins.all.map(\.name.name)

  private func entry(_ name: String) throws -> Builtin { try #require(Builtins[FunctionName(name)]) }

  @Test(arguments: names) func fieldsAreComplete(_ name: String) throws {
    let entry = try entry(name)
    #expect(!entry.summary.isEmpty && entry.summary.hasSuffix("."))
    #expect(entry.example.source.contains(name))
    #expect((1...3).contains(entry.parameters.count) && entry.parameters.count == entry.value.arity)
    #expect(entry.specialValues.count >= 2)
    #expect(entry.range.lower <= entry.range.upper)
    for kink in entry.kinks { #expect(!kink.place.isEmpty && !kink.convention.isEmpty) }
    for parameter in entry.parameters {
      #expect(!parameter.name.isEmpty)
      #expect(parameter.domain.lower <= parameter.samples.lowerBound)
      #expect(parameter.samples.upperBound <= parameter.domain.upper)
    }
    guard let primitive = entry.primitive else { return }
    #expect(primitive.ulps >= 0)
    let check = SpellingCheck(spelling: primitive.spelling, arity: entry.parameters.count, library: Self.library)
    #expect(check.problems.isEmpty, "\(check.problems.joined(separator: "\n"))")
  }

  /// Functions of the mathematical libraries of C and CUDA in double precision; with an `f` behind their names they are
  /// those in single precision.
  static let library: Set<String> = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "copysign", "cos", "cosh",
    "cyl_bessel_i0",
    "cyl_bessel_i1", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "fabs", "floor", "fmax", "fmin", "hypot",
    "lgamma",
    "log", "log10", "log1p", "log2", "normcdf", "normcdfinv", "pow", "rint", "rsqrt", "sin", "sinh", "sqrt", "tan",
    "tanh",
  ]

  /// Spellings with one thing wrong.
  static let wrong: [(what: String, spelling: Spelling)] = {
    let double = Spelling.Helper("energy_own", "ENERGY_FUNCTION double energy_own(double x) { return x; }")
    let float = Spelling.Helper("energy_own", "ENERGY_FUNCTION float energy_own(float x) { return x; }")
    let calling = Spelling.Helper(
      "energy_own", "ENERGY_FUNCTION double energy_own(double x) { return energy_other(x); }")
    let elsewhere = Spelling.Helper("energy_own", "ENERGY_FUNCTION double energy_another(double x) { return x; }")
    return [
      ("an argument left out", Spelling(c64: "exp(1.0)", c32: "expf(1.0f)")),
      ("double in single", Spelling(c64: "exp({0})", c32: "exp({0})")),
      ("single in double", Spelling(c64: "expf({0})", c32: "expf({0})")),
      ("single in CUDA's double", Spelling(c64: "exp({0})", c32: "expf({0})", cuda64: "expf({0})")),
      ("a place for a suffix", Spelling(c64: "exp@({0})", c32: "expf({0})")),
      ("an unknown function", Spelling(c64: "expo({0})", c32: "expof({0})")),
      ("no such helper", Spelling(c64: "energy_own({0})", c32: "expf({0})")),
      ("a helper nobody calls", Spelling(c64: "exp({0})", c32: "expf({0})", helpers: [double])),
      (
        "a helper that only part of a name calls",
        Spelling(c64: "energy_owner({0})", c32: "expf({0})", helpers: [double])
      ),
      ("a helper of doubles for floats", Spelling(c64: "energy_own({0})", c32: "energy_own({0})", helpers: [double])),
      ("a helper of floats for doubles", Spelling(c64: "energy_own({0})", c32: "energy_own({0})", helpers: [float])),
      ("a helper that calls what it doesn't need", Spelling.helper(calling)),
      ("a helper of another name", Spelling.helper(elsewhere)),
    ]
  }()

  @Test(arguments: wrong.map(\.what)) func wrongSpellingsAreFound(_ what: String) throws {
    let spelling = try #require(Self.wrong.first { $0.what == what }).spelling
    #expect(!SpellingCheck(spelling: spelling, arity: 1, library: Self.library).problems.isEmpty)
    let right = Spelling.library("exp")
    #expect(SpellingCheck(spelling: right, arity: 1, library: Self.library).problems.isEmpty)
  }

  @Test func namesAreUnique() {
    let all = Builtins.all.flatMap { [$0.name.name] + $0.aliases }
    #expect(Set(all).count == all.count)
    #expect(Set(BuiltinFunction.allNames).count == BuiltinFunction.allNames.count)
  }

  /// The names that the language promises, whether they are supported already or reserved.
  @Test func promisedNamesExist() {
    let elementwise = """
      abs sign sqrt cbrt exp expm1 exp2 log log1p log2 log10 sin cos tan sec csc cot asin acos atan atan2 sinh cosh tanh
      asinh acosh atanh erf erfc erfinv normcdf log_normcdf probit lgamma digamma trigamma lbeta lchoose sigmoid logit
      softplus relu leaky_relu elu gelu silu mish floor ceil round frac mod div min max clamp hypot square cube recip
      step kronecker logaddexp logdiffexp log1mexp xlogy bessel_i0 bessel_i1 log_i0
      """
    for name in elementwise.split(whereSeparator: \.isWhitespace) {
      #expect(Builtins.named(String(name)) != nil, "\(name)")
    }
    let structural = """
      sum prod min max mean var logsumexp softmax log_softmax norm norm1 sumsq dot any all cumsum cumprod sort transpose
      outer trace diag eye zeros ones full linspace inv solve cholesky det logdet cross kron normalize tril einsum row
      col reshape flatten concat stack roll reverse repeat size cov conv1d conv2d avg_pool2d select
      """
    for name in structural.split(whereSeparator: \.isWhitespace) {
      #expect(StructuralBuiltins.named(String(name)) != nil, "\(name)")
    }
  }

  @Test(arguments: names) func exampleHolds(_ name: String) throws {
    let entry = try entry(name)
    let value = try ExampleCall(entry.example.source).evaluate()
    let error = abs(value - entry.example.value) / max(entry.example.value.ulp, 1e-30)
    #expect(error <= 1 + (entry.primitive?.ulps ?? 4), "\(value)")
  }

  @Test(arguments: names) func specialValuesHold(_ name: String) throws {
    let entry = try entry(name)
    for special in entry.specialValues {
      for value in [entry.value(special.arguments), folded(entry, special.arguments)] {
        let isSame = value == special.value || (value.isNaN && special.value.isNaN)
        #expect(isSame, "\(name)\(special.arguments) is \(value), not \(special.value)")
      }
    }
  }

  @Test(arguments: names) func valuesStayInRange(_ name: String) throws {
    let entry = try entry(name)
    for point in samplePoints(entry) {
      let value = entry.value(point)
      #expect(value >= entry.range.lower && value <= entry.range.upper, "\(name)\(point) is \(value)")
      #expect(abs(folded(entry, point) - value) <= 1e-13 * (1 + abs(value)))
    }
  }

  @Test(arguments: names) func singlePrecisionAgrees(_ name: String) throws {
    let entry = try entry(name)
    for point in samplePoints(entry) {
      let floats = point.map { Float($0) }
      let (single, double) = (Double(entry.value(floats)), entry.value(floats.map { Double($0) }))
      #expect(abs(single - double) <= 1e-5 * (1e-30 + abs(double)), "\(name)\(point)")
    }
  }

  /// The value that the constructor folds a call of numbers to.
  private func folded(_ entry: Builtin, _ point: [Double]) -> Double {
    let graph = Graph()
    let call = entry.apply(graph, point.map { graph.constant($0) })
    return ScalarGraph(graph: graph, root: call, variables: []).evaluate([]).value
  }
}
