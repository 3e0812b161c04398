import EnergyBuiltins
import EnergyIR

/// The functions that a piece of code calls, collected while it is written; a source has only those.
struct FunctionLibrary {
  let dialect: Dialect
  private var sources: [(name: String, text: String)] = []
  private var known: Set<String> = []

  init(_ dialect: Dialect) { self.dialect = dialect }

  /// All functions, each behind those that it calls and, in a header, only where no other header brought it.
  var text: String {
    if dialect.target == .cuda { return sources.map { $0.text + "\n" }.joined() }
    return sources.map { "#ifndef \($0.name)_defined\n#define \($0.name)_defined\n\($0.text)#endif\n" }.joined()
  }

  /// Takes over what another library has.
  mutating func merge(_ other: FunctionLibrary) { for source in other.sources { add(source.name, source.text) } }

  mutating func add(_ name: String, _ text: String) {
    if known.insert(name).inserted { sources.append((name, text)) }
  }

  /// Functions that the C library lacks.
  mutating func need(_ helpers: [Spelling.Helper]) {
    for helper in helpers {
      need(helper.needs)
      add(helper.name, Self.qualified(helper.source) + "\n")
    }
  }

  private static func qualified(_ source: String) -> String {
    source.replacing("ENERGY_FUNCTION", with: "EE_FUNCTION").replacing("ENERGY_OUTLINE", with: "EE_OUTLINE")
  }

  // MARK: Element-wise functions

  /// `name(arguments)` by a template of C in which `{0}`, `{1}` … are the arguments.
  mutating func call(_ name: String, _ template: String, _ arguments: [CExpression]) -> CExpression {
    let identifier = "ee_" + SourceNames.mangled(name) + dialect.suffix
    let isVarying = arguments.contains(where: \.isVarying)
    let names = ["a", "b", "c", "d"].prefix(arguments.count)
    let body = names.enumerated().reduce(Self.withoutParentheses(template)) {
      $0.replacing("{\($1.offset)}", with: $1.element)
    }
    guard isVarying else {
      let texts = arguments.map(\.text)
      if Self.isPlainCall(template, arguments.count) {
        let text = texts.enumerated().reduce(template) { $0.replacing("{\($1.offset)}", with: $1.element) }
        return CExpression(text: text)
      }
      let parameters = names.map { "\(dialect.real) \($0)" }.joined(separator: ", ")
      add(identifier, "EE_FUNCTION \(dialect.real) \(identifier)(\(parameters)) { return \(body); }\n")
      return CExpression(text: "\(identifier)(\(texts.joined(separator: ", ")))")
    }
    let lanes = "\(identifier)_v"
    let parameters = names.map { "\(dialect.vector) \($0)" }.joined(separator: ", ")
    let lane = names.enumerated().reduce(Self.withoutParentheses(template)) {
      $0.replacing("{\($1.offset)}", with: "\($1.element)[lane]")
    }
    add(
      lanes,
      """
      EE_FUNCTION \(dialect.vector) \(lanes)(\(parameters)) {
        \(dialect.vector) result;
        for (int lane = 0; lane < \(dialect.lanes); lane++) result[lane] = \(lane);
        return result;
      }

      """)
    let texts = arguments.map(broadcast)
    return CExpression(text: "\(lanes)(\(texts.joined(separator: ", ")))", isVarying: true)
  }

  /// A template for arguments that are names: without the parentheses around each and around all.
  private static func withoutParentheses(_ template: String) -> String {
    var text = template.replacing(/(^|[^A-Za-z0-9_])\((\{[0-9]\})\)/) { "\($0.output.1)\($0.output.2)" }
    var depth = 0
    // The first parenthesis is closed at the very end.
    let closes = text.indices.first { position in
      depth += text[position] == "(" ? 1 : text[position] == ")" ? -1 : 0
      return depth == 0
    }
    if text.hasPrefix("("), closes == text.index(before: text.endIndex) { text = String(text.dropFirst().dropLast()) }
    return text
  }

