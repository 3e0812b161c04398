import CEnergyKernels
import EnergyBuiltins
import EnergyIR
import EnergyLowering

/// Which code computes something.
enum KernelChoice {
  case unary(Int32)
  case binary(Int32)
  case select
  /// A whole power.
  case power(Int)
  /// A root, then a whole power of it.
  case powerOfRoot(Int)
  case scalar(ScalarFunction)
}

extension Region {
  private var level: Int32 { compiler.level.rawValue }
  private var type: Int32 { compiler.layout.precision.kernelType }

  func choose(_ computation: Computation, arity: Int) throws(EvaluationError) -> KernelChoice {
    switch computation {
    case .add: return .binary(ek_find_binary("add"))
    case .subtract: return .binary(ek_find_binary("subtract"))
    case .multiply: return .binary(ek_find_binary("multiply"))
    case .divide: return .binary(ek_find_binary("divide"))
    case .negate: return .unary(ek_find_unary("negate"))
    case .reciprocal: return .unary(ek_find_unary("reciprocal"))
    case .squareRoot: return .unary(ek_find_unary("sqrt"))
    case .select: return .select
    case .power(let exponent):
      // Beyond 64 the rounding errors of repeated multiplication would add up.
      let twice = exponent * 2
      guard abs(exponent) <= 64, twice == twice.rounded() else { return .binary(ek_find_binary("pow")) }
      if exponent == exponent.rounded() {
        switch exponent {
        case 1: return .unary(ek_find_unary("copy"))
        case -1: return .unary(ek_find_unary("reciprocal"))
        case 2: return .unary(ek_find_unary("square"))
        case 3: return .unary(ek_find_unary("cube"))
        default: return .power(Int(exponent))
        }
      }
      switch exponent {
      case 0.5: return .unary(ek_find_unary("sqrt"))
      case -0.5: return .unary(ek_find_unary("rsqrt"))
      default: return .powerOfRoot(Int(twice))
      }
    case .function(let name):
      if arity == 1, case let position = ek_find_unary(name.name), position >= 0 { return .unary(position) }
      let isVariadic = ["min", "max", "and", "or"].contains(name)
      if arity == 2 || (arity > 2 && isVariadic), case let position = ek_find_binary(name.name), position >= 0 {
        return .binary(position)
      }
      if arity == 3, name == "select" { return .select }
      guard let function = compiler.scalarFunctions(name, arity) else { throw .unknownFunction(name.name) }
      return .scalar(function)
    }
  }

  /// Emits a computation; into `target` where it is given, else into the place that `lasting` asks for, else into a
  /// register of the region.
  mutating func emit(
    _ computation: Computation, _ operands: [Operand], into target: Place?,
    lasting: (inout Region, Bool) -> Place?
  ) throws(EvaluationError) -> Source {
    // Decided before the operands are compiled, which may compute what is waiting.
    if let fused = try fuse(computation, operands, into: target, lasting: lasting) { return fused }
    var sources: [Source] = []
    for operand in operands { sources.append(try source(operand)) }
    let isVarying = sources.contains(where: \.isVarying)
    let choice = try choose(computation, arity: operands.count)
    let out = output(into: target, isVarying: isVarying, lasting: lasting)
    switch choice {
    case .unary(let position):
      kernel(ek_unary(level, type, position), out: out, sources[0])
    case .binary(let position):
      if sources.count < 2, case .power(let exponent) = computation {
        sources.append(.place(compiler.constants.place(exponent)))
      }
      guard sources.count >= 2 else { throw .malformed("too few operands") }
      // More than two operands combine from the left.
      var left = sources[0]
      for (index, right) in sources.dropFirst().enumerated() {
        let isLast = index == sources.count - 2
        let varying = left.isVarying || right.isVarying
        let partial = isLast ? out : newRegister(isVarying: varying)
        binary(position, out: partial, left, right)
        left = partial
      }
    case .select:
      guard sources.count == 3 else { throw .malformed("a select needs three operands") }
      ternary(EK_SELECT, out: out, sources[0], sources[1], sources[2])
    case .power(let exponent):
      wholePower(exponent, out: out, sources[0])
    case .powerOfRoot(let twice):
      let root = newRegister(isVarying: isVarying)
      kernel(ek_unary(level, type, ek_find_unary("sqrt")), out: root, sources[0])
      wholePower(twice, out: out, root)
    case .scalar(let function):
      var operation = RegionOperation(operation: PlanOperation(code: .scalar, detail: compiler.part.scalars.count))
      compiler.part.scalars.append(function)
      operation.out = out
      operation.a = sources.first
      operation.b = sources.count > 1 ? sources[1] : nil
      operation.c = sources.count > 2 ? sources[2] : nil
      finishKernel(&operation, isVarying: isVarying)
    }
    return out
  }

