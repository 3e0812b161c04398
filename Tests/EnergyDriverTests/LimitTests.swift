import EnergyIR
import EnergySemantics
import EnergySyntax
import EnergyText
import Foundation
import Testing

@testable import EnergyData
@testable import EnergyDriver

/// The limits that docs/limits.md states: the numbers are the program's, and each holds at the limit and not beyond.
@Suite struct LimitTests {
  static let constants: [String: Int] = {
    let syntax = SyntaxLimits.standard
    let options = ElaborationOptions()
    return [
      "bytes of a source": syntax.sourceBytes,
      "brackets, `if`, `not`, signs and exponents within each other": syntax.nesting,
      "messages about the text of one source; the rest is counted": syntax.errors,
      "files of one program, itself included": Program.sourceLimit,
      "expressions visited while checking": options.steps,
      "expressions visited in the bodies of calls": options.callSteps,
      "expressions and calls within each other": options.depth,
      "nodes of the graph": Graph().nodeLimit,
      "axes of a type": Program.rankLimit,
      "axes of an array in a file": NpyHeader.rankLimit,
      "bytes of a `.npy` header": NpyHeader.sizeLimit,
      "bytes of a `.safetensors` header": SafetensorsFile.headerLimit,
      "bytes of an array in a `.npz` once inflated": NpzFile.inflatedLimit,
      "bytes of a `.json` file of parameters": JSONArrays.sizeLimit,
      "brackets within each other in JSON": JSONText.depthLimit,
    ]
  }()

