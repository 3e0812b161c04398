@testable import EnergyCodegen

/// The source between an artefact and the runner of Tests/Emulation: its functions behind one signature.
struct ArtefactGlue {
  let request: EmissionRequest
  let target: ArtefactBatch.Target

  private var prefix: String { SourceNames.mangled(request.name) }
  private var real: String { request.isSingle ? "float" : "double" }
  private var suffix: String { request.isSingle ? "f32" : "f64" }

  private var parameters: ParameterStruct {
    ParameterStruct(request, Dialect(target: target == .c ? .c : .cuda, isSingle: request.isSingle))
  }

  /// `call_NAME` and `artefact_NAME`.
  var text: String {
    let fields = parameters.isEmpty ? [] : parameters.fields
    var lines = ["static int call_\(prefix)(int what, const ee_arguments *a) {"]
    if !parameters.isEmpty {
      lines += ["  \(parameters.typeName) p;", "  if (a->parameters) {"]
      for (index, field) in fields.enumerated() {
        let isPointer = parameters.isByPointer && !field.field.extents.isEmpty
        lines.append(
          isPointer
            ? "    p.\(field.name) = (const \(real) *)a->parameters[\(index)];"
            : "    memcpy(&p.\(field.name), a->parameters[\(index)], \(field.field.count)*sizeof(\(real)));")
      }
      lines.append("  }")
    }
    lines.append("  switch (what) {")
    for entry in request.entryPoints {
      var arguments = ["(const \(real) *)a->x", "a->n", "(\(real) *)a->first"]
      if entry.what == .energyScore { arguments.append("(\(real) *)a->second") }
      if !parameters.isEmpty { arguments.append("a->parameters ? &p : NULL") }
      if workspaces[entry.what] != nil { arguments.append("a->workspace") }
      if target == .cuda { arguments.append("NULL") }
      let name = "EE_" + entry.what.rawValue.uppercased()
      lines.append(
        "  case \(name): return \(prefix)_\(entry.what.rawValue)_\(suffix)(\(arguments.joined(separator: ", ")));")
    }
    lines += ["  }", "  return -1;", "}"]
    let sizes = fields.map { "\($0.field.count)" }.joined(separator: ", ")
    lines.append("static const int64_t sizes_\(prefix)[] = {\(sizes.isEmpty ? "0" : sizes)};")
    lines.append("static int64_t workspace_\(prefix)(int what, int64_t n) {")
    for (what, function) in workspaces.sorted(by: { $0.value < $1.value }) {
      lines.append("  if (what == EE_\(what.rawValue.uppercased())) return (int64_t)\(function)(n);")
    }
    lines += ["  (void)what, (void)n;", "  return 0;", "}"]
    lines.append(
      "static const ee_artefact artefact_\(prefix) = {\"\(prefix)\", sizeof(\(real)), \(request.width), "
        + "\(request.gradientCount), \(fields.count), sizes_\(prefix), call_\(prefix), workspace_\(prefix)};")
    return lines.joined(separator: "\n") + "\n"
  }

  /// The functions that tell how much workspace others want.
  private var workspaces: [EmissionRequest.What: String] {
    guard target == .cuda, let source = try? CUDASource(request) else { return [:] }
    return source.functions.reduce(into: [:]) { $0[$1.what] = $1.workspace }
  }

  /// The values that a job hands over, in the struct's order.
  var values: [Double] {
    parameters.fields.flatMap { field in
      field.field.values ?? [Double](repeating: .nan, count: field.field.count)
    }
  }
}

extension EmissionRequest {
  /// Entries of the packed gradient.
  var gradientCount: Int {
    guard let entry = entryPoints.first(where: { $0.what == .gradient }) else { return 0 }
    let layout = try? ProgramLayout(entry.program, dimensions: dimensions)
    return entry.outputs.reduce(0) { sum, output in
      sum + (entry.program.outputs.first { $0.name == output.name }.flatMap { layout?.count($0.buffer) } ?? 0)
    }
  }
}
