import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// The size that a `dim` declares.
  func dim(_ dim: DimDefinition, _ name: String, _ scope: Scope) throws -> Size {
    let dimension = Dimension(name)
    var value: Int?
    if let given = dim.value {
      let number = try size(given, scope)
      let span = scope.tree[given].span
      if isCertainly(number, below: 1) {
        throw Diagnostic(.error, .size, "the size \(dim.name.text) must be a whole number of at least 1", at: span)
      }
      guard let constant = number.constant else { return try computed(dim, number, name, at: span) }
      value = constant
    }
    if let chosen = options.dims[name] { value = chosen }
    if let value {
      let reason = options.dims[name] != nil ? "--dim" : "its definition"
      try bind(Size(dimension), to: value, reason: reason, span: dim.name.span)
    }
    program.dims.append(.init(name: name, dimension: dimension, value: value, span: dim.name.span))
    return Size(dimension)
  }

  /// `dim n = 2*m`: the name stands for the expression; a number from outside says what m is.
  private func computed(_ dim: DimDefinition, _ size: Size, _ name: String, at span: Span) throws -> Size {
    if !isCertainly(size, atLeast: 1) {
      let message = "the size \(dim.name.text) = \(size) must be at least 1"
      program.sizeConditions.append(.init(size: size - 1, isEquation: false, message: message, span: span))
    }
    if let chosen = options.dims[name] { try bind(size, to: chosen, reason: "--dim", span: dim.name.span) }
    return size
  }
}
