import CEnergyKernels

// A part of a plan as the machine runs it: flat tables of plain values.

/// An address: a pointer and a run of terms.
struct RuntimeReference {
  var base: UnsafeMutableRawPointer?
  var firstTerm: Int32 = 0
  var termCount: Int32 = 0
}

/// `counters[slot]·stride`; strides of addresses are in bytes.
struct RuntimeTerm {
  var slot: Int
  var stride: Int
}

struct RuntimeForm {
  var offset: Int
  var firstTerm: Int
  var termCount: Int
}

struct RuntimeLoop {
  var slot: Int
  var firstLower: Int
  var lowerCount: Int
  var firstUpper: Int
  var upperCount: Int
  var chunk: Int
  var firstDerived: Int
  var derivedCount: Int
  var firstCondition: Int
  var conditionCount: Int
  var end: Int
}

struct RuntimeDerived {
  var slot: Int
  var form: Int
  var modulus: Int
  var step: Int
}

struct RuntimeCondition {
  var form: Int
  /// 0 for none.
  var modulus: Int
  var relation: PlanCondition.Relation
  var step: Int
}

struct RuntimeGather {
  /// `count` indices; only their addresses change from run to run.
  var indices: UnsafeMutablePointer<ek_index>
  var firstReference: Int
  var count: Int
  var lanes: Int
  var how: Int32
  var baseRow: Int
  var baseLane: Int
  var valueRow: Int
  var valueLane: Int
}

struct RuntimeOperation {
  var code: OperationCode
  var kernel: ek_kernel?
  var strides: UnsafePointer<ek_strides>
  var out: RuntimeReference
  var a: RuntimeReference
  var b: RuntimeReference
  var c: RuntimeReference
  var detail: Int
  var target: Int
}

/// Memory for values of one trivial type, with a fixed address.
final class Table<Element> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(_ values: [Element]) {
    count = values.count
    start = .allocate(capacity: max(1, values.count))
    start.initialize(from: values, count: values.count)
  }

  deinit {
    start.deinitialize(count: count)
    start.deallocate()
  }
}

/// 64-byte aligned memory for elements of either precision, zeroed.
final class AlignedMemory: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let byteCount: Int

  init(byteCount: Int) {
    self.byteCount = byteCount
    start = .allocate(byteCount: max(64, byteCount), alignment: 64)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: max(64, byteCount))
  }

  deinit { start.deallocate() }
}

/// Where the spaces of a plan lie.
struct SpaceBases {
  var tile: UnsafeMutableRawPointer
  var shared: UnsafeMutableRawPointer
  var constants: UnsafeMutableRawPointer
  var scratch: UnsafeMutableRawPointer

  func base(_ space: Space) -> UnsafeMutableRawPointer {
    switch space {
    case .tile: tile
    case .shared: shared
    case .constants: constants
    case .scratch: scratch
    }
  }
}

/// All tables of one part, with addresses for one thread.
final class RuntimePlan {
  let part: PlanPart
  let precision: Precision
  let bases: SpaceBases
  let operations: Table<RuntimeOperation>
  let terms: Table<RuntimeTerm>
  let forms: Table<RuntimeForm>
  let loops: Table<RuntimeLoop>
  let derived: Table<RuntimeDerived>
  let conditions: Table<RuntimeCondition>
  /// The first condition of each list, and how many.
  let conditionLists: Table<(first: Int, count: Int)>
  let counts: Table<(form: Int, step: Int)>
  let counters: Table<Int>
  let limits: Table<Int>
  let gathers: Table<RuntimeGather>
  /// Where the indices of gathers lie.
  let indexReferences: Table<RuntimeReference>
  private let indices: Table<ek_index>
  private let strides: Table<ek_strides>

