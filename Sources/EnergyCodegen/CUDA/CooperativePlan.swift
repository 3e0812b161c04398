import EnergyIR
import EnergyLowering

/// How threads that share a sample share its loops.
///
/// The arrays lie where all threads see them; single numbers are every thread's own and the same in all of them. A loop is
/// distributed over the threads where its rounds are independent: what it writes lies at places that differ from round to
/// round, and what it adds up in single numbers is added up across threads afterwards. All else runs in every thread alike,
/// and the first thread writes its results. So every program has a plan; `share` says how much of it is spread.
struct CooperativePlan {
  /// A loop whose rounds are spread over the threads.
  struct Distributed {
    /// What is left out in each pass, by position: additions that would meet in one place go into passes of their own.
    var passes: [Set<Int>]
  }

  /// Distributed loops by the position of their heads.
  private(set) var distributed: [Int: Distributed] = [:]
  /// Numbers that threads add up apart during a loop, by the position of its head.
  private(set) var partials: [Int: [(buffer: BufferID, how: Accumulation)]] = [:]
  /// Small arrays that every round fills anew: each thread has its own.
  private(set) var privateArrays: Set<BufferID> = []
  /// Where blocks end, by the position of their heads.
  let ends: [Int: Int]
  /// The part of the work that is spread over the threads, 0 … 1.
  private(set) var share = 0.0

  /// Loops whose rounds are taken in units, by their outermost heads.
  private(set) var nests: [Int: CooperativeNest] = [:]

  let instructions: [Instruction]
  let layout: ProgramLayout
  private let outputs: Set<BufferID>
  private var parents: [Int: Int] = [:]
  /// Every place where a buffer occurs, in order.
  private(set) var touches: [BufferID: [Int]] = [:]
  private var reductions: [BufferID: (how: Accumulation, heads: [Int])] = [:]

  /// The most numbers of an array that each thread has for itself.
  private static let privateLimit = 32
  /// From how many rounds on an inner loop is spread instead of the one around it.
  private static let warp = 32

  init(_ instructions: [Instruction], _ layout: ProgramLayout, outputs: Set<BufferID>) {
    self.instructions = instructions
    self.layout = layout
    self.outputs = outputs
    var ends: [Int: Int] = [:]
    var open: [Int] = []
    for (position, instruction) in instructions.enumerated() {
      if let head = open.last { parents[position] = head }
      switch instruction {
      case .loop, .when: open.append(position)
      case .endLoop, .endWhen: if let head = open.popLast() { ends[head] = position }
      default: break
      }
      for buffer in Set(instruction.readBuffers + [instruction.written].compactMap { $0 }) {
        touches[buffer, default: []].append(position)
      }
    }
    self.ends = ends
    plan(from: 0, to: instructions.count)
    placePartials()
    nests = Self.nests(instructions, layout, distributed, ends, parents) { head in
      distribution(of: head)?.loop.passes == [[]]
    }
    share = spreadShare()
  }

  // MARK: Which loops

  /// The recursion is as deep as loops nest.
  private mutating func plan(from start: Int, to end: Int) {
    var position = start
    while position < end {
      let last = ends[position] ?? position
      switch instructions[position] {
      case .when: plan(from: position + 1, to: last)
      case .loop:
        if !prefersInner(position), let loop = distribution(of: position) {
          distributed[position] = loop.loop
          privateArrays.formUnion(loop.arrays)
          for (buffer, how) in loop.sums {
            reductions[buffer, default: (how, [])].heads.append(position)
          }
        } else {
          plan(from: position + 1, to: last)
        }
      default: break
      }
      position = last + 1
    }
  }

  /// Whether the loops inside are long, independent and all that there is: neighbouring threads then take neighbouring
  /// numbers.
  private func prefersInner(_ head: Int) -> Bool {
    guard let end = ends[head] else { return false }
    var position = head + 1
    var hasLoops = false
    while position < end {
      switch instructions[position] {
      case .loop(let variable, let lower, let upper):
        guard (lower + upper).allSatisfy({ $0.terms.isEmpty }), layout.value(variable.extent) >= Self.warp,
          distribution(of: position) != nil
        else { return false }
        hasLoops = true
      case .compute, .load: break
      default: return false
      }
      position = (ends[position] ?? position) + 1
    }
    return hasLoops
  }

  private typealias Finding = (
    loop: Distributed, arrays: Set<BufferID>, sums: [(buffer: BufferID, how: Accumulation)]
  )

  /// How a loop is distributed; `nil` where its rounds depend on each other.
  private func distribution(of head: Int) -> Finding? {
    guard case .loop(let variable, _, _) = instructions[head], let end = ends[head] else { return nil }
    let range = (head + 1)..<end
    var inner: Set<Variable> = []
    var written: Set<BufferID> = []
    for position in range {
      switch instructions[position] {
      case .loop(let own, _, _): inner.insert(own)
      case .call: return nil
      default: if let buffer = instructions[position].written { written.insert(buffer) }
      }
    }
    var result: Finding = (Distributed(passes: []), [], [])
    var groups: [[Set<Int>]] = []
    var apart: Set<Int> = []
    for buffer in written.sorted(by: { $0.index < $1.index }) {
      let all = touches[buffer] ?? []
      let here = all.filter(range.contains)
      if isOwn(buffer, here, all) {
        if !layout.extents[buffer.index].isEmpty { result.arrays.insert(buffer) }
      } else if layout.extents[buffer.index].isEmpty {
        guard let how = accumulation(here) else { return nil }
        result.sums.append((buffer, how))
        apart.formUnion(here)
      } else {
        guard let keys = places(here, variable, inner) else { return nil }
        groups.append(keys)
      }
    }
    let count = max(1, groups.map(\.count).max() ?? 1)
    for pass in 0..<count {
      var left: Set<Int> = pass == 0 ? [] : apart
      for keys in groups {
        for (number, positions) in keys.enumerated() where number != pass { left.formUnion(positions) }
      }
      result.loop.passes.append(left)
    }
    return result
  }

