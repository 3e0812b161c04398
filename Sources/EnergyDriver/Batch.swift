import EnergyCPU
import EnergyData
import EnergyIR
import EnergySemantics
import EnergyText

/// Where samples come from.
public enum BatchSource: Sendable {
  /// A file for all sample arguments, packed in order, or one for each by name. `-` is standard input.
  case files([(name: String?, path: String)])
  /// Standard normal numbers by `Philox`.
  case random(count: Int, seed: UInt64)
  /// Numbers in memory under a shape, for all arguments together.
  case values([Double], shape: [Int])
}

/// Samples bound to the arguments of an energy.
struct Batch {
  /// One array with one or several arguments in it.
  struct Column {
    let numbers: Numbers
    /// The arguments with their offset in a row, in elements.
    let arguments: [(symbol: Symbol.ID, offset: Int)]
    /// Elements from one row to the next.
    let stride: Int
    let name: String
  }

  /// Memory of samples.
  enum Numbers {
    case file(ArrayFile)
    case doubles([Double])
    case floats([Float])

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      switch self {
      case .file(let file): try file.withUnsafeBytes(body)
      case .doubles(let values): try values.withUnsafeBytes(body)
      case .floats(let values): try values.withUnsafeBytes(body)
      }
    }
  }

  var columns: [Column]
  /// The rows in use: an offset and a count.
  let rows: Range<Int>
  let precision: Precision
  /// What the samples say about sizes.
  let facts: [SizeTable.Fact]
  /// `x.npy is (1000, 8)`, for messages.
  let description: String
  let remarks: [Diagnostic]
  /// Elements of one sample, all arguments together.
  let width: Int
  /// The symbols of a direction for each argument, where there are directions; their columns stand behind the others.
  var directions: [Symbol.ID] = []

  /// Calls `body` with the address of row 0 of the whole array of each column.
  func withAddresses<Result>(
    _ body: ([UnsafeRawPointer?]) throws -> Result, from index: Int = 0, _ found: [UnsafeRawPointer?] = []
  ) throws -> Result {
    guard index < columns.count else { return try body(found) }
    return try columns[index].numbers.withUnsafeBytes {
      try withAddresses(body, from: index + 1, found + [$0.baseAddress])
    }
  }

  /// The same layout with other numbers: packed, in double precision.
  func replaced(by points: [Double], count: Int) -> Batch {
    let column = Column(numbers: .doubles(points), arguments: columns[0].arguments, stride: width, name: "")
    return Batch(
      columns: [column], rows: 0..<count, precision: .f64, facts: facts, description: description, remarks: [],
      width: width)
  }

  /// Reads what is only mapped so far, so that the evaluation meets no page faults.
  func prefault() {
    for case .file(let file) in columns.map(\.numbers) { file.prefault() }
  }

  /// One row in double precision, by argument.
  func sample(_ row: Int, sizes: SizeTable, _ graph: Graph) throws -> [Symbol.ID: [Double]] {
    try withAddresses { addresses in
      var values: [Symbol.ID: [Double]] = [:]
      for (column, address) in zip(columns, addresses) {
        for argument in column.arguments {
          let count = (sizes.lengths(graph[argument.symbol].shape) ?? []).reduce(1, *)
          guard let address else {
            values[argument.symbol] = []
            continue
          }
          let start = row * column.stride + argument.offset
          values[argument.symbol] =
            precision == .f64
            ? (0..<count).map { address.load(fromByteOffset: 8 * (start + $0), as: Double.self) }
            : (0..<count).map { Double(address.load(fromByteOffset: 4 * (start + $0), as: Float.self)) }
        }
      }
      return values
    }
  }
}

extension Session {
  /// Reads samples and fits them to the arguments of an energy.
  /// - Parameter rows: which rows, from 1, both ends included.
  /// - Parameter precision: that of the evaluation; by default as the options or the files say.
  func batch(
    _ source: BatchSource, for energy: Program.Energy, rows: ClosedRange<Int>?, precision: Precision? = nil
  ) throws -> Batch {
    switch source {
    case .files(let inputs):
      var arrays: [(name: String?, array: ArrayFile)] = []
      for input in inputs { arrays.append((input.name, try files.array(at: input.path))) }
      return try batch(arrays, for: energy, rows: rows, precision: precision ?? options.precision)
    case .random(let count, let seed):
      var sizes = try knownSizes(energy)
      for (dimension, value) in defaultSizes(energy, sizes) {
        sizes.add(Size(dimension), is: value, because: "the samples' default")
      }
      try sizes.solve()
      var width = 0
      var arguments: [(symbol: Symbol.ID, offset: Int)] = []
      for sample in energy.samples {
        guard let lengths = sizes.lengths(graph[sample.symbol].shape) else { throw unknownSize(sample, sizes) }
        arguments.append((sample.symbol, width))
        width += lengths.reduce(1, *)
      }
      let (total, overflow) = count.multipliedReportingOverflow(by: width)
      guard count > 0, !overflow, total <= options.memoryLimit / 8 else {
        throw Diagnostic(.error, .option, "\(count) samples of \(width) numbers can't be drawn")
      }
      let numbers = intoDomain(Philox(seed: seed).normals(total), energy.samples, sizes, width: width)
      // Sizes of the file are known without the samples; those of the energy's own arguments aren't.
      let facts = sizes.facts.filter { fact in fact.size.dimensions.contains { $0.scope != 0 } }
      let column = Batch.Column(
        numbers: options.precision == .f32 ? .floats(numbers.map(Float.init)) : .doubles(numbers), arguments: arguments,
        stride: width, name: "")
      return Batch(
        columns: [column], rows: try range(rows, count), precision: options.precision ?? .f64, facts: facts,
        description: "\(count) samples, seed \(seed)", remarks: [], width: width)
    case .values(let values, let shape):
      let layout = try layout(energy, energy.samples, name: "the array", shape: shape, isTable: false)
      let column = Batch.Column(
        numbers: options.precision == .f32 ? .floats(values.map(Float.init)) : .doubles(values),
        arguments: layout.arguments, stride: layout.width, name: "the array")
      return Batch(
        columns: [column], rows: try range(rows, layout.rows), precision: options.precision ?? .f64,
        facts: layout.facts, description: "\(layout.rows) rows", remarks: [], width: layout.width)
    }
  }

