import EnergyBuiltins
import EnergyIR
import EnergyLowering

/// Writes instructions as statements of C: one place for every C-like target.
///
/// A register that is read once, in the block that computes it, goes into its reader's expression; the others become
/// named constants. An expression that reads memory is never moved past a write to that memory.
struct BlockWriter {
  let layout: ProgramLayout
  let dialect: Dialect
  /// What the source calls each buffer; an element is the name with one index an axis behind it.
  var bufferNames: [String]
  /// What the source calls an element, where that is the same for every access.
  var places: [BufferID: String] = [:]
  /// What it calls single elements.
  var accessPlaces: [Access: String] = [:]
  /// Arrays that begin at no multiple of 16 bytes.
  var unaligned: Set<BufferID> = []
  var names: SourceNames
  var code = CodeBuilder()
  /// Functions that the code needs before it.
  var functions: FunctionLibrary

  var values: [Register: CExpression] = [:]
  var pending: [Register: Pending] = [:]
  var variables: [Variable: String] = [:]
  var loopNames: [String] = []
  /// The names that loops have; one that is closed gives its name back to other loops, and to nothing else.
  var allLoopNames: Set<String> = []
  private(set) var uses: [Register: Use] = [:]
  /// Loads of single numbers that are read before they change: they need no name.
  private let unchanged: Set<Register>
  /// The buffers that the code written now changes.
  var written: Set<BufferID> = []
  /// Where linear algebra has its arrays.
  var room = LinearAlgebraRoom.Place.declared
  /// What a compiler is told of loops.
  var unrolling = Unrolling.none

  /// How far loops are to be unrolled.
  enum Unrolling {
    case none
    /// Wholly, but for loops that begin at these places: arrays then live in registers.
    case full(except: Set<Int>)
    /// Loops without loops inside, so many rounds at a time.
    case innermost(Int)
  }

  /// An expression that waits for its reader.
  struct Pending {
    let expression: CExpression
    let reads: Set<BufferID>
    let name: String
  }

  /// Where a register is read.
  struct Use {
    var count = 0
    var isInOwnBlock = true
    /// Whether all that is done with it is to put it into memory.
    var isOnlyWritten = true
    /// The element of an array that it is stored in first.
    var stored: Access?
  }

  init(_ layout: ProgramLayout, _ dialect: Dialect, bufferNames: [String], names: SourceNames) {
    self.layout = layout
    self.dialect = dialect
    self.bufferNames = bufferNames
    self.names = names
    functions = FunctionLibrary(dialect)
    uses = Self.uses(in: layout.program.prologue + layout.program.body)
    unchanged = layout.program.prologue.readBeforeChanged.union(layout.program.body.readBeforeChanged)
  }

  // MARK: Blocks

  mutating func write(_ instructions: [Instruction]) {
    let writes = Self.writes(in: instructions)
    let outer = Self.loopsWithLoops(in: instructions)
    written = Set(instructions.compactMap(\.written))
    for (position, instruction) in instructions.enumerated() {
      switch instruction {
      case .loop(let variable, let lower, let upper):
        flush(reading: writes[position] ?? [])
        let name = loopName(variable)
        let low = bound(lower, "ee_index_max")
        if let pragma = pragma(at: position, isInnermost: !outer.contains(position)) { code.line(pragma) }
        code.open("for (int \(name) = \(low); \(name) < \(bound(upper, "ee_index_min")); \(name)++)")
      case .endLoop:
        code.close()
        loopNames.removeLast()
      case .when(let conditions):
        flush(reading: writes[position] ?? [])
        code.open("if (\(conditions.map(text).joined(separator: " && ")))")
      case .endWhen: code.close()
      default: step(instruction)
      }
    }
  }

  /// What stands before a loop.
  func pragma(at position: Int? = nil, isInnermost: Bool) -> String? {
    switch unrolling {
    case .none: nil
    case .full(let kept): position.map(kept.contains) == true ? "#pragma unroll 1" : "#pragma unroll"
    case .innermost(let count): "#pragma unroll \(isInnermost ? count : 1)"
    }
  }

  /// The positions of loops that contain loops.
  private static func loopsWithLoops(in instructions: [Instruction]) -> Set<Int> {
    var result: Set<Int> = []
    var open: [Int] = []
    for (position, instruction) in instructions.enumerated() {
      switch instruction {
      case .loop:
        result.formUnion(open)
        open.append(position)
      case .endLoop: open.removeLast()
      default: break
      }
    }
    return result
  }

  /// The buffers that each block writes, by the position of its head.
  private static func writes(in instructions: [Instruction]) -> [Int: Set<BufferID>] {
    var result: [Int: Set<BufferID>] = [:]
    var open: [Int] = []
    for (position, instruction) in instructions.enumerated() {
      switch instruction {
      case .loop, .when: open.append(position)
      case .endLoop, .endWhen: open.removeLast()
      default: if let buffer = instruction.written { for head in open { result[head, default: []].insert(buffer) } }
      }
    }
    return result
  }

