import CEnergyKernels

/// Runs a plan on one tile after another; one machine a thread.
final class TileMachine {
  let plan: RuntimePlan
  private let operations: UnsafeMutablePointer<RuntimeOperation>
  let counters: UnsafeMutablePointer<Int>
  private let terms: UnsafeMutablePointer<RuntimeTerm>
  private let forms: UnsafeMutablePointer<RuntimeForm>
  private let loops: UnsafeMutablePointer<RuntimeLoop>
  private let limits: UnsafeMutablePointer<Int>
  let level: VectorLevel
  let gatherFunction: ek_gather_function
  let scatterFunction: ek_scatter_function

  init(_ plan: RuntimePlan, level: VectorLevel) {
    self.plan = plan
    self.level = level
    gatherFunction = ek_gather(level.rawValue, plan.precision.kernelType)
    scatterFunction = ek_scatter(level.rawValue, plan.precision.kernelType)
    operations = plan.operations.start
    counters = plan.counters.start
    terms = plan.terms.start
    forms = plan.forms.start
    loops = plan.loops.start
    limits = plan.limits.start
  }

  @inline(__always) func address(_ reference: RuntimeReference) -> UnsafeMutableRawPointer? {
    guard var pointer = reference.base else { return nil }
    var term = terms + Int(reference.firstTerm)
    for _ in 0..<reference.termCount {
      pointer += counters[term.pointee.slot] &* term.pointee.stride
      term += 1
    }
    return pointer
  }

  @inline(__always) func value(ofForm index: Int) -> Int {
    let form = forms[index]
    var sum = form.offset
    var term = terms + form.firstTerm
    for _ in 0..<form.termCount {
      sum &+= counters[term.pointee.slot] &* term.pointee.stride
      term += 1
    }
    return sum
  }

  func index(of operation: UnsafeMutablePointer<RuntimeOperation>) -> Int { operation - operations }

  /// How many jumps back to a loop's beginning pass between two questions whether to stop: some milliseconds.
  private static let patience = 1 << 12

  /// Runs the whole part once.
  /// - Parameter isCancelled: asked now and then within long loops; where it says yes, the run ends with `.cancelled`.
  func run(isCancelled: (@Sendable () -> Bool)? = nil) throws(EvaluationError) {
    var position = 0
    var rows = 1
    var jumps = 0
    while true {
      let operation = operations + position
      switch operation.pointee.code {
      case .kernel:
        let out = address(operation.pointee.out)
        let a = address(operation.pointee.a)
        let b = address(operation.pointee.b)
        let c = address(operation.pointee.c)
        operation.pointee.kernel?(out, a, b, c, operation.pointee.strides, rows)
      case .chunk:
        let loop = loops + operation.pointee.detail
        guard enter(loop) else {
          position = loop.pointee.end
          continue
        }
        rows = beginChunk(loop)
      case .endChunk:
        let loop = loops + operation.pointee.detail
        counters[loop.pointee.slot] &+= rows
        if counters[loop.pointee.slot] < limits[loop.pointee.slot] {
          rows = beginChunk(loop)
          position = operation.pointee.target
          jumps &+= 1
          if jumps & (Self.patience - 1) == 0, isCancelled?() == true { throw .cancelled }
          continue
        }
        rows = 1
      case .loop:
        let loop = loops + operation.pointee.detail
        guard enter(loop) else {
          position = loop.pointee.end
          continue
        }
      case .endLoop:
        let loop = loops + operation.pointee.detail
        counters[loop.pointee.slot] &+= 1
        if counters[loop.pointee.slot] < limits[loop.pointee.slot] {
          position = operation.pointee.target
          jumps &+= 1
          if jumps & (Self.patience - 1) == 0, isCancelled?() == true { throw .cancelled }
          continue
        }
      case .when:
        let list = plan.conditionLists.start[operation.pointee.detail]
        var holds = true
        for index in list.first..<(list.first + list.count) where holds {
          holds = self.holds(plan.conditions.start + index)
        }
        if !holds {
          position = operation.pointee.target
          continue
        }
      case .derive:
        let derived = plan.derived.start[operation.pointee.detail]
        counters[derived.slot] = floorMod(value(ofForm: derived.form), derived.modulus)
      case .count:
        count(operation, rows: rows)
      case .product:
        product(operation)
      case .gather, .scatter:
        try moveIndexed(operation, rows: rows)
      case .scalar:
        callScalar(operation, rows: rows)
      case .linear:
        try callLinear(plan.part.linear[operation.pointee.detail])
      case .stop:
        return
      }
      position += 1
    }
  }

  @inline(__always) private func enter(_ loop: UnsafeMutablePointer<RuntimeLoop>) -> Bool {
    var low = Int.min
    for index in 0..<loop.pointee.lowerCount { low = max(low, value(ofForm: loop.pointee.firstLower + index)) }
    var high = Int.max
    for index in 0..<loop.pointee.upperCount { high = min(high, value(ofForm: loop.pointee.firstUpper + index)) }
    counters[loop.pointee.slot] = low
    limits[loop.pointee.slot] = high
    return low < high
  }

  /// How many iterations the chunk takes that starts where the counter stands. It ends where a modulus wraps or a
  /// condition changes, so that within a chunk addresses are affine and conditions constant.
  @inline(__always) private func beginChunk(_ loop: UnsafeMutablePointer<RuntimeLoop>) -> Int {
    let slot = loop.pointee.slot
    var rows = min(loop.pointee.chunk, limits[slot] &- counters[slot])
    for index in 0..<loop.pointee.derivedCount {
      let derived = plan.derived.start + (loop.pointee.firstDerived + index)
      let value = floorMod(value(ofForm: derived.pointee.form), derived.pointee.modulus)
      counters[derived.pointee.slot] = value
      let step = derived.pointee.step
      if step > 0 {
        rows = min(rows, (derived.pointee.modulus - 1 - value) / step + 1)
      } else if step < 0 {
        rows = min(rows, value / -step + 1)
      }
    }
    for index in 0..<loop.pointee.conditionCount {
      rows = min(rows, run(of: plan.conditions.start + (loop.pointee.firstCondition + index)))
    }
    return rows
  }

  private func holds(_ condition: UnsafeMutablePointer<RuntimeCondition>) -> Bool {
    var number = value(ofForm: condition.pointee.form)
    if condition.pointee.modulus > 0 { number = floorMod(number, condition.pointee.modulus) }
    switch condition.pointee.relation {
    case .atLeastZero: return number >= 0
    case .equalsZero: return number == 0
    case .differsFromZero: return number != 0
    }
  }

  /// For how many iterations from here the condition stays what it is.
  private func run(of condition: UnsafeMutablePointer<RuntimeCondition>) -> Int {
    let step = condition.pointee.step
    if step == 0 { return .max }
    if condition.pointee.modulus > 0 { return 1 }
    let number = value(ofForm: condition.pointee.form)
    switch condition.pointee.relation {
    case .atLeastZero:
      if step > 0 { return number >= 0 ? .max : (-number + step - 1) / step }
      return number >= 0 ? number / -step + 1 : .max
    case .equalsZero, .differsFromZero:
      if number == 0 { return 1 }
      let (steps, rest) = (-number).quotientAndRemainder(dividingBy: step)
      return rest == 0 && steps > 0 ? steps : .max
    }
  }
}

/// The remainder that has the sign of the modulus, which is positive.
@inline(__always) func floorMod(_ value: Int, _ modulus: Int) -> Int {
  let rest = value % modulus
  return rest < 0 ? rest + modulus : rest
}
