import EnergyIR
import EnergyLowering

/// The CUDA target: a header in C with the launchers' declarations, and a source with kernels and launchers.
///
/// `StrategyChoice` decides how samples are spread over threads; everything else here spells that.
public struct CUDASource {
  let request: EmissionRequest
  let dialect: Dialect
  let parameters: ParameterStruct
  let prefix: String
  let entries: [CUDAEntryPoint]

  /// What a caller has to know of a function.
  public struct Function: Sendable {
    /// What it computes.
    public let what: EmissionRequest.What
    /// The launcher's name.
    public let name: String
    /// How it runs.
    public let strategy: Strategy
    /// The kernels that it launches, in order; of two variants the one for aligned pointers.
    public let kernels: [String]
    /// The function that tells the bytes of workspace, where it needs any.
    public let workspace: String?
    /// What it computes for a sample.
    public let operations: OperationCount?
    /// Numbers that a sample writes; of sums over rows its part of those of its block, written and read again.
    public let resultsPerSample: Double
  }

  /// - Throws: what can't be written.
  public init(_ request: EmissionRequest) throws(EmissionError) {
    self.request = request
    dialect = Dialect(target: .cuda, isSingle: request.isSingle)
    prefix = SourceNames.mangled(request.name)
    parameters = ParameterStruct(request, dialect)
    var entries: [CUDAEntryPoint] = []
    for entry in request.entryPoints {
      let layout = try ProgramLayout(entry.program, dimensions: request.dimensions)
      let usual = try CUDAEntryPoint(request, dialect, parameters, entry, layout, after: entries)
      entries.append(try usual.lean(after: entries) ?? usual)
    }
    self.entries = entries
  }

  /// The functions with how they run.
  public var functions: [Function] {
    entries.map {
      Function(
        what: $0.entry.what, name: $0.launcher, strategy: $0.strategy, kernels: $0.kernelNames,
        workspace: $0.needsWorkspace ? $0.workspaceFunction : nil, operations: $0.operations,
        resultsPerSample: $0.isSum
          ? 2 * Double($0.total) / Double(CUDAEntryPoint.sumBlock) : Double($0.total))
    }
  }

  /// Bytes of parameters in the device's memory, which every block of a grid reads again.
  public var tableBytes: Int { parameters.tableBytes }

  var suffix: String { request.isSingle ? "f32" : "f64" }

  /// The source and the header.
  public func files() -> [EmittedFile] { [source(), header()] }

  private func source() -> EmittedFile {
    var functions = FunctionLibrary(dialect)
    let parts = entries.map { $0.text(&functions) }
    let constants = parameters.isEmpty ? parameters.declaration : ""
    let devices = parts.map(\.device).joined()
    let copies = CUDAPreamble.needed(
      CUDATiles.pieces(dialect) + TileProducts.pieces(dialect), by: functions.text + devices
    ).map(\.text).joined(
      separator: "\n")
    let host = "#ifndef __CUDACC_RTC__\n\n" + parts.map(\.host).joined() + "#endif"
    let text = constants + functions.text + copies + "\n" + devices + host
    var code = CodeBuilder()
    comment(&code)
    code.lines(
      """
      #ifndef __CUDACC_RTC__
      #include <cuda_runtime.h>
      #include <math.h>
      #endif
      #include "\(prefix).h"

      """)
    code.lines(CUDAPreamble.text(before: text))
    code.lines(text)
    return EmittedFile(name: "\(prefix).cu", text: code.text.tidied)
  }

  // MARK: The header

  private func header() -> EmittedFile {
    let guardName = prefix.uppercased() + "_" + suffix.uppercased() + "_H"
    var code = CodeBuilder()
    comment(&code)
    code.line("#ifndef \(guardName)")
    code.line("#define \(guardName)")
    code.line()
    code.line("#define \(prefix.uppercased())_DIM \(request.width)")
    code.line("#define \(prefix.uppercased())_ABI 1")
    code.line()
    if !parameters.isEmpty { code.lines(parameters.declaration) }
    code.lines(
      """
      #ifndef __CUDACC_RTC__
      #include <stddef.h>
      #include <stdint.h>

      #ifndef __DRIVER_TYPES_H__
      typedef struct CUstream_st *cudaStream_t;
      #endif

      #ifdef __cplusplus
      extern "C" {
      #endif

      """)
    for entry in entries {
      if entry.needsWorkspace {
        code.line("/* Bytes of workspace on the device for \(entry.launcher). */")
        code.line("\(entry.workspaceDeclaration);")
      }
      code.line("/* \(commentText(entry.summary)) */")
      code.lines("\(entry.declaration);")
      code.line()
    }
    code.lines(
      """
      #ifdef __cplusplus
      }
      #endif
      #endif

      #endif
      """)
    return EmittedFile(name: "\(prefix).h", text: code.text.tidied)
  }

  private func comment(_ code: inout CodeBuilder) {
    request.writeComment(
      to: &code, language: "CUDA", real: dialect.real,
      usage: "Compile: nvcc -std=c++17 -O3 -c \(prefix).cu. Call, for n rows in device memory:",
      call: entries.first?.exampleCall,
      remarks: [
        "0 is success, else a cudaError_t; cudaErrorInvalidValue for a negative n or a missing pointer.",
        "The parameter struct lies in host memory; its tables, where they are pointers, and all rows on the device.",
      ])
  }
}
