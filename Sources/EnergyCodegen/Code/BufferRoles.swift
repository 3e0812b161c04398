import EnergyIR
import EnergyLowering

/// Which buffers of a program are what: every back end of this module declares them by it.
struct BufferRoles {
  /// The sample's arguments.
  private(set) var samples: [BufferID: EmissionRequest.Field] = [:]
  /// What the caller hands over once for all rows.
  private(set) var parameters: [BufferID: ParameterStruct.Field] = [:]
  /// What is computed once for all rows.
  private(set) var uniforms: [BufferID] = []
  /// The results in the order of the entry point.
  private(set) var outputs: [(target: String, buffer: BufferID)] = []
  /// What the results are called within a function.
  private(set) var outputNames: [BufferID: String] = [:]
  /// What is computed for a row, results among it.
  private(set) var locals: [BufferID] = []

  init(_ entry: EmissionRequest.EntryPoint, _ request: EmissionRequest, _ structure: ParameterStruct) {
    let program = entry.program
    for input in program.inputs {
      if let field = request.samples.first(where: { $0.symbol == input.symbol }) { samples[input.buffer] = field }
      if let field = structure.fields.first(where: { $0.field.symbol == input.symbol }) {
        parameters[input.buffer] = field
      }
    }
    for index in program.buffers.indices {
      let buffer = BufferID(index)
      if samples[buffer] != nil || parameters[buffer] != nil { continue }
      if program.buffers[index].isVarying { locals.append(buffer) } else { uniforms.append(buffer) }
    }
    outputs = entry.outputs.compactMap { output in
      program.outputs.first { $0.name == output.name }.map { (output.target, $0.buffer) }
    }
    let scores = outputs.filter { $0.target == "score" }.map(\.buffer)
    for (target, buffer) in outputs where outputNames[buffer] == nil {
      let sample = scores.count > 1 ? scores.firstIndex(of: buffer).map { request.samples[$0].name } : nil
      outputNames[buffer] = entry.what == .gradient ? "d_\(target)" : sample.map { "\(target)_\($0)" } ?? target
    }
  }

  /// The sample's arguments in the order of their buffers.
  var orderedSamples: [(buffer: BufferID, field: EmissionRequest.Field)] {
    samples.sorted { $0.key.index < $1.key.index }.map { ($0.key, $0.value) }
  }

  /// The parameters in the order of their buffers.
  var orderedParameters: [(buffer: BufferID, field: ParameterStruct.Field)] {
    parameters.sorted { $0.key.index < $1.key.index }.map { ($0.key, $0.value) }
  }
}
