import EnergyBuiltins
import EnergyIR

extension Graph {
  /// The type as a user writes it: `vector[3]`, `symmetric[2]`, `real`.
  public func typeText(_ value: TypedValue) -> String {
    if case .symbol(let id) = self[value.node].operation, value.form != .row, value.form != .column {
      return Graph.typeText(self[id])
    }
    return Graph.typeText(shape(value.node), self[value.node].type, value.form)
  }

  static func typeText(_ symbol: Symbol) -> String {
    if let refined = Printer.refinedType(of: symbol) { return refined }
    let form: Form = [.scalar, .vector, .matrix][safe: symbol.shape.count] ?? .tensor
    return typeText(symbol.shape, symbol.type, form)
  }

  static func typeText(_ shape: [Size], _ type: ElementType = .real, _ form: Form? = nil) -> String {
    let sizes = shape.map(\.description).joined(separator: ", ")
    let form = form ?? ([.scalar, .vector, .matrix][safe: shape.count] ?? .tensor)
    // A list of whole numbers is a vector to its reader; only data are declared as integers.
    if type == .bool { return shape.isEmpty ? "bool" : "bool[\(sizes)]" }
    if type == .int, shape.isEmpty { return "int" }
    switch form {
    case .scalar: return "real"
    case .vector: return "vector[\(sizes)]"
    case .row: return "row[\(sizes)]"
    case .column: return "col[\(sizes)]"
    case .matrix: return "matrix[\(sizes)]"
    case .tensor: return "tensor[\(sizes)]"
    }
  }
}
