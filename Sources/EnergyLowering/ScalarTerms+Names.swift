import EnergyIR

/// Readable names for what the user gave none: by what it is made of, else by what it is.
extension ScalarTerms {
  /// The longest name that is made of other ones.
  private static let longest = 24

  /// What a term is called in source that is read: the user's name, or one made of the user's names: `log_w`,
  /// `inverse_sigma_squared`.
  func name(of id: TermID) -> String? { name(of: id, depth: 2) }

  private func name(of id: TermID, depth: Int) -> String? {
    if let name = userNames[id] ?? partNames[id] { return name }
    if depth == 0 { return nil }
    let term = self[id]
    let words: [String?] = term.arguments.map { word($0, depth: depth - 1) }
    guard let first = words.first ?? nil else { return nil }
    let name: String?
    switch term.operation {
    case .apply(let function): name = words.count == 1 ? "\(function.name)_\(first)" : nil
    case .add([-1], 0): name = "minus_\(first)"
    case .mul(let exponents):
      let factors = zip(words, exponents).map { word, exponent in word.flatMap { Self.power($0, exponent) } }
      name = factors.contains(nil) ? nil : factors.compactMap { $0 }.joined(separator: "_")
    default: name = nil
    }
    return name.flatMap { $0.count <= Self.longest ? $0 : nil }
  }

  /// The name of a term, or a word for what it is.
  func stem(of id: TermID) -> String { name(of: id) ?? self[id].operation.stem }

  /// What an argument is called, if it has a name.
  private func word(_ id: TermID, depth: Int) -> String? {
    if let name = name(of: id, depth: depth) { return name }
    switch self[id].operation {
    case .read(let array, _): return Self.lastPart(of: inputNames[array] ?? self[array].name)
    case .reduce(let operation, _, _): return operation.stem
    default: return nil
    }
  }

  /// `mu` for `gaussian.mu`; `net.0.weight` is one of several weights.
  private static func lastPart(of name: String) -> String {
    let parts = name.split(separator: ".")
    return parts.count == 2 ? String(parts[1]) : name
  }

  private static func power(_ base: String, _ exponent: Double) -> String? {
    let size = abs(exponent)
    guard size == size.rounded() || size == 0.5, size <= 64 else { return nil }
    let whole =
      switch size {
      case 0.5: "root_\(base)"
      case 1: base
      case 2: "\(base)_squared"
      case 3: "\(base)_cubed"
      default: "\(base)_to_\(Int(size))"
      }
    return exponent < 0 ? "inverse_\(whole)" : whole
  }
}

extension TermOperation {
  fileprivate var stem: String {
    switch self {
    case .constant, .index, .size, .read: "value"
    case .add([1, -1], 0), .add([-1, 1], 0): "difference"
    case .add(let coefficients, 0) where coefficients.count == 1: "scaled"
    case .add: "sum"
    case .mul([-1]): "inverse"
    case .mul([0.5]): "root"
    case .mul([2]): "square"
    case .mul(let exponents): exponents.count == 1 ? "power" : "product"
    case .apply(let function): function.word
    case .select: "chosen"
    case .reduce(let operation, _, _): operation.stem
    }
  }
}

extension FunctionName {
  /// A word for the result.
  public var word: String {
    switch name {
    case "less", "lessEqual", "greater", "greaterEqual", "equal": "is_\(name.prefix { $0.isLowercase })"
    case "notEqual": "is_different"
    case "and": "all_hold"
    case "or": "one_holds"
    case "not": "is_not"
    default: "\(name)_value"
    }
  }
}

extension ReduceOperation {
  /// A word for the result.
  var stem: String {
    switch self {
    case .sum: "sum"
    case .prod: "product"
    case .max: "greatest"
    case .min: "least"
    case .logsumexp, .any, .all: rawValue
    }
  }
}

extension Operation {
  /// A word for what a tensor of this kind is.
  var stem: String {
    switch self {
    case .constant, .symbol, .size, .iota, .index, .reshape, .build, .guarded, .select: "value"
    case .add: "sum"
    case .mul, .contract: "product"
    case .apply(let function): function.word
    case .scatter: "scattered"
    case .reduce(let operation, _, _): operation.stem
    case .scan, .state: "states"
    case .linearAlgebra(let operation): "\(operation.rawValue)_value"
    }
  }
}
