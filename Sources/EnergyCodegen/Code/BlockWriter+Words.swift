import EnergyIR
import EnergyLowering

/// Names for values that the user gave none: words for what they are.
extension BlockWriter {
  /// The longest name that is made of another one.
  private static let longest = 20

  /// The name that the program has for a register; an array's element is called by its indices: `r_i` for `r[i]`.
  mutating func word(for register: Register) -> String? {
    let name = layout.program.registers[register.index].name
    guard let access = uses[register]?.stored,
      name == nil || name == layout.program.buffers[access.buffer.index].name
    else { return name }
    return Self.word(for: CExpression(text: element(access))) ?? name
  }

  /// `x_squared`, `exp_u`, `inverse_s`; `product` where the operands have no short names.
  func word(for computation: Computation, _ operands: [Operand]) -> String {
    let first = operands.first.flatMap(word)
    switch computation {
    case .add:
      let isDifference = operands.contains { if case .constant(let number) = $0 { number < 0 } else { false } }
      return isDifference ? "difference" : "sum"
    case .subtract: return "difference"
    case .multiply:
      if operands[0] == operands[1] { return joined(first, "squared") ?? "square" }
      return operands.contains { $0.register == nil } ? "scaled" : "product"
    case .divide: return "quotient"
    case .negate: return joined("minus", first) ?? "negative"
    case .reciprocal: return joined("inverse", first) ?? "inverse"
    case .squareRoot: return joined("root", first) ?? "root"
    case .power: return "power"
    case .select: return "chosen"
    case .function(let name):
      return operands.count == 1 ? joined(name.name, first) ?? name.word : name.word
    }
  }

  private func joined(_ left: String?, _ right: String?) -> String? {
    guard let left, let right, left.count + right.count < Self.longest else { return nil }
    return "\(left)_\(right)"
  }

  /// What an operand is called, where it has a name.
  private func word(_ operand: Operand) -> String? {
    guard let register = operand.register else { return nil }
    if let name = layout.program.registers[register.index].name { return name }
    return (pending[register]?.expression ?? values[register]).flatMap(Self.word)
  }

  /// A name as it stands; an element by its indices: `x_i` for `x[i]`.
  static func word(for expression: CExpression) -> String? {
    guard let bare = expression.text.split(separator: /->|\./).last, let first = bare.first, first.isLetter,
      bare.allSatisfy({ $0.isLetter || $0.isNumber || "_[] +-".contains($0) })
    else { return nil }
    let steps = bare.replacing("[", with: "_").replacing("]", with: "")
      .replacing(/([a-z]) \+ ([0-9])$/) { "\($0.output.1)_plus_\($0.output.2)" }
      .replacing(/([a-z]) - ([0-9])$/) { "\($0.output.1)_minus_\($0.output.2)" }
    guard steps.count < Self.longest, steps.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
      return String(bare.prefix { $0 != "[" })
    }
    return String(steps)
  }
}