  /// Whether a template is one call that has every argument once, in order: `exp({0})`.
  private static func isPlainCall(_ template: String, _ count: Int) -> Bool {
    guard let open = template.firstIndex(of: "("),
      template[..<open].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    else { return false }
    let list = (0..<count).map { "{\($0)}" }.joined(separator: ", ")
    return template[open...] == "(\(list))"
  }

  /// A number in all lanes.
  func broadcast(_ value: CExpression) -> String {
    value.isVarying ? value.text : "ee_broadcast\(dialect.suffix)(\(value.text))"
  }

  /// `condition ? a : b`, lane by lane where one of them has lanes.
  func select(_ condition: CExpression, _ a: CExpression, _ b: CExpression) -> CExpression {
    guard condition.isVarying || a.isVarying || b.isVarying else {
      return CExpression(
        text: "\(condition.operand(.or)) ? \(a.operand(.or)) : \(b.operand(.conditional))", precedence: .conditional)
    }
    if condition.isVarying {
      return CExpression(
        text: "ee_select\(dialect.suffix)(\(condition.text), \(broadcast(a)), \(broadcast(b)))", isVarying: true)
    }
    return CExpression(
      text: "\(condition.operand(.or)) ? \(broadcast(a)) : \(broadcast(b))", precedence: .conditional, isVarying: true)
  }

  /// A fixed power: whole ones by multiplication, halves through the root.
  mutating func power(_ exponent: Double, _ base: CExpression) -> CExpression {
    let doubled = exponent * 2
    guard doubled == doubled.rounded(), abs(exponent) <= 32 else {
      return call(
        "pow", "pow\(dialect.isSingle ? "f" : "")({0}, {1})", [base, CExpression(text: dialect.number(exponent))])
    }
    let halves = Int(abs(doubled))
    let suffix = (exponent < 0 ? "m" : "") + (halves % 2 == 0 ? "\(halves / 2)" : "\(halves)h")
    let root = "sqrt\(dialect.isSingle ? "f" : "")"
    // x^(h/2) = x^(h div 2)·√x; 1/… for negative exponents.
    var body = Self.product(halves / 2)
    if halves % 2 == 1 { body = body.isEmpty ? "\(root)(a)" : "\(body)*\(root)(a)" }
    if exponent < 0 {
      let isSum = body.contains("*")
      body = dialect.reciprocal(CExpression(text: body, precedence: isSum ? .product : .primary)).text
    }
    let isVarying = base.isVarying
    let name = "ee_pow\(suffix)\(dialect.suffix)"
    let steps = Self.steps(halves / 2)
    if isVarying, halves % 2 == 0 {
      let lines = steps.map { "  const \(dialect.vector) \($0)\n" }.joined()
      add(name + "_v", "EE_FUNCTION \(dialect.vector) \(name)_v(\(dialect.vector) a) {\n\(lines)  return \(body);\n}\n")
      return CExpression(text: "\(name)_v(\(base.text))", isVarying: true)
    }
    let lines = steps.map { "  const \(dialect.real) \($0)\n" }.joined()
    add(name, "EE_FUNCTION \(dialect.real) \(name)(\(dialect.real) a) {\n\(lines)  return \(body);\n}\n")
    return isVarying ? call("pow\(suffix)", "\(name)({0})", [base]) : CExpression(text: "\(name)(\(base.text))")
  }

  /// The squares that a whole power is a product of: `a2 = a*a;`, `a4 = a2*a2;` …
  private static func steps(_ exponent: Int) -> [String] {
    var result: [String] = []
    var power = 2
    var last = "a"
    while power <= exponent {
      result.append("a\(power) = \(last)*\(last);")
      last = "a\(power)"
      power *= 2
    }
    return result
  }

  private static func product(_ exponent: Int) -> String {
    (0..<6).filter { exponent & (1 << $0) != 0 }.map { $0 == 0 ? "a" : "a\(1 << $0)" }.joined(separator: "*")
  }

  // MARK: Indices from data

  /// A whole number read from data as a position, counted from 0; one out of range is noted and replaced by 0.
  mutating func index(_ text: String, extent: Int) -> String {
    let name = "ee_index\(dialect.suffix)"
    add(
      name,
      """
      EE_FUNCTION int \(name)(\(dialect.real) index, int extent, int *status) {
        if (index >= 0 && index < extent) return (int)index;
        *status = EE_INDEX_OUT_OF_RANGE;
        return 0;
      }

      """)
    return "\(name)(\(text), \(extent), status)"
  }