  /// How often each register is read, and whether always in the block that assigns it.
  private static func uses(in instructions: [Instruction]) -> [Register: Use] {
    var result: [Register: Use] = [:]
    var home: [Register: Int] = [:]
    var blocks = [0]
    var next = 1
    for instruction in instructions {
      for register in instruction.readRegisters {
        result[register, default: Use()].count += 1
        if home[register] != blocks.last { result[register]?.isInOwnBlock = false }
        if instruction.written == nil { result[register]?.isOnlyWritten = false }
      }
      if case .store(let access, .register(let register)) = instruction, !access.positions.isEmpty,
        access.registers.isEmpty, result[register]?.stored == nil
      {
        result[register]?.stored = access
      }
      switch instruction {
      case .loop, .when:
        blocks.append(next)
        next += 1
      case .endLoop, .endWhen: blocks.removeLast()
      case .compute(let register, _, _, _), .load(let register, _): home[register] = blocks.last
      default: break
      }
    }
    return result
  }

  // MARK: Steps

  mutating func step(_ instruction: Instruction) {
    switch instruction {
    case .compute(let register, let computation, let operands, _):
      let name = word(for: register) ?? word(for: computation, operands)
      var reads: Set<BufferID> = []
      for case .register(let operand) in operands { reads.formUnion(pending[operand]?.reads ?? []) }
      assign(register, expression(computation, operands, register), reads: reads, name)
    case .load(let register, let access):
      if let statement = gathered(access, register) { return assign(register, statement, reads: [], "value") }
      let type = layout.program.registers[register.index].type
      var expression = CExpression(text: element(access), isVarying: isVarying(access.buffer))
      if type == .bool { expression = dialect.condition(fromReal: expression) }
      if access.positions.isEmpty, !written.contains(access.buffer) || unchanged.contains(register) {
        // A single number that nobody changes has a name already.
        values[register] = expression
      } else {
        let known = layout.program.registers[register.index].name
        // An element of `h` that is called `h` is `h_t`.
        let isElement = known == nil || known == layout.program.buffers[access.buffer.index].name
        let name = isElement ? Self.word(for: expression) ?? known ?? "value" : known ?? "value"
        assign(register, expression, reads: [access.buffer], name)
      }
    case .store(let access, let operand):
      let value = real(operand)
      flush(reading: [access.buffer])
      write(access, value) { "\($0) = \($1);" }
    case .accumulate(let how, let access, let operand):
      let value = real(operand)
      flush(reading: [access.buffer])
      accumulate(how, access, value)
    case .fill(let buffer, let number): fill(buffer, number)
    case .call(let call, _):
      flush(reading: [call.output])
      self.call(call)
    case .loop, .endLoop, .when, .endWhen: break
    }
  }

  private mutating func assign(_ register: Register, _ expression: CExpression, reads: Set<BufferID>, _ name: String) {
    guard let use = uses[register] else { return }
    let isShort = expression.text.count <= (use.isOnlyWritten ? 96 : 72)
    if use.count == 1, use.isInOwnBlock, isShort {
      pending[register] = Pending(expression: expression, reads: reads, name: name)
    } else if isPlain(expression.text) {
      values[register] = expression
    } else {
      values[register] = named(expression, name)
    }
  }

  /// A number or a name: nothing is gained by naming it again. A name of memory may change.
  private func isPlain(_ text: String) -> Bool {
    Double(text) != nil || (text.hasSuffix("f") && Double(text.dropLast()) != nil)
  }

  /// Gives an expression a name of its own.
  mutating func named(_ expression: CExpression, _ wanted: String) -> CExpression {
    let name = names.identifier(for: wanted)
    code.line("const \(dialect.type(of: expression)) \(name) = \(expression.text);")
    return CExpression(text: name, isVarying: expression.isVarying, isCondition: expression.isCondition)
  }

  /// Names what waits and reads one of the buffers, before they change.
  mutating func flush(reading buffers: Set<BufferID>) {
    let due = pending.filter { !$0.value.reads.isDisjoint(with: buffers) }.map(\.key).sorted { $0.index < $1.index }
    for register in due {
      guard let waiting = pending.removeValue(forKey: register) else { continue }
      values[register] = named(waiting.expression, waiting.name)
    }
  }

  // MARK: Operands

  mutating func value(_ operand: Operand) -> CExpression {
    switch operand {
    case .register(let register):
      if let waiting = pending.removeValue(forKey: register) { return waiting.expression }
      return values[register] ?? CExpression(text: "EE_NAN")
    case .constant(let number): return dialect.literal(number)
    case .index(let expression):
      let inner = index(expression)
      return CExpression(text: "(\(dialect.real))\(inner.operand(.unary))", precedence: .unary)
    case .size(let size): return dialect.literal(Double(layout.value(size)))
    }
  }

  /// An operand as a number: conditions are 1 and 0.
  private mutating func real(_ operand: Operand) -> CExpression {
    let value = value(operand)
    return value.isCondition ? dialect.real(fromCondition: value) : value
  }

