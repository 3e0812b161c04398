import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// What `random(seed = 0, scale = 0.1)` asks for.
  struct RandomRequest {
    let seed: UInt64
    let scale: Double
  }

  /// The request of a call of `random` that is a whole value; `nil` for anything else.
  func randomRequest(_ id: ExprID, _ scope: Scope) throws -> RandomRequest? {
    guard case .run(let items) = scope.tree[id].kind, items.count == 2, case .atom(let head) = items[0].kind,
      case .name("random") = scope.tree[head].kind, definition("random", scope) == nil,
      case .group(let group) = items[1].kind,
      case .arguments(let arguments) = group.contents
    else { return nil }
    let hint = Diagnostic.Hint("it is called as random(seed = 0) or random(seed = 0, scale = 0.1)")
    var given: [String: ExprID] = [:]
    for (name, id) in zip(["seed", "scale"], arguments.positional) { given[name] = id }
    for argument in arguments.named where given[argument.name.text] == nil {
      guard ["seed", "scale"].contains(argument.name.text) else {
        throw Diagnostic(
          .error, .arguments, "random has no argument named '\(argument.name.text)'", at: argument.name.span,
          hints: [hint])
      }
      given[argument.name.text] = argument.value
    }
    let count = arguments.positional.count + arguments.named.count
    guard let seed = given["seed"], given.count == count else {
      throw Diagnostic(
        .error, .arguments, "random takes a seed, and a scale beside it", at: scope.tree[id].span, hints: [hint])
    }
    guard let number = try constant(seed, scope), number >= 0, number == number.rounded(), number < 0x1p53 else {
      throw Diagnostic(
        .error, .arguments, "the seed of random is a whole number from 0 on", at: scope.tree[seed].span, hints: [hint])
    }
    var scale = 1.0
    if let written = given["scale"] {
      guard let number = try constant(written, scope), number > 0, number.isFinite else {
        throw Diagnostic(
          .error, .arguments, "the scale of random is a positive number", at: scope.tree[written].span, hints: [hint])
      }
      scale = number
    }
    return RandomRequest(seed: UInt64(number), scale: scale)
  }

  private func constant(_ id: ExprID, _ scope: Scope) throws -> Double? {
    graph.constantValue(try scalar(id, scope, "this"))
  }

  /// The source of a tensor of standard normal numbers. What a type asks of its values beyond their places can't be
  /// asked of random ones.
  func randomSource(
    _ request: RandomRequest, _ type: TypeShape?, _ name: String, at span: Span
  ) throws -> Program.Source {
    var structure = Program.RandomValues.Structure.full
    for refinement in type?.refinements ?? [] {
      switch refinement {
      case .symmetric: structure = .symmetric
      case .diagonal: structure = .diagonal
      case .lower: structure = .lower
      case .positive, .interval:
        throw Diagnostic(
          .error, .value, "random numbers are normal, so \(name) wouldn't be \(refinement.word)", at: span,
          hints: [.init("make it so afterwards: param u = \(shortText(span)) and let \(name) = exp(u)")])
      case .positiveDefinite, .simplex, .ordered, .unitVector, .integer:
        throw Diagnostic(
          .error, .value, "random numbers are normal, so \(name) wouldn't be \(refinement.word)", at: span,
          hints: [.init("make it so afterwards, with a let; or give it values: --set \(name)=… or load(…)")])
      }
    }
    if let element = type?.element, element != .real {
      throw Diagnostic(
        .error, .type, "random numbers are reals, and \(name) is \(element == .int ? "whole" : "true or false")",
        at: span)
    }
    return .random(.init(seed: request.seed, scale: request.scale, distribution: .normal(structure)))
  }
}
