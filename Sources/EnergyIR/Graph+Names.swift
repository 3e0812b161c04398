extension Graph {
  /// Calls a value what the user calls it; the first name stays. Numbers, symbols and sizes go by what they are.
  public func note(_ name: String, for id: NodeID) {
    switch self[id].operation {
    case .constant, .symbol, .size, .iota, .state: return
    default: if valueNames[id] == nil { valueNames[id] = name }
    }
  }

  /// What the user calls a value. It stays with the value through renaming, substitution and rewriting.
  public func name(of id: NodeID) -> String? { valueNames[id] }

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
