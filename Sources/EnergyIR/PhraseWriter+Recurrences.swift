extension PhraseWriter {
  // MARK: Recurrences

  /// `scan(t in 1..T, s = s0: next)`. A reversed one counts down, so that its first state comes first there and last
  /// here.
  mutating func states(_ recurrence: Recurrence, _ id: NodeID) -> PhraseID {
    let all = self.recurrence("scan", recurrence, id)
    return recurrence.isReversed ? document.make(.call("reverse", [all], axis: nil), rank: graph[id].rank) : all
  }

  private mutating func recurrence(_ name: String, _ recurrence: Recurrence, _ id: NodeID) -> PhraseID {
    let open = opened(id)
    let own = generators([open.variables[0]], .always).generators[0]
    return document.make(
      .recurrence(
        name, own, isReversed: recurrence.isReversed, state: open.variables[1],
        initial: phrase(graph[id].arguments[1]), phrase(open.body)),
      rank: graph[id].rank - (name == "fold" ? 1 : 0))
  }

  /// An entry of a recurrence: the last state is a `fold`, positions of a reversed one count from its far end.
  mutating func state(_ node: Node, _ pattern: [Subscript]) -> PhraseID? {
    let source = node.arguments[0]
    guard case .scan(let recurrence) = graph[source].operation, case .at(let place) = pattern[0] else { return nil }
    var gathers = node.arguments.dropFirst().makeIterator()
    let rest = pattern.dropFirst().map { place -> Phrase.Place in
      switch place {
      case .all: .all
      case .at(let expression): .at(position(expression))
      case .gather: gathers.next().map { .at(counted($0)) } ?? .all
      }
    }
    if place == recurrence.end, folds.contains(source) || !graph[source].free.isEmpty {
      return indexed(self.recurrence("fold", recurrence, source), Array(rest), rank: node.rank)
    }
    let states = self.recurrence("scan", recurrence, source)
    // Its entries are what is spoken of, so it goes by a name.
    forced[states] = "r"
    guard recurrence.isReversed else { return nil }
    guard let mirrored = IndexExpression(recurrence.index.extent) - place else { return nil }
    return indexed(states, [.at(position(mirrored))] + rest, rank: node.rank)
  }
}
