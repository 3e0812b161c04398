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
    let spelling = primitive.spelling
    let texts = [spelling.c64, spelling.c32, spelling.cuda64, spelling.cuda32]
    for text in texts {
      for position in entry.parameters.indices { #expect(text.contains("{\(position)}"), "\(text)") }
      #expect(!text.contains("@"))
    }
    for helper in spelling.helpers {
      // Some belong to single precision alone, and may call functions of their own above them.
      let isDefined = ["double", "float"].contains { helper.source.contains("ENERGY_FUNCTION \($0) \(helper.name)(") }
      #expect(isDefined, "\(helper.source)")
      #expect(texts.contains { $0.contains(helper.name) })
    }
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
