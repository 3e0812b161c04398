import EnergyIR
import EnergySemantics
import Testing

@Suite struct IndexTests {
  @Test(arguments: [
    "x[0]", "x[-1]", "x[d + 1]", "sum(i in 1..d: x[i + 1])", "sum(i in 1..d: x[i - 1])", "sum(i in 0..d: x[i])",
    "sum(x[0..2])", "x[1.5]", "x[d/2]", "x[1, 2]", "sum(i in 1..d: sum(x[1..i]))", "sum(i in 1..2 by 0: x[i])",
    "sum(i in 1..1.5: x[i])", "mean(i in 1..0: x[1])", "sum(i in 3: x[i])", "sum(i in 1..d, j in i..d+1: x[j])",
    "sum([x[i] for i in 1..d, j in 1..i])", "x[[1, 0]]",
  ])
  func refused(_ body: String) {
    let checked = Checked("energy f(x : vector[d]) = \(body)")
    #expect(checked.codes == ["E-index"], "\(checked.messages)")
  }

  @Test(arguments: [
    "sum(i in 1..d-1: x[i + 1])", "sum(i in 2..d: x[i - 1])", "sum(i in 1..d: x[wrap(i + 1, d)])",
    "sum(i in 1..d, j in i+1..d: x[j - 1])", "sum(i in 1..d if i < d: x[i + 1])", "sum(i in 1..d if 1 < i: x[i - 1])",
    "sum(i in 1..d: if i < d then x[i + 1] else 0)", "sum(i in 1..d: if i == d then 0 else x[i])",
    "sum(i in 1..d: if i > 1 and i < d then x[i - 1]*x[i + 1] else 0)", "sum(i in d..1 by -1: x[i])",
    "sum(i in 1..d, j in 1..i: x[j])", "sum(i in 1..d, j in i..d: x[j]*x[i])", "x[1]", "x[end]", "x[d]",
    "sum(i in 1..d: x[d + 1 - i])", "sum(i in 1..d: x[mod(i, d) + 1])", "sum(x[1..end])",
  ])
  func provedInRange(_ body: String) {
    let checked = Checked("energy f(x : vector[d]) = \(body)")
    #expect(checked.program.diagnostics.isEmpty, "\(checked.messages)")
    #expect(checked.program.indexConditions.isEmpty, "\(body)")
  }

  @Test func leftToTheSizes() {
    let checked = Checked("energy f(x : vector[d]) = x[3] + sum(x[2..4])")
    #expect(checked.program.diagnostics.isEmpty, "\(checked.messages)")
    #expect(checked.program.indexConditions.contains { $0.index == IndexExpression(Size(2)) })
  }

  @Test func dependentRangesAreBoxesWithGuards() throws {
    let checked = Checked("energy f(x : vector[n]) = sum(i in 1..n, j in i+1..n: (x[i] - x[j])^2)")
    let node = checked.graph[try checked.energy("f").node]
    guard case .reduce(.sum, let variables, let conditions) = node.operation else {
      Issue.record("not a sum")
      return
    }
    #expect(variables.count == 2)
    #expect(variables.allSatisfy { $0.extent.description == "n" })
    #expect(conditions.conditions.count == 1)
  }

  @Test func aGuardOnDataSelects() throws {
    let checked = Checked("energy f(x : vector[n]) = max(i in 1..n if x[i] > 0: x[i])")
    let node = checked.graph[try checked.energy("f").node]
    guard case .reduce(.max, _, let conditions) = node.operation else {
      Issue.record("not a maximum")
      return
    }
    #expect(conditions.isAlways)
    guard case .select = checked.graph[node.arguments[0]].operation else {
      Issue.record("the condition isn't a select")
      return
    }
  }

  @Test func anIndexConditionGuards() throws {
    let checked = Checked("energy f(x : vector[n]) = sum(i in 1..n: if i < n then x[i]*x[i + 1] else x[i])")
    let nodes = checked.graph.postorder(try checked.energy("f").node)
    #expect(nodes.contains { if case .guarded = checked.graph[$0].operation { true } else { false } })
    #expect(!nodes.contains { if case .select = checked.graph[$0].operation { true } else { false } })
  }

