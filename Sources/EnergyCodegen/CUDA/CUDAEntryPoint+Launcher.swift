import EnergyIR
import EnergyLowering

/// The function that a program calls.
extension CUDAEntryPoint {
  private var outputs: [String] { results }

  /// What stands in the header.
  var declaration: String {
    let targets = outputs.map { "\(real) *\($0)" }
    let arguments =
      ["const \(real) *x", "int64_t n"] + targets + (parameters.isEmpty ? [] : ["const \(parameters.typeName) *p"])
      + (needsWorkspace ? ["void *workspace"] : []) + ["cudaStream_t stream"]
    return CodeBuilder.wrapped("int \(launcher)", arguments)
  }

  var workspaceDeclaration: String { "size_t \(workspaceFunction)(int64_t n)" }

  /// A call as in a comment.
  var exampleCall: String {
    let arguments =
      ["x", "n"] + outputs + (parameters.isEmpty ? [] : ["&parameters"]) + (needsWorkspace ? ["workspace"] : [])
      + ["stream"]
    return "\(launcher)(\(arguments.joined(separator: ", ")))"
  }

  var summary: String {
    let workspace = needsWorkspace ? " The workspace is aligned as cudaMalloc's." : ""
    switch entry.what {
    case .energy: return "The energies of n rows, (n).\(workspace)"
    case .score: return "The scores of n rows, (n, \(request.width)).\(workspace)"
    case .energyScore:
      let optional = siblings.count == 2 ? "; either may be NULL" : ""
      return "Energies (n) and scores (n, \(request.width)) of n rows\(optional).\(workspace)"
    case .laplacian: return "The traces of the Hessians of n rows, (n).\(workspace)"
    case .gradient:
      let parts = entry.outputs.map(\.target).joined(separator: ", ")
      return "The gradient of the sum of the energies of n rows, one behind the other: \(parts).\(workspace)"
    }
  }

  // MARK: The workspace

  /// Numbers of the frames of one block.
  private var blockFrames: Int { strategy.frame * strategy.samples }

  /// Blocks that share the workspace's frames.
  private var frameBlocks: Int {
    let bytes = blockFrames * (dialect.isSingle ? 4 : 8)
    return min(1_024, max(1, (256 << 20) / bytes))
  }

  /// The parts of the workspace in order, each with its bytes.
  var workspaceParts: [(name: String, type: String, bytes: String)] {
    var parts: [(String, String, String)] = []
    if uniforms == .device { parts.append(("u", "\(name)_uniforms", "sizeof(\(name)_uniforms)")) }
    if isSum { parts.append(("partial", real, "(size_t)blocks*\(total)*sizeof(\(real))")) }
    if strategy.usesWorkspace {
      parts.append(("frames", real, "(size_t)grid*\(blockFrames)*sizeof(\(real))"))
    }
    return parts
  }

  private var rowsPerBlock: Int { isSum ? Self.sumBlock : strategy.samples }

  private func writeGrid(_ code: inout CodeBuilder) {
    let rows = rowsPerBlock
    code.line("const int64_t blocks = n/\(rows) + (n % \(rows) != 0);")
    if strategy.usesWorkspace {
      code.line("const int64_t grid = blocks < \(frameBlocks) ? blocks : \(frameBlocks);")
    }
  }

  private func writeWorkspaceFunction(_ code: inout CodeBuilder) {
    code.open("extern \"C\" \(workspaceDeclaration)")
    code.line("if (n <= 0) return 0;")
    if isSum || strategy.usesWorkspace { writeGrid(&code) }
    code.line("size_t bytes = 0;")
    for part in workspaceParts { code.line("bytes += (\(part.bytes) + 255)/256*256; // \(part.name)") }
    for sibling in siblings where sibling.needsWorkspace {
      code.line("if (\(sibling.workspaceFunction)(n) > bytes) bytes = \(sibling.workspaceFunction)(n);")
    }
    code.line("return bytes;")
    code.close()
    code.line()
  }

  // MARK: The launcher

  func writeLauncher(_ code: inout CodeBuilder) {
    if needsWorkspace { writeWorkspaceFunction(&code) }
    code.line("// \(commentText(summary))")
    code.open("extern \"C\" \(declaration)")
    writeChecks(&code)
    writeUniforms(&code)
    writeLaunches(&code)
    code.line("return (int)cudaPeekAtLastError();")
    code.close()
    code.line()
  }

