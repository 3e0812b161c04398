import EnergySyntax
import EnergyText
import Foundation
import Testing

/// Names that the tests take for functions; calls of `score` and `grad` return one again.
let knownFunctions: Set<String> = [
  "f", "g", "sin", "exp", "sum", "norm", "score", "grad", "E", "load", "fold", "prod", "size",
]

func classifier(_ tree: SyntaxTree) -> (GroupedFactor) -> CalleeKind {
  { factor in
    guard case .atom(let head) = factor.head else { return .value }
    var kind: CalleeKind
    var returnsFunction = false
    switch tree[head].kind {
    case .name(let name):
      kind = knownFunctions.contains(name) ? .function : .value
      returnsFunction = ["score", "grad"].contains(name)
      if name == "Es" {
        guard case .index = factor.suffixes.first?.kind else { return .value }
        return factor.suffixes.count == 1 ? .function : .value
      }
    case .nabla: kind = .function
    default: return .value
    }
    for suffix in factor.suffixes {
      guard case .call = suffix.kind else { return .value }
      kind = returnsFunction ? .function : .value
      returnsFunction = false
    }
    return kind
  }
}

func parseExpression(_ text: String) -> ParseResult {
  parse(SourceFile(name: "<expression>", text: text), id: 0, mode: .expression)
}

func parseFile(_ text: String) -> ParseResult {
  parse(SourceFile(name: "model.energy", text: text), id: 0)
}

/// The only expression of a text, grouped; or its first message.
func tree(_ text: String, grouped: Bool = true) -> String {
  let result = parseExpression(text)
  if let first = result.diagnostics.first { return "\(first.code): \(first.message)" }
  guard case .expression(let id) = result.tree.statements.first?.kind else { return "nothing" }
  return result.tree.dump(id, classify: grouped ? classifier(result.tree) : nil)
}

/// All messages of an expression: of reading it, and of grouping what it holds.
func messages(_ text: String) -> [Diagnostic] {
  let result = parseExpression(text)
  var all = result.diagnostics
  if result.hasErrors { return all }
  for id in result.tree.ids {
    switch result.tree[id].kind {
    case .run: all += result.tree.group(id, classify: classifier(result.tree)).diagnostics
    case .product:
      if let slash = result.tree.slashDiagnostic(id, classify: classifier(result.tree)) { all.append(slash) }
    default: break
    }
  }
  return all
}

/// A statement on one line, for comparison.
func outline(_ result: ParseResult, grouped: Bool = false) -> [String] {
  let tree = result.tree
  func dump(_ id: ExprID) -> String { tree.dump(id, classify: grouped ? classifier(tree) : nil) }
  func show(_ id: ExprID?) -> String { id.map { " = " + dump($0) } ?? "" }
  func show(_ type: TypeExpr?) -> String {
    guard let type else { return "" }
    let sizes = type.sizes.isEmpty ? "" : "[" + type.sizes.map { dump($0) }.joined(separator: ", ") + "]"
    let arguments =
      type.arguments.isEmpty ? "" : "(" + type.arguments.map { dump($0) }.joined(separator: ", ") + ")"
    return " : " + type.name.text + sizes + arguments
  }
  func show(_ declarations: [Declaration]) -> String {
    declarations.map { $0.name.text + show($0.type) + show($0.defaultValue) }.joined(separator: ", ")
  }
  func show(_ parameters: Parameters) -> String {
    "(" + show(parameters.declarations) + (parameters.semicolon == nil ? "" : "; " + show(parameters.own)) + ")"
  }
  func show(_ path: StringLiteral?) -> String { path.map { " to \($0.text)" } ?? "" }
  return tree.statements.map { statement in
    var text: String
    switch statement.kind {
    case .dim(let sizes): text = "dim " + sizes.map { $0.name.text + show($0.value) }.joined(separator: ", ")
    case .param(let definition): text = "param " + definition.name.text + show(definition.type) + show(definition.value)
    case .data(let definition): text = "data " + definition.name.text + show(definition.type) + show(definition.value)
    case .let(let definition): text = "let " + definition.name.text + show(definition.type) + show(definition.value)
    case .fn(let function):
      text = "fn " + function.name.text + show(function.parameters) + show(function.result) + show(function.body)
    case .energy(let energy):
      text = "energy " + energy.name.text + (energy.parameters.map(show) ?? "") + show(energy.body)
    case .import(let statement):
      let items = statement.items.map { $0.name.text + ($0.alias.map { " as " + $0.text } ?? "") }
      text = "import " + items.joined(separator: ", ")
      switch statement.source {
      case .std: text += " from std"
      case .file(let path): text += " from \"\(path.text)\""
      }
    case .print(let id): text = "print " + dump(id)
    case .check(let id): text = "check " + dump(id)
    case .emit(let target, let id, let path): text = "emit \(target.text) " + dump(id) + show(path)
    case .save(let id, let path): text = "save " + dump(id) + " to " + path.text
    case .plot(let plot):
      text = "plot " + dump(plot.value)
      for box in plot.boxes { text += " [\(dump(box.lower)), \(dump(box.upper))]" }
      text += plot.data.map { " data " + dump($0) } ?? ""
      text += show(plot.path)
    case .expression(let id): text = dump(id)
    }
    if !statement.whereDefinitions.isEmpty {
      text += " where "
      text += statement.whereDefinitions.map { definition in
        let arguments = definition.arguments.map { "(" + $0.map(\.text).joined(separator: ", ") + ")" } ?? ""
        return definition.name.text + arguments + show(definition.value)
      }.joined(separator: ", ")
    }
    return text
  }
}

/// Seconds that the processor spent on `body` in this thread: other work on the computer doesn't count.
func processorTime(_ body: () -> Void) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
  let start = now()
  body()
  return now() - start
}
