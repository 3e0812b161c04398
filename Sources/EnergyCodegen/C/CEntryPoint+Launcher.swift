import EnergyIR
import EnergyLowering

/// The function that a program calls.
extension CEntryPoint {
  func writeLauncher(_ code: inout CodeBuilder) {
    let outputs = targets.map { $0 == "partial" ? "gradient" : String($0.dropLast(4)) }
    let arguments = outputs.map { "\(real) *\($0)" }.joined(separator: ", ")
    code.line("/* \(commentText(summary)) */")
    code.open(
      "EE_FUNCTION int \(name)_\(header.suffix)(const \(real) *x, int64_t n, \(arguments)\(header.parameters.parameter))"
    )
    if entry.what == .energyScore {
      for (missing, other) in [("score", EmissionRequest.What.energy), ("energy", .score)]
      where request.entryPoints.contains(where: { $0.what == other }) {
        code.line(
          "if (!\(missing)) return \(header.prefix)_\(other.rawValue)_\(header.suffix)(x, n, \(other.rawValue)\(header.parameters.argument));"
        )
      }
    }
    let pointers = (["x"] + outputs + (header.parameters.isEmpty ? [] : ["p"])).map { "!\($0)" }
    code.line("if (n < 0 || (n > 0 && (\(pointers.joined(separator: " || "))))) return EE_INVALID_VALUE;")
    let isSum = entry.what == .gradient
    let total = roles.outputs.reduce(0) { $0 + layout.count($1.buffer) }
    if isSum { code.line("if (gradient) for (int e = 0; e < \(total); e++) gradient[e] = 0;") }
    code.line("if (n == 0) return EE_SUCCESS;")
    code.line("int status = EE_SUCCESS;")
    var held: [String] = []
    func allocate(_ variable: String, _ type: String, _ call: String) {
      code.line("\(type) *\(variable) = (\(type) *)\(call);")
      let frees = held.map { "free(\($0)); " }.joined()
      code.line(
        "if (!\(variable)) \(frees.isEmpty ? "" : "{ \(frees)")return EE_OUT_OF_MEMORY;\(frees.isEmpty ? "" : " }")")
      held.append(variable)
    }
    if storage.areUniformsOnHeap { allocate("u", "\(name)_uniforms", "malloc(sizeof(\(name)_uniforms))") }
    if storage.isBlockOnHeap {
      // Vectors want more than malloc's alignment.
      allocate("scratch", "\(name)_scratch", "aligned_alloc(64, sizeof(\(name)_scratch))")
    }
    if isSum { allocate("partial", real, "malloc(\(max(1, total))*sizeof(\(real)))") }
    let uniforms = storage.areUniformsOnHeap ? "u" : "&u"
    if !roles.uniforms.isEmpty {
      if !storage.areUniformsOnHeap { code.line("\(name)_uniforms u;") }
      code.line("\(name)_prepare(\(uniforms)\(header.parameters.argument), &status);")
    }
    if isSum {
      code.line("/* Blocks of 1024 rows are added up in order, each from partial sums of its rows in order. */")
      code.open("for (int64_t first = 0; first < n; first += 1024)")
      code.line("const int64_t end = n - first < 1024 ? n : first + 1024;")
      code.line("for (int e = 0; e < \(total); e++) partial[e] = 0;")
    }
    code.open("for (int64_t row = \(isSum ? "first" : "0"); row < \(isSum ? "end" : "n"); row += \(dialect.lanes))")
    let last = isSum ? "end" : "n"
    code.line("const int count = \(last) - row < \(dialect.lanes) ? (int)(\(last) - row) : \(dialect.lanes);")
    let places = zip(targets, outputs).map { target, output in
      target == "partial"
        ? "partial" : "\(output) + row" + (output == "score" && request.width > 1 ? "*\(request.width)" : "")
    }
    code.line(
      "\(name)_block(x + row\(request.width > 1 ? "*\(request.width)" : ""), count, \(places.joined(separator: ", "))\(header.parameters.argument)"
        + "\(roles.uniforms.isEmpty ? "" : ", \(uniforms)")\(storage.isBlockOnHeap ? ", scratch" : ""), &status);")
    code.close()
    if isSum {
      code.line("for (int e = 0; e < \(total); e++) gradient[e] += partial[e];")
      code.close()
    }
    for variable in held.reversed() { code.line("free(\(variable));") }
    code.line("return status;")
    code.close()
    code.line()
  }

  private var summary: String {
    switch entry.what {
    case .energy: return "The energies of n rows, (n)."
    case .score: return "The scores of n rows, (n, \(request.width))."
    case .energyScore: return "Energies (n) and scores (n, \(request.width)) of n rows; either may be NULL."
    case .laplacian: return "The traces of the Hessians of n rows, (n)."
    case .gradient:
      let parts = entry.outputs.map(\.target).joined(separator: ", ")
      return "The gradient of the sum of the energies of n rows, one behind the other: \(parts)."
    }
  }
}
