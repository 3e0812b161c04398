import EnergyIR

/// The struct of parameters that every function of an artefact takes, and how code reads its fields.
struct ParameterStruct {
  struct Field {
    let field: EmissionRequest.Field
    /// The identifier in the struct.
    let name: String
  }

  /// Beyond this many bytes tensors are pointers: what a kernel's arguments may take on every CUDA.
  static let inlineLimit = 4_096

  let fields: [Field]
  let isByPointer: Bool
  let typeName: String
  private let dialect: Dialect
  private let isBaked: Bool
  private let prefix: String
  private let byteCount: Int

  init(_ request: EmissionRequest, _ dialect: Dialect) {
    self.dialect = dialect
    prefix = SourceNames.mangled(request.name)
    typeName = prefix + "_params"
    isBaked = request.isBaked
    var names = SourceNames()
    fields = request.parameters.map { Field(field: $0, name: names.identifier(for: Self.shortName($0.name, request))) }
    byteCount = fields.reduce(0) { $0 + $1.field.count * (dialect.isSingle ? 4 : 8) }
    isByPointer = byteCount > Self.inlineLimit
  }

  /// `mu` for `gaussian.mu`, where no other parameter is called that.
  private static func shortName(_ name: String, _ request: EmissionRequest) -> String {
    let short = name.split(separator: ".").last.map(String.init) ?? name
    let sharing = request.parameters.filter { $0.name == short || $0.name.hasSuffix("." + short) }
    return sharing.count == 1 && short.first?.isNumber == false ? short : name
  }

  /// Whether functions take no parameters at all.
  var isEmpty: Bool { fields.isEmpty || isBaked }

  /// `, const dwell_params *p`.
  var parameter: String { isEmpty ? "" : ", const \(typeName) *p" }
  /// `, p`.
  var argument: String { isEmpty ? "" : ", p" }

  private func brackets(_ extents: [Int]) -> String { extents.map { "[\(max(1, $0))]" }.joined() }

  /// The struct, or the constants of a baked artefact.
  var declaration: String {
    if fields.isEmpty { return "" }
    var code = CodeBuilder()
    if isBaked {
      for field in fields {
        code.line("/* \(commentText("\(field.field.name) : \(field.field.type)")) */")
        let numbers = (field.field.values ?? []).map(dialect.number)
        let extents = field.field.extents
        if extents.isEmpty {
          code.line("static const \(dialect.real) \(prefix)_\(field.name) = \(numbers.first ?? "EE_NAN");")
        } else {
          code.line("static const \(dialect.real) \(prefix)_\(field.name)\(brackets(extents)) = {")
          var rest = numbers[...]
          while !rest.isEmpty {
            code.line("  " + rest.prefix(8).joined(separator: ", ") + (rest.count > 8 ? "," : ""))
            rest = rest.dropFirst(8)
          }
          code.line("};")
        }
      }
      return code.text
    }
    code.open("typedef struct \(typeName)")
    for field in fields {
      let comment = "/* \(commentText("\(field.field.name) : \(field.field.type)")) */"
      let extents = field.field.extents
      if extents.isEmpty {
        code.line("\(dialect.real) \(field.name); \(comment)")
      } else if isByPointer {
        code.line("const \(dialect.real) *\(field.name); \(comment)")
      } else {
        code.line("\(dialect.real) \(field.name)\(brackets(extents)); \(comment)")
      }
    }
    code.close(" \(typeName);")
    return code.text
  }

  /// The local name under which code reads a field, as a declaration.
  func alias(_ field: Field, as name: String) -> String {
    let extents = field.field.extents
    let source = isBaked ? "\(prefix)_\(field.name)" : "p->\(field.name)"
    if extents.isEmpty { return "const \(dialect.real) \(name) = \(source);" }
    if extents.count == 1 { return "const \(dialect.real) *const \(name) = \(source);" }
    let type = "const \(dialect.real) (*"
    let rest = brackets(Array(extents.dropFirst()))
    // A baked table is one list of numbers in the source, row behind row.
    let cast = isByPointer && !isBaked ? "(\(type))\(rest))" : ""
    return "\(type)const \(name))\(rest) = \(cast)\(source);"
  }
}
