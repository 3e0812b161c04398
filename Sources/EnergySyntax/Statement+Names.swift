extension Statement {
  /// The names that it defines, in order; none for a statement that does something.
  public var definedNames: [String] {
    switch kind {
    case .dim(let list): list.map(\.name.text)
    case .param(let definition), .data(let definition), .let(let definition): [definition.name.text]
    case .fn(let definition): [definition.name.text]
    case .energy(let definition): [definition.name.text]
    case .import(let imports): imports.items.map { ($0.alias ?? $0.name).text }
    case .print, .check, .emit, .save, .plot, .expression: []
    }
  }
}
