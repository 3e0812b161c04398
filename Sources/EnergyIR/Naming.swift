/// What a formula calls its index variables, and which of its phrases go by a name behind `where`.
struct Naming {
  /// A phrase that is defined behind `where`.
  struct Definition {
    let phrase: PhraseID
    let name: String
    /// The index variables that it takes as arguments.
    let arguments: [Variable]
  }

  private(set) var definitions: [Definition] = []
  private(set) var letters: [Variable: String] = [:]
  private var position: [PhraseID: Int] = [:]
  private let document: Document

  /// The definition that stands for a phrase.
  func definition(of id: PhraseID) -> Definition? { position[id].map { definitions[$0] } }

  init(
    _ document: Document, root: PhraseID, forced: [PhraseID: String], taken: Set<String>, sharedLength: Int
  ) {
    self.document = document
    let order = Self.postorder(document, root)
    var taken = taken
    for id in order { if case .name(let name) = document[id] { taken.insert(name) } }
    var named = shared(order, root: root, forced: forced, sharedLength: sharedLength)
    separateEqualVariables(order, root: root, &named)
    let (found, variables) = encountered(root, named)
    nameVariables(variables, order, found, taken)
    taken.formUnion(letters.values)
    nameDefinitions(found, forced, &taken)
  }

  private static func postorder(_ document: Document, _ root: PhraseID) -> [PhraseID] {
    var seen: Set<PhraseID> = []
    var result: [PhraseID] = []
    var stack = [(root, false)]
    while let (id, isDone) = stack.popLast() {
      if isDone {
        result.append(id)
        continue
      }
      guard seen.insert(id).inserted else { continue }
      stack.append((id, true))
      for child in document[id].children.reversed() { stack.append((child, false)) }
    }
    return result
  }

  // MARK: What gets a name

  private func shared(
    _ order: [PhraseID], root: PhraseID, forced: [PhraseID: String], sharedLength: Int
  ) -> Set<PhraseID> {
    var uses: [PhraseID: Int] = [:]
    for id in order { for child in document[id].children { uses[child, default: 0] += 1 } }
    var length: [PhraseID: Int] = [:]
    var named: Set<PhraseID> = []
    for id in order {
      var own = ownLength(document[id])
      for child in document[id].children { own = min(own + (length[child] ?? 0), 1 << 40) }
      if id != root, isNameable(document[id]),
        own > leastLength(document[id], sharedLength) && (uses[id] ?? 0) > 1
          || own > sharedLength / 2 && forced[id] != nil
      {
        named.insert(id)
        own = 1 + 3 * document.facts(id).free.count
      }
      length[id] = own
    }
    return named
  }

  /// An entry is a name already; only a very long one gets another.
  private func leastLength(_ phrase: Phrase, _ usual: Int) -> Int {
    if case .indexed(let base, _) = phrase, case .name = document[base] { return 2 * usual }
    return usual
  }

  private func isNameable(_ phrase: Phrase) -> Bool {
    switch phrase {
    case .number, .name, .variable, .string, .negated, .comparison, .connective, .not: false
    default: true
    }
  }

  private func ownLength(_ phrase: Phrase) -> Int {
    switch phrase {
    case .number(let value): return Spelling.number(value).count
    case .name(let name): return name.count
    case .variable: return 1
    case .string(let text): return text.count + 2
    case .sum(let terms, let isTight): return (terms.count - 1) * (isTight ? 1 : 3)
    case .negated, .fraction, .power, .raised, .not: return 1
    case .product(let all), .run(let all): return all.count + 1
    case .transposed: return 2
    case .indexed(_, let places): return 3 * places.count
    case .call(let name, let arguments, _): return name.count + 2 * arguments.count
    case .reduction(let name, let generators, _, _): return name.count + 4 + 7 * generators.count
    case .recurrence(let name, _, _, _, _, _): return name.count + 17
    case .comprehension(let generators, _): return 6 + 7 * generators.count
    case .list(let all): return 2 * all.count
    case .conditional: return 17
    case .comparison, .connective: return 4
    }
  }

