import EnergyCPU
import EnergyIR
import EnergyLowering
import EnergySemantics
import EnergySyntax
import EnergyText

/// Computes nodes that depend on no sample: `let`s, values to print, values set from outside.
struct UniformEvaluation {
  let graph: Graph
  let memoryLimit: Int
  /// Asked now and then whether to stop.
  var isCancelled: (@Sendable () -> Bool)?

  /// The values of nodes, all symbols in them bound.
  func run(_ nodes: [NodeID], sizes: [Dimension: Int], values: [Symbol.ID: TensorData]) throws -> [TensorData] {
    let outputs = nodes.enumerated().map { ("value\($0.offset)", $0.element) }
    let program = try lowered(graph, outputs, sizes: sizes)
    let numbers: [[Double]]
    do {
      numbers = try numbersOf(program, sizes, Self.uniforms(program, values))
    } catch {
      throw error.diagnostic(program, firstRow: nil)
    }
    return zip(nodes, numbers).map { node, numbers in
      TensorData(
        shape: graph[node].shape.compactMap { $0.value(sizes) }, values: numbers, type: graph[node].type)
    }
  }

  private func numbersOf(
    _ program: LoopProgram, _ sizes: [Dimension: Int], _ uniforms: [BufferID: [Double]]
  ) throws(EvaluationError) -> [[Double]] {
    let evaluator = try TileEvaluator(program, dimensions: sizes, options: TileOptions(memoryLimit: memoryLimit))
    let bound = try evaluator.bind(uniforms, isCancelled: isCancelled)
    let counts = program.outputs.map { evaluator.count($0.buffer) }
    let memory = counts.map { UnsafeMutablePointer<Double>.allocate(capacity: max(1, $0)) }
    defer { memory.forEach { $0.deallocate() } }
    let targets = program.outputs.indices.map {
      ResultTarget(program.outputs[$0].buffer, memory[$0], rowStride: counts[$0])
    }
    try bound.run(samples: [], rows: 1, results: targets, isCancelled: isCancelled)
    return zip(memory, counts).map { Array(UnsafeBufferPointer(start: $0, count: $1)) }
  }

  /// The values that all samples share, by buffer.
  static func uniforms(_ program: LoopProgram, _ values: [Symbol.ID: TensorData]) -> [BufferID: [Double]] {
    var uniforms: [BufferID: [Double]] = [:]
    for input in program.inputs { uniforms[input.buffer] = values[input.symbol]?.values }
    return uniforms
  }
}

extension Session {
  /// Computes what depends on no sample.
  var uniformEvaluation: UniformEvaluation {
    UniformEvaluation(graph: graph, memoryLimit: options.memoryLimit, isCancelled: options.isCancelled)
  }
}

/// A loop program that computes named nodes.
func lowered(
  _ graph: Graph, _ outputs: [(String, NodeID)], sizes: [Dimension: Int], sharedFamilyLimit: Int = .max
) throws -> LoopProgram {
  if graph.isFull {
    throw Diagnostic(
      .error, .limit, "the formulas grow beyond \(graph.nodeLimit) graph nodes",
      hints: [.init("write repeated terms as a sum over an index: sum(i in 1..n: …)")])
  }
  return Lowering.lower(
    graph, outputs: outputs.map { (name: $0.0, node: $0.1) },
    options: LoweringOptions(dimensions: sizes, sharedFamilyLimit: sharedFamilyLimit))
}

extension EvaluationError {
  /// The error in the user's terms.
  /// - Parameter firstRow: the number (from 1) of the first row of the batch; `nil` where there is none.
  func diagnostic(_ program: LoopProgram, firstRow: Int?) -> Diagnostic {
    switch self {
    case .unboundSize(let size):
      return Diagnostic(
        .error, .size, "the size \(size) isn't known",
        hints: [.init("set it: --dim \(size)=8, or give data that fix it")])
    case .negativeExtent(let buffer):
      return Diagnostic(.error, .size, "\(buffer) would have a negative size")
    case .memory(let needed, let limit):
      return Diagnostic(
        .error, .memory, "this needs \(Self.bytes(needed)), more than the \(Self.bytes(limit)) it may take",
        hints: [.init("--max-memory, fewer --threads, or smaller sizes")])
    case .indexOutOfRange(_, let index, let extent, let row):
      let place = row.map { " in row \($0 + (firstRow ?? 1))" } ?? ""
      return Diagnostic(
        .error, .index,
        "index \(NumberStyle.short.text(index + 1))\(place) is out of range: there are \(extent) entries",
        hints: [.init("indices run from 1 to the size")])
    case .singularMatrix(let name):
      // What is computed on the way has a name of ours; what is given has the user's.
      let isGiven = program.inputs.contains { program.buffers[$0.buffer.index].name == name }
      let what = isGiven ? "a small multiple of eye(n) added to \(name)" : "adding a small multiple of eye(n) to it"
      return Diagnostic(
        .error, .singular, "a matrix that has to be inverted or factored is singular, or not positive definite",
        hints: [.init(what + " may help")])
    case .cancelled:
      return Diagnostic(.error, .interrupted, "interrupted; nothing was written")
    case .missingInput(let buffer), .wrongCount(let buffer, _, _):
      return Diagnostic(.error, .defect, "defect: \(buffer) was not bound as the program needs it")
    case .unknownFunction(let name):
      return Diagnostic(.error, .notBuilt, "\(name) can't be evaluated yet")
    case .malformed(let reason):
      return Diagnostic(.error, .defect, "defect: \(reason)")
    }
  }

  private static func bytes(_ count: Int) -> String {
    if count == .max { return "more memory than a computer can address" }
    let units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(count)
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return "\(NumberStyle.short.text((value * 10).rounded() / 10)) \(units[unit])"
  }
}