  private func writeChecks(_ code: inout CodeBuilder) {
    if entry.what == .energyScore {
      for (missing, other) in [("score", EmissionRequest.What.energy), ("energy", .score)] {
        guard let entry = siblings.first(where: { $0.entry.what == other }) else { continue }
        let arguments = ["x", "n", other.rawValue] + (parameters.isEmpty ? [] : ["p"])
        let workspace = entry.needsWorkspace ? ["workspace"] : []
        code.line(
          "if (!\(missing)) return \(entry.launcher)(\((arguments + workspace + ["stream"]).joined(separator: ", ")));")
      }
    }
    code.line("if (n < 0\(parameters.isEmpty ? "" : " || !p")) return (int)cudaErrorInvalidValue;")
    if isSum {
      code.line("if (!gradient) return (int)cudaErrorInvalidValue;")
      code.line("if (n == 0) return (int)cudaMemsetAsync(gradient, 0, \(total)*sizeof(\(real)), stream);")
    } else {
      code.line("if (n == 0) return (int)cudaSuccess;")
    }
    let pointers = ["x"] + (isSum ? [] : outputs) + (needsWorkspace ? ["workspace"] : [])
    code.line("if (\(pointers.map { "!\($0)" }.joined(separator: " || "))) return (int)cudaErrorInvalidValue;")
    writeGrid(&code)
    code.line("if (blocks > 2147483647) return (int)cudaErrorInvalidValue;")
  }

  private func writeUniforms(_ code: inout CodeBuilder) {
    if !workspaceParts.isEmpty {
      code.line("char *next = (char *)workspace;")
      for part in workspaceParts {
        code.line("\(part.type) *const \(part.name) = (\(part.type) *)next;")
        if part.name != workspaceParts.last?.name { code.line("next += (\(part.bytes) + 255)/256*256;") }
      }
    }
    switch uniforms {
    case .none: break
    case .host:
      code.line("\(name)_uniforms u;")
      code.line("int status = EE_SUCCESS;")
      code.line("\(name)_prepare(u\(parameters.isEmpty ? "" : ", *p"), &status);")
      code.line("if (status != EE_SUCCESS) return (int)cudaErrorInvalidValue;")
    case .device:
      code.line("EE_LAUNCH(\(kernel("prepare")), 1, 32, 0, stream, u\(parameters.isEmpty ? "" : ", *p"));")
    }
  }

  private func writeLaunches(_ code: inout CodeBuilder) {
    let targets = isSum ? ["partial"] : outputs
    let arguments =
      ["x", "(long long)n"] + targets + kernelContext.map(\.argument)
      + (strategy.usesWorkspace ? ["frames"] : [])
    let grid = strategy.usesWorkspace ? "grid" : "blocks"
    let bytes = strategy.hasDynamicShared ? strategy.sharedBytes : 0
    if bytes > 0 {
      for part in strategy.isVectorised ? ["aligned", "scalar"] : ["rows"] {
        code.line("if (EE_ALLOW_SHARED(\(kernel(part)), \(bytes)) != cudaSuccess) return (int)cudaErrorInvalidValue;")
      }
    }
    let launch = { (part: String) in
      CodeBuilder.wrapped(
        "EE_LAUNCH", [kernel(part), grid, "\(strategy.threads)", "\(bytes)", "stream"] + arguments, ";")
    }
    if strategy.isVectorised {
      let pointers = (["x"] + (hasScore ? ["score"] : []) + alignedTables).map { "(uintptr_t)\($0)" }
      let all = pointers.count == 1 ? pointers[0] : "(\(pointers.joined(separator: " | ")))"
      code.open("if (\(all) & 15)")
      code.lines(launch("scalar"))
      code.reopen("else")
      code.lines(launch("aligned"))
      code.close()
    } else {
      code.lines(launch("rows"))
    }
    if isSum {
      code.line(
        "EE_LAUNCH(\(kernel("sum")), \((total + 127) / 128), 128, 0, stream, partial, (long long)blocks, gradient);")
    }
  }
}
