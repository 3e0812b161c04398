import EnergyCPU
import EnergyIR
import EnergyLowering
import EnergySemantics
import EnergyText
import EnergyTransforms

/// What to compute for every sample.
public enum BatchOutput: Hashable, Sendable {
  /// The energy: one number a row.
  case energy
  /// The score, the arguments' parts packed in order.
  case score
  /// The trace of the Hessian: one number a row.
  case laplacian
  /// The Hessian times the row's direction, as the score is laid out.
  case hessianProduct
  /// The gradient by a parameter, of its shape.
  case gradient(Symbol.ID)
}

/// An energy with samples and values, ready to run: sizes bound, program lowered, prologue done.
public final class Evaluation {
  /// Elements a row of an output has.
  struct Part {
    let buffer: BufferID
    let offset: Int
  }

  /// The energy.
  public let energy: Program.Energy
  /// What is computed.
  public let outputs: [BatchOutput]
  /// Rows that will be evaluated.
  public var rowCount: Int { batch.rows.count }
  /// The type of the results.
  public var precision: Precision { batch.precision }
  /// Values of the sizes by name.
  public let sizes: [String: Int]
  /// Notes about the input.
  public var remarks: [Diagnostic] { batch.remarks }
  /// The time that reading the input took.
  public let readTime: Duration
  private(set) var batch: Batch
  let environment: Environment
  let program: LoopProgram
  let graph: Graph
  private let bound: BoundEvaluator
  private let isCancelled: (@Sendable () -> Bool)?
  private let parts: [BatchOutput: [Part]]

  /// The shape of an output, rows first.
  public func shape(of output: BatchOutput) -> [Int] {
    switch output {
    case .energy, .laplacian: return [rowCount]
    case .gradient(let symbol): return [rowCount] + (environment.sizes.lengths(graph[symbol].shape) ?? [])
    case .score, .hessianProduct:
      if energy.samples.count == 1 {
        return [rowCount] + (environment.sizes.lengths(graph[energy.samples[0].symbol].shape) ?? [])
      }
      return [rowCount, batch.width]
    }
  }

  /// Elements in one row of an output.
  func width(of output: BatchOutput) -> Int { shape(of: output).dropFirst().reduce(1, *) }

