extension PhraseWriter {
  /// One factor of a contraction: what it is called and the labels of its axes.
  struct Factor {
    var phrase: PhraseID
    var labels: [Int]
    var isSymmetric = false
  }

  /// A contraction as matrices and vectors side by side; `einsum` where there is no such notation.
  mutating func contraction(_ spec: Contraction, _ node: Node) -> PhraseID {
    var pairs = Array(zip(node.arguments, spec.inputs))
    var factors: [Factor] = []
    while let (position, other) = activation(pairs.map(\.0), where: { pairs[$0].1 == pairs[$1].1 }) {
      factors.append(Factor(phrase: silu(phrase(pairs[other].0)), labels: pairs[other].1))
      for index in [position, other].sorted(by: >) { pairs.remove(at: index) }
    }
    factors += pairs.map { id, labels in
      Factor(phrase: phrase(id), labels: labels, isSymmetric: graph[id].isSymmetric)
    }
    if let phrase = matrixNotation(factors, output: spec.output, sizes: spec.sizes) { return phrase }
    return einsum(factors, spec)
  }

  private mutating func matrixNotation(_ factors: [Factor], output: [Int], sizes: [Size]) -> PhraseID? {
    if output.count == 2, output[0] == output[1] {
      return embedded(factors, label: output[0], sizes: sizes)
    }
    guard Set(output).count == output.count else { return nil }
    var plain: [Factor] = []
    for factor in factors {
      guard let simple = diagonalTaken(factor, in: factors, output: output) else { return nil }
      plain.append(simple)
    }
    var parts: [Factor] = []
    for group in groups(plain, summed: { !output.contains($0) }) {
      guard let part = component(group, output: output) else { return nil }
      parts.append(part)
    }
    return assembled(parts, output: output, sizes: sizes)
  }

  /// `diag(v)`, `s*eye(n)`.
  private mutating func embedded(_ factors: [Factor], label: Int, sizes: [Size]) -> PhraseID? {
    if factors.allSatisfy(\.labels.isEmpty) {
      let identity = document.make(.call("eye", [size(sizes[label], isTight: false)], axis: nil), rank: 2)
      return product(scalars(factors.map(\.phrase)) + [identity], rank: 2)
    }
    guard let inner = matrixNotation(factors, output: [label], sizes: sizes) else { return nil }
    return document.make(.call("diag", [inner], axis: nil), rank: 2)
  }

  /// A factor with one label twice: its diagonal, or its trace.
  private mutating func diagonalTaken(_ factor: Factor, in all: [Factor], output: [Int]) -> Factor? {
    guard Set(factor.labels).count != factor.labels.count else { return factor }
    guard factor.labels.count == 2 else { return nil }
    let label = factor.labels[0]
    let uses = all.filter { $0.labels.contains(label) }.count
    if uses == 1, !output.contains(label) {
      return Factor(phrase: document.make(.call("trace", [factor.phrase], axis: nil)), labels: [])
    }
    return Factor(phrase: document.make(.call("diag", [factor.phrase], axis: nil), rank: 1), labels: [label])
  }

  /// Factors that summed labels tie together.
  private func groups(_ factors: [Factor], summed: (Int) -> Bool) -> [[Factor]] {
    var result: [(labels: Set<Int>, factors: [Factor])] = []
    for factor in factors {
      var labels = Set(factor.labels.filter(summed))
      var members = [factor]
      result.removeAll { group in
        guard !group.labels.isDisjoint(with: labels) else { return false }
        labels.formUnion(group.labels)
        members = group.factors + members
        return true
      }
      result.append((labels, members))
    }
    return result.map(\.factors)
  }

  /// One group as a tensor over the output labels that it carries.
  private mutating func component(_ factors: [Factor], output: [Int]) -> Factor? {
    let used = Set(factors.flatMap(\.labels))
    let open = output.filter(used.contains)
    if factors.count == 1, factors[0].labels.count == open.count { return factors[0] }
    if let sum = sumOfProduct(factors, open) { return Factor(phrase: sum, labels: open) }
    let combined = merge(axesSummed(factors, open))
    if combined.count < factors.count, let sum = sumOfProduct(combined, open) {
      return Factor(phrase: sum, labels: open)
    }
    let merged = scaledAxes(combined, open)
    if let chain = chain(merged, open) { return Factor(phrase: chain, labels: open) }
    return nil
  }

  /// An axis that one matrix alone has is summed there.
  private mutating func axesSummed(_ factors: [Factor], _ open: [Int]) -> [Factor] {
    var uses: [Int: Int] = [:]
    for label in factors.flatMap(\.labels) + open { uses[label, default: 0] += 1 }
    var result = factors
    for (position, factor) in factors.enumerated() where factor.labels.count == 2 {
      guard let axis = factor.labels.firstIndex(where: { uses[$0] == 1 }) else { continue }
      let sum = document.make(.call("sum", [factor.phrase], axis: axis + 1), rank: 1)
      result[position] = Factor(phrase: sum, labels: [factor.labels[1 - axis]])
    }
    return result
  }