  @Test func theNumbersOfThePage() throws {
    let page = try String(contentsOf: root.appendingPathComponent("docs/limits.md"), encoding: .utf8)
    var stated: [String: Int] = [:]
    for line in page.split(separator: "\n") where line.hasPrefix("| ") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      if cells.count >= 2, let number = Int(cells[1]) { stated[cells[0]] = number }
    }
    #expect(stated == Self.constants)
  }

  private func codes(_ text: String, _ options: ElaborationOptions = ElaborationOptions()) -> [String] {
    let parsed = parse(SourceFile(name: "model.energy", text: text), id: 0)
    let checker = ProgramChecker(options: options, operators: GraphDerivatives())
    return (parsed.diagnostics + checker.check(parsed.tree).diagnostics).map(\.code.name)
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)])
  func bytes(_ beyond: Int, _ isFine: Bool) {
    let limit = SyntaxLimits.standard.sourceBytes
    let text = "1" + String(repeating: " ", count: limit + beyond - 1)
    let found = parse(SourceFile(name: "", text: text), id: 0).diagnostics.map(\.code.name)
    #expect(found == (isFine ? [] : ["E-limit"]))
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)])
  func nesting(_ beyond: Int, _ isFine: Bool) {
    let depth = SyntaxLimits.standard.nesting + beyond
    let text = "let a = " + String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
    let found = parse(SourceFile(name: "", text: text), id: 0).diagnostics.map(\.code.name)
    #expect(found == (isFine ? [] : ["E-limit"]))
    if isFine { #expect(codes(text) == []) }
  }

  @Test func messagesOfOneSource() {
    let limit = SyntaxLimits.standard.errors
    for (count, expected) in [(limit - 1, limit - 1), (limit, limit), (limit + 1, limit + 1)] {
      let text = String(repeating: "let = 1\n", count: count)
      let found = parse(SourceFile(name: "", text: text), id: 0).diagnostics
      // Beyond the limit a note counts the rest.
      #expect(found.count == expected)
      #expect((found.last?.severity == .note) == (count > limit))
    }
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)])
  func axes(_ beyond: Int, _ isFine: Bool) {
    let sizes = Array(repeating: "1", count: Program.rankLimit + beyond).joined(separator: ", ")
    #expect(codes("param K : tensor[\(sizes)] = zeros(\(sizes))") == (isFine ? [] : ["E-size"]))
  }

  /// The checker's own counts, with limits small enough to be met exactly.
  @Test func countsOfTheChecker() {
    let text = "param q = 1.0\nfn f(x) = sin(x)\nf(f(q))"
    func least(_ change: (inout ElaborationOptions, Int) -> Void) -> Int? {
      (1..<400).first { limit in
        var options = ElaborationOptions()
        change(&options, limit)
        return codes(text, options).isEmpty
      }
    }
    for change in [
      { (options: inout ElaborationOptions, limit: Int) in options.steps = limit },
      { (options: inout ElaborationOptions, limit: Int) in options.callSteps = limit },
      { (options: inout ElaborationOptions, limit: Int) in options.depth = limit },
    ] {
      guard let enough = least(change) else {
        Issue.record("never enough")
        continue
      }
      var options = ElaborationOptions()
      change(&options, enough - 1)
      #expect(codes(text, options) == ["E-limit"])
      change(&options, enough + 1)
      #expect(codes(text, options) == [])
    }
  }

  @Test func nodesOfTheGraph() {
    let lines = (0..<50).map { "let a\($0) = sin(\($0)*p)" }
    let text = "param p = 1.5\n" + lines.joined(separator: "\n")
    let tree = parse(SourceFile(name: "", text: text), id: 0).tree
    func found(_ limit: Int) -> [String] {
      let graph = Graph()
      graph.nodeLimit = limit
      return ProgramChecker(graph: graph, operators: GraphDerivatives()).check(tree).diagnostics.map(\.code.name)
    }
    let graph = Graph()
    #expect(ProgramChecker(graph: graph, operators: GraphDerivatives()).check(tree).diagnostics.isEmpty)
    // Whether it is full is asked before an expression is visited, so the last one may still be made.
    var enough = graph.count
    while enough > 1, found(enough - 1) == [] { enough -= 1 }
    #expect(graph.count - enough < 8)
    #expect(found(enough) == [] && found(enough + 1) == [])
    #expect(found(enough - 1) == ["E-limit"])
  }

  /// Sizes and numbers in indices stay below 2^53, and a tensor has fewer than 2^62 entries.
  @Test(arguments: [
    ("sum(i in 1..9007199254740990: i)", true), ("sum(i in 1..9007199254740991: i)", true),
    ("sum(i in 1..9007199254740992: i)", false), ("let a = zeros(2147483648, 2147483647)", true),
    ("let a = zeros(2147483648, 2147483648)", false),
  ])
  func loopsAndTensors(_ text: String, _ isFine: Bool) {
    #expect(codes(text).isEmpty == isFine, "\(codes(text))")
  }

  /// `--max-memory` to the byte: enough is enough, and one less is refused before anything is taken.
  @Test func memory() throws {
    let text = "energy f(x : vector[d]) = sum(i in 1..d, j in 1..d: sin(x[i] - x[j]))"
    func runs(_ limit: Int) -> Bool {
      let session = session(text) { $0.memoryLimit = limit }
      return messages { _ = try session.values([.energy], at: [1, 2, 3, 4], shape: [2, 2]) }.isEmpty
    }
    var (low, high) = (0, 1 << 30)
    #expect(!runs(low) && runs(high))
    while high - low > 1 { if runs((low + high) / 2) { high = (low + high) / 2 } else { low = (low + high) / 2 } }
    #expect(runs(high) && runs(high + 1) && !runs(high - 1))
    let small = session(text) { $0.memoryLimit = high - 1 }
    let found = messages { _ = try small.values([.energy], at: [1, 2, 3, 4], shape: [2, 2]) }
    #expect(found.first?.hasPrefix("E-memory") ?? false, "\(found)")
  }

  /// Index arithmetic never wraps round: what can't be counted is an error.
  @Test(arguments: [
    "zeros(9223372036854775807)", "zeros(4611686018427387904, 4)",
    "param v : vector[2] = [1, 2]\nv[9223372036854775807 + 1]",
    "param v : vector[2] = [1, 2]\nv[4611686018427387904*4 + 1]", "sum(i in 1..9223372036854775807: i)",
    "param v : vector[2] = [1, 2]\nsum(i in 1..2: v[9007199254740992*i*4])",
    "dim n = 9223372036854775807\nsum(zeros(n*n))",
    "param v : vector[2] = [1, 2]\nv[-9223372036854775807 - 2]", "sum(i in 1..3 by 9223372036854775807: i)",
    "repeat([1, 2], 4611686018427387904)", "param v : vector[2] = [1, 2]\nv[wrap(9223372036854775807, 2)]",
  ])
  func hugeNumbers(_ text: String) throws {
    let program = BadProgram(
      topic: "", name: "", isExpression: false, hasEscapes: false, codes: [],
      lines: text.split(separator: "\n").map(String.init), files: [], expected: "")
    _ = try BadOutcome(program)
  }
}