  /// Whether every round fills a buffer before it reads it, and nothing else knows it.
  private func isOwn(_ buffer: BufferID, _ here: [Int], _ all: [Int]) -> Bool {
    guard here.count == all.count, !outputs.contains(buffer), layout.count(buffer) <= Self.privateLimit,
      let first = here.first
    else { return false }
    switch instructions[first] {
    case .store, .fill: return true
    default: return false
    }
  }

  /// How a number is added up, where nothing else happens to it.
  private func accumulation(_ here: [Int]) -> Accumulation? {
    var found: Accumulation?
    for position in here {
      guard case .accumulate(let how, _, _) = instructions[position] else { return nil }
      let kind = how == .subtract ? .add : how
      if let found, found != kind { return nil }
      found = kind
    }
    return found
  }

  /// The writes of an array by the place that they write, which differs from round to round; `nil` where rounds may meet.
  private func places(_ here: [Int], _ variable: Variable, _ inner: Set<Variable>) -> [Set<Int>]? {
    struct Key: Hashable { let axis: Int, expression: IndexExpression }
    var keys: [Key] = []
    var positions: [Set<Int>] = []
    var loads: [Access] = []
    var hasStores = false
    for position in here {
      let access: Access
      switch instructions[position] {
      case .load(_, let read):
        loads.append(read)
        continue
      case .store(let target, _):
        access = target
        hasStores = true
      case .accumulate(_, let target, _): access = target
      default: return nil
      }
      guard let axis = access.positions.firstIndex(where: { isInjective($0, variable, inner) }),
        case .affine(let expression) = access.positions[axis]
      else { return nil }
      let key = Key(axis: axis, expression: expression)
      if let known = keys.firstIndex(of: key) {
        positions[known].insert(position)
      } else {
        keys.append(key)
        positions.append([position])
      }
    }
    if keys.count > 1 && (hasStores || !loads.isEmpty) { return nil }
    for load in loads where load.positions[keys[0].axis] != .affine(keys[0].expression) { return nil }
    return positions
  }

  /// Whether a position is another one in every round.
  private func isInjective(_ position: Access.Position, _ variable: Variable, _ inner: Set<Variable>) -> Bool {
    guard case .affine(let expression) = position else { return false }
    let factor = expression.coefficient(of: variable)
    guard factor != 0, inner.isDisjoint(with: expression.variables) else { return false }
    guard let modulus = expression.modulus else { return true }
    return abs(factor) == 1 && layout.value(variable.extent) <= layout.value(modulus)
  }

  // MARK: Sums across threads

  /// A number is added up apart for as long as only distributed loops touch it.
  private mutating func placePartials() {
    for (buffer, (how, heads)) in reductions.sorted(by: { $0.key.index < $1.key.index }) {
      var placed: Set<Int> = []
      for head in heads {
        var outermost = head
        while let parent = parents[outermost], let end = ends[parent] {
          let inside = (touches[buffer] ?? []).filter { parent < $0 && $0 < end }
          let isSpread = inside.allSatisfy { touch in heads.contains { $0 < touch && touch < ends[$0] ?? 0 } }
          guard isSpread else { break }
          outermost = parent
        }
        if placed.insert(outermost).inserted { partials[outermost, default: []].append((buffer, how)) }
      }
    }
  }

  // MARK: How much

  private func spreadShare() -> Double {
    var weights = [1.0]
    // What part of a warp is busy.
    var spread = [0.0]
    let busy = { (rounds: Int) in min(1, Double(rounds) / Double(Self.warp / 2)) }
    var all = 0.0
    var shared = 0.0
    for (position, instruction) in instructions.enumerated() {
      switch instruction {
      case .loop(let variable, _, _):
        weights.append((weights.last ?? 1) * Double(max(1, layout.value(variable.extent))))
        spread.append(distributed[position] == nil ? spread.last ?? 0 : busy(layout.value(variable.extent)))
      case .when:
        weights.append(weights.last ?? 1)
        spread.append(spread.last ?? 0)
      case .endLoop, .endWhen:
        weights.removeLast()
        spread.removeLast()
      case .call(.matrixProduct(let output, let matrix, _, let vector, _), _):
        let work = Double(layout.count(matrix)) * Double(max(1, layout.count(vector)))
        all += work
        shared += work * busy(layout.count(output))
      case .call(.linearAlgebra(_, _, let inputs), _):
        let rows = Double(layout.extents[inputs[0].index][0])
        all += rows * rows * rows
      default:
        all += weights.last ?? 1
        shared += (weights.last ?? 1) * (spread.last ?? 0)
      }
    }
    return all == 0 ? 0 : shared / all
  }
}
