import EnergyIR

/// How a tensor stands in a product: what its rank alone doesn't say.
public enum Form: Hashable, Sendable {
  /// Rank 0.
  case scalar
  /// Rank 1, a column of numbers.
  case vector
  /// Rank 1, the transpose of a vector; broadcasts along a matrix's rows.
  case row
  /// Rank 1, made by `col(v)`: broadcasts along a matrix's columns.
  case column
  /// Rank 2.
  case matrix
  /// Rank 3 and more.
  case tensor
}

/// A node with its form.
public struct TypedValue: Hashable, Sendable {
  /// The tensor.
  public let node: NodeID
  /// How it stands in products.
  public let form: Form

  /// A node with its form.
  public init(_ node: NodeID, _ form: Form) {
    self.node = node
    self.form = form
  }

  /// A node in the form that its rank suggests.
  public init(_ node: NodeID, in graph: Graph) {
    self.node = node
    switch graph[node].rank {
    case 0: form = .scalar
    case 1: form = .vector
    case 2: form = .matrix
    default: form = .tensor
    }
  }
}

/// Why a call can't be built; the checker adds the span of the call or of the argument.
public struct BuiltinError: Error, Hashable, Sendable {
  /// What kind of error it is: the code of the message.
  public enum Kind: String, Sendable {
    /// A shape that doesn't fit.
    case shape = "E-shape"
    /// Too many, too few or unknown arguments, or one that must be a number.
    case arguments = "E-arguments"
    /// Something that isn't built yet.
    case unsupported = "E-unsupported"
    /// A size that isn't known or doesn't fit.
    case size = "E-size"
    /// An axis that there isn't.
    case index = "E-index"
  }

  /// Which code.
  public let kind: Kind
  /// One sentence in the user's terms.
  public let message: String
  /// The argument it is about: a position (from 0) among the positional ones.
  public let argument: Int?
  /// The named argument it is about.
  public let option: String?
  /// What to try.
  public let hints: [String]

  /// An error about the call or one argument.
  public init(_ kind: Kind, _ message: String, argument: Int? = nil, option: String? = nil, hints: [String] = []) {
    self.kind = kind
    self.message = message
    self.argument = argument
    self.option = option
    self.hints = hints
  }
}

extension Graph {
  /// A shape in words: `a number`, `a vector of 3`, `3×2`.
  public static func describe(_ shape: [Size]) -> String {
    switch shape.count {
    case 0: return "a number"
    case 1: return "a vector of \(shape[0])"
    default:
      return shape.map { $0.terms.count > 1 ? "(\($0))" : "\($0)" }.joined(separator: "×")
    }
  }

  /// The size that a whole-number node stands for: numbers, sizes, and their sums and products.
  public func sizeValue(_ id: NodeID) -> Size? {
    // Sizes are short polynomials; the walk is over at most a few nodes, and bounded for any others.
    var values: [NodeID: Size] = [:]
    let nodes = postorder(id)
    guard nodes.count <= 256 else { return nil }
    for node in nodes {
      switch self[node].operation {
      case .constant(let number):
        guard let whole = Int(exactly: number) else { return nil }
        values[node] = Size(whole)
      case .size(let size): values[node] = size
      case .add(let coefficients, let constant):
        guard var sum = Int(exactly: constant).map({ Size($0) }) else { return nil }
        for (coefficient, argument) in zip(coefficients, self[node].arguments) {
          guard let factor = Int(exactly: coefficient), let value = values[argument] else { return nil }
          sum = sum + Size(factor) * value
        }
        values[node] = sum
      case .mul(let exponents):
        var product = Size(1)
        for (exponent, argument) in zip(exponents, self[node].arguments) {
          guard let count = Int(exactly: exponent), (0...8).contains(count), let value = values[argument] else {
            return nil
          }
          for _ in 0..<count { product = product * value }
        }
        values[node] = product
      default: return nil
      }
    }
    return values[id]
  }
}