  private func batch(
    _ arrays: [(name: String?, array: ArrayFile)], for energy: Program.Energy, rows: ClosedRange<Int>?,
    precision: Precision?
  ) throws -> Batch {
    guard let first = arrays.first else {
      throw Diagnostic(.error, .option, "no samples are given", hints: [.init("--input FILE.npy or FILE.csv")])
    }
    let isSingle = arrays.allSatisfy { $0.array.dtype == .f32 }
    let precision = precision ?? (isSingle ? .f32 : .f64)
    if first.name == nil {
      guard arrays.count == 1 else {
        throw Diagnostic(
          .error, .option, "several inputs need the names of their arguments",
          hints: [.init(energy.samples.map { "--input \($0.name)=FILE" }.joined(separator: " "))])
      }
      let array = first.array
      let layout = try layout(energy, energy.samples, name: array.name, shape: array.shape, isTable: array.isTable)
      let column = Batch.Column(
        numbers: Self.converted(array, precision), arguments: layout.arguments, stride: layout.width, name: array.name)
      return Batch(
        columns: [column], rows: try range(rows, layout.rows), precision: precision, facts: layout.facts,
        description: "\(array.name) is \(Self.shapeText(array.shape))", remarks: array.remarks, width: layout.width)
    }
    return try namedBatch(arrays, for: energy, precision: precision, rows: rows)
  }

  private func namedBatch(
    _ arrays: [(name: String?, array: ArrayFile)], for energy: Program.Energy, precision: Precision,
    rows: ClosedRange<Int>?
  ) throws -> Batch {
    var columns: [Batch.Column] = []
    var facts: [SizeTable.Fact] = []
    var count: (rows: Int, name: String)?
    var width = 0
    for (name, array) in arrays where !energy.samples.contains(where: { $0.name == name }) {
      let names = energy.samples.map(\.name).joined(separator: ", ")
      throw Diagnostic(
        .error, .option, "\(array.name): \(energy.displayName) has no argument '\(name ?? "")'",
        hints: [.init("its arguments: \(names)")])
    }
    for sample in energy.samples {
      guard let array = arrays.last(where: { $0.name == sample.name })?.array else {
        throw Diagnostic(
          .error, .option, "there is no input for the argument \(sample.name) : \(sample.type)",
          hints: [.init("--input \(sample.name)=FILE")])
      }
      let layout = try layout(energy, [sample], name: array.name, shape: array.shape, isTable: array.isTable)
      if let count, count.rows != layout.rows {
        throw Diagnostic(
          .error, .shape,
          "the inputs have different numbers of rows: \(count.rows) in \(count.name), "
            + "\(layout.rows) in \(array.name)")
      }
      count = (layout.rows, array.name)
      facts += layout.facts
      width += layout.width
      columns.append(
        Batch.Column(
          numbers: Self.converted(array, precision), arguments: layout.arguments, stride: layout.width, name: array.name
        ))
    }
    let description = arrays.map { "\($0.array.name) is \(Self.shapeText($0.array.shape))" }.joined(separator: ", ")
    return Batch(
      columns: columns, rows: try range(rows, count?.rows ?? 0), precision: precision, facts: facts,
      description: description, remarks: arrays.flatMap(\.array.remarks), width: width)
  }

  /// An array in the precision of the evaluation; as it lies in the file where it has that already.
  private static func converted(_ array: ArrayFile, _ precision: Precision) -> Batch.Numbers {
    switch (precision, array.dtype) {
    case (.f64, .f64), (.f32, .f32): .file(array)
    case (.f64, _): .doubles(array.doubles())
    case (.f32, _): .floats(array.doubles().map(Float.init))
    }
  }

  private func range(_ rows: ClosedRange<Int>?, _ count: Int) throws -> Range<Int> {
    guard let rows else { return 0..<count }
    guard rows.lowerBound >= 1, rows.upperBound <= count else {
      throw Diagnostic(
        .error, .option, "rows \(rows.lowerBound)..\(rows.upperBound) were asked for; there are \(count)",
        hints: [.init("rows count from 1: --rows 1..\(count)")])
    }
    return rows.lowerBound - 1..<rows.upperBound
  }

  /// `(1000, 8)`.
  static func shapeText(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}

extension ArrayFile {
  /// Whether the file is a table of text, which always has two axes.
  var isTable: Bool {
    if case .csv = source { return true }
    return false
  }
}
