import EnergyBuiltins
import EnergyIR
import Testing

/// Derivatives of every entry, first and second, against complex steps or 50-digit tables.
@Suite struct BuiltinDerivativeTests {
  static let analytic = Builtins.all.filter { if case .complexStep = $0.reference { true } else { false } }
    .map(\.name.name)
  static let tabulated = Builtins.all.compactMap { entry -> [String]? in
    if case .table(let table) = entry.reference { return [entry.name.name, table] }
    return nil
  }

  private static let step = 1e-40

  @Test(arguments: analytic) func agreesWithComplexStep(_ name: String) throws {
    let entry = try #require(Builtins[FunctionName(name)])
    let call = ScalarGraph.call(entry)
    for position in entry.parameters.indices {
      let first = call.derivative(by: position)
      let second = first.derivative(by: position)
      for point in samplePoints(entry) {
        var shifted = point.map { Complex($0) }
        shifted[position].im = Self.step
        let exact = try #require(ComplexFunctions.value(name, shifted), "\(name) lacks a complex form")
        check(first.evaluate(point), exact.im / Self.step, "\(name)' by \(position) at \(point)")
        let next = try #require(first.evaluate(shifted), "\(name)' lacks a complex form")
        check(second.evaluate(point), next.im / Self.step, "\(name)'' by \(position) at \(point)")
      }
    }
  }

  @Test(arguments: tabulated) func agreesWithTable(_ pair: [String]) throws {
    let entry = try #require(Builtins[FunctionName(pair[0])])
    let rows = try ReferenceTable(pair[1]).rows
    #expect(rows.count >= 200)
    var calls: [[Double]: [ScalarGraph]] = [:]
    for row in rows {
      let literals = zip(entry.parameters, row.arguments).compactMap { $0.isLiteral ? $1 : nil }
      let call = calls[literals]?[0] ?? ScalarGraph.call(entry, literals: literals)
      if calls[literals] == nil {
        let firsts = entry.parameters.indices.map { call.derivative(by: $0) }
        calls[literals] = [call] + firsts + [firsts[firsts.count - 1].derivative(by: firsts.count - 1)]
      }
      let graphs = try #require(calls[literals])
      check(graphs[0].evaluate(row.arguments), row.value, "\(entry.name) at \(row.arguments)")
      for (position, partial) in row.partials.enumerated() {
        guard let partial else { continue }
        check(
          graphs[position + 1].evaluate(row.arguments), partial, "\(entry.name)' by \(position) at \(row.arguments)")
      }
      check(graphs[graphs.count - 1].evaluate(row.arguments), row.second, "\(entry.name)'' at \(row.arguments)")
    }
  }

  /// Values of the functions with a table stay within their stated error.
  @Test(arguments: tabulated) func keepsItsErrorBound(_ pair: [String]) throws {
    let entry = try #require(Builtins[FunctionName(pair[0])])
    guard let bound = entry.primitive?.ulps else { return }
    for row in try ReferenceTable(pair[1]).rows where abs(row.value) > 1e-290 {
      let value = entry.value(row.arguments)
      let error = abs(value - row.value) / row.value.ulp
      #expect(error <= bound, "\(entry.name)\(row.arguments): \(error) ulp")
    }
  }

  @Test func piecewiseConstantsHaveNoDerivative() throws {
    for entry in Builtins.all {
      guard case .piecewiseConstant = entry.reference else { continue }
      let call = ScalarGraph.call(entry)
      for position in entry.parameters.indices {
        let derivative = call.derivative(by: position)
        #expect(derivative.graph.isZero(derivative.root), "\(entry.name)")
      }
    }
  }

  private func check(_ computed: Bounded, _ exact: Double, _ place: @autoclosure () -> String) {
    if exact.isInfinite {
      #expect(computed.value == exact, "\(place()): \(computed.value), not \(exact)")
    } else if abs(exact) > 1e-290 {
      // A complex step of size h is off by h².
      let tolerance = 1e-12 * (abs(exact) + computed.magnitude) + 1e-60
      #expect(abs(computed.value - exact) <= tolerance, "\(place()): \(computed.value), not \(exact)")
    } else {
      #expect(abs(computed.value) <= 1e-280, "\(place()): \(computed.value), not \(exact)")
    }
  }
}