  /// An operand as a condition.
  private mutating func condition(_ operand: Operand) -> CExpression {
    if case .constant(let number) = operand { return CExpression(text: number != 0 ? "1" : "0", isCondition: true) }
    let value = value(operand)
    return value.isCondition ? value : dialect.condition(fromReal: value)
  }

  func isVarying(_ buffer: BufferID) -> Bool {
    dialect.hasLanes && layout.program.buffers[buffer.index].isVarying
  }

  // MARK: Computations

  private mutating func expression(
    _ computation: Computation, _ operands: [Operand], _ register: Register
  ) -> CExpression {
    switch computation {
    case .add: return binary("+", operands, .sum)
    case .subtract: return binary("-", operands, .sum)
    case .multiply: return binary("*", operands, .product)
    case .divide: return binary("/", operands, .product)
    case .negate:
      let value = real(operands[0])
      return CExpression(text: "-" + inner(value, .primary), precedence: .unary, isVarying: value.isVarying)
    case .reciprocal:
      return dialect.reciprocal(real(operands[0]))
    case .squareRoot: return functions.call("sqrt", "sqrt\(dialect.isSingle ? "f" : "")({0})", [real(operands[0])])
    case .power(let exponent): return functions.power(exponent, real(operands[0]))
    case .select:
      let condition = condition(operands[0])
      return functions.select(condition, real(operands[1]), real(operands[2]))
    case .function(let name): return function(name, operands)
    }
  }

  /// A minus before a minus would be a decrement.
  private func inner(_ value: CExpression, _ place: CExpression.Precedence) -> String {
    value.precedence < place || value.text.hasPrefix("-") ? "(\(value.text))" : value.text
  }

  private mutating func binary(
    _ symbol: String, _ operands: [Operand], _ place: CExpression.Precedence
  ) -> CExpression {
    var (left, right) = (real(operands[0]), real(operands[1]))
    if let a = left.number, let b = right.number, let value = dialect.folded(symbol, a, b) {
      return dialect.literal(value)
    }
    var symbol = symbol
    // The order of two operands is for readers: -0.5*x, x - 1.
    switch (symbol, left.number, right.number) {
    case ("*", nil, let factor?) where left.precedence >= .unary || factor < 0: swap(&left, &right)
    case ("+", let term?, nil):
      swap(&left, &right)
      if term < 0 { (symbol, right) = ("-", dialect.literal(-term)) }
    case ("+", nil, let term?) where term < 0: (symbol, right) = ("-", dialect.literal(-term))
    case ("-", nil, let term?) where term < 0: (symbol, right) = ("+", dialect.literal(-term))
    default: break
    }
    // The right operand binds tighter: a - (b + c), a*(b*c) as computed.
    let tighter: CExpression.Precedence = place == .comparison ? .sum : place == .sum ? .product : .unary
    let spaces = place == .product && symbol == "*" ? "" : " "
    // (a / b)*c says what is divided.
    let leftText =
      symbol == "*" && left.isQuotient ? "(\(left.text))" : left.operand(place == .comparison ? .sum : place)
    let isTight = place == .product || place == .sum
    let rightText = isTight && right.text.hasPrefix("-") ? "(\(right.text))" : right.operand(tighter)
    return CExpression(
      text: leftText + spaces + symbol + spaces + rightText, precedence: place,
      isVarying: left.isVarying || right.isVarying, isQuotient: symbol == "/")
  }

  private mutating func function(_ name: FunctionName, _ operands: [Operand]) -> CExpression {
    let comparisons = [
      "less": "<", "lessEqual": "<=", "greater": ">", "greaterEqual": ">=", "equal": "==", "notEqual": "!=",
    ]
    if let symbol = comparisons[name.name] {
      var result = binary(symbol, operands, .comparison)
      result.isCondition = true
      return result
    }
    switch name.name {
    case "and": return connective("&&", "&", operands, .and)
    case "or": return connective("||", "|", operands, .or)
    case "not":
      let value = condition(operands[0])
      return CExpression(
        text: (value.isVarying ? "~" : "!") + inner(value, .primary), precedence: .unary, isVarying: value.isVarying,
        isCondition: true)
    default: break
    }
    guard let spelling = Builtins[name]?.primitive?.spelling else { return CExpression(text: "EE_NAN") }
    functions.need(spelling.helpers(of: dialect))
    let arguments = operands.map { real($0) }
    return functions.call(name.name, dialect.template(spelling), arguments)
  }

  private mutating func connective(
    _ scalar: String, _ lanes: String, _ operands: [Operand], _ place: CExpression.Precedence
  ) -> CExpression {
    var sides = operands.map { condition($0) }
    let isVarying = sides.contains(where: \.isVarying)
    if isVarying { sides = sides.map(dialect.mask) }
    // Masks are compared first and joined bit by bit, where C's precedences help nobody.
    let texts = sides.map { isVarying ? $0.operand(.primary) : $0.operand(.comparison) }
    return CExpression(
      text: texts.joined(separator: " \(isVarying ? lanes : scalar) "), precedence: isVarying ? .conditional : place,
      isVarying: isVarying, isCondition: true)
  }
}
