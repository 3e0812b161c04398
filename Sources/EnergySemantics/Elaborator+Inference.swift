import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// A name whose shape has to be found, with the ranks to try, likeliest first.
  struct OpenName {
    let name: String
    var ranks: [Int]
    let isSample: Bool
  }

  /// How often shapes are guessed before the first guess's error is reported.
  private static let attemptLimit = 120

  /// Runs `attempt` with shapes for the open names until one fits: small ranks first, sizes unified from use.
  func inferring<Result>(_ names: [OpenName], _ attempt: ([String: [Size]]) throws -> Result) throws -> Result {
    let saved = (openDimensions, isInferring, assumedShapes, sampleDimensions)
    isInferring = true
    defer { (openDimensions, isInferring, assumedShapes, sampleDimensions) = saved }
    var firstError: (any Error)?
    for ranks in rankChoices(names) {
      do {
        return try unifying(names, ranks, attempt)
      } catch let diagnostic as Diagnostic {
        if diagnostic.code == .limit { throw firstError ?? diagnostic }
        if firstError == nil { firstError = diagnostic }
      } catch is SizeEquation {
        continue
      }
    }
    throw firstError ?? AlreadyReported()
  }

  /// One choice of ranks: starts with a size of its own for every axis and replaces those that use makes equal.
  private func unifying<Result>(
    _ names: [OpenName], _ ranks: [Int], _ attempt: ([String: [Size]]) throws -> Result
  ) throws -> Result {
    let number = freshScopeNumber()
    var letters = Set(names.map(\.name))
    var shapes: [String: [Size]] = [:]
    for (open, rank) in zip(names, ranks) {
      shapes[open.name] = axisNames(rank, isSample: open.isSample, taken: &letters).map {
        Size(Dimension($0, scope: number))
      }
    }
    sampleDimensions = Set(
      names.filter(\.isSample).flatMap { (shapes[$0.name] ?? []).flatMap(\.dimensions) })
    let mark = self.mark
    for _ in 0..<64 {
      openDimensions = Set(shapes.values.joined().flatMap(\.dimensions).filter { $0.scope == number })
      assumedShapes = shapes
      openReaches = [:]
      do {
        let result = try attempt(shapes)
        if let (dimension, reach) = openReaches.min(by: { $0.key < $1.key }) {
          throw SizeEquation(dimension: dimension, size: Size(reach))
        }
        return result
      } catch let equation as SizeEquation {
        let map = [equation.dimension: equation.size]
        shapes = shapes.mapValues { $0.map { $0.substituting(map) } }
        restore(mark)
      } catch {
        restore(mark)
        throw error
      }
    }
    throw Diagnostic(.error, .size, "the sizes can't be inferred here: give the types", at: currentSpan)
  }

  private func axisNames(_ rank: Int, isSample: Bool, taken: inout Set<String>) -> [String] {
    let pool = isSample ? (rank == 1 ? ["d"] : ["n", "d"]) : ["k", "m", "p", "q", "r", "s"]
    var result: [String] = []
    for axis in 0..<rank {
      var name = pool[safe: axis] ?? "n\(axis + 1)"
      var suffix = 2
      let base = name
      while taken.contains(name) || main?.definitions[name] != nil {
        name = pool.first { !taken.contains($0) && main?.definitions[$0] == nil } ?? "\(base)\(suffix)"
        suffix += 1
      }
      taken.insert(name)
      result.append(name)
    }
    return result
  }

  /// Choices of one rank a name, cheapest first.
  private func rankChoices(_ names: [OpenName]) -> [[Int]] {
    var result: [[Int]] = []
    var frontier: [[Int]] = [names.map { _ in 0 }]
    var seen = Set(frontier)
    while !frontier.isEmpty, result.count < Elaborator.attemptLimit {
      result += frontier
      var next: [[Int]] = []
      for choice in frontier {
        for position in choice.indices where choice[position] + 1 < names[position].ranks.count {
          var other = choice
          other[position] += 1
          if seen.insert(other).inserted { next.append(other) }
        }
        if next.count > Elaborator.attemptLimit { break }
      }
      frontier = next
    }
    return result.prefix(Elaborator.attemptLimit).map { choice in zip(names, choice).map { $0.ranks[$1] } }
  }

  /// Shapes for an energy's arguments without a type.
  func inferShapes<Result>(
    of energy: EnergyValue, _ samples: [String], _ own: [String], _ attempt: () throws -> Result
  ) throws -> Result {
    guard let (definition, _) = declaration(energy) else { throw AlreadyReported() }
    let roots = [definition.body] + energy.definition.whereDefinitions.map(\.value)
    let hints = RankHints(energy.definition.tree, roots, energy.definition.whereDefinitions)
    let names =
      samples.map { OpenName(name: $0, ranks: hints.ranks($0), isSample: true) }
      + own.map { OpenName(name: $0, ranks: hints.ranks($0), isSample: false) }
    return try inferring(names) { _ in try attempt() }
  }

  /// Default values that name nothing fix the sizes they share with the samples, where a sample stands alone.
  func settleDefaults(_ own: [Declaration], _ scope: Scope) throws {
    for declared in own {
      guard let type = declared.type, let id = declared.defaultValue, scope.tree.namesUsed(in: [id]).used.isEmpty
      else { continue }
      let shape = try typeShape(type, scope)
      if shape.isEnergy || shape.sizes.isEmpty { continue }
      let value = try number(id, scope)
      guard graph.shape(value.node).count == shape.sizes.count else { continue }
      try match(
        shape, Operand(value: value, span: scope.tree[id].span), declared: Declared(declared.name, type, declared.span),
        scope)
    }
  }
}

