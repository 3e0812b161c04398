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
  /// What the struct would take with all tables in it.
  let byteCount: Int

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

  /// Bytes of the tensors that lie in the device's memory, where they aren't part of a kernel's arguments.
  var tableBytes: Int {
    guard isByPointer || isBaked else { return 0 }
    return fields.reduce(0) { $0 + ($1.field.extents.isEmpty ? 0 : $1.field.count * (dialect.isSingle ? 4 : 8)) }
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
          let kind = dialect.target == .cuda ? "constexpr" : "const"
          code.line("static \(kind) \(dialect.real) \(prefix)_\(field.name) = \(numbers.first ?? "EE_NAN");")
        } else if dialect.target == .cuda {
          // Within a function a table exists on the host and on the device.
          code.open("EE_FUNCTION const \(dialect.real) *\(prefix)_\(field.name)()")
          code.line("static const \(dialect.real) values[\(max(1, field.field.count))] = {")
          table(numbers, &code)
          code.line("};")
          code.line("return values;")
          code.close()
        } else {
          code.line("static const \(dialect.real) \(prefix)_\(field.name)\(brackets(extents)) = {")
          table(numbers, &code)
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

  private func table(_ numbers: [String], _ code: inout CodeBuilder) {
    var rest = numbers[...]
    while !rest.isEmpty {
      code.line("  " + rest.prefix(8).joined(separator: ", ") + (rest.count > 8 ? "," : ""))
      rest = rest.dropFirst(8)
    }
  }

  /// The local name under which code reads a field of what `p` points or refers to, as a declaration.
  func alias(_ field: Field, as name: String, through access: String = "p->") -> String {
    let extents = field.field.extents
    let isTable = dialect.target == .cuda && !extents.isEmpty
    let source = isBaked ? "\(prefix)_\(field.name)\(isTable ? "()" : "")" : access + field.name
    if extents.isEmpty { return "const \(dialect.real) \(name) = \(source);" }
    if extents.count == 1 { return "const \(dialect.real) *const \(name) = \(source);" }
    let type = "const \(dialect.real) (*"
    let rest = brackets(Array(extents.dropFirst()))
    // A baked table of C is declared with its extents; pointers carry none.
    let cast = isByPointer && !isBaked || isBaked && isTable ? "(\(type))\(rest))" : ""
    return "\(type)const \(name))\(rest) = \(cast)\(source);"
  }
}