  private mutating func output(
    into target: Place?, isVarying: Bool, lasting: (inout Region, Bool) -> Place?
  ) -> Source {
    if let target { return .place(target) }
    if let place = lasting(&self, isVarying) { return .place(place) }
    return newRegister(isVarying: isVarying)
  }

  /// A sum or difference with a product that waited for it.
  private mutating func fuse(
    _ computation: Computation, _ operands: [Operand], into target: Place?,
    lasting: (inout Region, Bool) -> Place?
  ) throws(EvaluationError) -> Source? {
    guard computation == .add || computation == .subtract, operands.count == 2 else { return nil }
    let which: Int
    let left: Source
    let right: Source
    let summand: Operand
    if let (x, y) = try takeProduct(operands[1]) {
      (left, right, summand) = (x, y, operands[0])
      which = computation == .add ? EK_FMA : EK_FNMA
    } else if let (x, y) = try takeProduct(operands[0]) {
      (left, right, summand) = (x, y, operands[1])
      which = computation == .add ? EK_FMA : EK_FMS
    } else {
      return nil
    }
    let last = try source(summand)
    let isVarying = left.isVarying || right.isVarying || last.isVarying
    let out = output(into: target, isVarying: isVarying, lasting: lasting)
    ternary(which, out: out, left, right, last)
    return out
  }

  // MARK: Kernels

  /// Whether an operand is read a lane at a time by an operation of that kind.
  private func isLanewise(_ source: Source, isVarying: Bool) -> Bool {
    if isVarying { return source.isVarying }
    if case .place(let place) = source { return chunk == nil ? place.space != .constants : place.rowStride != 0 }
    return true
  }

  mutating func kernel(_ kernel: ek_kernel?, out: Source, _ a: Source, _ b: Source? = nil, _ c: Source? = nil) {
    var operation = RegionOperation(operation: PlanOperation(code: .kernel, kernel: kernel))
    operation.out = out
    operation.a = a
    operation.b = b
    operation.c = c
    finishKernel(&operation, isVarying: out.isVarying)
  }

  private mutating func finishKernel(_ operation: inout RegionOperation, isVarying: Bool) {
    operation.lanes = isVarying ? compiler.lanes : 1
    operation.lanewise = [operation.a, operation.b, operation.c].map { source in
      source.map { isLanewise($0, isVarying: isVarying) } ?? true
    }
    operations.append(operation)
  }

  /// One value a lane from one for all.
  private mutating func spread(_ source: Source) -> Source {
    let out = newRegister(isVarying: true)
    kernel(ek_splat(level, type), out: out, source)
    return out
  }

  mutating func copy(_ source: Source, into target: Place?) -> Source {
    let out = target.map(Source.place) ?? newRegister(isVarying: source.isVarying)
    let spreads = out.isVarying != source.isVarying || !isLanewise(source, isVarying: out.isVarying)
    let copying = spreads ? ek_splat(level, type) : ek_unary(level, type, ek_find_unary("copy"))
    kernel(copying, out: out, source)
    return out
  }

  private mutating func binary(_ position: Int32, out: Source, _ x: Source, _ y: Source) {
    let isVarying = out.isVarying
    var mode = EK_VV
    switch (isLanewise(x, isVarying: isVarying), isLanewise(y, isVarying: isVarying)) {
    case (true, false): mode = EK_VU
    case (false, true): mode = EK_UV
    default: mode = EK_VV
    }
    kernel(ek_binary(level, type, position, Int32(mode)), out: out, x, y)
  }

