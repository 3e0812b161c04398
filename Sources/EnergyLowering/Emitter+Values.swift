import EnergyIR

extension Emitter {
  // MARK: Placement

  /// The outermost scope in which a term may be computed: it binds the variables, and no guard is left that keeps
  /// an access of the term in range. Conditions directly inside that scope are entered again, since hoisting out
  /// of them saves nothing.
  func placement(of term: TermID) -> Int {
    let free = terms[term].free
    let partial = terms[term].partial
    var index = chain.count - 1
    while index > 0 {
      let scope = chain[index]
      if let variable = scope.level?.variable, free.contains(variable) { break }
      if !scope.guarded.isDisjoint(with: partial) { break }
      index -= 1
    }
    while index + 1 < chain.count, chain[index + 1].isCondition { index += 1 }
    return index
  }

  func known(_ term: TermID) -> (operand: Operand, scope: Int)? {
    for index in chain.indices.reversed() {
      if let operand = chain[index].values[term] { return (operand, index) }
    }
    return nil
  }

  // MARK: Values

  /// The operand that holds a term's value; computes what is missing. No recursion.
  func operand(of root: TermID) -> Operand {
    var stack = [root]
    while let term = stack.last {
      if immediate(term) != nil || known(term) != nil {
        stack.removeLast()
        continue
      }
      let missing = compute(term)
      if missing.isEmpty {
        stack.removeLast()
      } else {
        stack += missing.reversed()
      }
    }
    return resolved(root)
  }

  private func immediate(_ term: TermID) -> Operand? {
    switch terms[term].operation {
    case .constant(let value): .constant(value)
    case .index(let expression): .index(expression)
    case .size(let size): .size(size)
    default: nil
    }
  }

  /// The operand of a term that has been computed.
  func resolved(_ term: TermID) -> Operand {
    if let operand = immediate(term) ?? known(term)?.operand { return operand }
    preconditionFailure("a term is computed before it is used")
  }

  /// Which of the terms have yet to be computed.
  func missing(_ needed: [TermID]) -> [TermID] { needed.filter { immediate($0) == nil && known($0) == nil } }

  /// Writes the instruction for one term; or returns the terms it needs first.
  private func compute(_ term: TermID) -> [TermID] {
    let arguments = terms[term].arguments
    switch terms[term].operation {
    case .constant, .index, .size: return []
    case .read(let array, let positions):
      let missing = missing(arguments)
      if !missing.isEmpty { return missing }
      let access = Access(buffer(of: array), positions.map(accessPosition))
      load(term, access, at: home(of: term, from: arguments))
      return []
    case .reduce:
      guard let (buffer, defined) = accumulator(of: term) else {
        preconditionFailure("a reduction is scheduled before it is read")
      }
      load(term, Access(buffer, []), at: max(defined, placement(of: term)))
      return []
    case .apply(let function):
      let missing = missing(arguments)
      if missing.isEmpty { write(term, .function(function), arguments) }
      return missing
    case .select:
      let missing = missing(arguments)
      if missing.isEmpty { write(term, .select, arguments) }
      return missing
    case .mul(let exponents): return computeProduct(term, Array(zip(arguments, exponents)))
    case .add(let coefficients, let constant): return computeSum(term, Array(zip(coefficients, arguments)), constant)
    }
  }

  // MARK: Instructions

  func newRegister(type: ElementType, isVarying: Bool) -> Register {
    program.registers.append(RegisterInfo(type: type, isVarying: isVarying))
    return Register(program.registers.count - 1)
  }

  /// A register for the element of a buffer.
  private func load(_ term: TermID, _ access: Access, at scope: Int) {
    var isVarying = program.buffers[access.buffer.index].isVarying
    for case .register(let register) in access.positions {
      isVarying = isVarying || program.registers[register.index].isVarying
    }
    let register = newRegister(type: terms[term].type, isVarying: isVarying)
    chain[scope].items.append(.load(register, access))
    settle(term, as: .register(register), at: scope)
  }

  /// The scope for a term whose arguments have been computed.
  func home(of term: TermID, from arguments: [TermID]) -> Int {
    arguments.reduce(placement(of: term)) { max($0, known($1)?.scope ?? 0) }
  }

  /// Computes `term` from other terms, which have been computed.
  func write(_ term: TermID, _ computation: Computation, _ arguments: [TermID]) {
    let at = home(of: term, from: arguments)
    settle(term, as: step(term, at: at, computation, arguments.map(resolved)), at: at)
  }

  /// Remembers what holds a term's value. The register is called as the term is.
  func settle(_ term: TermID, as operand: Operand, at scope: Int) {
    chain[scope].values[term] = operand
    guard case .register(let register) = operand, program.registers[register.index].name == nil,
      let name = terms.name(of: term)
    else { return }
    program.registers[register.index].name = name
  }

  /// Computes an intermediate value of `term` in the scope `at`.
  func step(_ term: TermID, at scope: Int, _ computation: Computation, _ operands: [Operand]) -> Operand {
    let isVarying = operands.contains { operand in
      if case .register(let register) = operand { return program.registers[register.index].isVarying }
      return false
    }
    let register = newRegister(type: terms[term].type, isVarying: isVarying)
    chain[scope].items.append(.compute(register, computation, operands, node: terms[term].node))
    return .register(register)
  }

  // MARK: Sums

