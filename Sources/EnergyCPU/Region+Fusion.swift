import CEnergyKernels
import EnergyIR
import EnergyLowering

extension Region {
  /// Whether the computation may wait for its only reader, which then takes it in.
  mutating func isDeferrable(
    _ register: Register, _ computation: Computation, _ operands: [Operand], at position: Int
  ) throws(EvaluationError) -> Bool {
    let reading = readers[register.index, default: []]
    guard let reader = reading.first, reading.allSatisfy({ $0 == reader }), !outlasts(register),
      !compiler.exported.contains(register.index), scopes[reader] == scopes[position],
      let instruction = step(reader)
    else { return false }
    var varying = false
    for operand in operands where try isVarying(operand) { varying = true }
    guard varying || compiler.lanes == 1 else { return false }
    let product = factors(computation, operands)
    switch instruction {
    case .store(let access, _):
      let (place, indices) = try place(access)
      return indices.isEmpty && reading.count == 1 && place.isVarying == varying
    case .accumulate(let how, let access, _):
      guard product != nil, reading.count == 1, how == .add || how == .subtract else { return false }
      let (place, indices) = try place(access)
      return indices.isEmpty && place.isVarying == varying && (how == .add || !isReduction(place))
    case .compute(_, .add, let terms, _):
      return product != nil && reading.count == 1 && terms.count == 2
        && isFusable(operands, besides: other(terms, than: register), isSum: true, at: position)
    case .compute(_, .subtract, let terms, _):
      return product != nil && reading.count == 1 && terms.count == 2
        && isFusable(operands, besides: other(terms, than: register), isSum: false, at: position)
    case .compute(let square, let outer, let inner, _):
      // (x - y)² summed over the loop.
      guard computation == .subtract, let (left, right) = factors(outer, inner), left == right,
        let sums = readers[square.index], sums.count == 1, !outlasts(square), scopes[sums[0]] == scopes[position],
        case .accumulate(.add, let access, .register(square)) = step(sums[0])
      else { return false }
      let (place, indices) = try place(access)
      return indices.isEmpty && isReduction(place) && place.isVarying == varying
    default: return false
    }
  }

  private func other(_ terms: [Operand], than register: Register) -> Operand {
    terms[0] == .register(register) ? terms[1] : terms[0]
  }

  /// Whether fusing a product with a sum is harmless. In `a*b - c*d` only one of two equal products would be rounded,
  /// and what should be 0 could come out just below it, to the dismay of a root.
  private func isFusable(_ product: [Operand], besides other: Operand, isSum: Bool, at position: Int) -> Bool {
    guard case .register(let register) = other else { return true }
    guard let definition = definitions[register.index],
      case .compute(_, let computation, let operands, _) = step(definition),
      let (left, right) = factors(computation, operands)
    else { return true }
    // Of two products the later one waits, the earlier one is what it is added to.
    return definition < position && (isSum || magnitude(product) != magnitude([left, right]))
  }

  /// The size of a constant factor, if there is one.
  private func magnitude(_ factors: [Operand]) -> Double? {
    for case .constant(let value) in factors { return abs(value) }
    return nil
  }

  /// Whether an accumulation adds up the rows of a chunk.
  func isReduction(_ place: Place) -> Bool { chunk != nil && place.rowStride == 0 }

  /// The product that an operand stands for, if it was put off; it is then no longer waiting.
  mutating func takeProduct(_ operand: Operand) throws(EvaluationError) -> (Source, Source)? {
    guard case .register(let register) = operand, let waiting = deferred[register.index],
      let (left, right) = factors(waiting.computation, waiting.operands)
    else { return nil }
    deferred[register.index] = nil
    let first = try source(left)
    return (first, left == right ? first : try source(right))
  }

  /// The difference whose square an operand stands for, if both were put off.
  mutating func takeSquaredDifference(_ operand: Operand) throws(EvaluationError) -> (Source, Source)? {
    guard case .register(let register) = operand, let square = deferred[register.index],
      let (left, right) = factors(square.computation, square.operands), left == right,
      case .register(let root) = left, let difference = deferred[root.index], difference.computation == .subtract,
      difference.operands.count == 2
    else { return nil }
    deferred[register.index] = nil
    deferred[root.index] = nil
    return (try source(difference.operands[0]), try source(difference.operands[1]))
  }

  /// Where a register with several readers may be computed at once, because one of them stores it into a buffer that
  /// the region doesn't touch otherwise.
  mutating func inPlaceTarget(
    _ register: Register, _ computation: Computation, _ operands: [Operand], at position: Int
  ) throws(EvaluationError) -> Place? {
    guard !outlasts(register), !compiler.exported.contains(register.index) else { return nil }
    for reader in readers[register.index, default: []] where scopes[reader] == scopes[position] {
      guard case .store(let access, .register(register)) = step(reader), accessCounts[access.buffer.index] == 1
      else { continue }
      let (place, indices) = try place(access)
      guard indices.isEmpty, !isReduction(place) else { continue }
      var varying = false
      for operand in operands where try isVarying(operand) { varying = true }
      guard varying == place.isVarying else { continue }
      finishedStores.insert(reader)
      return place
    }
    return nil
  }

  /// Computes sine and cosine of one argument together.
  mutating func compileSineAndCosine(
    _ register: Register, _ computation: Computation, _ operands: [Operand], at position: Int
  ) throws(EvaluationError) -> Bool {
    guard case .function(let name) = computation, name == "sin" || name == "cos", operands.count == 1,
      case .register(let argument) = operands[0], !outlasts(register)
    else { return false }
    let partner: FunctionName = name == "sin" ? "cos" : "sin"
    for reader in readers[argument.index, default: []] where reader > position && scopes[reader] == scopes[position] {
      guard case .compute(let second, .function(partner), _, _) = step(reader), values[second.index] == nil,
        !outlasts(second), !compiler.exported.contains(second.index)
      else { continue }
      let value = try source(operands[0])
      let first = newRegister(isVarying: value.isVarying)
      let other = newRegister(isVarying: value.isVarying)
      let isSine = name == "sin"
      var operation = RegionOperation(
        operation: PlanOperation(
          code: .kernel, kernel: ek_sincos(compiler.level.rawValue, compiler.layout.precision.kernelType)))
      operation.out = isSine ? first : other
      operation.b = isSine ? other : first
      operation.writesB = true
      operation.a = value
      operation.lanes = value.isVarying ? compiler.lanes : 1
      operations.append(operation)
      values[register.index] = first
      values[second.index] = other
      return true
    }
    return false
  }
}