  mutating func ternary(_ which: Int, out: Source, _ x: Source, _ y: Source, _ z: Source) {
    let isVarying = out.isVarying
    var (x, y) = (x, y)
    if !isLanewise(x, isVarying: isVarying) {
      if which != EK_SELECT, isLanewise(y, isVarying: isVarying) {
        (x, y) = (y, x)
      } else if isVarying {
        x = spread(x)
      }
    }
    let mode =
      (isLanewise(y, isVarying: isVarying) ? 0 : 1) + (isLanewise(z, isVarying: isVarying) ? 0 : 2)
    kernel(ek_ternary(level, type, Int32(which), Int32(mode)), out: out, x, y, z)
  }

  private mutating func wholePower(_ exponent: Int, out: Source, _ x: Source) {
    kernel(ek_power(level, type), out: out, x, .place(compiler.constants.place(Double(exponent))))
    // The exponent is one number for all rows.
    operations[operations.count - 1].lanewise[1] = false
  }

  // MARK: Stores

  mutating func compileStore(_ access: Access, _ operand: Operand) throws(EvaluationError) {
    let (place, indices) = try place(access)
    if !indices.isEmpty {
      try scatter(-1, access, place, indices, operand)
      return
    }
    if case .register(let register) = operand, let waiting = deferred.removeValue(forKey: register.index) {
      _ = try emit(waiting.computation, waiting.operands, into: place) { _, _ in nil }
      return
    }
    let value = try source(operand)
    if value.isVarying, !place.isVarying { throw .malformed("a lane's value in a buffer without lanes") }
    _ = copy(value, into: place)
  }

  mutating func compileAccumulate(
    _ how: Accumulation, _ access: Access, _ operand: Operand
  ) throws(EvaluationError) {
    let (place, indices) = try place(access)
    if !indices.isEmpty {
      try scatter(how.reduction, access, place, indices, operand)
      return
    }
    if isReduction(place) {
      if how == .add, let (x, y) = try takeSquaredDifference(operand) {
        reduce(EK_SQUARED_DISTANCE, place, x, y)
      } else if how == .add, let (x, y) = try takeProduct(operand) {
        reduce(EK_DOT, place, x, y)
      } else {
        reduce(Int(how.reduction), place, try source(operand), nil)
      }
      return
    }
    let out = Source.place(place)
    if how == .add || how == .subtract, let (x, y) = try takeProduct(operand) {
      ternary(how == .add ? EK_FMA : EK_FNMA, out: out, x, y, out)
      return
    }
    let value = try source(operand)
    if value.isVarying, !place.isVarying { throw .malformed("a lane's value in a buffer without lanes") }
    binary(ek_find_binary(how.kernelName), out: out, out, value)
  }

  private mutating func reduce(_ which: Int, _ place: Place, _ x: Source, _ y: Source?) {
    let isVarying = place.isVarying
    var (x, y) = (x, y)
    if !isLanewise(x, isVarying: isVarying) {
      if let other = y, isLanewise(other, isVarying: isVarying) {
        (x, y) = (other, x)
      } else if isVarying {
        x = spread(x)
      }
    }
    let mode = y.map { isLanewise($0, isVarying: isVarying) ? EK_VV : EK_VU } ?? EK_VV
    kernel(ek_reduce(level, type, Int32(which), Int32(mode)), out: .place(place), x, y)
  }

  private mutating func scatter(
    _ how: Int32, _ access: Access, _ place: Place, _ indices: [PlanGather.Index], _ operand: Operand
  ) throws(EvaluationError) {
    var operation = RegionOperation(operation: PlanOperation(code: .scatter, detail: compiler.part.gathers.count))
    for case .register(let index) in access.positions { operation.indices.append(try source(.register(index))) }
    operation.out = .place(place)
    operation.a = try source(operand)
    compiler.part.gathers.append(
      PlanGather(
        indices: indices, buffer: compiler.program.buffers[access.buffer.index].name,
        lanes: place.isVarying ? compiler.lanes : 1, how: how))
    operations.append(operation)
  }
}

extension Accumulation {
  var reduction: Int32 {
    switch self {
    case .add: Int32(EK_SUM)
    case .subtract: Int32(EK_DIFFERENCE)
    case .multiply: Int32(EK_PRODUCT)
    case .min: Int32(EK_MIN)
    case .max: Int32(EK_MAX)
    }
  }

  var kernelName: String { self == .add ? "add" : rawValue }
}