/// What the places where names stand say about their ranks, by syntax alone.
///
/// A factor that is transposed, or stands behind one that is, is a vector; one between a row and a vector, or a
/// capital letter before another factor, is a matrix. Everything else is as small as can be.
struct RankHints {
  private enum Hint { case plain, vector, matrix, exactly(Int) }
  private var hints: [String: Hint] = [:]
  private let tree: SyntaxTree
  /// What names behind `where` stand for: what is asked of the name is asked of its value, once.
  private var named: [String: ExprID]

  init(_ tree: SyntaxTree, _ roots: [ExprID], _ definitions: [WhereDefinition]) {
    self.tree = tree
    named = Dictionary(
      definitions.filter { $0.arguments == nil }.map { ($0.name.text, $0.value) },
      uniquingKeysWith: { first, _ in first })
    for root in roots { visit(root, isLinear: false) }
  }

  /// Ranks to try, likeliest first.
  func ranks(_ name: String) -> [Int] {
    switch hints[name] {
    case .vector: [1, 0, 2]
    case .matrix: [2, 1, 0]
    case .exactly(let rank): [rank]
    case .plain, nil: [0, 1, 2]
    }
  }

  private mutating func note(_ name: String, _ hint: Hint) {
    switch (hints[name], hint) {
    case (nil, _), (.plain, _), (.vector, .matrix), (_, .exactly): hints[name] = hint
    default: break
    }
  }

  private mutating func visit(_ root: ExprID, isLinear: Bool) {
    var pending = [(root, isLinear)]
    while let (id, isLinear) = pending.popLast() {
      switch tree[id].kind {
      case .name(let name):
        note(name, isLinear ? .vector : .plain)
        if isLinear, let value = named.removeValue(forKey: name) { pending.append((value, true)) }
      case .sum(let terms): pending += terms.map { ($0.operand, isLinear) }
      case .signed(_, let inner): pending.append((inner, isLinear))
      case .norm(let inner): pending.append((inner, true))
      case .run(let items): visit(items, isLinear, &pending)
      default: pending += tree.parts(of: id).map { ($0, false) }
      }
    }
  }

  private mutating func visit(_ items: [RunItem], _ isLinear: Bool, _ pending: inout [(ExprID, Bool)]) {
    // Factors by position: the atom or group that begins each, and whether it is transposed.
    var starts: [(item: RunItem, isTransposed: Bool, isCall: Bool, indices: Int)] = []
    var isExponent = false
    for (position, item) in items.enumerated() {
      switch item.kind {
      case .atom, .group:
        if isExponent {
          isExponent = false
          pending += parts(item).map { ($0, false) }
        } else if case .group = item.kind, position > 0, isFunctionLike(items[position - 1]) {
          starts[starts.count - 1].isCall = true
          let isNorm = ["norm", "sumsq", "norm1", "normalize", "dot"].contains(name(of: items[position - 1]) ?? "")
          pending += parts(item).map { ($0, isNorm) }
        } else {
          starts.append((item, false, false, 0))
        }
      case .transpose:
        if !starts.isEmpty { starts[starts.count - 1].isTransposed = true }
      case .index(let entries):
        if !starts.isEmpty { starts[starts.count - 1].indices = entries.count }
        pending += parts(item).map { ($0, false) }
      case .caret: isExponent = true
      case .superscript: continue
      }
    }
    let factors = starts.filter { !isNumber($0.item) }
    for (position, factor) in factors.enumerated() where !factor.isCall {
      let isLast = position == factors.count - 1
      let hasRow = factors[..<position].contains { $0.isTransposed }
      let followsMatrix = factors[..<position].contains { isCapital($0.item) && !$0.isTransposed }
      if factor.indices > 0, let name = name(of: factor.item) {
        note(name, .exactly(factor.indices))
      } else if !isLast, hasRow || isCapital(factor.item), name(of: factor.item) != nil {
        note(name(of: factor.item) ?? "", .matrix)
      } else if factor.isTransposed, isCapital(factor.item) {
        note(name(of: factor.item) ?? "", .matrix)
      } else {
        let isVector = factor.isTransposed || (isLast && (hasRow || followsMatrix)) || (isLinear && factors.count == 1)
        pending += parts(factor.item).map { ($0, isVector) }
      }
    }
  }

  private func parts(_ item: RunItem) -> [ExprID] {
    switch item.kind {
    case .atom(let id): return [id]
    case .group(let group):
      switch group.contents {
      case .arguments(let arguments): return arguments.positional + arguments.named.map(\.value)
      case .comprehension(_, let body): return [body]
      }
    case .index(let entries):
      return entries.flatMap { entry -> [ExprID] in
        switch entry.kind {
        case .all: []
        case .at(let id): [id]
        case .range(let lower, let upper, let by): [lower, upper, by].compactMap { $0 }
        }
      }
    case .transpose, .caret, .superscript: return []
    }
  }

  private func name(of item: RunItem) -> String? {
    if case .atom(let id) = item.kind, case .name(let name) = tree[id].kind { return name }
    return nil
  }

  private func isNumber(_ item: RunItem) -> Bool {
    if case .atom(let id) = item.kind, case .number = tree[id].kind { return true }
    return false
  }

  private func isFunctionLike(_ item: RunItem) -> Bool {
    guard let name = name(of: item) else { return false }
    return Builtins.named(name) != nil || StructuralBuiltins.named(name) != nil
      || Elaborator.operatorNames.contains(name) || Elaborator.reductions.contains(name)
  }

  /// A single capital letter, as mathematics writes matrices.
  private func isCapital(_ item: RunItem) -> Bool {
    guard let name = name(of: item), let first = name.first, first.isUppercase else { return false }
    return name.dropFirst().allSatisfy { $0.isNumber || $0 == "_" }
  }
}
