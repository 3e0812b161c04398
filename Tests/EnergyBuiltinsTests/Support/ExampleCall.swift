import EnergyBuiltins
import EnergyIR
import Testing

/// A tiny reader for the examples of the tables: calls, with a text in front or without, numbers, literals `[1, 2]`,
/// indices `[i, j]` behind a call.
struct ExampleCall {
  private var text: Substring
  private let graph = Graph()

  init(_ source: String) { text = Substring(source.filter { $0 != " " }) }

  /// The value of the call.
  func evaluate() throws -> Double {
    var reader = self
    let value = try reader.expression()
    try #require(reader.text.isEmpty)
    let result = DenseEvaluator(graph).evaluate(value.node)
    try #require(result.entries.count == 1)
    return result.entries[0]
  }

  private mutating func expression() throws -> TypedValue {
    var value: TypedValue
    if text.first == "[" {
      value = TypedValue(graph.stacked(try list("[", "]").map(\.node)), in: graph)
    } else if let first = text.first, first.isLetter {
      let name = String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
      text.removeFirst(name.count)
      let pattern = leadingText()
      value = try call(name, pattern, try list("(", ")"))
    } else {
      let digits = text.prefix { $0.isNumber || $0 == "." || $0 == "-" || $0 == "e" }
      text.removeFirst(digits.count)
      return TypedValue(graph.constant(try #require(Double(digits))), .scalar)
    }
    if text.first == "[" {
      let places = try list("[", "]").map { place -> Subscript in
        .at(IndexExpression(try #require(graph.sizeValue(place.node)) - 1))
      }
      value = TypedValue(graph.index(value.node, places), in: graph)
    }
    return value
  }

  /// The text behind an opening parenthesis, which stays.
  private mutating func leadingText() -> String? {
    guard text.hasPrefix("(\"") else { return nil }
    let pattern = String(text.dropFirst(2).prefix { $0 != "\"" })
    text.removeFirst(pattern.count + 3)
    text = "(" + text.drop { $0 == "," }
    return pattern
  }

  private mutating func list(_ open: Character, _ close: Character) throws -> [TypedValue] {
    try #require(text.popFirst() == open)
    var items: [TypedValue] = []
    while text.first != close {
      items.append(try expression())
      if text.first == "," { text.removeFirst() }
    }
    text.removeFirst()
    return items
  }

  private func call(_ name: String, _ pattern: String?, _ arguments: [TypedValue]) throws -> TypedValue {
    switch BuiltinFunction.named(name, argumentCount: arguments.count) {
    case .elementwise(let entry): return TypedValue(entry.apply(graph, arguments.map(\.node)), in: graph)
    case .structural(let entry): return try entry.build(graph, arguments, pattern: pattern)
    case nil:
      let entry = try #require(Builtins[FunctionName(name)])
      return TypedValue(entry.apply(graph, arguments.map(\.node)), in: graph)
    }
  }
}