  // MARK: Whole buffers

  /// output = matrix·vector, or its transpose's; the columns of the vector lie side by side.
  mutating func matrixProduct(
    _ output: String, _ matrix: String, _ vector: String, rows: Int, columns: Int, width: Int, transposed: Bool,
    accumulating: Bool
  ) -> String {
    let name = "ee_product" + (transposed ? "_transposed" : "") + dialect.suffix
    let (outer, inner) = transposed ? ("columns", "rows") : ("rows", "columns")
    let entry = transposed ? "matrix[k*columns + r]" : "matrix[r*columns + k]"
    add(
      name,
      """
      EE_FUNCTION void \(name)(\(dialect.vector) *output, const \(dialect.real) *matrix, const \(dialect.vector) *vector,
                               int rows, int columns, int width, int accumulate) {
        for (int r = 0; r < \(outer); r++) {
          for (int c = 0; c < width; c++) {
            \(dialect.vector) sum = accumulate ? output[r*width + c] : \(dialect.hasLanes ? "ee_broadcast\(dialect.suffix)(0)" : "0");
            for (int k = 0; k < \(inner); k++) sum += \(entry)*vector[k*width + c];
            output[r*width + c] = sum;
          }
        }
      }

      """)
    return "\(name)(\(output), \(matrix), \(vector), \(rows), \(columns), \(width), \(accumulating ? 1 : 0));"
  }

  /// A buffer that a whole-buffer operation reads or writes.
  struct Block {
    /// The first element as a pointer.
    let address: String
    /// The number of elements.
    let count: Int
    let hasLanes: Bool
  }

  /// output = operation(inputs) on matrices of `rows` rows, a lane at a time where the output has lanes; a right side
  /// has `columns` columns. The arrays that it works in lie in `room`.
  mutating func linearAlgebra(
    _ operation: LinearAlgebra, _ output: Block, _ inputs: [Block], rows: Int, columns: Int,
    room: LinearAlgebraRoom.Place, into code: inout CodeBuilder
  ) {
    let real = dialect.real
    for (name, text) in LinearAlgebraSource.functions(for: operation, real: real, isSingle: dialect.isSingle) {
      add(name, text)
    }
    let name = "ee_\(operation.rawValue)\(dialect.suffix)"
    let work = LinearAlgebraSource.needsWork(operation) ? room.name(.work) : nil
    let sizes = (work.map { [$0] } ?? []) + ["\(rows)", "\(columns)"]
    if room != .declared, !output.hasLanes {
      code.lines(CodeBuilder.wrapped(name, [output.address] + inputs.map(\.address) + sizes, ";"))
      return
    }
    code.open("")
    if room == .declared, work != nil { code.line("\(real) work[\(max(1, rows * rows))];") }
    guard output.hasLanes, let result = room.name(.result) else {
      let list = [output.address] + inputs.map(\.address) + sizes
      code.line("\(name)(\(list.joined(separator: ", ")));")
      return code.close()
    }
    if room == .declared {
      code.line("\(real) result[\(max(1, output.count))];")
      for (position, input) in inputs.enumerated() where input.hasLanes {
        code.line("\(real) input\(position)[\(max(1, input.count))];")
      }
    }
    let copies = inputs.indices.map { room.name(.input($0)) ?? "" }
    code.open("for (int lane = 0; lane < \(dialect.lanes); lane++)")
    for (position, input) in inputs.enumerated() where input.hasLanes {
      code.line(
        "for (int entry = 0; entry < \(input.count); entry++) \(copies[position])[entry] = (\(input.address))[entry][lane];"
      )
    }
    let list = inputs.enumerated().map { $0.element.hasLanes ? copies[$0.offset] : $0.element.address }
    code.line("\(name)(\(([result] + list + sizes).joined(separator: ", ")));")
    code.line(
      "for (int entry = 0; entry < \(output.count); entry++) (\(output.address))[entry][lane] = \(result)[entry];")
    code.close()
    code.close()
  }
}