  /// Factors over the same axes: `u^T v`, `sumsq(v)`, `sum(A*B, axis = 2)`.
  private mutating func sumOfProduct(_ factors: [Factor], _ open: [Int]) -> PhraseID? {
    let labels = factors[0].labels
    guard factors.allSatisfy({ $0.labels == labels }) else { return nil }
    let rank = labels.count
    let first = factors[0].phrase
    let isSquare = factors.count == 2 && factors[1].phrase == first
    if open.isEmpty {
      if isSquare { return document.make(.call("sumsq", [first], axis: nil)) }
      if rank == 1, factors.count == 2 { return dot(first, factors[1].phrase) }
      if rank == 1, let weighted = weighted(factors.map(\.phrase)) { return weighted }
      return document.make(.call("sum", [elementwise(factors.map(\.phrase), rank: rank)], axis: nil))
    }
    guard open.count == rank - 1, let axis = labels.firstIndex(where: { !open.contains($0) }),
      open == labels.filter({ $0 != labels[axis] }), rank == 2 || factors.count == 1
    else { return nil }
    let body = elementwise(factors.map(\.phrase), rank: rank)
    return document.make(.call("sum", [body], axis: axis + 1), rank: rank - 1)
  }

  private mutating func dot(_ a: PhraseID, _ b: PhraseID) -> PhraseID {
    let pair = ordered([a, b])
    // The sample's side goes last, as in `w^T x`.
    return document.make(.run([transposed(pair[0]), pair[1]]))
  }

  /// `w^T (u*v)` where one factor is a parameter's and the others the sample's.
  private mutating func weighted(_ factors: [PhraseID]) -> PhraseID? {
    let fixed = factors.filter { !document.facts($0).isVarying }
    guard fixed.count == 1, factors.count > 2 else { return nil }
    let rest = elementwise(factors.filter { $0 != fixed[0] }, rank: 1)
    return document.make(.run([transposed(fixed[0]), rest]))
  }

  private mutating func transposed(_ id: PhraseID) -> PhraseID {
    if case .transposed(let inner) = document[id] { return inner }
    return document.make(.transposed(id), rank: document.facts(id).rank)
  }

  /// A product of factors over the same axes, equal ones as a power.
  private mutating func elementwise(_ factors: [PhraseID], rank: Int) -> PhraseID {
    var counts: [PhraseID: Int] = [:]
    for factor in factors { counts[factor, default: 0] += 1 }
    var powers: [PhraseID] = []
    for factor in ordered(factors) {
      guard let count = counts.removeValue(forKey: factor) else { continue }
      powers.append(power(factor, Double(count)))
    }
    return product(powers, rank: rank)
  }

  /// Factors over the same axes as one: `u*v` for vectors, `A*B^T` for matrices.
  private mutating func merge(_ factors: [Factor]) -> [Factor] {
    guard factors.count > 2 else { return factors }
    var result: [Factor] = []
    for factor in factors {
      guard let same = result.firstIndex(where: { Set($0.labels) == Set(factor.labels) }) else {
        result.append(factor)
        continue
      }
      let other = factor.labels == result[same].labels ? factor.phrase : turned(factor)
      let both = elementwise([result[same].phrase, other], rank: factor.labels.count)
      let isSymmetric = result[same].isSymmetric && factor.isSymmetric
      result[same] = Factor(phrase: both, labels: result[same].labels, isSymmetric: isSymmetric)
    }
    return result
  }

  private mutating func turned(_ factor: Factor) -> PhraseID {
    factor.isSymmetric ? factor.phrase : transposed(factor.phrase)
  }

  /// A vector along an axis that two matrices share is a diagonal matrix between them.
  private mutating func scaledAxes(_ factors: [Factor], _ open: [Int]) -> [Factor] {
    var result = factors
    var fresh = (factors.flatMap(\.labels).max() ?? 0) + 1
    for position in result.indices where result[position].labels.count == 1 {
      let label = result[position].labels[0]
      let others = result.indices.filter { $0 != position && result[$0].labels.contains(label) }
      guard others.count + (open.contains(label) ? 1 : 0) == 2, let last = others.last else { continue }
      let diagonal = document.make(.call("diag", [result[position].phrase], axis: nil), rank: 2)
      result[position] = Factor(phrase: diagonal, labels: [label, fresh], isSymmetric: true)
      result[last].labels = result[last].labels.map { $0 == label ? fresh : $0 }
      fresh += 1
    }
    return result
  }

