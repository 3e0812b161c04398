extension PhraseWriter {
  /// `coefficient · Π args^exponents`: negative exponents below the line, parameters before the sample.
  mutating func monomial(_ coefficient: Double, _ factors: [(NodeID, Double)], rank: Int) -> PhraseID {
    var above: [PhraseID] = []
    var below: [PhraseID] = []
    var factors = factors
    if let mean = takeMean(&factors) { above.append(mean) }
    var peers = factors.map(\.0)
    while let (position, other) = activation(peers, where: { factors[$0].1 == 1 && factors[$1].1 == 1 }) {
      above.append(silu(operand(peers[other], among: peers)))
      for index in [position, other].sorted(by: >) {
        factors.remove(at: index)
        peers.remove(at: index)
      }
    }
    for (id, exponent) in factors {
      let base = operand(id, among: peers)
      if exponent > 0 {
        above.append(power(base, exponent))
      } else {
        below.append(power(base, -exponent))
      }
    }
    above = ordered(above)
    if coefficient != 1 || above.isEmpty { above.insert(document.make(.number(coefficient)), at: 0) }
    let numerator = product(above, rank: rank)
    if below.isEmpty { return numerator }
    let denominator = product(ordered(below), rank: rank)
    return document.make(.fraction(numerator, denominator), rank: rank)
  }

  mutating func product(_ factors: [PhraseID], rank: Int) -> PhraseID {
    factors.count == 1 ? factors[0] : document.make(.product(factors), rank: rank)
  }

  /// `base^exponent` for a positive exponent: roots and norms by name.
  mutating func power(_ base: PhraseID, _ exponent: Double) -> PhraseID {
    let rank = document.facts(base).rank
    if exponent == 1 { return base }
    if case .call("sumsq", let arguments, nil) = document[base], (2 * exponent).truncatingRemainder(dividingBy: 2) == 1
    {
      return power(document.make(.call("norm", arguments, axis: nil)), 2 * exponent)
    }
    if exponent == 0.5 { return document.make(.call("sqrt", [base], axis: nil), rank: rank) }
    return document.make(.power(base, exponent), rank: rank)
  }

  /// Parameters' factors, then the sample's; scalars before tensors, runs of matrices last, short before long.
  func ordered(_ factors: [PhraseID]) -> [PhraseID] {
    let key = { (id: PhraseID) -> (Int, Int, Int, String) in
      let facts = document.facts(id)
      var shape = facts.rank == 0 ? 0 : 2
      if case .run = document[id] { shape += 1 }
      return (facts.isVarying ? 1 : 0, shape, facts.bulk, facts.opening)
    }
    return factors.map { ($0, key($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
  }

  /// `t*sigmoid(t)` is silu(t): where both stand in a list of factors.
  func activation(_ ids: [NodeID], where fits: (Int, Int) -> Bool) -> (sigmoid: Int, argument: Int)? {
    for (position, id) in ids.enumerated() {
      guard case .apply("sigmoid") = graph[id].operation else { continue }
      let argument = graph[id].arguments[0]
      if let other = ids.indices.first(where: { ids[$0] == argument && fits(position, $0) }) {
        return (position, other)
      }
    }
    return nil
  }

  /// `silu(argument)`.
  mutating func silu(_ argument: PhraseID) -> PhraseID {
    document.make(.call("silu", [argument], axis: nil), rank: document.facts(argument).rank)
  }

  /// A total over its size is a mean; takes both out of the factors.
  private mutating func takeMean(_ factors: inout [(NodeID, Double)]) -> PhraseID? {
    for (position, factor) in factors.enumerated() where factor.1 == 1 {
      guard case .contract(let spec) = graph[factor.0].operation, spec.output.isEmpty,
        graph[factor.0].arguments.count == 1, Set(spec.inputs[0]).count == spec.inputs[0].count
      else { continue }
      let count = spec.sizes.reduce(Size(1)) { $0 * $1 }
      guard
        let divisor = factors.firstIndex(where: {
          if case .size(count) = graph[$0.0].operation { return $0.1 == -1 }
          return false
        })
      else { continue }
      for index in [position, divisor].sorted(by: >) { factors.remove(at: index) }
      return document.make(.call("mean", [phrase(graph[factor.0].arguments[0])], axis: nil))
    }
    return nil
  }

  // MARK: Rows and columns beside matrices

  /// The phrase of an element-wise operand: a vector repeated along an axis is `row(v)` or `col(v)` where what
  /// stands beside it makes the whole a matrix.
  mutating func operand(_ id: NodeID, among peers: [NodeID]) -> PhraseID {
    guard let (name, vector) = repeated(id) else { return phrase(id) }
    let makesMatrix = peers.contains { peer in
      guard peer != id, graph[peer].rank == 2 else { return false }
      return repeated(peer).map { $0.name != name } ?? true
    }
    guard makesMatrix else { return phrase(id) }
    return document.make(.call(name, [phrase(vector)], axis: nil), rank: 2)
  }

  private func repeated(_ id: NodeID) -> (name: String, vector: NodeID)? {
    guard case .contract(let spec) = graph[id].operation, spec.inputs.count == 1, spec.inputs[0].count == 1,
      spec.output.count == 2, Set(spec.output).count == 2
    else { return nil }
    if spec.output[0] == spec.inputs[0][0] { return ("col", graph[id].arguments[0]) }
    if spec.output[1] == spec.inputs[0][0] { return ("row", graph[id].arguments[0]) }
    return nil
  }
}
