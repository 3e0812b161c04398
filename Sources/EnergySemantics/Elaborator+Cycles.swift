import EnergySyntax
import EnergyText

/// What definitions need of each other: the order in which they are elaborated, and circles.
///
/// A circle is one in the text: a definition whose body names another one whose body leads back. An energy that is
/// met again as an argument of itself, `twice(E = twice(E = left))`, is none, because its own text doesn't name it.
extension Elaborator {
  /// Elaborates everything defined, what is needed first. The order is found without recursion, so that a long chain
  /// of definitions isn't a deep one.
  func elaborateAll(_ order: [Definition]) {
    var seen: Set<Definition> = []
    for root in order {
      var pending: [(Definition, Bool)] = [(root, false)]
      while let (definition, isReady) = pending.popLast() {
        if isReady {
          elaborate(definition)
          continue
        }
        guard seen.insert(definition).inserted else { continue }
        pending.append((definition, true))
        for needed in needs(definition) where !seen.contains(needed) { pending.append((needed, false)) }
      }
    }
  }

  /// The definitions that the text of one names.
  func needs(_ definition: Definition) -> [Definition] {
    var roots = definition.whereDefinitions.map(\.value)
    var declarations: [Declaration] = []
    var types: [TypeExpr?] = []
    switch definition.kind {
    case .dim(let dim): roots += [dim.value].compactMap { $0 }
    case .parameter(let variable, _), .constant(let variable):
      roots += [variable.value].compactMap { $0 }
      types = [variable.type]
    case .function(let function):
      roots.append(function.body)
      declarations = function.parameters.declarations
      types = [function.result]
    case .energy(let energy):
      roots.append(energy.body)
      declarations = (energy.parameters?.declarations ?? []) + (energy.parameters?.own ?? [])
    case .imported(let target): return [target].compactMap { $0 }
    case .given: return []
    }
    types += declarations.map(\.type)
    roots += declarations.compactMap(\.defaultValue)
    roots += types.flatMap { ($0?.sizes ?? []) + ($0?.arguments ?? []) }
    let (used, bound) = definition.tree.namesUsed(in: roots)
    var local = bound.union(declarations.map(\.name.text))
    for entry in definition.whereDefinitions {
      local.insert(entry.name.text)
      local.formUnion((entry.arguments ?? []).map(\.text))
    }
    let module = module(definition.tree)
    return used.compactMap { local.contains($0.text) ? nil : module?.definition($0.text) }
  }

  // MARK: Circles

  /// Refuses a definition that the text being read names, and that needs the definition which that text is of.
  func refuseCircle(_ named: Definition, at span: Span) throws {
    guard let reader = path.last, let ring = ring(of: named), ring == self.ring(of: reader) else { return }
    let chain = shortestChain(from: named, to: reader)
    if !chain.isEmpty { throw circle(chain, at: span) }
  }

  /// The error of a definition that is needed while it is elaborated.
  func activeCircle(_ definition: Definition, at span: Span) -> Diagnostic {
    defer { definition.state = .failed }
    return circle(Array(path[(path.firstIndex(of: definition) ?? 0)...]), at: span)
  }

  /// The message, told from the definition that stands first in the text.
  private func circle(_ ring: [Definition], at span: Span) -> Diagnostic {
    let first = ring.indices.min { ring[$0].name.span < ring[$1].name.span } ?? 0
    let chain = Array(ring[first...] + ring[..<first])
    let names = chain.map(\.name.text)
    let arrows = (names + names.prefix(1)).joined(separator: " -> ")
    let hasBody = { (definition: Definition) in
      switch definition.kind {
      case .function: true
      case .energy(let energy): energy.parameters != nil
      default: false
      }
    }
    let message =
      chain.allSatisfy(hasBody)
      ? "'\(names[0])' calls itself: \(arrows)"
      : chain.count == 1
        ? "'\(names[0])' is defined through itself" : "these definitions need each other: \(arrows)"
    let isRecurrence = chain.contains { definition in
      if case .constant = definition.kind { return true }
      return hasBody(definition)
    }
    return Diagnostic(
      .error, .cycle, message, at: span, notes: chain.map { .init("\($0.name.text) is defined", at: $0.name.span) },
      hints: isRecurrence ? [.init("for a recurrence write fold(t in 1..T, s = s0: next)")] : [])
  }

  /// The fewest definitions that lead from one to another, each naming the next; empty where nothing does.
  private func shortestChain(from start: Definition, to end: Definition) -> [Definition] {
    if start == end { return needs(start).contains(start) ? [start] : [] }
    var reached: [Definition: Definition] = [:]
    var layer = [start]
    while !layer.isEmpty, reached[end] == nil {
      var next: [Definition] = []
      for definition in layer {
        for needed in needs(definition) where needed != start && reached[needed] == nil {
          reached[needed] = definition
          next.append(needed)
        }
      }
      layer = next
    }
    guard reached[end] != nil else { return [] }
    var chain = [end]
    while let before = reached[chain[0]] { chain.insert(before, at: 0) }
    return chain
  }

  /// A number that two definitions share only where each needs the other. (Strongly connected components: R. Tarjan,
  /// SIAM Journal on Computing 1, 1972, p. 146; with a stack of its own.)
  private func ring(of definition: Definition) -> Int? {
    if let known = rings { return known[definition] }
    var found: [Definition: Int] = [:]
    var order: [Definition: Int] = [:]
    var lowest: [Definition: Int] = [:]
    var open: [Definition] = []
    for root in modules.keys.sorted().compactMap({ modules[$0] }).flatMap(\.order) where order[root] == nil {
      var pending: [(definition: Definition, needed: ArraySlice<Definition>)] = []
      func enter(_ definition: Definition) {
        order[definition] = order.count
        lowest[definition] = order[definition]
        open.append(definition)
        pending.append((definition, needs(definition)[...]))
      }
      enter(root)
      while let (definition, rest) = pending.last {
        if let next = rest.first {
          pending[pending.count - 1].needed = rest.dropFirst()
          if order[next] == nil {
            enter(next)
          } else if found[next] == nil, let place = order[next] {
            lowest[definition] = min(lowest[definition] ?? place, place)
          }
          continue
        }
        pending.removeLast()
        let low = lowest[definition] ?? 0
        if let outer = pending.last?.definition { lowest[outer] = min(lowest[outer] ?? low, low) }
        guard low == order[definition] else { continue }
        while let last = open.popLast() {
          found[last] = low
          if last == definition { break }
        }
      }
    }
    rings = found
    return found[definition]
  }
}
