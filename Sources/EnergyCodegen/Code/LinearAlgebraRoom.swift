import EnergyIR
import EnergyLowering

/// The arrays that linear algebra works in: a copy of a matrix and, where rows are lanes, the arguments and the result of
/// one lane. Calls come one behind the other, so all share them.
struct LinearAlgebraRoom {
  /// Where the code finds the arrays.
  enum Place: Equatable {
    /// Every call declares those it needs.
    case declared
    /// They are fields of a struct: `scratch->`.
    case fields(of: String)
    /// The copy of a matrix begins here; there are no lanes.
    case memory(String)

    /// What the code calls an array; `nil` where there is none.
    func name(_ part: Part) -> String? {
      switch self {
      case .declared: part.rawValue
      case .fields(let structure): structure + part.rawValue
      case .memory(let start): part == .work ? start : nil
      }
    }
  }

  /// Bytes that an array within a function may take where all rows share it.
  static let localLimit = 16 << 10

  enum Part: String, CaseIterable {
    case work, result, input0, input1

    static func input(_ position: Int) -> Self { position == 0 ? .input0 : .input1 }
  }

  /// The most numbers that a call needs of each array.
  private(set) var counts: [Part: Int] = [:]

  /// - Parameter hasLanes: whether a value that differs from sample to sample is a vector of lanes.
  init(_ instructions: [Instruction], _ layout: ProgramLayout, hasLanes: Bool) {
    for case .call(.linearAlgebra(let operation, let output, let inputs), _) in instructions {
      func need(_ part: Part, _ count: Int) { counts[part] = max(counts[part] ?? 1, count) }
      if LinearAlgebraSource.needsWork(operation), let matrix = inputs.first {
        let rows = layout.extents[matrix.index].first ?? 1
        need(.work, rows * rows)
      }
      let isVarying = { (buffer: BufferID) in hasLanes && layout.program.buffers[buffer.index].isVarying }
      guard isVarying(output) else { continue }
      need(.result, layout.count(output))
      for (position, input) in inputs.enumerated() where isVarying(input) {
        need(.input(position), layout.count(input))
      }
    }
  }

  /// Numbers of all arrays together.
  var count: Int { counts.values.reduce(0, +) }

  /// Writes the arrays as fields of a struct.
  func declare(_ real: String, _ code: inout CodeBuilder) {
    for part in Part.allCases { if let count = counts[part] { code.line("\(real) \(part.rawValue)[\(count)];") } }
  }
}
