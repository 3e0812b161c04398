import EnergyIR
import EnergyLowering

/// The C target: one header with static functions, explicit vector types, nothing to link but the mathematical library.
///
/// A call runs blocks of lanes, one row a lane; what no row changes is computed once before them.
public struct CHeader {
  let request: EmissionRequest
  let dialect: Dialect
  let parameters: ParameterStruct
  let prefix: String
  private let layouts: [ProgramLayout]

  /// - Throws: what can't be written.
  public init(_ request: EmissionRequest) throws(EmissionError) {
    self.request = request
    dialect = Dialect(target: .c, isSingle: request.isSingle)
    prefix = SourceNames.mangled(request.name)
    parameters = ParameterStruct(request, dialect)
    var layouts: [ProgramLayout] = []
    for entry in request.entryPoints {
      layouts.append(try ProgramLayout(entry.program, dimensions: request.dimensions))
    }
    self.layouts = layouts
  }

  /// The header.
  public func file() throws(EmissionError) -> EmittedFile {
    var functions = FunctionLibrary(dialect)
    var parts: [String] = []
    var allocates = false
    for (entry, layout) in zip(request.entryPoints, layouts) {
      let writer = try CEntryPoint(self, entry, layout)
      parts.append(writer.text(&functions))
      allocates = allocates || writer.allocates
    }
    let guardName = prefix.uppercased() + "_" + suffix.uppercased() + "_H"
    var code = CodeBuilder()
    comment(allocates: allocates, &code)
    code.line("#ifndef \(guardName)")
    code.line("#define \(guardName)")
    code.line()
    code.lines(Self.includes)
    code.line()
    code.lines(Self.quiet)
    code.line("#define \(prefix.uppercased())_DIM \(request.width)")
    code.line()
    code.lines(parameters.declaration)
    code.lines(vectors)
    code.lines(functions.text)
    parts.forEach { code.lines($0) }
    code.line("#endif")
    return EmittedFile(name: "\(prefix).h", text: code.text.tidied)
  }

  var suffix: String { request.isSingle ? "f32" : "f64" }

  // MARK: The head

  private func comment(allocates: Bool, _ code: inout CodeBuilder) {
    request.writeComment(
      to: &code, language: "C", real: dialect.real,
      usage: "Compile: cc -O3 -march=native program.c -lm. Call, for n rows:",
      call: request.entryPoints.first.map(call),
      remarks: ["0 is success; EE_INVALID_VALUE for a negative n or a missing pointer; nothing is written then."]
        + (allocates ? ["EE_OUT_OF_MEMORY where malloc finds no memory, before any row is computed."] : []))
  }

  private func call(_ entry: EmissionRequest.EntryPoint) -> String {
    let targets = entry.what == .energyScore ? "energy, score" : entry.what.rawValue
    let last = parameters.isEmpty ? "" : ", &parameters"
    return "\(prefix)_\(entry.what.rawValue)_\(suffix)(x, n, \(targets)\(last))"
  }

  private static let includes = """
    #include <math.h>
    #include <stdint.h>
    #include <stdlib.h>

    #ifndef EE_FUNCTION
    #define EE_FUNCTION static inline
    #define EE_NAN NAN
    #define EE_INFINITY INFINITY
    enum { EE_SUCCESS = 0, EE_INVALID_VALUE = 1, EE_OUT_OF_MEMORY = 2, EE_INDEX_OUT_OF_RANGE = 3 };
    EE_FUNCTION int ee_index_up(int a, int n) { return a < 0 ? a + n : a; }
    EE_FUNCTION int ee_index_down(int a, int n) { return a < n ? a : a - n; }
    EE_FUNCTION int ee_index_mod(int a, int n) { const int r = a % n; return r < 0 ? r + n : r; }
    EE_FUNCTION int ee_index_max(int a, int b) { return a > b ? a : b; }
    EE_FUNCTION int ee_index_min(int a, int b) { return a < b ? a : b; }
    #endif
    """

  /// All functions are static, so how vectors are passed between files concerns nobody. GCC warns of it where it ends
  /// the file, so this holds for all of it.
  private static let quiet = """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC diagnostic ignored "-Wpsabi"
    #endif
    """

  private var vectors: String {
    let lanes = request.isSingle ? 16 : 8
    let integer = request.isSingle ? "int32_t" : "int64_t"
    let (f, v, m, count) = (dialect.suffix, dialect.vector, dialect.maskType, dialect.lanes)
    return """

      #ifndef \(count)
      /* \(lanes) rows at a time, a lane each. */
      #define \(count) \(lanes)
      typedef \(dialect.real) \(v) __attribute__((vector_size(64)));
      typedef \(integer) \(m) __attribute__((vector_size(64)));
      EE_FUNCTION \(v) ee_broadcast\(f)(\(dialect.real) a) {
        \(v) result;
        for (int lane = 0; lane < \(count); lane++) result[lane] = a;
        return result;
      }
      EE_FUNCTION \(m) ee_mask\(f)(int a) {
        \(m) result;
        for (int lane = 0; lane < \(count); lane++) result[lane] = a ? -1 : 0;
        return result;
      }
      EE_FUNCTION \(v) ee_select\(f)(\(m) mask, \(v) a, \(v) b) {
        return (\(v))((mask & (\(m))a) | (~mask & (\(m))b));
      }
      EE_FUNCTION \(v) ee_truth\(f)(\(m) mask) {
        return ee_select\(f)(mask, ee_broadcast\(f)(1), ee_broadcast\(f)(0));
      }
      #endif

      """
  }
}
