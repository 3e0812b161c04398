import EnergyIR
import EnergyLowering

/// Loops in loops whose rounds are all independent, nothing between them: threads take units of neighbouring rounds of the
/// innermost one in turn, so that arrays move 16 bytes at a time.
struct CooperativeNest {
  /// The positions of the heads, the outermost first.
  let heads: [Int]
  /// How often each runs.
  let extents: [Int]

  /// Units of rounds, of so many each.
  func units(of unit: Int) -> Int { extents.reduce(1, *) / unit }
}

extension CooperativePlan {
  /// The nests by their outermost heads.
  static func nests(
    _ instructions: [Instruction], _ layout: ProgramLayout, _ distributed: [Int: Distributed], _ ends: [Int: Int],
    _ parents: [Int: Int], isIndependent: (Int) -> Bool
  ) -> [Int: CooperativeNest] {
    var result: [Int: CooperativeNest] = [:]
    for (head, loop) in distributed where loop.passes == [[]] {
      guard let extent = extent(instructions[head], layout), let end = ends[head],
        instructions[(head + 1)..<end].allSatisfy(isStraight)
      else { continue }
      var heads = [head]
      var extents = [extent]
      while let parent = parents[heads[0]], parent + 1 == heads[0], ends[heads[0]].map({ $0 + 1 }) == ends[parent],
        let extent = Self.extent(instructions[parent], layout), isIndependent(parent)
      {
        heads.insert(parent, at: 0)
        extents.insert(extent, at: 0)
      }
      result[heads[0]] = CooperativeNest(heads: heads, extents: extents)
    }
    return result
  }

  /// How often a loop runs that begins at 0 and ends at the same place every time.
  private static func extent(_ instruction: Instruction, _ layout: ProgramLayout) -> Int? {
    guard case .loop(_, let lower, let upper) = instruction, lower.count == 1, upper.count == 1,
      let start = lower[0].size, let size = upper[0].size, layout.value(start) == 0, layout.value(size) > 0
    else { return nil }
    return layout.value(size)
  }

  private static func isStraight(_ instruction: Instruction) -> Bool {
    switch instruction {
    case .compute, .load, .store, .accumulate: true
    default: false
    }
  }

  /// The nest at a position, where its units are enough for a warp.
  func nest(_ position: Int, unit: Int) -> CooperativeNest? {
    guard unit > 1, let nest = nests[position], let inner = nest.extents.last, inner % unit == 0,
      nest.units(of: unit) >= 32
    else {
      return nil
    }
    return nest
  }

  /// Whether rounds of a nest read elements of others.
  func hasNeighbours(unit: Int) -> Bool {
    nests.contains { position, nest in
      guard self.nest(position, unit: unit) != nil, let head = nest.heads.last, let end = ends[head] else {
        return false
      }
      let variables = variables(of: nest)
      return instructions[(head + 1)..<end].contains { instruction in
        guard case .load(_, let access) = instruction, layout.program.buffers[access.buffer.index].isVarying,
          access.positions.count == variables.count
        else { return false }
        return !isOwn(access, variables)
      }
    }
  }

  private func variables(of nest: CooperativeNest) -> [Variable] {
    nest.heads.compactMap { head in
      if case .loop(let variable, _, _) = instructions[head] { variable } else { nil }
    }
  }

  private func isOwn(_ access: Access, _ variables: [Variable]) -> Bool {
    access.positions.map { position -> Variable? in
      if case .affine(let expression) = position { expression.variable } else { nil }
    } == variables
  }

  /// Whether an array is only written, once for every element, by units of a nest: it need not be in shared memory.
  func isWrittenInUnits(_ buffer: BufferID, unit: Int) -> Bool {
    guard let touch = touches[buffer], touch.count == 1, case .store(let access, _) = instructions[touch[0]],
      let (head, nest) = nests.first(where: { head, nest in
        nest.heads.last.map { $0 < touch[0] && touch[0] < ends[$0] ?? 0 } ?? false
      }), self.nest(head, unit: unit) != nil,
      nest.extents == layout.extents[buffer.index]
    else { return false }
    return isOwn(access, variables(of: nest))
  }
}
