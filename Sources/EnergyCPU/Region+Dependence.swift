import EnergyIR
import EnergyLowering

extension Region {
  private struct Reference {
    enum Kind: Equatable { case load, store, accumulate(Accumulation) }
    var kind: Kind
    /// `nil` where data decides.
    var place: Place?
  }

  /// Whether each instruction may run over many iterations before the next one does.
  ///
  /// That puts all iterations of an earlier instruction before all of a later one. It is wrong where the later one
  /// touches an element in one iteration that the earlier one touches in an iteration after it. Sums may be added in
  /// any order; which order it is doesn't depend on the samples, so results stay the same from run to run.
  mutating func isDistributable() throws(EvaluationError) -> Bool {
    var references: [Int: [Reference]] = [:]
    for step in steps {
      guard case .step(let instruction) = step else { continue }
      let access: Access
      let kind: Reference.Kind
      switch instruction {
      case .load(_, let loaded): (access, kind) = (loaded, .load)
      case .store(let stored, _): (access, kind) = (stored, .store)
      case .accumulate(let how, let target, _): (access, kind) = (target, .accumulate(how == .subtract ? .add : how))
      default: continue
      }
      let (place, indices) = try place(access)
      references[access.buffer.index, default: []].append(
        Reference(kind: kind, place: indices.isEmpty ? place : nil))
    }
    for list in references.values where list.contains(where: { $0.kind != .load }) {
      for (index, later) in list.enumerated() {
        for earlier in list[..<index] where conflict(earlier, later, isSame: false) { return false }
        if later.kind == .store, conflict(later, later, isSame: true) { return false }
      }
    }
    return true
  }

  private func conflict(_ earlier: Reference, _ later: Reference, isSame: Bool) -> Bool {
    if earlier.kind == .load, later.kind == .load { return false }
    if case .accumulate = earlier.kind, earlier.kind == later.kind { return false }
    guard let first = earlier.place, let second = later.place, first.terms == second.terms,
      first.rowStride == second.rowStride
    else {
      // A store that data places runs row by row, in order; against itself that is all there is to ask.
      return !(earlier.place == nil && later.place == nil && isSame)
    }
    let gap = first.offset - second.offset
    if first.rowStride == 0 { return gap == 0 }
    return gap % first.rowStride == 0 && gap / first.rowStride < 0
  }
}