  init(
    _ session: Session, _ energy: Program.Energy, _ batch: Batch, _ outputs: [BatchOutput], readTime: Duration
  ) throws {
    self.readTime = readTime
    self.energy = energy
    self.outputs = outputs
    self.batch = batch
    graph = session.graph
    isCancelled = session.options.isCancelled
    let graph = session.graph
    var transforms = Transforms(graph)
    var nodes: [(String, NodeID)] = []
    var names: [BatchOutput: [String]] = [:]
    for output in outputs {
      switch output {
      case .energy: nodes.append(("energy", transforms.prepare(energy.node)))
      case .laplacian:
        // Of several arguments the traces add up.
        let terms = energy.samples.map { transforms.laplacian(of: energy.node, by: graph.symbol($0.symbol)) }
        nodes.append(("laplacian", graph.sum(terms.map { (1, $0) })))
      case .gradient(let symbol):
        let root = session.inlined(energy.node)
        nodes.append(("gradient \(symbol.index)", transforms.gradient(of: root, by: graph.symbol(symbol))))
      case .hessianProduct:
        let products = transforms.hessianVectorProducts(
          of: energy.node, by: energy.samples.map { graph.symbol($0.symbol) }, times: batch.directions.map(graph.symbol)
        )
        names[.hessianProduct] = products.indices.map { "product\($0 + 1)" }
        nodes += products.enumerated().map { ("product\($0.offset + 1)", $0.element) }
        continue
      case .score:
        for (index, sample) in energy.samples.enumerated() {
          let name = energy.samples.count == 1 ? "score" : "score\(index + 1)"
          nodes.append((name, transforms.score(of: energy.node, by: graph.symbol(sample.symbol))))
          names[.score, default: []].append(name)
        }
        continue
      }
      names[output] = [nodes[nodes.count - 1].0]
    }
    let environment = try session.environment(
      for: nodes.map(\.1) + energy.samples.map { graph.symbol($0.symbol) }, facts: batch.facts,
      input: batch.description)
    self.environment = environment
    sizes = Dictionary(
      environment.sizes.values.map { ($0.key.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    for sample in energy.samples where environment.sizes.lengths(graph[sample.symbol].shape) == nil {
      throw session.unknownSize(sample, environment.sizes)
    }
    program = try lowered(graph, nodes, sizes: environment.sizes.values)
    do {
      let evaluator = try TileEvaluator(
        program, dimensions: environment.sizes.values, precision: batch.precision,
        options: TileOptions(threads: session.options.threads, memoryLimit: session.options.memoryLimit))
      bound = try evaluator.bind(
        UniformEvaluation.uniforms(program, environment.values), isCancelled: session.options.isCancelled)
      var parts: [BatchOutput: [Part]] = [:]
      for (output, names) in names {
        var offset = 0
        for name in names {
          guard let found = program.outputs.first(where: { $0.name == name }) else { continue }
          parts[output, default: []].append(Part(buffer: found.buffer, offset: offset))
          offset += evaluator.count(found.buffer)
        }
      }
      self.parts = parts
    } catch {
      throw error.diagnostic(program, firstRow: nil)
    }
  }

  /// Evaluates rows into memory.
  /// - Parameters:
  ///   - rows: rows of the batch, counted from 0 within those in use; all of them by default.
  ///   - targets: where the rows of each output go, one after the other.
  ///   - isCancelled: asked now and then, by default what the session's options say; where it says yes the run ends
  ///     with `E-interrupted`.
  ///   - progress: told now and then how many of the rows are done.
  public func run(
    rows: Range<Int>? = nil, into targets: [BatchOutput: UnsafeMutableRawPointer],
    isCancelled: (@Sendable () -> Bool)? = nil, progress: ProgressHandler? = nil
  ) throws {
    let rows = rows ?? 0..<rowCount
    guard !rows.isEmpty else { return }
    let size = precision.size
    let first = batch.rows.lowerBound + rows.lowerBound
    var results: [ResultTarget] = []
    for (output, base) in targets {
      let width = width(of: output)
      for part in parts[output] ?? [] {
        results.append(ResultTarget(part.buffer, base + part.offset * size, rowStride: width))
      }
    }
    do {
      try batch.withAddresses { addresses in
        var samples: [SampleSource] = []
        for (column, address) in zip(batch.columns, addresses) {
          guard let address else { continue }
          for argument in column.arguments {
            for input in program.inputs where input.symbol == argument.symbol {
              let start = address + (first * column.stride + argument.offset) * size
              samples.append(SampleSource(input.buffer, start, rowStride: column.stride))
            }
          }
        }
        try bound.run(
          samples: samples, rows: rows.count, results: results, isCancelled: isCancelled ?? self.isCancelled,
          progress: progress?.counting(.evaluating, of: rows.count))
      }
    } catch let error as EvaluationError {
      throw error.diagnostic(program, firstRow: first + 1)
    }
  }

  /// The outputs at other samples: packed, in double precision.
  public func values(
    at points: [Double], count: Int, isCancelled: (@Sendable () -> Bool)? = nil, progress: ProgressHandler? = nil
  ) throws -> [[Double]] {
    precondition(precision == .f64, "points are given in double precision")
    batch = batch.replaced(by: points, count: count)
    return try values(outputs, rows: 0..<count, isCancelled: isCancelled, progress: progress)
  }

  /// The rows of outputs as doubles, row after row; for outputs that fit into memory with ease.
  /// - Parameters:
  ///   - outputs: which of those that this evaluation computes.
  ///   - rows: rows of the batch, counted from 0 within those in use.
  /// - Returns: an array for each output, in order.
  public func values(
    _ outputs: [BatchOutput], rows: Range<Int>, isCancelled: (@Sendable () -> Bool)? = nil,
    progress: ProgressHandler? = nil
  ) throws -> [[Double]] {
    let counts = outputs.map { rows.count * width(of: $0) }
    let memory = counts.map { UnsafeMutableRawPointer.allocate(byteCount: max(8, 8 * $0), alignment: 64) }
    defer { memory.forEach { $0.deallocate() } }
    try run(
      rows: rows, into: Dictionary(uniqueKeysWithValues: zip(outputs, memory)), isCancelled: isCancelled,
      progress: progress)
    return zip(memory, counts).map { base, count in
      switch precision {
      case .f64: Array(UnsafeBufferPointer(start: base.assumingMemoryBound(to: Double.self), count: count))
      case .f32: UnsafeBufferPointer(start: base.assumingMemoryBound(to: Float.self), count: count).map(Double.init)
      }
    }
  }
}

extension Session {
  /// Makes an energy ready for samples.
  /// - Parameters:
  ///   - rows: which rows, from 1, both ends included; all by default.
  ///   - directions: a row for each sample, for `hessianProduct`.
  public func evaluation(
    of energy: Program.Energy, on source: BatchSource, rows: ClosedRange<Int>? = nil, outputs: [BatchOutput],
    directions: BatchSource? = nil
  ) throws -> Evaluation {
    let clock = ContinuousClock()
    let start = clock.now
    var batch = try batch(source, for: energy, rows: rows)
    if let directions { try add(directions, to: &batch, for: energy, rows: rows) }
    batch.prefault()
    let readTime = start.duration(to: clock.now)
    return try Evaluation(self, energy, batch, outputs, readTime: readTime)
  }
}

extension Session {
  /// The same energy in double precision, for any points.
  func doubleEvaluation(like evaluation: Evaluation, _ outputs: [BatchOutput]) throws -> Evaluation {
    var offset = 0
    var arguments: [(symbol: Symbol.ID, offset: Int)] = []
    for sample in evaluation.energy.samples {
      arguments.append((sample.symbol, offset))
      offset += (evaluation.environment.sizes.lengths(graph[sample.symbol].shape) ?? []).reduce(1, *)
    }
    let column = Batch.Column(numbers: .doubles([]), arguments: arguments, stride: offset, name: "")
    let batch = Batch(
      columns: [column], rows: 0..<0, precision: .f64, facts: evaluation.batch.facts,
      description: evaluation.batch.description, remarks: [], width: offset)
    return try Evaluation(self, evaluation.energy, batch, outputs, readTime: .zero)
  }
}
