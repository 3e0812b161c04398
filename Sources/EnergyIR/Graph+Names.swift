extension Graph {
  /// Calls a value what the user calls it; the first name stays. Numbers, sizes and symbols go by what they are, but a
  /// list of numbers, which is a symbol that is named as it is written.
  public func note(_ name: String, for id: NodeID) {
    switch self[id].operation {
    case .constant, .size, .iota, .state: return
    case .symbol(let symbol) where !self[symbol].isWrittenOut: return
    default: if valueNames[id] == nil { valueNames[id] = name }
    }
  }

  /// What the user calls a value. It stays with the value through renaming, substitution and rewriting.
  public func name(of id: NodeID) -> String? { valueNames[id] }

  /// What a symbol is called in source: a list of numbers by the name it was given.
  public func plainName(of symbol: Symbol.ID) -> String {
    self[symbol].isWrittenOut ? name(of: self.symbol(symbol)) ?? "table" : self[symbol].name
  }

  /// A term that took another one's place is called the same.
  func carryName(from old: NodeID, to new: NodeID) {
    if old != new, let name = valueNames[old] { note(name, for: new) }
  }

  /// Says what an index that runs over so many values is called. Binders have no names of their own: equal ones are one
  /// term, so a loop is called as indices of its length are.
  public func noteIndex(_ name: String, over extent: Size) {
    if indexNames[extent]?.contains(name) != true { indexNames[extent, default: []].append(name) }
  }
}

extension Symbol {
  /// Whether it is a list of numbers in the text, whose name is that text.
  fileprivate var isWrittenOut: Bool { name.hasPrefix("[") }
}
