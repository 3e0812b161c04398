/// Names for a program of its own: every symbol and size gets one that the language can say and nothing else has.
/// Dotted names (`net.0.weight`), and names that only their scope tells apart, exist in settings and formulas alone.
public struct PlainNames: Sendable {
  /// What symbols are called.
  public private(set) var symbols: [Symbol.ID: String] = [:]
  /// What sizes are called.
  public private(set) var dimensions: [Dimension: String] = [:]
  private var taken: Set<String> = []
  private let isReserved: @Sendable (String) -> Bool

  /// No names yet.
  /// - Parameter isReserved: whether a name means something in the language already.
  public init(isReserved: @escaping @Sendable (String) -> Bool) { self.isReserved = isReserved }

  /// Names a size. Declared ones (of scope 0) come first, as they keep their names.
  public mutating func add(_ dimension: Dimension) {
    if dimensions[dimension] == nil { dimensions[dimension] = unique(dimension.name) }
  }

  /// Names a symbol.
  /// - Parameter wish: what to call it if that is free; points become underscores.
  public mutating func add(_ symbol: Symbol.ID, as wish: String) {
    if symbols[symbol] == nil { symbols[symbol] = unique(wish) }
  }

  /// A name like `wish` that is given to nothing else from now on.
  public mutating func unique(_ wish: String) -> String {
    let stem = String(wish.map { $0 == "." ? "_" : $0 })
    var name = stem
    var number = 1
    while isReserved(name) || !taken.insert(name).inserted {
      number += 1
      name = "\(stem)_\(number)"
    }
    return name
  }
}
