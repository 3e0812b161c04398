import EnergyBuiltins
import EnergyCPU
import EnergyIR
import EnergyLowering
import EnergySemantics
import EnergyText
import EnergyTransforms
import Foundation

@testable import EnergyDriver

/// A program from its text with values for everything but the samples: what the tests of the pipeline evaluate.
struct Model {
  let session: Session
  let energy: Program.Energy
  let sizes: [EnergyIR.Dimension: Int]
  let values: [Symbol.ID: [Double]]
  var graph: Graph { session.graph }
  var samples: [NodeID] { energy.samples.map { graph.symbol($0.symbol) } }

  struct Unsound: Error { let messages: [String] }

  init(
    _ text: String, energy name: String? = nil, folder: String = ".", dims: [String: Int] = [:],
    sampleSizes: [String: Int] = [:]
  ) throws {
    var options = SessionOptions()
    options.dims = dims
    let session = Session(
      SourceFile(name: "model.energy", text: text), folder: folder, options: options, files: DiskFiles())
    if session.hasErrors { throw Unsound(messages: session.diagnostics.map(\.message)) }
    try self.init(session, session.energy(named: name), sampleSizes: sampleSizes)
  }

  init(_ session: Session, _ energy: Program.Energy, sampleSizes: [String: Int] = [:]) throws {
    self.session = session
    self.energy = energy
    let graph = session.graph
    let environment = try session.environment(
      for: [energy.node] + energy.samples.map { graph.symbol($0.symbol) })
    // Sizes that only a batch would tell are four where the test doesn't say.
    var sizes = environment.sizes.values
    for sample in energy.samples {
      for dimension in graph[sample.symbol].shape.flatMap(\.dimensions) where sizes[dimension] == nil {
        sizes[dimension] = sampleSizes[dimension.name] ?? 4
      }
    }
    self.sizes = sizes
    values = environment.values.mapValues(\.values)
  }

  private init(_ other: Model, _ values: [Symbol.ID: [Double]]) {
    session = other.session
    energy = other.energy
    sizes = other.sizes
    self.values = values
  }

  /// The same model with other values.
  func with(_ values: [Symbol.ID: [Double]]) -> Model { Model(self, values) }

  /// A file of the examples.
  static func example(_ file: String, energy name: String? = nil) throws -> Model {
    let path = root.appendingPathComponent("examples/\(file)")
    return try Model(
      String(contentsOf: path, encoding: .utf8), energy: name, folder: root.appendingPathComponent("examples").path)
  }

  /// The folder of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Whether all sizes of the samples are known and none is negative.
  var hasSizes: Bool {
    samples.allSatisfy { graph.shape($0).allSatisfy { ($0.value(sizes) ?? -1) >= 0 } }
  }

  /// How many numbers one sample has.
  var width: Int { counts(of: samples).reduce(0, +) }

  private func counts(of nodes: [NodeID]) -> [Int] {
    nodes.map { graph.shape($0).reduce(1) { $0 * ($1.value(sizes) ?? 0) } }
  }

  private func inputs(at point: [Double]) -> [Symbol.ID: [Double]] {
    var inputs = values
    var start = 0
    for (sample, count) in zip(energy.samples, counts(of: samples)) {
      inputs[sample.symbol] = Array(point[start..<(start + count)])
      start += count
    }
    return inputs
  }

  /// A node at one packed sample, evaluated straight from the graph.
  func evaluate(_ node: NodeID, at point: [Double]) throws -> [Double] {
    try GraphInterpreter(graph, dimensions: sizes, inputs: inputs(at: point)).evaluate(node)
  }

  /// A node at one packed sample, evaluated through its loop program.
  func evaluateLowered(_ nodes: [NodeID], at point: [Double]) throws -> [[Double]] {
    let program = Lowering.lower(
      graph, outputs: nodes.enumerated().map { ("output\($0.offset)", $0.element) },
      options: LoweringOptions(dimensions: sizes))
    let results = try ReferenceInterpreter(program, dimensions: sizes).run(inputs(at: point))
    return nodes.indices.map { results["output\($0)"] ?? [] }
  }

  /// Nodes at packed samples, evaluated in tiles: for each node the values of all samples, one after the other.
  func evaluateTiles(
    _ nodes: [NodeID], at points: [[Double]], precision: Precision = .f64
  ) throws -> [[Double]] {
    precision == .f64
      ? try evaluateTiles(nodes, at: points, of: Double.self)
      : try evaluateTiles(nodes, at: points, of: Float.self).map { $0.map(Double.init) }
  }

  private func evaluateTiles<Number: BinaryFloatingPoint>(
    _ nodes: [NodeID], at points: [[Double]], of type: Number.Type
  ) throws -> [[Number]] {
    let program = Lowering.lower(
      graph, outputs: nodes.enumerated().map { ("output\($0.offset)", $0.element) },
      options: LoweringOptions(dimensions: sizes))
    let evaluator = try TileEvaluator(
      program, dimensions: sizes, precision: MemoryLayout<Number>.size == 4 ? .f32 : .f64)
    var uniforms: [BufferID: [Double]] = [:]
    for input in program.inputs { uniforms[input.buffer] = values[input.symbol] }
    let bound = try evaluator.bind(uniforms)
    let packed = points.flatMap { $0.map { Number($0) } }
    let sizesOfOutputs = program.outputs.map { evaluator.count($0.buffer) }
    let memory = sizesOfOutputs.map { UnsafeMutablePointer<Number>.allocate(capacity: max(1, $0 * points.count)) }
    defer { memory.forEach { $0.deallocate() } }
    try packed.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var sources: [SampleSource] = []
      var start = 0
      for (sample, count) in zip(energy.samples, counts(of: samples)) {
        for input in program.inputs where input.symbol == sample.symbol {
          sources.append(SampleSource(input.buffer, UnsafeRawPointer(base + start), rowStride: width))
        }
        start += count
      }
      let targets = program.outputs.indices.map {
        ResultTarget(program.outputs[$0].buffer, memory[$0], rowStride: sizesOfOutputs[$0])
      }
      try bound.run(samples: sources, rows: points.count, results: targets)
    }
    return zip(memory, sizesOfOutputs).map { Array(UnsafeBufferPointer(start: $0, count: $1 * points.count)) }
  }

  /// The energy and the gradients by all samples, in their final form.
  func derived(_ root: NodeID? = nil) -> (energy: NodeID, gradients: [NodeID]) {
    var transforms = Transforms(graph)
    let root = root ?? energy.node
    return (transforms.prepare(root), samples.map { transforms.gradient(of: root, by: $0) })
  }

  /// ½·|∇E|², whose gradient takes second derivatives of everything.
  var halfSquaredScore: NodeID {
    graph.scale(
      0.5, graph.sum(derived().gradients.map { (1, graph.rank($0) == 0 ? graph.power($0, 2) : graph.dot($0, $0)) }))
  }
}

extension Graph {
  func rank(_ id: NodeID) -> Int { shape(id).count }
}

/// Points from a fixed stream, the same in every run.
func points(_ count: Int, width: Int, seed: UInt64 = 7, scale: Double = 1) -> [[Double]] {
  var generator = SplitMix(state: seed)
  return (0..<count).map { _ in (0..<width).map { _ in scale * generator.normal() } }
}

/// A small generator for tests (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func normal() -> Double {
    let u = Double.random(in: 0x1p-53..<1, using: &self)
    let v = Double.random(in: 0..<1, using: &self)
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }
}
