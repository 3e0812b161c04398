import EnergyIR
import EnergySemantics
import EnergyText

extension Session {
  /// The random value of a parameter: numbers from the stream of its name.
  ///
  /// The key of `Philox` is the seed, and the upper half of its counter a hash of the name: other parameters neither
  /// share these numbers nor move them.
  func drawn(
    _ random: Program.RandomValues, _ parameter: Program.Parameter, _ sizes: SizeTable
  ) throws -> TensorData {
    let symbol = graph[parameter.symbol]
    guard let lengths = sizes.lengths(symbol.shape) else {
      let open = symbol.shape.flatMap { $0.dimensions.sorted() }.first { sizes.values[$0] == nil }?.name ?? "n"
      throw Diagnostic(
        .error, .size, "random numbers for \(parameter.name) : \(parameter.type) need the size \(open)",
        at: parameter.span, hints: [.init("set it: --dim \(open)=8, or give values or data that fix it")])
    }
    var count = 1
    for length in lengths {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, product <= options.memoryLimit / 8 else {
        throw Diagnostic(
          .error, .memory, "\(parameter.name) would have more entries than fit into the memory it may take",
          at: parameter.span, hints: [.init("--max-memory, or smaller sizes")])
      }
      count = product
    }
    let generator = Philox(seed: random.seed, stream: Self.stream(parameter.name))
    var values: [Double]
    switch random.distribution {
    case .uniform(let inputs):
      let bound = random.scale / Double(max(1, inputs.value(sizes.values) ?? 1)).squareRoot()
      values = generator.uniforms(count).map { bound * (2 * $0 - 1) }
    case .normal(let structure):
      values = generator.normals(count).map { random.scale * $0 }
      if structure != .full, lengths.count == 2 { values = Self.shaped(values, lengths[1], structure) }
    }
    return TensorData(shape: lengths, values: values)
  }

  /// The number of a name's stream: the hash FNV-1a in 64 bits (Fowler, Noll and Vo; RFC 9923, section 2) of its bytes.
  static func stream(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// A square matrix in which only the places of a structure count.
  private static func shaped(
    _ values: [Double], _ n: Int, _ structure: Program.RandomValues.Structure
  ) -> [Double] {
    values.indices.map { position in
      let (row, column) = (position / n, position % n)
      switch structure {
      case .full: return values[position]
      case .symmetric: return values[max(row, column) * n + min(row, column)]
      case .diagonal: return row == column ? values[position] : 0
      case .lower: return row >= column ? values[position] : 0
      }
    }
  }
}