  /// Matrices in a row, maybe with vectors at the ends: `u^T A v`, `A B v`, `A B`, `trace(A B)`.
  private mutating func chain(_ factors: [Factor], _ open: [Int]) -> PhraseID? {
    var uses: [Int: Int] = [:]
    for label in factors.flatMap(\.labels) + open { uses[label, default: 0] += 1 }
    guard uses.values.allSatisfy({ $0 == 2 }), factors.allSatisfy({ (1...2).contains($0.labels.count) }) else {
      return nil
    }
    let vectors = factors.indices.filter { factors[$0].labels.count == 1 }
    switch (open.count, vectors.count) {
    case (0, 2):
      let candidates = [walk(factors, from: vectors[0]), walk(factors, from: vectors[1])].compactMap(\.self)
      return candidates.min { chainKey($0) < chainKey($1) }
    case (0, 0):
      guard let around = walk(factors, from: 0) else { return nil }
      return document.make(.call("trace", [around], axis: nil))
    case (1, 1), (2, 0):
      guard let start = factors.firstIndex(where: { $0.labels.contains(open[0]) }) else { return nil }
      return walk(factors, from: start, entering: open[0], rank: open.count)
    default: return nil
    }
  }

  /// Fewer transposes first, then the parameters' side first.
  private func chainKey(_ id: PhraseID) -> (Int, Int, String) {
    guard case .run(let factors) = document[id] else { return (0, 0, "") }
    let turned = factors.filter { if case .transposed = document[$0] { true } else { false } }.count
    let first = factors.first.map { document.facts($0).isVarying } ?? false
    return (turned, first ? 1 : 0, document.facts(id).opening)
  }

  private mutating func walk(_ factors: [Factor], from start: Int, entering: Int? = nil, rank: Int = 0) -> PhraseID? {
    var pending = Set(factors.indices)
    var result: [PhraseID] = []
    var position = start
    var label = entering ?? factors[start].labels[0]
    while pending.remove(position) != nil {
      let factor = factors[position]
      if factor.labels.count == 1 {
        let isFirst = result.isEmpty && factors.count > 1 && entering == nil
        result.append(isFirst ? transposed(factor.phrase) : factor.phrase)
        if !isFirst { break }
      } else {
        let isForward = factor.labels[0] == label
        result.append(isForward ? factor.phrase : turned(factor))
        label = isForward ? factor.labels[1] : factor.labels[0]
      }
      guard let next = pending.first(where: { factors[$0].labels.contains(label) }) else { break }
      position = next
    }
    guard pending.isEmpty else { return nil }
    return result.count == 1 ? result[0] : document.make(.run(result), rank: rank)
  }

  /// The groups multiplied entry by entry along the output's axes.
  private mutating func assembled(_ parts: [Factor], output: [Int], sizes: [Size]) -> PhraseID? {
    let free = parts.filter(\.labels.isEmpty).map(\.phrase)
    let bound = parts.filter { !$0.labels.isEmpty }
    let shape = output.map { sizes[$0] }
    if bound.isEmpty {
      if !shape.isEmpty, free.count == 1, document[free[0]] == .number(0) { return filled(0, shape) }
      return product(scalars(free) + (shape.isEmpty ? [] : [filled(1, shape)]), rank: shape.count)
    }
    switch output.count {
    case 1:
      return product(ordered(free + bound.map(\.phrase)), rank: 1)
    case 2:
      return product(scalars(free) + [matrix(bound, output, shape)], rank: 2)
    default:
      guard bound.count == 1, bound[0].labels == output else { return nil }
      return product(scalars(free) + [bound[0].phrase], rank: output.count)
    }
  }

  /// Scalars in order without the factor 1.
  private func scalars(_ phrases: [PhraseID]) -> [PhraseID] {
    ordered(phrases.filter { document[$0] != .number(1) })
  }

  /// Vectors along either axis and matrices, multiplied: `u v^T` where there is nothing else, else
  /// `col(u)*row(v)*A`.
  private mutating func matrix(_ parts: [Factor], _ output: [Int], _ shape: [Size]) -> PhraseID {
    let columns = parts.filter { $0.labels == [output[0]] }.map(\.phrase)
    let rows = parts.filter { $0.labels == [output[1]] }.map(\.phrase)
    let whole = parts.filter { $0.labels.count == 2 }.map { $0.labels == output ? $0.phrase : turned($0) }
    if whole.isEmpty {
      let left = columns.isEmpty ? filled(1, [shape[0]]) : elementwise(columns, rank: 1)
      let right = rows.isEmpty ? filled(1, [shape[1]]) : elementwise(rows, rank: 1)
      return document.make(.run([left, transposed(right)]), rank: 2)
    }
    var factors = whole
    for column in columns { factors.append(document.make(.call("col", [column], axis: nil), rank: 2)) }
    for row in rows { factors.append(document.make(.call("row", [row], axis: nil), rank: 2)) }
    return elementwise(factors, rank: 2)
  }

  private mutating func einsum(_ factors: [Factor], _ spec: Contraction) -> PhraseID {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    let spell = { (labels: [Int]) in String(labels.map { letters[$0 % letters.count] }) }
    var factors = factors
    for label in spec.output where !factors.contains(where: { $0.labels.contains(label) }) {
      factors.append(Factor(phrase: filled(1, [spec.sizes[label]]), labels: [label]))
    }
    let text = factors.map { spell($0.labels) }.joined(separator: ",") + "->" + spell(spec.output)
    let pattern = document.make(.string(text))
    return document.make(.call("einsum", [pattern] + factors.map(\.phrase), axis: nil), rank: spec.output.count)
  }
}
