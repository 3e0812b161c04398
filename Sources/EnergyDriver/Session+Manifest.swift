import EnergyCodegen

extension Session {
  /// A description of an artefact for programs; `kernels` tells how the functions of the CUDA target run.
  func manifest(
    _ request: EmissionRequest, _ target: EmissionTarget, _ kernels: [CUDASource.Function] = []
  ) -> EmittedFile {
    func tensor(_ field: EmissionRequest.Field) -> JSON {
      .object([
        ("name", .string(field.name)), ("type", .string(field.type)),
        ("shape", .array(field.extents.map(JSON.integer))),
      ])
    }
    let prefix = SourceNames.mangled(request.name)
    let dtype = request.isSingle ? "f32" : "f64"
    let functions = request.entryPoints.map { entry in
      let kernel = kernels.first { $0.what == entry.what }
      return JSON.object(
        [
          ("name", .string("\(prefix)_\(entry.what.rawValue)_\(dtype)")), ("what", .string(entry.what.rawValue)),
          ("outputs", .array(entry.outputs.map { .string($0.target) })),
        ] + (kernel.map(description) ?? []))
    }
    let document = JSON.object([
      ("name", .string(request.name)), ("target", .string(target.rawValue)), ("abi", .integer(1)),
      ("generator", .string("energy \(request.version)")), ("dtype", .string(dtype)), ("dim", .integer(request.width)),
      ("sizes", .object(request.sizes.map { ($0.name, .integer($0.value)) })),
      ("formulas", .object(request.formulas.map { ($0.what, .string($0.text)) })),
      ("samples", .array(request.samples.map(tensor))), ("baked", .bool(request.isBaked)),
      ("parameters", .array(request.parameters.map(tensor))), ("functions", .array(functions)),
    ])
    return EmittedFile(name: "\(prefix).json", text: document.text + "\n")
  }

  private func description(_ function: CUDASource.Function) -> [(String, JSON)] {
    let strategy = function.strategy
    return [
      ("kernels", .array(function.kernels.map(JSON.string))), ("strategy", .string(strategy.kind.rawValue)),
      ("reason", .string(strategy.reason)), ("threads", .integer(strategy.threads)),
      ("samples_per_block", .integer(strategy.samples)), ("shared_bytes", .integer(strategy.sharedBytes)),
      ("alignment", .integer(strategy.isVectorised ? 16 : 0)),
      ("workspace", function.workspace.map(JSON.string) ?? .null),
    ]
  }
}
