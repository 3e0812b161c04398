import EnergyCPU
import EnergyCodegen
import EnergyIR
import EnergyLowering
import EnergySemantics
import EnergyText
import EnergyTransforms

/// Where emitted source is to be used.
public enum EmissionTarget: String, CaseIterable, Sendable {
  /// A header for C and C++ on a processor.
  case c
  /// Kernels and launchers for a GPU, with a header in C.
  case cuda
  /// A document with the formulas.
  case latex
}

/// What to write and how.
public struct EmissionOptions: Sendable {
  /// The functions; all of them by default.
  public var what = EmissionRequest.What.allCases
  /// Whether parameters with values become constants.
  public var isBaked = false
  /// The name that functions and files begin with; the energy's by default.
  public var name: String?

  /// The defaults.
  public init() {}
}

extension Session {
  /// The files of an artefact.
  /// - Throws: `E-size` for a size that must be known, `E-unbound` for a parameter to be baked without a value, `E-limit`.
  public func emission(
    of energy: Program.Energy, for target: EmissionTarget, _ options: EmissionOptions = EmissionOptions()
  ) throws -> [EmittedFile] {
    switch target {
    case .latex: return [try latexDocument(of: energy, options)]
    case .c:
      let request = try emissionRequest(of: energy, options)
      do {
        return [try CHeader(request).file(), manifest(request, target)]
      } catch {
        throw error.diagnostic
      }
    case .cuda:
      let request = try emissionRequest(of: energy, options)
      let source = try cudaSource(request)
      return source.files() + [manifest(request, target, source.functions)]
    }
  }

  // MARK: The request

  /// The programs of an energy with everything that source needs to know.
  func emissionRequest(of energy: Program.Energy, _ options: EmissionOptions) throws -> EmissionRequest {
    // A `let` that parameters change is computed by the functions; what only data say is a value.
    let root = inlined(energy.node, where: { dependsOnParameters($0) })
    let sizes = try emissionSizes(of: energy)
    let name = options.name ?? energy.displayName
    var transforms = Transforms(graph)
    var entries: [EmissionRequest.EntryPoint] = []
    for what in EmissionRequest.What.allCases where options.what.contains(what) {
      guard let entry = try entryPoint(what, root, energy, sizes, &transforms) else { continue }
      entries.append(entry)
    }
    let symbols = Set(entries.flatMap { $0.program.inputs.map(\.symbol) })
    let samples = try energy.samples.map { try field($0.symbol, nil, sizes) }
    let known = Set(energy.samples.map(\.symbol))
    if options.isBaked { try checkConstants(symbols.subtracting(known), sizes) }
    // Values may need sizes that only samples or options tell: `h : vector[q] = zeros(q)`.
    let facts = sizes.values.sorted { $0.key < $1.key }
      .map { SizeTable.Fact(size: Size($0.key), value: $0.value, reason: "--dim", span: nil) }
    let roots = symbols.subtracting(known).map { graph.symbol($0) }
    let values = try? environment(for: roots, facts: facts).values
    let parameters = try symbols.subtracting(known).sorted { $0.index < $1.index }
      .map { try field($0, values?[$0] ?? settings[$0]?.data, sizes) }
    if options.isBaked, let open = parameters.first(where: { $0.values == nil }) {
      throw Diagnostic(
        .error, .unbound, "\(open.name) : \(open.type) has no value to become a constant",
        hints: [.init("--set \(open.name)=…, or leave out --bake")])
    }
    return EmissionRequest(
      name: name, isSingle: self.options.precision == .f32, samples: samples, parameters: parameters,
      entryPoints: entries, dimensions: sizes.values,
      sizes: sizes.values.sorted { $0.key < $1.key }.map { ($0.key.name, $0.value) },
      formulas: [
        ("energy", formula(transforms.prepare(energy.node))),
        ("score", scoreText(energy, &transforms)),
      ], isBaked: options.isBaked, version: energyVersion)
  }

  /// The CUDA target's source for a request.
  /// - Throws: what can't be written, as a message.
  func cudaSource(_ request: EmissionRequest) throws -> CUDASource {
    do {
      return try CUDASource(request)
    } catch {
      throw error.diagnostic
    }
  }

  /// The most numbers that become constants of a source: a compiler takes a minute for them.
  static let constantLimit = 1 << 20

  /// Before the values are read: they may be larger than memory.
  private func checkConstants(_ symbols: Set<Symbol.ID>, _ sizes: SizeTable) throws {
    for symbol in symbols.sorted(by: { $0.index < $1.index }) {
      let field = try field(symbol, nil, sizes)
      if field.count > Self.constantLimit {
        throw Diagnostic(
          .error, .limit,
          "\(field.name) : \(field.type) has \(field.count) numbers, more than the \(Self.constantLimit) that become constants",
          hints: [.init("leave out --bake: the functions take it as a parameter")])
      }
    }
  }

  private func scoreText(_ energy: Program.Energy, _ transforms: inout Transforms) -> String {
    energy.samples.map { sample in
      let text = formula(transforms.score(of: energy.node, by: graph.symbol(sample.symbol)))
      return energy.samples.count == 1 ? text : "\(sample.name): \(text)"
    }.joined(separator: "\n")
  }

