import EnergyIR

/// Turns tensors of the graph into a loop program.
///
/// Every tensor is written as a scalar term at indices; sums become statements that accumulate; statements over
/// the same range share their loops, and each value is computed in the outermost loop that binds its variables.
public enum Lowering {
  /// The program that computes `outputs` for one sample.
  ///
  /// Each output is a closed node (no free variables); its buffer has the node's shape and the given name, and is
  /// varying whether or not the node depends on a sample. Symbols of role `sample` become varying inputs, all
  /// others uniform ones; only symbols that occur are inputs.
  public static func lower(
    _ graph: Graph, outputs: [(name: String, node: NodeID)], options: LoweringOptions = LoweringOptions()
  ) -> LoopProgram {
    let structure = MatrixStructure(graph: graph)
    let outputs = outputs.map { (name: $0.name, node: structure.specialised($0.node)) }
    let terms = ScalarTerms()
    let scalariser = Scalariser(graph: graph, terms: terms, options: options, outputs: outputs.map(\.node))
    var definitions: [ArrayID: DefinitionBody] = [:]
    let expander = Expander(scalariser: scalariser)
    var targets: [ArrayID] = []
    for (name, node) in outputs {
      precondition(graph[node].free.isEmpty, "an output is a closed term")
      let array = terms.addArray(
        ArrayInfo(
          name: name, shape: graph.shape(node), type: graph[node].type, isVarying: true, free: [], kind: .output))
      targets.append(array)
      definitions[array] = expander.expand(array, scalariser.request(node, [], [:]))
    }
    let complete = { (definitions: inout [ArrayID: DefinitionBody]) in
      while let definition = scalariser.pending.popLast() {
        definitions[definition.array] = expander.expand(definition.array, definition.request)
      }
    }
    complete(&definitions)
    let materialiser = Materialiser(terms: terms, options: options, definitions: definitions, complete: complete)
    let stages = materialiser.run(targets)
    return write(terms, options, scalariser, materialiser.definitions, stages, targets)
  }

  private static func write(
    _ terms: ScalarTerms, _ options: LoweringOptions, _ scalariser: Scalariser,
    _ definitions: [ArrayID: DefinitionBody],
    _ prologue: [ArrayID], _ targets: [ArrayID]
  ) -> LoopProgram {
    var empty = LoopProgram()
    empty.indexNames = scalariser.graph.indexNames
    let first = Emitter(
      terms: terms, options: options, program: empty, definitions: definitions, buffers: [:], isBody: false)
    for (symbol, array) in scalariser.inputs {
      first.program.inputs.append(.init(symbol: symbol, buffer: first.buffer(of: array)))
    }
    let isOutput = Set(targets)
    for array in targets {
      first.program.outputs.append(.init(name: terms[array].name, buffer: first.buffer(of: array)))
    }
    first.program.prologue = first.emit(prologue.filter { !isOutput.contains($0) }, done: [])
    let second = Emitter(
      terms: terms, options: options, program: first.program, definitions: definitions, buffers: first.buffers,
      isBody: true)
    second.program.body = second.emit(targets, done: Set(prologue))
    return second.program.withoutUnusedBuffers()
  }
}
