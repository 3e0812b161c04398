import EnergyIR
import EnergySemantics
import EnergyText

extension Session {
  /// How the arguments of an energy lie in an array.
  struct BatchLayout {
    var rows: Int
    var width: Int
    var arguments: [(symbol: Symbol.ID, offset: Int)]
    var facts: [SizeTable.Fact]
  }

  /// Fits an array to the arguments. Rank decides between one sample and a batch; a table of text, and an array of two
  /// axes for several arguments or one of higher rank, holds packed samples in its rows.
  func layout(
    _ energy: Program.Energy, _ samples: [Program.Sample], name: String, shape: [Int], isTable: Bool
  ) throws -> BatchLayout {
    guard let sample = samples.first else {
      throw Diagnostic(.error, .option, "\(energy.displayName) has no sample argument")
    }
    let rank = graph[sample.symbol].shape.count
    if samples.count > 1 {
      guard shape.count == 2 || shape.count == 1 else { throw misfit(energy, samples, name, shape) }
      return try packed(energy, samples, name, shape.count == 2 ? shape : [1] + shape)
    }
    if isTable {
      // A column of numbers is a batch of numbers, a table a batch of vectors, else packed.
      if rank == 0 { return try packed(energy, samples, name, shape) }
      return rank == 1 ? try plain(energy, samples, name, shape) : try packed(energy, samples, name, shape)
    }
    if shape.count == rank + 1 { return try plain(energy, samples, name, shape) }
    if shape.count == rank {
      if rank == 2, try !fits(sample, shape) { return try packed(energy, samples, name, shape) }
      return try plain(energy, samples, name, [1] + shape)
    }
    if shape.count == 2 { return try packed(energy, samples, name, shape) }
    throw misfit(energy, samples, name, shape)
  }

  private func plain(
    _ energy: Program.Energy, _ samples: [Program.Sample], _ name: String, _ shape: [Int]
  ) throws -> BatchLayout {
    let sample = samples[0]
    let sizes = graph[sample.symbol].shape
    let facts = sizes.enumerated().map { axis, size in
      SizeTable.Fact(
        size: size, value: shape[axis + 1],
        reason: "\(sample.name) (\(name), \(shape.count == 2 ? "columns" : "axis \(axis + 2)"))", span: nil)
    }
    var known = try knownSizes(energy)
    for (size, fact) in zip(sizes, facts) {
      if let value = size.value(known.values), value != fact.value { throw misfit(energy, samples, name, shape) }
      known.add(size, is: fact.value, because: fact.reason)
      try solve(&known, else: misfit(energy, samples, name, shape))
    }
    return BatchLayout(
      rows: shape[0], width: shape.dropFirst().reduce(1, *), arguments: [(sample.symbol, 0)], facts: facts)
  }

  private func packed(
    _ energy: Program.Energy, _ samples: [Program.Sample], _ name: String, _ shape: [Int]
  ) throws -> BatchLayout {
    var total = Size(0)
    for sample in samples { total = total + graph[sample.symbol].shape.reduce(Size(1)) { $0 * $1 } }
    let fact = SizeTable.Fact(size: total, value: shape[1], reason: "\(name), columns", span: nil)
    var known = try knownSizes(energy)
    known.add(total, is: shape[1], because: fact.reason)
    try solve(&known, else: misfit(energy, samples, name, shape))
    var offset = 0
    var arguments: [(symbol: Symbol.ID, offset: Int)] = []
    for sample in samples {
      guard let lengths = known.lengths(graph[sample.symbol].shape) else {
        if shape[1] > 0, total.dimensions.count == 1, known.values[total.dimensions.first ?? Dimension("")] == nil {
          throw misfit(energy, samples, name, shape)
        }
        throw unknownSize(sample, known)
      }
      arguments.append((sample.symbol, offset))
      offset += lengths.reduce(1, *)
    }
    guard offset == shape[1] else { throw misfit(energy, samples, name, shape) }
    return BatchLayout(rows: shape[0], width: shape[1], arguments: arguments, facts: [fact])
  }