  private func entryPoint(
    _ what: EmissionRequest.What, _ root: NodeID, _ energy: Program.Energy, _ sizes: SizeTable,
    _ transforms: inout Transforms
  ) throws -> EmissionRequest.EntryPoint? {
    var nodes: [(String, NodeID)] = []
    var outputs: [EmissionRequest.Output] = []
    func add(_ target: String, _ node: NodeID) {
      let name = "\(target)\(nodes.count)"
      nodes.append((name, node))
      outputs.append(.init(name: name, target: target))
    }
    if what == .energy || what == .energyScore { add("energy", transforms.prepare(root)) }
    if what == .score || what == .energyScore {
      for sample in energy.samples { add("score", transforms.score(of: root, by: graph.symbol(sample.symbol))) }
    }
    if what == .laplacian {
      let terms = energy.samples.map { transforms.laplacian(of: root, by: graph.symbol($0.symbol)) }
      add("laplacian", graph.sum(terms.map { (1, $0) }))
    }
    if what == .gradient {
      let used = neededSymbols([root])
      for parameter in program.parameters where used.contains(parameter.symbol) {
        guard graph[parameter.symbol].type == .real else { continue }
        add(parameter.name, transforms.gradient(of: root, by: graph.symbol(parameter.symbol)))
      }
      if nodes.isEmpty { return nil }
    }
    return EmissionRequest.EntryPoint(
      what, try lowered(graph, nodes, sizes: sizes.values), outputs: outputs, lean: lean(nodes, sizes.values))
  }

  /// A lean program of named nodes, made where a target asks for it.
  private func lean(_ nodes: [(String, NodeID)], _ sizes: [Dimension: Int]) -> () -> LoopProgram? {
    let graph = graph
    return { try? lowered(graph, nodes, sizes: sizes, sharedFamilyLimit: EmissionRequest.leanLimit) }
  }

  /// Sizes as far as the program, its values and the options say; those of the samples must be known.
  private func emissionSizes(of energy: Program.Energy) throws -> SizeTable {
    var sizes = SizeTable()
    addFacts(to: &sizes)
    let open = Set(energy.samples.flatMap { graph[$0.symbol].shape.flatMap(\.dimensions) })
    for dimension in open.sorted() where dimension.scope != 0 {
      if let value = options.dims[dimension.name] { sizes.add(Size(dimension), is: value, because: "--dim") }
    }
    try sizes.solve()
    for sample in energy.samples where sizes.lengths(graph[sample.symbol].shape) == nil {
      throw unknownSize(sample, sizes)
    }
    return sizes
  }

  private func field(_ symbol: Symbol.ID, _ data: TensorData?, _ sizes: SizeTable) throws -> EmissionRequest.Field {
    let known = graph[symbol]
    guard let extents = sizes.lengths(known.shape) else {
      let open = known.shape.flatMap(\.dimensions).first { sizes.values[$0] == nil }?.name ?? "n"
      throw Diagnostic(
        .error, .size, "the size \(open) of \(known.name) must be known to write source",
        hints: [.init("--dim \(open)=8, or a value for \(known.name)")])
    }
    let type = Self.type(
      Printer.type(of: known), Dictionary(sizes.values.map { ($0.key.name, $0.value) }) { a, _ in a })
    return EmissionRequest.Field(
      name: graph.plainName(of: symbol), symbol: symbol, type: type, extents: extents, values: data?.values)
  }

  private func dependsOnParameters(_ node: NodeID) -> Bool {
    neededSymbols([node]).contains { graph[$0].role == .parameter }
  }

  // MARK: Formulas alone

  /// A document with the energy and its score.
  private func latexDocument(of energy: Program.Energy, _ options: EmissionOptions) throws -> EmittedFile {
    var transforms = Transforms(graph)
    let printer = Printer(graph, style: .latex)
    var lines: [String] = []
    func add(_ head: String, _ node: NodeID) {
      let parts = printer.formula(node)
      lines.append("  \(head) &= \(parts.body)")
      for definition in parts.definitions { lines.append("  \(definition.name) &= \(definition.body)") }
    }
    add("E", transforms.prepare(energy.node))
    for sample in energy.samples {
      let index = energy.samples.count == 1 ? "" : "_{\(printer.name(of: sample.symbol))}"
      add("-\\nabla\(index) E", transforms.score(of: energy.node, by: graph.symbol(sample.symbol)))
    }
    let text = """
      \\documentclass{article}
      \\usepackage{amsmath,amssymb}
      \\begin{document}
      \\begin{align*}
      \(lines.joined(separator: " \\\\\n"))
      \\end{align*}
      \\end{document}

      """
    return EmittedFile(name: SourceNames.mangled(options.name ?? energy.displayName) + ".tex", text: text)
  }
}

extension Session {
  /// A node with those top-level `let`s written out that a condition holds for.
  func inlined(_ root: NodeID, where isWanted: (NodeID) -> Bool) -> NodeID {
    var result = root
    for definition in program.definitions.reversed() where isWanted(definition.node) {
      result = graph.substitute(result, nodes: [graph.symbol(definition.symbol): definition.node])
    }
    return result
  }
}

extension EmissionError {
  /// The error in the user's terms.
  var diagnostic: Diagnostic {
    switch self {
    case .unknownSize(let size):
      Diagnostic(
        .error, .size, "the size \(size) must be known to write source", hints: [.init("--dim \(size)=8")])
    case .size(let size, let value):
      Diagnostic(.error, .size, "the size \(size) = \(value) can't be written")
    case .tooLarge(let bytes, let limit):
      Diagnostic(
        .error, .limit, "the buffers of one block of rows take \(bytes) bytes, more than \(limit)",
        hints: [.init("smaller sizes, or fewer functions: --what energy,score")])
    }
  }
}