  @Test func indicesAreNumbers() {
    let checked = Checked(
      "dim n\nparam v : vector[n]\nsum(t in 1..n: t*v[t])\nsum(t in 1..n: v[t]*t)\nsum(t in 1..n: t)\nsum(t in 1..3: 1.0)"
    )
    #expect(checked.errors.isEmpty, "\(checked.messages)")
    #expect(checked.values[0].node == checked.values[1].node)
    #expect(checked.graph.constantValue(checked.values[3].node) == 3)
  }

  @Test(arguments: [("5", 5), ("500", 500)])
  func pairSumsDontGrow(_ text: String, _ number: Int) throws {
    let source = """
      energy lj(X : matrix[\(text), 3]) = sum(i in 1..\(text), j in i+1..\(text): 4*(s(i, j)^2 - s(i, j)))
        where s(i, j) = sumsq(X[i, :] - X[j, :])^-3
      """
    let checked = Checked(source)
    #expect(checked.graph.postorder(try checked.energy("lj").node).count < 40)
    let other = Checked(source.replacing(text, with: "7"))
    #expect(
      checked.graph.postorder(try checked.energy("lj").node).count
        == other.graph.postorder(try other.energy("lj").node).count)
  }
}

@Suite struct RangeTests {
  /// A function proved in range under a condition isn't taken for proved elsewhere.
  @Test func remembersCallsWithTheirConditions() {
    let checked = Checked(
      """
      energy f(x : vector[d]) = sum(i in 1..d: (if i < d then g(i) else 0) + g(i)) where g(i) = x[i + 1]
      """)
    #expect(checked.codes == ["E-index"], "\(checked.messages)")
    let function = Checked(
      "fn h(x, i) = x[i + 1]\nenergy f(x : vector[d]) = sum(i in 1..d: (if i < d then h(x, i) else 0) + h(x, i))")
    #expect(function.codes == ["E-index"], "\(function.messages)")
  }

  @Test func boxesAreNeverLessThanEmpty() throws {
    let checked = Checked("energy f(x : vector[n]) = sum(i in 1..n, j in 3..i: x[i]*x[j])")
    #expect(checked.program.diagnostics.isEmpty, "\(checked.messages)")
    guard case .reduce(.sum, let variables, let conditions) = checked.graph[try checked.energy("f").node].operation
    else {
      Issue.record("not a sum")
      return
    }
    #expect(variables.allSatisfy { $0.extent.description == "n" })
    #expect(conditions.conditions.count == 2)
    #expect(checked.program.sizeConditions.isEmpty)
  }

  @Test func emptySlicesNeedNoEntries() {
    let checked = Checked("energy f(x : vector[d]) = sumsq(x[2..d] - x[1..d-1])")
    #expect(checked.program.diagnostics.isEmpty)
    #expect(checked.program.indexConditions.isEmpty)
  }

  @Test(arguments: [
    ("v[1..d by 2]", "div(d + 1, 2)"), ("v[d..1 by -3]", "div(d + 2, 3)"),
    ("[v[i] for i in 1..d by 4]", "div(d + 3, 4)"),
    ("v[2..2*d by 2]", "d"), ("conv1d(v, [1, 1], stride = 2)", "div(d, 2)"),
  ])
  func stepsOverSizesThatArentKnown(_ text: String, _ length: String) {
    for head in ["dim d = 9\nparam v : vector[d]\n", "dim d\nparam v : vector[d]\n"] where length != "d" {
      let checked = Checked(head + text)
      #expect(checked.errors.isEmpty, "\(checked.messages)")
      #expect(checked.shapes == ["vector[\"\(length)\"]"])
    }
    if length == "d" { #expect(Checked("dim d\nparam v : vector[2*d]\n" + text).shapes == ["vector[\"d\"]"]) }
    #expect(Checked("dim d\nparam v : vector[d]\nsum(i in 1..d by 2: v[i])").errors.isEmpty)
  }

  @Test(arguments: [
    "dim n = 9007199254740993", "dim n = 1e300", "param v : vector[4611686018427387904*4] = [1]",
    "dim d\nparam v : vector[3000000000*3000000000*d]", "dim d\nsum(i in 1..3000000000*3000000000*d*3000000000: 1)",
    "param v = [1, 2]\nv[99999999999999999999]", "param v = [1, 2]\nv[1e300]",
  ])
  func hugeNumbersDontWrap(_ text: String) {
    let checked = Checked(text)
    #expect(!checked.errors.isEmpty, "\(text)")
  }
}