  /// A loop inside another one that has the very same variable doesn't depend on it, so it can stand in front:
  /// no name is bound twice.
  private func separateEqualVariables(_ order: [PhraseID], root: PhraseID, _ named: inout Set<PhraseID>) {
    for id in order {
      let own = document[id].bound
      guard !own.isEmpty else { continue }
      var stack = document[id].children
      var seen: Set<PhraseID> = []
      while let next = stack.popLast() {
        let inner = document.facts(next).inner
        guard !named.contains(next), inner.contains(where: own.contains), seen.insert(next).inserted else { continue }
        if document[next].bound.contains(where: own.contains) {
          named.insert(next)
        } else {
          stack += document[next].children
        }
      }
    }
  }

  /// Named phrases and variables in the order in which a reader meets them.
  private func encountered(_ root: PhraseID, _ named: Set<PhraseID>) -> (phrases: [PhraseID], variables: [Variable]) {
    var phrases: [PhraseID] = []
    var variables: [Variable] = []
    var seenVariables: Set<Variable> = []
    var seen: Set<PhraseID> = []
    var next = 0
    var pending: [PhraseID] = [root]
    while true {
      while let id = pending.popLast() {
        guard seen.insert(id).inserted else { continue }
        if named.contains(id), id != root {
          phrases.append(id)
          continue
        }
        var met = document[id].bound
        if case .variable(let variable) = document[id] { met.append(variable) }
        for variable in met where seenVariables.insert(variable).inserted { variables.append(variable) }
        pending += document[id].children.reversed()
      }
      guard next < phrases.count else { break }
      next += 1
      pending = document[phrases[next - 1]].children.reversed()
      for variable in document.facts(phrases[next - 1]).free + document[phrases[next - 1]].bound
      where seenVariables.insert(variable).inserted { variables.append(variable) }
    }
    return (phrases, variables)
  }

  // MARK: Names

  /// i, j, k, …: the first letter that no variable in scope at the same time has.
  private mutating func nameVariables(
    _ variables: [Variable], _ order: [PhraseID], _ definitions: [PhraseID], _ taken: Set<String>
  ) {
    var conflicts: [Variable: Set<Variable>] = [:]
    func note(_ some: [Variable], _ others: [Variable]) {
      for variable in some {
        conflicts[variable, default: []].formUnion(others)
        for other in others { conflicts[other, default: []].insert(variable) }
      }
    }
    for id in order where !document[id].bound.isEmpty {
      let facts = document.facts(id)
      note(document[id].bound, facts.free + facts.inner)
    }
    for id in definitions { note(document.facts(id).free, document.facts(id).free + document.facts(id).inner) }
    for variable in variables {
      if variable.isState {
        let near = Set((conflicts[variable] ?? []).subtracting([variable]).compactMap { letters[$0] })
        letters[variable] = Self.firstFree(["s", "z", "q", "r"], "s") { !taken.contains($0) && !near.contains($0) }
        continue
      }
      let near = Set((conflicts[variable] ?? []).subtracting([variable]).compactMap { letters[$0] })
      // k in 1..K, t in 1..T; but i and j for two indices over one size.
      let size = variable.extent.dimension?.name ?? ""
      let isAlone = !(conflicts[variable] ?? []).contains { $0 != variable && $0.extent == variable.extent }
      let own = isAlone && size.count == 1 && size != size.lowercased() ? [size.lowercased()] : []
      letters[variable] = Self.firstFree(own + ["i", "j", "k", "l", "m", "p", "q", "o"], "i") {
        !taken.contains($0) && !near.contains($0)
      }
    }
  }

  private mutating func nameDefinitions(
    _ phrases: [PhraseID], _ forced: [PhraseID: String], _ taken: inout Set<String>
  ) {
    for id in phrases {
      let facts = document.facts(id)
      let usual = facts.rank > 0 ? ["r", "u", "v", "w", "g", "h", "q"] : ["s", "t", "u", "v", "c", "q", "g", "h"]
      let hint = forced[id].map { [$0] } ?? []
      let name = Self.firstFree(hint + usual, hint.first ?? usual[0]) { !taken.contains($0) }
      taken.insert(name)
      position[id] = definitions.count
      definitions.append(Definition(phrase: id, name: name, arguments: facts.free))
    }
  }

  private static func firstFree(_ candidates: [String], _ stem: String, _ isFree: (String) -> Bool) -> String {
    if let found = candidates.first(where: isFree) { return found }
    var number = 1
    while !isFree("\(stem)_\(number)") { number += 1 }
    return "\(stem)_\(number)"
  }
}
