import EnergyText
import Foundation
import Testing

@testable import EnergyCodegen
@testable import EnergyDriver

/// The C compiler of this machine, if it has one.
enum CCompiler {
  static let path = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  struct Failed: Error { let output: String }

  static func run(_ arguments: [String]) throws { _ = try output(of: path ?? "/usr/bin/cc", arguments) }

  static func output(of program: String, _ arguments: [String] = []) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: output, as: UTF8.self)
    if process.terminationStatus != 0 { throw Failed(output: text) }
    return text
  }
}

/// An emitted header, compiled into a library with entry points that take their parameters as one list.
final class CompiledC {
  typealias Batch =
    @convention(c) (
      UnsafePointer<Double>?, Int64, UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>?,
      UnsafePointer<Double>?
    ) -> Int32
  let header: String
  let request: EmissionRequest
  private let handle: UnsafeMutableRawPointer
  private let folder: URL

  init(_ request: EmissionRequest, flags: [String] = ["-O0"]) throws {
    self.request = request
    header = try CHeader(request).file().text
    folder = FileManager.default.temporaryDirectory.appending(path: "energy-c-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try header.write(to: folder.appending(path: "model.h"), atomically: false, encoding: .utf8)
    let source = folder.appending(path: "model.c")
    try Self.wrapper(request).write(to: source, atomically: false, encoding: .utf8)
    let library = folder.appending(path: "model.so")
    try CCompiler.run(
      ["-std=c11", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function"] + flags
        + ["-o", library.path, source.path, "-lm"])
    guard let handle = dlopen(library.path, RTLD_NOW | RTLD_LOCAL) else {
      throw CCompiler.Failed(output: dlerror().map { String(cString: $0) } ?? "dlopen")
    }
    self.handle = handle
  }

  deinit {
    dlclose(handle)
    try? FileManager.default.removeItem(at: folder)
  }

  /// Entry points in doubles whatever the artefact's precision, so that one signature serves both.
  private static func wrapper(_ request: EmissionRequest) -> String {
    let real = request.isSingle ? "float" : "double"
    let suffix = request.isSingle ? "f32" : "f64"
    let prefix = SourceNames.mangled(request.name)
    let parameters = ParameterStruct(request, Dialect(target: .c, isSingle: request.isSingle))
    var text = "#include \"model.h\"\n#include <stdlib.h>\n#include <string.h>\n"
    for entry in request.entryPoints {
      let names = entry.what == .energyScore ? ["a", "b"] : ["a"]
      let widths = names.map { name -> String in
        switch entry.what {
        case .energyScore: name == "a" ? "n" : "n*\(request.width)"
        case .score: "n*\(request.width)"
        case .gradient: "\(request.gradientCount)"
        default: "n"
        }
      }
      text += "int run_\(entry.what.rawValue)(const double *x, int64_t n, double *a, double *b, const double *list) {\n"
      text += "  (void)b; (void)list;\n  const int64_t rows = n > 0 ? n : 0;\n"
      text += "  \(real) *xs = x ? malloc((rows*\(request.width) + 1)*sizeof *xs) : NULL;\n"
      text += "  if (x) for (int64_t i = 0; i < rows*\(request.width); i++) xs[i] = (\(real))x[i];\n"
      for (name, width) in zip(names, widths) {
        let count = width.replacing("n*", with: "rows*").replacing("n", with: "rows")
          .replacing("rowsows", with: "rows")
        text += "  \(real) *\(name)s = \(name) ? malloc(((\(count)) + 1)*sizeof(\(real))) : NULL;\n"
      }
      if !parameters.isEmpty {
        text += "  \(parameters.typeName) p;\n  int64_t at = 0;\n"
        for field in parameters.fields {
          if parameters.isByPointer, !field.field.extents.isEmpty {
            text += "  \(real) *q_\(field.name) = malloc(\(max(1, field.field.count))*sizeof(\(real)));\n"
            text += "  for (int i = 0; i < \(field.field.count); i++) q_\(field.name)[i] = (\(real))list[at++];\n"
            text += "  p.\(field.name) = q_\(field.name);\n"
          } else {
            text +=
              "  for (int i = 0; i < \(field.field.count); i++) ((\(real) *)&p.\(field.name))[i] = (\(real))list[at++];\n"
          }
        }
      }
      let call = names.map { "\($0)s" }.joined(separator: ", ")
      text +=
        "  const int status = \(prefix)_\(entry.what.rawValue)_\(suffix)(xs, n, \(call)\(parameters.isEmpty ? "" : ", &p"));\n"
      for (name, width) in zip(names, widths) {
        let count = width.replacing("n*", with: "rows*").replacing("n", with: "rows")
          .replacing("rowsows", with: "rows")
        text += "  if (\(name) && status == 0) for (int64_t i = 0; i < \(count); i++) \(name)[i] = \(name)s[i];\n"
        text += "  free(\(name)s);\n"
      }
      text += "  free(xs);\n  return status;\n}\n"
    }
    return text
  }

  /// Calls a function; the status, and the results.
  func call(
    _ what: EmissionRequest.What, _ x: [Double]?, rows: Int, wanted: (first: Int, second: Int)
  ) throws -> (status: Int32, first: [Double], second: [Double]) {
    let symbol = try #require(dlsym(handle, "run_\(what.rawValue)"))
    let function = unsafeBitCast(symbol, to: Batch.self)
    let hasRows = x != nil
    let list = request.parameters.flatMap { $0.values ?? [Double](repeating: .nan, count: $0.count) }
    var first = [Double](repeating: .nan, count: max(1, wanted.first))
    var second = [Double](repeating: .nan, count: max(1, wanted.second))
    let status = first.withUnsafeMutableBufferPointer { a in
      second.withUnsafeMutableBufferPointer { b in
        (x ?? []).withUnsafeBufferPointer { x in
          function(
            hasRows ? x.baseAddress : nil, Int64(rows), wanted.first > 0 ? a.baseAddress : nil,
            wanted.second > 0 ? b.baseAddress : nil, list)
        }
      }
    }
    return (status, Array(first.prefix(wanted.first)), Array(second.prefix(wanted.second)))
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
