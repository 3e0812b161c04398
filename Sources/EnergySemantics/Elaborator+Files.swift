import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  // MARK: Files

  /// The request of `load("x.csv", name = "W", allow_nan = true)`; `nil` for anything else.
  func loadRequest(_ id: ExprID, _ role: Symbol.Role, _ scope: Scope) throws -> LoadRequest? {
    guard case .run(let items) = scope.tree[id].kind, items.count == 2, case .atom(let head) = items[0].kind,
      case .name("load") = scope.tree[head].kind, definition("load", scope) == nil,
      case .group(let group) = items[1].kind,
      case .arguments(let arguments) = group.contents
    else { return nil }
    let span = scope.tree[id].span
    guard arguments.positional.count == 1, case .string(let path) = scope.tree[arguments.positional[0]].kind else {
      throw Diagnostic(.error, .arguments, "load takes the path of a file: load(\"x.csv\")", at: span)
    }
    var entry: String?
    var allowsNaN = false
    for argument in arguments.named {
      switch (argument.name.text, scope.tree[argument.value].kind) {
      case ("name", .string(let text)): entry = text
      case ("allow_nan", .constant(.true)): allowsNaN = true
      case ("allow_nan", .constant(.false)): allowsNaN = false
      default:
        throw Diagnostic(
          .error, .arguments, "load has no such argument", at: argument.name.span,
          hints: [.init("it is called as load(\"p.npz\", name = \"W\", allow_nan = true)")])
      }
    }
    let folder = module(scope.tree)?.folder(of: scope.tree.file)
    return LoadRequest(path: path, folder: folder, entry: entry, allowsNaN: allowsNaN, span: span)
  }

  func loaded(_ request: LoadRequest) throws -> TensorData {
    let data: TensorData
    do {
      data = try loader.load(request)
    } catch {
      throw error.placed(at: request.span)
    }
    guard !request.allowsNaN, let position = data.values.firstIndex(where: { !$0.isFinite }) else { return data }
    throw Diagnostic(
      .error, .value, "\(request.path) has \(data.values[position]) at \(data.place(of: position))", at: request.span,
      hints: [.init("if that is meant: load(\"\(request.path)\", allow_nan = true)")])
  }
}

extension Diagnostic {
  /// The same with a place where it has none.
  func placed(at span: Span) -> Diagnostic {
    var result = self
    result.span = result.span ?? span
    return result
  }
}