  private func computeSum(_ term: TermID, _ parts: [(Double, TermID)], _ constant: Double) -> [TermID] {
    // What is the same for all iterations of inner loops is added up outside of them.
    let depths = parts.map { placement(of: $0.1) }
    let deepest = depths.max() ?? 0
    if parts.count > 1, depths.contains(where: { $0 < deepest }) {
      let outer = parts.indices.filter { depths[$0] < deepest }.map { parts[$0] }
      let inner = parts.indices.filter { depths[$0] == deepest }.map { parts[$0] }
      if outer.count > 1 || constant != 0 || outer[0].0 != 1 && abs(outer[0].0) != 1 {
        let prefix = terms.internSum(outer, constant: constant, type: terms[term].type)
        return computeFlatSum(term, [(1, prefix)] + inner, 0)
      }
    }
    return computeFlatSum(term, parts, constant)
  }

  /// What is added up: parts with the same factor, but for its sign, are added up before they are multiplied by it.
  private func collected(_ parts: [(Double, TermID)], of term: TermID, at place: Int) -> [(Double, Operand)] {
    var members: [Double: [(Double, TermID)]] = [:]
    for part in parts where abs(part.0) != 1 { members[abs(part.0), default: []].append(part) }
    var result: [(Double, Operand)] = []
    for (coefficient, part) in parts {
      let size = abs(coefficient)
      guard let same = members[size], same.count != 1 else {
        result.append((coefficient, resolved(part)))
        continue
      }
      if same.isEmpty { continue }
      members[size] = []
      var sum = resolved(same[0].1)
      for (other, part) in same.dropFirst() {
        sum = step(term, at: place, other * coefficient > 0 ? .add : .subtract, [sum, resolved(part)])
      }
      result.append((coefficient, sum))
    }
    return result
  }

  private func computeFlatSum(_ term: TermID, _ parts: [(Double, TermID)], _ constant: Double) -> [TermID] {
    if parts.count == 1, constant == 0 { return computeScaled(term, parts[0].0, parts[0].1) }
    let parts = withNumbersOutside(parts, constant)
    let needed = missing(parts.map(\.1))
    if !needed.isEmpty { return needed }
    let at = home(of: term, from: parts.map(\.1))
    // c·a ± c·b takes one multiplication.
    let magnitude = abs(parts[0].0)
    let isCommon = constant == 0 && magnitude != 1 && parts.allSatisfy { abs($0.0) == magnitude }
    let scaled = isCommon ? parts.map { ($0.0 / magnitude, $0.1) } : parts
    var ordered = scaled
    if constant == 0, let first = ordered.firstIndex(where: { $0.0 == 1 }) {
      ordered.insert(ordered.remove(at: first), at: 0)
    }
    var sum: Operand = .constant(constant)
    var isEmpty = constant == 0
    for (coefficient, operand) in collected(ordered, of: term, at: at) {
      if isEmpty {
        isEmpty = false
        sum =
          switch coefficient {
          case 1: operand
          case -1: step(term, at: at, .negate, [operand])
          default: step(term, at: at, .multiply, [operand, .constant(coefficient)])
          }
      } else if abs(coefficient) == 1 {
        sum = step(term, at: at, coefficient > 0 ? .add : .subtract, [sum, operand])
      } else {
        let product = step(term, at: at, .multiply, [operand, .constant(abs(coefficient))])
        sum = step(term, at: at, coefficient > 0 ? .add : .subtract, [sum, product])
      }
    }
    if isCommon { sum = step(term, at: at, .multiply, [sum, .constant(magnitude)]) }
    settle(term, as: sum, at: at)
    return []
  }

  /// Numbers before products go to a factor that an outer scope computes; a sign only where no term is positive.
  private func withNumbersOutside(_ parts: [(Double, TermID)], _ constant: Double) -> [(Double, TermID)] {
    var needsPositive = constant == 0 && parts.allSatisfy { $0.0 < 0 }
    return parts.map { coefficient, part in
      guard coefficient != 1, coefficient != -1 || needsPositive, known(part) == nil,
        let product = terms.signCarrier(part), Set(terms[product].arguments.map(placement)).count > 1
      else { return (coefficient, part) }
      needsPositive = false
      let scaled = terms.internSum([(coefficient, product)], constant: 0)
      if product == part { return (1, scaled) }
      return (1, terms.select(terms[part].arguments[0], scaled, terms.constant(0)))
    }
  }

  /// `c·a`: the number goes to the outermost factor.
  private func computeScaled(_ term: TermID, _ factor: Double, _ argument: TermID) -> [TermID] {
    if known(argument) == nil, case .mul(let exponents) = terms[argument].operation {
      let factors = Array(zip(terms[argument].arguments, exponents))
      let depths = factors.map { placement(of: $0.0) }
      if let deepest = depths.max(), let first = depths.min(), first < deepest {
        let outer = terms.internProduct(factors.indices.filter { depths[$0] == first }.map { factors[$0] })
        let scaled = terms.internSum([(factor, outer)], constant: 0)
        let rest = factors.indices.filter { depths[$0] != first }.map { factors[$0] }
        return computeProduct(term, [(scaled, 1)] + rest)
      }
    }
    let needed = missing([argument])
    if !needed.isEmpty { return needed }
    let at = home(of: term, from: [argument])
    let operand = resolved(argument)
    let isSign = factor == -1
    let scaled = step(term, at: at, isSign ? .negate : .multiply, isSign ? [operand] : [operand, .constant(factor)])
    settle(term, as: scaled, at: at)
    return []
  }
}
