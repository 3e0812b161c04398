import EnergyIR
import EnergyLowering

/// Kernels whose blocks make products with matrices for many samples at once.
extension CUDAEntryPoint {
  private var blockArguments: [String] {
    ["const \(real) *__restrict__ source", "const int rows"] + results.map { "\(real) *__restrict__ \($0)_out" }
  }

  /// The code of a block.
  func writeBlock(_ tiles: TileLayout, _ code: inout CodeBuilder, _ functions: inout FunctionLibrary) {
    var writer = TileWriter(self, tiles)
    var body = CodeBuilder()
    aliases(reading: Set(entry.program.body.flatMap(\.readBuffers)), writer.names, &body)
    body.line(
      strategy.hasDynamicShared
        ? "EE_DYNAMIC_SHARED(\(real), shared);" : "EE_SHARED(\(real), shared, \(tiles.count));")
    writer.writeBlock()
    functions.merge(writer.functions)
    body.append(writer.code)
    code.line("// \(tiles.samples) samples: \(results.joined(separator: " and ")).")
    code.line("template <bool ALIGNED>")
    code.open("EE_DEVICE void \(name)_block", taking: blockArguments + context.map(\.declaration))
    code.appendBody(body, of: ["source"] + context.map { String($0.declaration.suffix(1)) })
    code.close()
    code.line()
  }

  func writeBlocks(_ code: inout CodeBuilder) {
    code.line("const long long base = (long long)blockIdx.x*\(strategy.samples);")
    code.line("const int rows = n - base < \(strategy.samples) ? (int)(n - base) : \(strategy.samples);")
    let targets = results.map { "\($0)_out + base\($0 == "score" ? pitch : "")" }
    let arguments = ["x_rows + base\(pitch)", "rows"] + targets + context.map(\.argument)
    code.lines(CodeBuilder.wrapped("\(name)_block<ALIGNED>", arguments, ";"))
  }

  /// Whether a matrix is aligned where the launcher says that pointers are.
  func isAligned(_ matrix: BufferID) -> Bool {
    roles.parameters[matrix] != nil && parameters.isByPointer && !request.isBaked
  }

  /// Whether a matrix lies in the device's memory; else in a kernel's arguments or in the source.
  func isInMemory(_ matrix: BufferID) -> Bool {
    isAligned(matrix) || roles.parameters[matrix] == nil && uniforms == .device
  }

  /// Tables that kernels for aligned pointers read 16 bytes at a time, as the launcher calls them.
  var alignedTables: [String] {
    guard let tiles else { return [] }
    let matrices = tiles.plan.steps.compactMap { $0.product.flatMap(tiles.plan.product)?.matrix }
    var seen: Set<BufferID> = []
    return matrices.filter { isAligned($0) && seen.insert($0).inserted }
      .compactMap { roles.parameters[$0].map { "p->\($0.name)" } }
  }
}