  init(_ part: PlanPart, precision: Precision, bases: SpaceBases) {
    self.part = part
    self.precision = precision
    self.bases = bases
    var builder = Builder(size: precision.size, bases: bases)
    strides = Table(part.operations.map(\.strides))
    let stridesStart = UnsafePointer(strides.start)
    operations = Table(
      part.operations.enumerated().map { index, operation in
        RuntimeOperation(
          code: operation.code, kernel: operation.kernel, strides: stridesStart + index,
          out: builder.reference(operation.out), a: builder.reference(operation.a),
          b: builder.reference(operation.b), c: builder.reference(operation.c), detail: operation.detail,
          target: operation.target)
      })
    var references: [RuntimeReference] = []
    var indexList: [ek_index] = []
    for index in part.gathers.flatMap(\.indices) {
      references.append(builder.reference(index.place))
      indexList.append(
        ek_index(
          values: nil, row_stride: index.place.rowStride, lane_stride: index.place.isVarying ? 1 : 0,
          extent: index.extent, stride: index.stride))
    }
    indexReferences = Table(references)
    indices = Table(indexList)
    gathers = Table(Self.gathers(part, indices.start))
    var derivedList = part.derived.map { builder.derived($0) }
    var conditionList: [RuntimeCondition] = []
    let lists = part.conditions.map { list in
      let first = conditionList.count
      conditionList += list.map { builder.condition($0) }
      return (first: first, count: list.count)
    }
    loops = Table(
      part.loops.map { loop in
        let lower = loop.lower.map { builder.form($0) }
        let upper = loop.upper.map { builder.form($0) }
        let firstDerived = derivedList.count
        derivedList += loop.derived.map { builder.derived($0) }
        let firstCondition = conditionList.count
        conditionList += loop.conditions.map { builder.condition($0) }
        return RuntimeLoop(
          slot: Int(loop.slot), firstLower: lower.first ?? 0, lowerCount: lower.count, firstUpper: upper.first ?? 0,
          upperCount: upper.count, chunk: loop.chunk, firstDerived: firstDerived, derivedCount: loop.derived.count,
          firstCondition: firstCondition, conditionCount: loop.conditions.count, end: loop.end)
      })
    counts = Table(part.counts.map { (form: builder.form($0.form), step: $0.step) })
    derived = Table(derivedList)
    conditions = Table(conditionList)
    conditionLists = Table(lists)
    terms = Table(builder.terms)
    forms = Table(builder.forms)
    counters = Table([Int](repeating: 0, count: part.counterCount))
    limits = Table([Int](repeating: 0, count: part.counterCount))
  }

  private static func gathers(
    _ part: PlanPart, _ indices: UnsafeMutablePointer<ek_index>
  ) -> [RuntimeGather] {
    var first = 0
    var result = part.gathers.map { gather in
      defer { first += gather.indices.count }
      return RuntimeGather(
        indices: indices + first, firstReference: first, count: gather.indices.count, lanes: gather.lanes,
        how: gather.how, baseRow: 0, baseLane: 0, valueRow: 0, valueLane: 0)
    }
    for operation in part.operations where operation.code == .gather || operation.code == .scatter {
      // A gather reads the buffer that a scatter writes.
      let isGather = operation.code == .gather
      guard let base = isGather ? operation.a : operation.out, let value = isGather ? operation.out : operation.a
      else { continue }
      result[operation.detail].baseRow = base.rowStride
      result[operation.detail].baseLane = base.isVarying ? 1 : 0
      result[operation.detail].valueRow = value.rowStride
      result[operation.detail].valueLane = value.isVarying ? 1 : 0
    }
    return result
  }

  private struct Builder {
    let size: Int
    let bases: SpaceBases
    var terms: [RuntimeTerm] = []
    var forms: [RuntimeForm] = []

    mutating func reference(_ place: Place?) -> RuntimeReference {
      guard let place else { return RuntimeReference(base: nil) }
      let first = terms.count
      terms += place.terms.map { RuntimeTerm(slot: Int($0.slot), stride: $0.stride * size) }
      return RuntimeReference(
        base: bases.base(place.space) + place.offset * size, firstTerm: Int32(first),
        termCount: Int32(place.terms.count))
    }

    mutating func form(_ form: AffineForm) -> Int {
      forms.append(RuntimeForm(offset: form.offset, firstTerm: terms.count, termCount: form.terms.count))
      terms += form.terms.map { RuntimeTerm(slot: Int($0.slot), stride: $0.stride) }
      return forms.count - 1
    }

    mutating func derived(_ counter: DerivedCounter) -> RuntimeDerived {
      RuntimeDerived(
        slot: Int(counter.slot), form: form(counter.form), modulus: counter.modulus, step: counter.step)
    }

    mutating func condition(_ condition: PlanCondition) -> RuntimeCondition {
      RuntimeCondition(
        form: form(condition.form), modulus: condition.modulus ?? 0, relation: condition.relation,
        step: condition.step)
    }
  }
}