  /// Draws conclusions about sizes; a contradiction becomes a hint of `misfit`.
  private func solve(_ sizes: inout SizeTable, else misfit: @autoclosure () -> Diagnostic) throws {
    do {
      try sizes.solve()
    } catch {
      var diagnostic = misfit()
      if !error.message.hasPrefix("sizes disagree") { diagnostic.hints.append(.init(error.message)) }
      throw diagnostic
    }
  }

  private func fits(_ sample: Program.Sample, _ shape: [Int]) throws -> Bool {
    var known = SizeTable()
    known.add(graph[sample.symbol].shape, are: shape, because: { _ in "" })
    return (try? known.solve()) != nil
  }

  /// What is known of sizes before samples are read.
  func knownSizes(_ energy: Program.Energy) throws -> SizeTable {
    var sizes = SizeTable()
    addFacts(to: &sizes)
    for sample in energy.samples {
      for dimension in graph[sample.symbol].shape.flatMap({ $0.dimensions }) where dimension.scope != 0 {
        if let value = options.dims[dimension.name], sizes.values[dimension] == nil {
          sizes.add(Size(dimension), is: value, because: "--dim \(dimension.name)=\(value)")
        }
      }
    }
    try sizes.solve()
    return sizes
  }

  /// Sizes for random samples where nothing says which: the least that a signature allows, from 2 on.
  func defaultSizes(_ energy: Program.Energy, _ sizes: SizeTable) -> [(Dimension, Int)] {
    var result: [(Dimension, Int)] = []
    for sample in energy.samples {
      for dimension in graph[sample.symbol].shape.flatMap({ $0.dimensions.sorted() })
      where dimension.scope != 0 && sizes.values[dimension] == nil && !result.contains(where: { $0.0 == dimension }) {
        result.append((dimension, 2))
      }
    }
    return result
  }

  /// The error for a size of an argument that nothing determines.
  func unknownSize(_ sample: Program.Sample, _ sizes: SizeTable) -> Diagnostic {
    let open = graph[sample.symbol].shape.flatMap { $0.dimensions.sorted() }.filter { sizes.values[$0] == nil }
    let name = open.first?.name ?? ""
    return Diagnostic(
      .error, .size, "the size \(name) of \(sample.name) : \(sample.type) can't be inferred",
      hints: [.init("set it: --dim \(name)=8, or give values or data that fix it")])
  }

  /// The error for samples that don't fit the arguments.
  private func misfit(
    _ energy: Program.Energy, _ samples: [Program.Sample], _ name: String, _ shape: [Int]
  ) -> Diagnostic {
    let known = (try? knownSizes(energy)) ?? SizeTable()
    var wanted: [String] = []
    var total: Int? = 0
    for sample in samples {
      let sizes = graph[sample.symbol].shape
      wanted.append("\(sample.name) : \(sample.type)")
      total = known.lengths(sizes).flatMap { lengths in total.map { $0 + lengths.reduce(1, *) } }
    }
    var hints: [Diagnostic.Hint] = []
    if samples.count == 1 {
      let axes = graph[samples[0].symbol].shape.map { known.text($0) }
      hints.append(
        .init("a batch has the shape (" + (["N"] + axes).joined(separator: ", ") + (axes.isEmpty ? ",)" : ")")))
    }
    if let total, samples.count > 1 || graph[samples[0].symbol].shape.count > 1 {
      hints.append(.init("packed in rows: (N, \(total))"))
    }
    for fact in known.facts where samples.contains(where: { usesSize($0, fact.size) }) {
      hints.append(.init("\(fact.size) = \(fact.value) from \(fact.reason)"))
    }
    return Diagnostic(
      .error, .shape, "\(name) is \(Self.shapeText(shape)); that doesn't fit \(wanted.joined(separator: ", "))",
      at: energy.span.end > energy.span.start ? energy.span : nil, hints: hints)
  }

  private func usesSize(_ sample: Program.Sample, _ size: Size) -> Bool {
    graph[sample.symbol].shape.contains { !$0.dimensions.isDisjoint(with: size.dimensions) }
  }
}
